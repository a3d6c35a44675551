"""The engine against the same comparison written as SQL, on invented sides whose references are unique.

`sql_reconcile` shares no line with the engine. With unique keys its buckets, the rows and fields that differ, and what
the bridge moves must be the engine's, row by row.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from bench.workload import sides
from hypothesis import given
from hypothesis import strategies as st
from sql_reconcile import Answer, sql_reconcile

from i2g_recon.core.frame import INVOICE_COLUMNS, LINE_COLUMNS, Invoices, empty_frame, table
from i2g_recon.core.invoice import State
from i2g_recon.core.reconcile import reconcile
from i2g_recon.core.result import Reconciliation

DAYS = st.dates(min_value=pd.Timestamp("2026-01-01").date(), max_value=pd.Timestamp("2026-01-09").date())
SPELLINGS = ("HT-{}", "ht-{}", " HT-{} ", "HT-00{}", "Invoice HT-{}", "HT {}")
ROW = st.fixed_dictionaries(
    {
        "spelling": st.sampled_from(SPELLINGS),
        "contact": st.sampled_from(["Ada Lowe", "ADA LOWE", "Ben Ok", ""]),
        "email": st.sampled_from(["", "a@example.com", "A@Example.com "]),
        "date": st.none() | DAYS,
        "due_date": st.none() | DAYS,
        "due_date_derived": st.booleans(),
        "currency": st.sampled_from(["AUD", "NZD"]),
        "total_minor": st.integers(-300, 300),
        "subtotal_minor": st.none() | st.integers(-300, 300),
        "tax_minor": st.none() | st.integers(-30, 30),
        "paid_minor": st.none() | st.sampled_from([0, 100]),
        "state": st.sampled_from([str(state) for state in State]),
    }
)
SIDE = st.dictionaries(st.integers(1, 30), ROW, max_size=12)


def side(prefix: str, rows: dict[int, dict[str, Any]]) -> Invoices:
    """Every number at most once, its reference written in one of the spellings."""
    named = [
        {**row, "id": f"{prefix}{number}", "number": f"HT-{number}", "reference": row["spelling"].format(number)}
        for number, row in rows.items()
    ]
    return Invoices(table(named, INVOICE_COLUMNS), empty_frame(LINE_COLUMNS))


def agree(result: Reconciliation, answer: Answer) -> None:
    """The same buckets, differing fields, and money moved per currency and bucket."""
    placed = result.compared.placed
    for frame, bucket, told in (
        (result.source.invoices, placed.source_bucket, answer.source),
        (result.target.invoices, placed.target_bucket, answer.target),
    ):
        assert dict(zip(frame["id"], bucket, strict=True)) == dict(zip(told["id"], told["bucket"], strict=True))
    ours = {tuple(row) for row in result.discrepancies[["source_id", "target_id", "field"]].to_numpy().tolist()}
    assert ours == {tuple(row) for row in answer.discrepancies.to_numpy().tolist()}
    assert moved(result.bridge) == moved(answer.bridge)


def moved(bridge: pd.DataFrame) -> dict[str, int]:
    """What a bridge moves in each currency."""
    sums = {currency: int(amount) for currency, amount in bridge.groupby("currency")["amount_minor"].sum().items()}
    return {currency: amount for currency, amount in sums.items() if amount}


@given(SIDE, SIDE)
def test_buckets_fields_and_bridge_are_those_of_sql(
    left: dict[int, dict[str, Any]], right: dict[int, dict[str, Any]]
) -> None:
    source, target = side("s", left), side("t", right)
    agree(reconcile(source, target), sql_reconcile(source, target))


@given(SIDE)
def test_a_side_compared_with_a_part_of_itself(rows: dict[int, dict[str, Any]]) -> None:
    source, target = side("s", rows), side("t", {number: row for number, row in rows.items() if number % 3})
    agree(reconcile(source, target), sql_reconcile(source, target))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_benchmark_compares_like_with_like(seed: int) -> None:
    source, target = (unique(each) for each in sides(3_000, lines=False, seed=seed))
    agree(reconcile(source, target), sql_reconcile(source, target))


def unique(side: Invoices) -> Invoices:
    """The rows whose number nobody else of the side has."""
    frame = side.invoices
    return Invoices(frame[~frame["number"].duplicated(keep=False)].reset_index(drop=True), side.lines)
