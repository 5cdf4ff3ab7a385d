"""What tracking adds to a notebook: import, first cell, trivial cell; goals beside the numbers.

Run it from the root of the repository: ``python benchmarks/notebook.py``. Times of cells are what a
front end sees (request to idle), in a real kernel; differences are of medians in one kernel.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.notebook.kernels import Kernel

SHORT = "--short" in sys.argv
ROUNDS = 11 if SHORT else 41
COLD_ROUNDS = 2 if SHORT else 5
START_ROUNDS = 5 if SHORT else 15


def milliseconds(run, rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        run()
        times.append((time.perf_counter() - started) * 1000)
    return times


def python(code: str):
    return lambda: subprocess.run([sys.executable, "-c", code], check=True)


def import_cost() -> float:
    """How much longer Python's start takes with ``import nbtrack``, taken in turns."""
    bare, with_it = [], []
    for _ in range(START_ROUNDS):
        bare += milliseconds(python("pass"), 1)
        with_it += milliseconds(python("import nbtrack"), 1)
    return statistics.median(with_it) - statistics.median(bare)


def first_cell() -> float:
    """``%load_ext`` to the end of a first tracked cell, in a new kernel on a fresh store."""
    times = []
    for _ in range(COLD_ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            kernel = Kernel(Path(folder), load=False)
            kernel.run("x = 0")  # the kernel's own first cell
            started = time.perf_counter()
            kernel.run("%load_ext nbtrack")
            answer = kernel.run("%%track\nx = 1")
            times.append((time.perf_counter() - started) * 1000)
            assert "x=1" in answer.summary, answer.printed
            kernel.close()
    return statistics.median(times)


def trivial_cell() -> tuple[float, float]:
    """A trivial cell without and with ``%%track``, five arrays of 96 MB alive, taken in turns."""
    with tempfile.TemporaryDirectory() as folder:
        kernel = Kernel(Path(folder))
        kernel.run("import numpy as np\nbig = [np.ones(12_000_000) for _ in range(5)]")
        kernel.run("a, b, c, d, e = big")
        for _ in range(5):
            kernel.run("%%track\nx = 1")
        plain, tracked = [], []
        for _ in range(ROUNDS):
            plain += milliseconds(lambda: kernel.run("x = 1"), 1)
            tracked += milliseconds(lambda: kernel.run("%%track\nx = 1"), 1)
        kernel.close()
    return statistics.median(plain), statistics.median(tracked)


def main() -> None:
    print(f"import nbtrack                       {import_cost():7.1f} ms   (goal: at most 30)")
    print(f"%load_ext and first tracked cell     {first_cell():7.0f} ms   (goal: at most 1000)")
    plain, tracked = trivial_cell()
    print(f"trivial cell                         {plain:7.1f} ms")
    print(f"trivial tracked cell                 {tracked:7.1f} ms")
    print(f"what tracking adds                   {tracked - plain:7.1f} ms   (goal: under 10)")


if __name__ == "__main__":
    main()
