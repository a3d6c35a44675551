"""A million invoices against a million, headers only: the engine beside DuckDB, and on wish beside datacompy.

python tests/bench/bench_reconcile.py [invoices] [runs] [python with datacompy]

Ours is the whole of `reconcile` with the default policy: normalised keys, eight header fields, buckets, reasons,
causes, bridge. DuckDB answers the same questions on the same frames (`sql_reconcile`); they take turns in one process.
Growth is the time against that of a tenth of the invoices. Memory is the peak of a process of its own above what it had
with both sides made. datacompy wants other versions, so it runs under the Python it is given, on the same rows written
to files; it joins on the reference as it stands, compares the same eight columns and writes its report.
"""

from __future__ import annotations

import gc
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from bench.workload import sides  # noqa: E402 - the path must be set first
from sql_reconcile import sql_reconcile  # noqa: E402 - the path must be set first

from i2g_recon.core.frame import Invoices  # noqa: E402 - the path must be set first
from i2g_recon.core.reconcile import reconcile  # noqa: E402 - the path must be set first

COLUMNS = [
    "reference",
    "total_minor",
    "subtotal_minor",
    "tax_minor",
    "currency",
    "date",
    "due_date",
    "contact",
    "state",
]
MEGABYTE = 1024 * 1024
DATACOMPY = """
import importlib, sys, time, datacompy, pandas
left, right = (pandas.read_parquet(path) for path in sys.argv[1:3])
times = []
for _ in range(int(sys.argv[3])):
    start = time.perf_counter()
    compare = getattr(datacompy, "PandasCompare", None) or importlib.import_module("datacompy.core").Compare
    found = compare(left, right, join_columns="reference")
    len(found.df1_unq_rows), len(found.df2_unq_rows), len(found.all_mismatch()), found.report()
    times.append(time.perf_counter() - start)
print(sorted(times)[len(times) // 2], datacompy.__version__, pandas.__version__)
"""


def seconds_of(work: Callable[[], object]) -> float:
    """Seconds of one run."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median_of(source: Invoices, target: Invoices, runs: int) -> float:
    """Our median over the runs."""
    return statistics.median(seconds_of(lambda: reconcile(source, target)) for _ in range(runs))


def resident() -> int:
    """The memory this process has now, in bytes (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def memory_above(invoices: int) -> int:
    """Bytes at the peak of one comparison above those with both sides made; for a process of its own."""
    source, target = sides(invoices, lines=False)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak of making them
    before = resident()
    reconcile(source, target)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    highest = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return highest * 1024 - before


def datacompy_seconds(python: str, source: Invoices, target: Invoices, runs: int) -> tuple[float, str]:
    """Median seconds under another Python, and its versions."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / "source.parquet", Path(folder) / "target.parquet"]
        for path, each in zip(paths, (source, target), strict=True):
            each.invoices[COLUMNS].drop_duplicates("reference").to_parquet(path)
        told = subprocess.run(
            [python, "-c", DATACOMPY, *map(str, paths), str(runs)], check=True, capture_output=True, text=True
        )
    seconds, *versions = told.stdout.split()
    return float(seconds), f"datacompy {versions[0]} on pandas {versions[1]}"


def main() -> None:
    """Prints medians and ratios, with the machine and the versions."""
    invoices, runs = (int(text) for text in (sys.argv[1:3] + ["1000000", "5"][len(sys.argv) - 1 :])[:2])
    source, target = sides(invoices, lines=False)
    times: dict[str, list[float]] = {"ours": [], "DuckDB": []}
    for _ in range(runs):
        times["ours"].append(seconds_of(lambda: reconcile(source, target)))
        times["DuckDB"].append(seconds_of(lambda: sql_reconcile(source, target)))
    ours, theirs = (statistics.median(each) for each in times.values())
    tenth = median_of(*sides(invoices // 10, lines=False), runs)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        memory = pool.submit(memory_above, invoices).result()
    versions = ", ".join(f"{name} {version(name)}" for name in ("pandas", "numpy", "pyarrow", "duckdb"))
    sys.stdout.write(
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {versions}\n"
        f"{invoices:,} invoices each side, medians of {runs}\n"
        f"reconcile {ours:.2f} s, DuckDB {theirs:.2f} s, ratio {ours / theirs:.2f} (must 1.5, goal 1.0)\n"
        f"{invoices // 10:,} invoices {tenth:.3f} s, growth {ours / tenth:.1f} (must 12, goal 10)\n"
        f"peak above the inputs {memory / MEGABYTE:.0f} MB (must 700, goal 400 at a million)\n"
    )
    for python in sys.argv[3:4]:
        other, about = datacompy_seconds(python, source, target, runs)
        sys.stdout.write(f"{about} {other:.2f} s, ratio 1/{other / ours:.1f} (must 1/6, goal 1/12)\n")


if __name__ == "__main__":
    main()
