"""The bridge chart: its bars start where the last one ended, end at Xero's total, and say the same in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from i2g_recon.core.money import decimal_text
from i2g_recon.report.charts import STEP_COLUMNS, bridge_chart, bridge_steps, bridge_words


def total(source: int, *moves: int, unexplained: int = 0, currency: str = "AUD") -> dict[str, Any]:
    """A currency of a run's totals, amounts in minor units."""
    reasons = ["sent_not_in_target", "not_in_source", "price", "discount", "unknown", "a_reason_of_tomorrow"]
    return {
        "currency": currency,
        "source": decimal_text(source, currency),
        "target": decimal_text(source + sum(moves) + unexplained, currency),
        "bridge": [
            {"reason": reasons[place % len(reasons)], "count": 1, "amount": decimal_text(amount, currency)}
            for place, amount in enumerate(moves)
        ],
        "unexplained": decimal_text(unexplained, currency),
    }


MINOR = some.integers(min_value=-(10**11), max_value=10**11)


@given(source=MINOR, moves=some.lists(MINOR, max_size=6), unexplained=some.integers(min_value=-500, max_value=500))
def test_the_bars_lead_from_one_total_to_the_other(source: int, moves: list[int], unexplained: int) -> None:
    steps = bridge_steps(total(source, *moves, unexplained=unexplained))
    assert list(steps.columns) == STEP_COLUMNS
    between = steps.iloc[1:-1]
    assert between["begin_minor"].tolist() == [source, *between["end_minor"].tolist()][:-1]
    last = between["end_minor"].iloc[-1] if len(between) else source
    assert steps["amount_minor"].iloc[-1] == last
    assert (between["end_minor"] - between["begin_minor"]).equals(between["amount_minor"])
    assert ("Unexplained" in set(steps["label"])) == (unexplained != 0)


@pytest.mark.parametrize("currency", ["AUD", "JPY", "BHD"])
def test_the_chart_is_one_mark_on_whole_numbers(currency: str) -> None:
    drawn = bridge_chart(total(10_000_000, -1_500_000, 2_500, currency=currency)).to_dict()
    assert "layer" not in drawn
    assert drawn["mark"] == {"type": "bar", "clip": True}
    (rows,) = drawn["datasets"].values()
    assert all(isinstance(row[name], int) for row in rows for name in ("begin_minor", "end_minor", "amount_minor"))
    json.dumps(drawn)


@pytest.mark.parametrize(
    ("source", "moves", "begins_at_zero"),
    [(0, [], True), (0, [5_000], True), (10_000, [-9_000], True), (10_000_000, [-5_000, 300], False)],
)
def test_the_axis_leaves_zero_only_for_small_movements_and_says_so(
    source: int, moves: list[int], *, begins_at_zero: bool
) -> None:
    x = bridge_chart(total(source, *moves)).to_dict()["encoding"]["x"]
    low, high = x["scale"]["domain"]
    assert low < high
    assert (low == 0) == begins_at_zero
    assert ("not from zero" in x["title"]) != begins_at_zero


def test_the_words_tell_every_step() -> None:
    said = bridge_words(total(100_000, -25_000, 150))
    assert said == (
        "From Invoice2go 1,000.00 AUD to Xero 751.50 AUD: Sent in Invoice2go and not in Xero -250.00 AUD; "
        "Only in Xero 1.50 AUD. Unexplained 0.00 AUD."
    )
    assert "no differences" in bridge_words(total(0))
