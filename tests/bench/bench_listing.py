"""A report-style table to invoices, beside polars reading the same file as text. Run by hand.

python tests/bench/bench_listing.py [rows]

polars is no dependency of ours: install it beside the test dependencies for this run.
"""

from __future__ import annotations

import datetime as dt
import importlib
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2])]

import pyarrow as pa  # noqa: E402 - the path must be set first

from i2g_recon.invoice2go.door import read_file  # noqa: E402 - as above

ROUNDS = 5
HEAD = "Invoice No.,Client,Date,Due Date,Subtotal,GST,Total,Status,Currency\n"


def table(rows: int) -> tuple[bytes, int]:
    """The file, and what its totals come to in cents."""
    rng = random.Random(1)  # noqa: S311 - a file that can be made again, not a secret
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(700)]
    lines, sum_minor = [HEAD], 0
    for n in range(rows):
        total, day = rng.randrange(1000, 500_000), rng.randrange(680)
        tax = total // 11
        sum_minor += total
        amounts = ",".join(f"{minor // 100}.{minor % 100:02}" for minor in (total - tax, tax, total))
        dates = f"{days[day]:%d/%m/%Y},{days[day + 14]:%d/%m/%Y}"
        lines.append(f"INV-{n:07},Client {n % 5000} Pty Ltd,{dates},{amounts},{'Paid' if n % 3 else 'Unpaid'},AUD\n")
    return "".join(lines).encode(), sum_minor


def seconds(work: Callable[[], object]) -> float:
    """One run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    """Prints the ratio; 2 without polars."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    data, sum_minor = table(rows)
    side = read_file(data, "table.csv")
    assert int(side.invoices["total_minor"].sum()) == sum_minor
    try:
        polars = importlib.import_module("polars")
    except ImportError:
        sys.stdout.write("polars is not installed here\n")
        return 2
    works: tuple[Callable[[], object], ...] = (
        lambda: read_file(data, "table.csv"),
        lambda: polars.read_csv(data, infer_schema=False),
    )
    took = [[seconds(work) for work in works] for _ in range(ROUNDS)]
    mine, yardstick = (statistics.median(column) for column in zip(*took, strict=True))
    figures = [
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, pyarrow {pa.__version__}",
        f"{rows:,} rows, {len(data) / 1e6:.0f} MB",
        f"invoices {mine:.2f} s, polars {yardstick:.2f} s, ratio {mine / yardstick:.1f} (must 3.0, goal 1.5)",
    ]
    sys.stdout.write("\n".join(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
