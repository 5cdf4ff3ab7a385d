"""Seconds from the start of ``nbtrack server`` to its first answer, fresh and after kill -9."""

from __future__ import annotations

import argparse
import http.client
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

SERVER = "from nbtrack.cli.main import main; main()"
FLOOR = "import sqlalchemy, tornado.httpserver, tornado.web"
WRITES = 200


def ask(port: int, method: str, path: str, body: str | None = None) -> bytes:
    """Send one request and return the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, {"Content-Type": "application/json"})
    answer = connection.getresponse().read()
    connection.close()
    return answer


def serve(folder: Path) -> tuple[subprocess.Popen[str], int, float]:
    """Start a server; return it, its port and the seconds until its first answer."""
    begin = time.perf_counter()
    command = [sys.executable, "-c", SERVER, "server", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--backend-store-uri", "sqlite:///runs.db"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    found = re.search(r":(\d+)$", process.stdout.readline().strip())
    assert found is not None
    port = int(found[1])
    ask(port, "GET", "/health")
    return process, port, time.perf_counter() - begin


def one_round(folder: Path) -> tuple[float, float, float]:
    """Start on nothing, write, kill, start again; return both times and the idle megabytes."""
    process, port, fresh = serve(folder)
    for number in range(WRITES):
        body = f'{{"name": "experiment {number}"}}'
        ask(port, "POST", "/api/2.0/mlflow/experiments/create", body)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    process, port, again = serve(folder)
    memory = psutil.Process(process.pid).memory_info().rss / 2**20
    process.terminate()
    process.communicate()
    return fresh, again, memory


def floor() -> float:
    """Return the seconds that a Python takes to import what no such server does without."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", FLOOR], check=True)
    return time.perf_counter() - begin


def main() -> None:
    """Measure in turns, so that a busy moment hits all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="3 rounds in place of 10")
    rounds = 3 if parser.parse_args().short else 10
    rows = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            rows.append((floor(), *one_round(Path(folder))))
    floors, fresh, again, memory = (sorted(column) for column in zip(*rows, strict=True))
    bare = statistics.median(floors)
    print(f"{'':24} {'median':>8} {'best':>8} {'floor':>6}")
    for name, times in (("imports alone", floors), ("new store", fresh), ("after kill -9", again)):
        median = statistics.median(times)
        print(f"{name:24} {median:6.2f} s {times[0]:6.2f} s {median / bare:5.1f}x")
    print(f"{'idle memory':24} {statistics.median(memory):5.0f} MB")


if __name__ == "__main__":
    main()
