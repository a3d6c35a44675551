"""Twenty visitors at once: how long each waits from a click to the page it asked for. Run by hand.

python tests/bench/bench_load.py [visitors] [rounds]

The demo runs as a process of its own; one Chromium holds a window for each visitor, and all of them press the same link
at the same instant. The browser works on the same processors as the server, so the waits are an upper bound; what the
server itself needs for a click is told beside them (on Linux).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fixtures_web import free_port  # noqa: E402 - the paths come first
from playwright.async_api import Page, async_playwright  # noqa: E402

import run  # noqa: E402

PAGES = ("Reconcile", "Push", "Review", "Overview", "Activity")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


async def visit(page: Page, title: str) -> float:
    """Seconds from the click to the page's heading."""
    began = time.perf_counter()
    await page.get_by_role("navigation").get_by_role("link", name=title, exact=True).click()
    await page.get_by_role("heading", name=title, exact=True, level=1).wait_for()
    return time.perf_counter() - began


async def measure(address: str, visitors: int, rounds: int) -> dict[str, list[float]]:
    """Waits by page."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=run.find_browser(), args=ARGUMENTS)
        windows = []
        for _ in range(visitors):
            page = await (await browser.new_context(viewport={"width": 1280, "height": 900})).new_page()
            page.set_default_timeout(120_000)
            await page.goto(address)
            await page.get_by_role("heading", name="Overview", exact=True, level=1).wait_for()
            windows.append(page)
        waits: dict[str, list[float]] = {title: [] for title in PAGES}
        for _ in range(rounds):
            for title in PAGES:
                waits[title] += await asyncio.gather(*(visit(page, title) for page in windows))
        await browser.close()
        return waits


def said(waits: list[float]) -> str:
    """Median and 95th percentile."""
    return f"median {statistics.median(waits):.2f} s, p95 {statistics.quantiles(waits, n=20)[-1]:.2f} s"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("visitors", type=int, nargs="?", default=20)
    words.add_argument("rounds", type=int, nargs="?", default=3)
    asked = words.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "i2g_recon", "demo", "--port", str(port), "--home", home, "--quiet"]
        with subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL) as server:
            try:
                wait_for(f"http://localhost:{port}/_stcore/health")
                before = processor_s(server.pid)
                waits = asyncio.run(measure(f"http://localhost:{port}", asked.visitors, asked.rounds))
                took = processor_s(server.pid) - before
            finally:
                server.terminate()
    lines = [f"{title}: {said(found)}" for title, found in waits.items()]
    every = [one for found in waits.values() for one in found]
    clicks = len(every) + asked.visitors  # each visitor opened the first page as well
    lines += [f"all: {said(every)}", f"server: {1000 * took / clicks:.0f} ms of processor a click"]
    sys.stdout.write("\n".join([f"{asked.visitors} visitors at once", *lines]) + "\n")


def processor_s(pid: int) -> float:
    """Processor time of a process and those it started, so far; 0 where that cannot be read."""
    ticks = 0
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, _, rest = place.read_text().partition(" (")
        except OSError:  # it has just ended
            continue
        fields = rest.rpartition(")")[2].split()
        if pid in (int(number), int(fields[1])):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def wait_for(address: str) -> None:
    """Until the server answers."""
    import urllib3  # noqa: PLC0415 - only here

    pool: Any = urllib3.PoolManager(retries=False)
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            if pool.request("GET", address).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.2)
    raise SystemExit("The demo did not start.")


if __name__ == "__main__":
    main()
