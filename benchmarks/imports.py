"""What ``import nbtrack`` adds to the start of Python, against importing nothing."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

STATEMENTS = {
    "python": "pass",
    "import nbtrack": "import nbtrack",
    "import msgspec": "import msgspec",
    "import click": "import click",
    "nbtrack --help": "from nbtrack.cli.main import main; main(['--help'])",
    "import sqlalchemy": "import sqlalchemy",
}


def start(statement: str) -> float:
    """Return the seconds that a fresh interpreter takes for a statement."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main() -> None:
    """Measure the statements in turns, so that a busy moment hits all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="5 rounds in place of 30")
    rounds = 5 if parser.parse_args().short else 30
    seconds = {name: [] for name in STATEMENTS}
    for _ in range(rounds):
        for name, statement in STATEMENTS.items():
            seconds[name].append(start(statement))
    floor = statistics.median(seconds["python"])
    print(f"{'':20} {'median':>9} {'added':>9} {'best':>9}")
    for name, times in seconds.items():
        median = statistics.median(times)
        print(
            f"{name:20} {median * 1e3:6.1f} ms {(median - floor) * 1e3:6.1f} ms "
            f"{min(times) * 1e3:6.1f} ms"
        )


if __name__ == "__main__":
    main()
