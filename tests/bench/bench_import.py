"""How long an import takes, against the yardstick of `csv.reader` over the same bytes. Run by hand.

python tests/bench/bench_import.py [invoices] [lines per invoice]
"""

from __future__ import annotations

import csv
import io
import platform
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from exports import make_export  # noqa: E402 - the path must be set first

from i2g_recon.invoice2go.reader import read_export  # noqa: E402 - the path must be set first


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The best of a few runs."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def peak_mb() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rows_of(data: bytes) -> int:
    """The yardstick: the outer CSV alone."""
    return sum(1 for _ in csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")))


def table(invoices: int, lines: int) -> bytes:
    """The export to read."""
    return make_export(1, invoices, lines, quirks=True).csv


def main() -> None:
    """Prints a few figures."""
    invoices, lines = (int(text) for text in (sys.argv[1:] + ["10000", "3"][len(sys.argv) - 1 :])[:2])
    csv.field_size_limit(10_000_000)
    with ProcessPoolExecutor(
        1, mp_context=get_context("spawn")
    ) as maker:  # so that making it is not in the memory figure
        data = maker.submit(table, invoices, lines).result()
    before = peak_mb()
    ours = seconds(lambda: read_export(data, "bench_invoice.csv"))
    yardstick = seconds(lambda: rows_of(data))
    figures = [
        f"{platform.machine()}, Python {platform.python_version()}",
        f"{invoices:,} invoices x {lines} lines, {len(data) / 1e6:.1f} MB",
        f"import {ours:.2f} s, csv.reader {yardstick:.2f} s, ratio {ours / yardstick:.1f}",
        f"peak {peak_mb():.0f} MB, before the import {before:.0f} MB",
    ]
    sys.stdout.write("\n".join(figures) + "\n")


if __name__ == "__main__":
    main()
