"""Both sides with their lines compared and every difference explained, against DuckDB comparing the same lines.

python tests/bench/bench_lines.py [invoices] [runs]

Ours is the whole of `reconcile`: pairing, eight header fields, line sets, causes, bridge. DuckDB does the headers and
buckets (`sql_reconcile`), the same line sets, and lays the lines of differing pairs side by side by their text. The
two take turns in one process; medians and their ratio are printed.
"""

from __future__ import annotations

import gc
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import duckdb

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from bench.workload import sides  # noqa: E402 - the path must be set first
from sql_reconcile import COMPARED, KEY, PAIRS, SIDES  # noqa: E402 - the path must be set first

from i2g_recon.core.frame import Invoices  # noqa: E402 - the path must be set first
from i2g_recon.core.reconcile import reconcile  # noqa: E402 - the path must be set first

SETS = """
CREATE OR REPLACE TEMP TABLE {side}_sets AS
SELECT p.source_id AS pair, count(*) AS lines,
       sum(hash(l.quantity_e4, l.unit_price_e4, l.discount_rate_e4, l.discount_minor)) AS signature
FROM {side}_lines l JOIN paired p ON p.{side}_id = l.invoice_id GROUP BY ALL
"""
OTHER = """
CREATE OR REPLACE TEMP TABLE other AS
SELECT pair FROM source_sets s JOIN target_sets t USING (pair)
WHERE s.lines <> t.lines OR s.signature <> t.signature
"""
BESIDE = """
CREATE OR REPLACE TEMP TABLE beside_{side} AS
SELECT p.source_id AS pair, l.description, l.quantity_e4, l.unit_price_e4, l.discount_rate_e4, l.discount_minor,
       l.tax_rate_e4, row_number() OVER (PARTITION BY l.invoice_id, l.description ORDER BY l.position) AS nth
FROM {side}_lines l JOIN paired p ON p.{side}_id = l.invoice_id
WHERE p.source_id IN (FROM other)
"""
DIFFERENCES = """
SELECT pair, CASE WHEN t.nth IS NULL THEN 'line_missing' WHEN s.nth IS NULL THEN 'line_extra'
                  WHEN s.quantity_e4 <> t.quantity_e4 THEN 'quantity'
                  WHEN s.unit_price_e4 <> t.unit_price_e4 THEN 'price'
                  WHEN s.tax_rate_e4 <> t.tax_rate_e4 THEN 'tax_rate' ELSE 'discount' END AS cause,
       coalesce(t.quantity_e4::HUGEINT * t.unit_price_e4, 0)
           - coalesce(s.quantity_e4::HUGEINT * s.unit_price_e4, 0) AS net
FROM beside_source s FULL JOIN beside_target t USING (pair, description, nth)
WHERE s.nth IS NULL OR t.nth IS NULL OR (s.quantity_e4, s.unit_price_e4, s.discount_rate_e4, s.discount_minor)
      IS DISTINCT FROM (t.quantity_e4, t.unit_price_e4, t.discount_rate_e4, t.discount_minor)
"""


def by_sql(source: Invoices, target: Invoices) -> tuple[int, int]:
    """Differing pairs by headers or lines, and rows that say how."""
    with duckdb.connect() as sql:
        for side, each in (("source", source), ("target", target)):
            sql.register(f"{side}_frame", each.invoices)
            sql.register(f"{side}_lines", each.lines)
            sql.execute(SIDES.format(side=side, frame=f"{side}_frame"))
        for statement in (KEY, PAIRS, COMPARED):
            sql.execute(statement)
        for side in ("source", "target"):
            sql.execute(SETS.format(side=side))
        sql.execute(OTHER)
        for side in ("source", "target"):
            sql.execute(BESIDE.format(side=side))
        told = sql.execute(DIFFERENCES).df()
        differing = sql.execute("SELECT count(*) FROM compared WHERE differs").fetchall()[0][0]
        return int(differing), len(told)


def by_us(source: Invoices, target: Invoices) -> tuple[int, int]:
    """The same two figures from the engine."""
    result = reconcile(source, target)
    return result.counts["differs"], len(result.compared.parts)


def taken(work: Callable[[], tuple[int, int]]) -> tuple[float, tuple[int, int]]:
    """Seconds and answer of one run."""
    gc.collect()
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def main() -> None:
    """Prints medians, their ratio, and what was found."""
    invoices, runs = (int(text) for text in (sys.argv[1:] + ["1000000", "5"][len(sys.argv) - 1 :])[:2])
    source, target = sides(invoices, lines=True)
    times: dict[str, list[float]] = {"reconcile": [], "DuckDB": []}
    for _ in range(runs):
        for name, work in (("reconcile", by_us), ("DuckDB", by_sql)):
            seconds, (differing, told) = taken(lambda work=work: work(source, target))  # type: ignore[misc]
            times[name].append(seconds)
            sys.stdout.write(f"{name:10} {seconds:6.2f} s, {differing:,} pairs differ, {told:,} rows say how\n")
    ours, theirs = (statistics.median(each) for each in times.values())
    versions = ", ".join(f"{name} {version(name)}" for name in ("pandas", "numpy", "pyarrow", "duckdb"))
    sys.stdout.write(
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {versions}\n"
        f"{invoices:,} invoices each side, {len(source.lines):,} and {len(target.lines):,} lines\n"
        f"reconcile {ours:.2f} s, DuckDB {theirs:.2f} s, ratio {ours / theirs:.2f} (must 2.0, goal 1.2)\n"
    )


if __name__ == "__main__":
    main()
