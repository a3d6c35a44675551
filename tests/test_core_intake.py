from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from i2g_recon.core.intake import frame
from i2g_recon.errors import UnusableFrame

GOOD: dict[str, list[Any]] = {
    "id": ["a", "b"],
    "reference": ["1", None],
    "currency": ["aud", "JPY"],
    "total": ["1.10", 5],
}


def test_a_plain_frame_is_taken_and_not_changed() -> None:
    df = pd.DataFrame(GOOD)
    before = df.copy(deep=True)
    side = frame(df)
    assert side.invoices["total_minor"].tolist() == [110, 5]
    assert side.invoices["currency"].tolist() == ["AUD", "JPY"]
    assert side.invoices["reference"].tolist() == ["1", ""]
    pd.testing.assert_frame_equal(df, before)


@pytest.mark.parametrize("total", [110.0, 110, "110", Decimal("110.00"), 110.10, "0.10"])
def test_numbers_as_people_hold_them(total: object) -> None:
    df = pd.DataFrame({"id": ["a"], "reference": ["1"], "currency": ["AUD"], "total": [total]})
    assert frame(df).invoices["total_minor"].tolist() == [int(Decimal(str(total)) * 100)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": ["a", "a"]}, "column 'id' repeats 'a'"),
        ({"id": ["a", ""]}, "column 'id' has blank values"),
        ({"currency": ["AUD", "dollars"]}, "column 'currency' holds 'DOLLARS'"),
        ({"total": ["1,100.00", "5"]}, "column 'total': '1,100.00' is not an amount"),
        ({"total": ["1.001", "5"]}, "column 'total': '1.001' has more than 2 decimals"),
        ({"total": [0.1 + 0.2, 5]}, "column 'total': '0.30000000000000004' has more than 2 decimals"),
        ({"total": [None, "5"]}, "column 'total': a total is blank"),
        ({"date": ["02/03/2026", "2026-01-01"]}, "column 'date'"),
    ],
)
def test_wrong_columns_are_named(change: dict[str, list[Any]], sentence: str) -> None:
    with pytest.raises(UnusableFrame) as refusal:
        frame(pd.DataFrame({**GOOD, **change}))
    assert sentence in str(refusal.value)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(UnusableFrame) as refusal:
        frame(pd.DataFrame({"number": ["1"]}))
    for column in ("id", "reference", "currency", "total"):
        assert f"'{column}'" in str(refusal.value)


def test_minor_units_and_dates() -> None:
    df = pd.DataFrame(
        {
            "id": ["a"],
            "reference": ["1"],
            "currency": ["AUD"],
            "total_minor": [110],
            "date": ["2026-03-02"],
            "status": ["VOIDED"],
        }
    )
    row = frame(df).invoices.iloc[0]
    assert (row["total_minor"], str(row["date"].date()), row["state"]) == (110, "2026-03-02", "void")
