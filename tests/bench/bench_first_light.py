"""The first light's bars: 10,000 invoices of 3 lines imported, and compared with 10,000 of Xero. Run by hand.

python tests/bench/bench_first_light.py [invoices] [lines per invoice]

Import is set against `csv.reader` over the same bytes, comparing against pandas' outer merge of the same keys. Each
runs in a process of its own, so that its peak memory is its own.
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
from dataclasses import replace
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from exports import make_export  # noqa: E402 - the path must be set first
from fixtures_store import connection, settings_at  # noqa: E402 - the path must be set first

from i2g_recon.core.frame import Invoices  # noqa: E402 - the path must be set first
from i2g_recon.core.reconcile import reconcile  # noqa: E402 - the path must be set first
from i2g_recon.invoice2go.reader import read_export  # noqa: E402 - the path must be set first
from i2g_recon.jobs import import_export  # noqa: E402 - the path must be set first
from i2g_recon.jobs.workspace import open_workspace  # noqa: E402 - the path must be set first

BARS = {"import_s": 5.0, "reconcile_s": 2.0, "peak_mb": 600.0}


def best(work: Callable[[], object], times: int = 3) -> float:
    """The shortest of a few runs, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def peak_mb() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def export(invoices: int, lines: int) -> bytes:
    """The export to read."""
    return make_export(1, invoices, lines, quirks=True).csv


def import_figures(data: bytes) -> tuple[float, float, float]:
    """Seconds of the whole job from bytes to the store, seconds of csv.reader, peak MB."""
    csv.field_size_limit(10_000_000)

    def job() -> None:
        with TemporaryDirectory() as home:
            ws = open_workspace(settings_at(Path(home)))
            import_export.import_uploads(ws, connection(), [("bench_invoice.csv", data)])
            ws.close()

    ours = best(job)
    peak = peak_mb()
    outer = best(lambda: sum(1 for _ in csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig"))))
    return ours, outer, peak


def target_of(source: Invoices) -> Invoices:
    """What Xero would hold: the same with ids of its own, one in fifty gone and one in forty a cent off."""
    frame = source.invoices
    kept = frame[frame.index % 50 != 7].reset_index(drop=True)
    off = (kept.index % 40 == 3).astype("int64")
    renamed = kept.assign(id="x-" + kept["id"], total_minor=kept["total_minor"] + off)
    lines = source.lines[source.lines["invoice_id"].isin(kept["id"])]
    return replace(source, invoices=renamed, lines=lines.assign(invoice_id="x-" + lines["invoice_id"]))


def reconcile_figures(data: bytes) -> tuple[float, float, float]:
    """Seconds from two sides to the contract's document, seconds of an outer merge, peak MB."""
    source = read_export(data, "bench_invoice.csv")
    target = target_of(source)
    ours = best(lambda: reconcile(source, target).to_json(all_items=True))
    peak = peak_mb()
    left, right = source.invoices[["reference", "total_minor"]], target.invoices[["reference", "total_minor"]]
    merge = best(lambda: left.merge(right, how="outer", on="reference", validate="m:m"))
    return ours, merge, peak


def alone(work: Callable[..., Any], *arguments: object) -> Any:
    """The work's result from a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def main() -> None:
    """Prints the figures beside their bars."""
    invoices, lines = (int(text) for text in (sys.argv[1:] + ["10000", "3"][len(sys.argv) - 1 :])[:2])
    data = alone(export, invoices, lines)
    taken, reader_s, import_mb = alone(import_figures, data)
    compared, merge_s, reconcile_mb = alone(reconcile_figures, data)
    versions = ", ".join(f"{name} {version(name)}" for name in ("pandas", "pyarrow", "sqlmodel"))
    peak = max(import_mb, reconcile_mb)
    bars = {name: f"(bar {bar:g})" for name, bar in BARS.items()}
    lines_of_text = (
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {versions}",
        f"{invoices:,} invoices x {lines} lines, {len(data) / 1e6:.1f} MB",
        f"import    {taken:.2f} s {bars['import_s']}, csv.reader {reader_s:.3f} s, ratio {taken / reader_s:.1f}",
        f"compare {compared:.2f} s {bars['reconcile_s']}, outer merge {merge_s:.3f} s, ratio {compared / merge_s:.1f}",
        f"peak      {peak:.0f} MB {bars['peak_mb']}; import {import_mb:.0f} MB, reconcile {reconcile_mb:.0f} MB",
    )
    sys.stdout.write("\n".join(lines_of_text) + "\n")


if __name__ == "__main__":
    main()
