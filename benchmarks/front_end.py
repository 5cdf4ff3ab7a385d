"""Milliseconds until a person sees runs, curves, and the rows that scroll by, in Chromium.

MLflow's own page shows the same 10,000 runs beside. Needs ``pip install playwright mlflow`` and
Debian's ``chromium``.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from _filled import fill_curves, fill_mlflow, fill_nbtrack
from playwright.sync_api import sync_playwright
from server_start import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
WAIT = 300_000
# When the first row of runs was drawn, and when the bytes of the first answer were there.
WATCH = """
    window.firstRow = new Promise((resolve) => new MutationObserver((_, observer) => {
      if (!document.querySelector("[role=treegrid] [role=row][aria-rowindex='2']")) return;
      observer.disconnect();
      resolve(performance.now());
    }).observe(document, {childList: true, subtree: true}));
"""
ARRIVED = """
    () => performance.getEntriesByType("resource")
      .find((one) => one.name.includes("runs/table")).responseEnd
"""
# Each frame shows other rows; a row is blank if its name is not there in the frame after.
SCROLL = """
    async (frames) => {
      const grid = document.querySelector("[role=treegrid]"), times = [];
      const scroller = [grid, ...grid.querySelectorAll("*")]
        .find((one) => one.scrollHeight > 2 * one.clientHeight);
      let blank = 0;
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      for (let i = 1; i <= frames; i++) {
        const before = performance.now();
        scroller.scrollTop = i * 9973;
        await frame();
        const box = scroller.getBoundingClientRect();
        for (const part of [0.2, 0.5, 0.8]) {
          const at = document.elementFromPoint(box.left + 80, box.top + part * box.height);
          if (!/run-[0-9]/.test(at?.closest("[role=row]")?.textContent ?? "")) blank++;
        }
        times.push(performance.now() - before);
      }
      return {blank, times};
    }
"""
# When a panel first said that it has drawn rows of points, and when those had arrived.
PICTURE = """
    () => new Promise((resolve) => {
      const drawn = () => {
        if (!document.querySelector("[data-kind=curves]:not([data-rows='0'])")) return;
        observer.disconnect();
        const of = performance.getEntriesByType("resource");
        const arrived = of.findLast((one) => one.name.includes("metrics/curves")).responseEnd;
        requestAnimationFrame(() => resolve([performance.now(), arrived]));
      };
      const observer = new MutationObserver(drawn);
      observer.observe(document, {attributes: true, childList: true, subtree: true});
      window.clicked = performance.now();
      [...document.querySelectorAll("button")].find((one) => one.textContent === "Charts").click();
    })
"""


def main() -> None:
    """Print a line for each question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="1,000 runs, and no MLflow")
    short = parser.parse_args().short
    if not Path(CHROMIUM).exists():
        print("Chromium is not installed: nothing was measured.")
        return
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        if short:
            table(browser, Path(folder, "small"), 1000, 10, 5)
            curves(browser, Path(folder, "curves"), 10, 1000)
            return
        table(browser, Path(folder, "beside"), 10_000, 20, 10)
        mlflow(browser, Path(folder, "mlflow"), 10_000, 20, 10)
        table(browser, Path(folder, "large"), 100_000, 40, 20)
        curves(browser, Path(folder, "many"), 50, 1000)
        curves(browser, Path(folder, "long"), 10, 100_000)


def table(browser: Browser, folder: Path, runs: int, metrics: int, params: int) -> None:
    """Show a table with all of its columns, scroll through it."""
    folder.mkdir()
    fill_nbtrack(folder / "runs.db", runs, metrics, params)
    with served(folder) as address, opened(browser) as page:
        begin = time.perf_counter()
        page.goto(f"{address}/experiments/0?{urlencode({'view': all_columns(metrics, params)})}")
        seen(page, runs)
        told(f"{runs:,} runs x {metrics + params}: address to rows", time.perf_counter() - begin)
        drawn = (page.evaluate("window.firstRow") - page.evaluate(ARRIVED)) / 1000
        told("   arrival of the data to rows (limit 300 ms)", drawn)
        scrolled = page.evaluate(SCROLL, 100)
        told("   a frame of scrolling, median", statistics.median(scrolled["times"]) / 1000)
        print(f"{'   rows that were blank, of 300 looked at':60} {scrolled['blank']:8}")


def all_columns(metrics: int, params: int) -> str:
    """Return the view that shows every column."""
    names = [f"metrics.metric_{i:02d}" for i in range(metrics)]
    return json.dumps({"columns": names + [f"params.param_{i:02d}" for i in range(1, params)]})


def mlflow(browser: Browser, folder: Path, runs: int, metrics: int, params: int) -> None:
    """Show the same runs in MLflow's page, which asks for 100 of them."""
    folder.mkdir()
    with mlflow_served(folder) as address, opened(browser) as page:
        fill_mlflow(folder / "mlflow.db", runs, metrics, params)
        page.goto(f"{address}/#/experiments/0/runs")  # once, for its caches
        seen(page, runs)
        begin = time.perf_counter()
        page.reload()
        seen(page, runs)
        told(f"MLflow's page, {runs:,} runs: address to rows", time.perf_counter() - begin)


def curves(browser: Browser, folder: Path, runs: int, points: int) -> None:
    """Show the curves of all runs, from the click to the picture."""
    folder.mkdir()
    fill_curves(folder / "runs.db", runs, points)
    with served(folder) as address, opened(browser) as page:
        page.goto(f"{address}/experiments/0")
        seen(page, runs)
        page.get_by_role("checkbox", name="Select all").click()
        drawn, arrived = page.evaluate(PICTURE)
        clicked = page.evaluate("window.clicked")
        told(f"{runs} curves x {points:,}: click to picture", (drawn - clicked) / 1000)
        told("   arrival of the data to picture", (drawn - arrived) / 1000)


def told(what: str, seconds: float) -> None:
    """Print a line."""
    print(f"{what:60} {seconds * 1000:5.0f} ms", flush=True)


def seen(page: Page, runs: int) -> None:
    """Wait for the newest run to be there."""
    page.get_by_text(f"run-{runs}", exact=True).first.wait_for(timeout=WAIT)


@contextmanager
def opened(browser: Browser) -> Iterator[Page]:
    """Open a page of a new profile."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(WAIT)
    yield page
    context.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the store of a folder."""
    process, port, _seconds = serve(folder)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.communicate()


@contextmanager
def mlflow_served(folder: Path) -> Iterator[str]:
    """Run MLflow's server on a new SQLite file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = (sys.executable, "-m", "mlflow", "server", "--workers", "1", "--port", str(port))
    process = subprocess.Popen(
        (*command, "--backend-store-uri", f"sqlite:///{folder}/mlflow.db"),
        cwd=folder,
        env=os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"{address}/health"):
            break
        time.sleep(0.2)
    yield address
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


if __name__ == "__main__":
    main()
