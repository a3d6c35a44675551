"""Items in words and figures: reasons, money at stake, filters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from i2g_recon.core.findings import FINDING_WORDS
from i2g_recon.core.stake import at_stake_minor
from i2g_recon.web.desk_items import (
    filtered,
    finding_counts,
    groups,
    invoices_in,
    money_at_stake,
    sums,
    why,
    why_code,
    work_list,
)


def item(bucket: str = "missing", reason: str = "sent_not_in_target", **changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "bucket": bucket,
        "reason": reason,
        "key": "m-1",
        "source_ids": ["s1"],
        "target_ids": [],
        "number": "M-1",
        "reference": "",
        "contact": "Marlin Cafe",
        "date": "2026-10-01",
        "currency": "AUD",
        "source_total": "110.00",
        "target_total": None,
        "discrepancies": [],
        "proposals": [],
        "findings": [],
        "history": [],
        "not_compared": [],
    }
    return usual | changes


def differing(cause: str, *fields: str, **changes: Any) -> dict[str, Any]:
    found = [{"field": field, "source": "", "target": "", "delta": None, "cause": cause} for field in fields]
    return item("differs", "differs", target_ids=["t1"], target_total="112.00", **{"discrepancies": found} | changes)


EXTRA = item("extra", "not_in_source", source_ids=[], target_ids=["t2"], source_total=None, target_total="-5.00")
TWICE = item("ambiguous", "number_repeats_in_source", source_ids=["s1", "s2"], target_ids=["t1"], source_total="220.00")


@pytest.mark.parametrize(
    ("one", "code", "said", "minor", "invoices"),
    [
        (item(), "sent_not_in_target", "Sent in Invoice2go and not in Xero", 11000, 1),
        (differing("price", "total", "lines"), "price", "Another price (total, lines)", 200, 1),
        (differing("", "date"), "date", "Another date", 200, 1),
        (EXTRA, "not_in_source", "Only in Xero", 500, 1),
        (TWICE, "number_repeats_in_source", "Several invoices in Invoice2go share this number", 22000, 3),
        (item(reason="a_reason_of_tomorrow"), "a_reason_of_tomorrow", "a_reason_of_tomorrow", 11000, 1),
    ],
)
def test_an_item_in_words_and_money(one: dict[str, Any], code: str, said: str, minor: int, invoices: int) -> None:
    assert (why_code(one), why(one), at_stake_minor(one), invoices_in(one)) == (code, said, minor, invoices)


def test_groups_put_the_most_money_first_and_never_add_currencies() -> None:
    dollars = item(currency="NZD", source_total="50.00")
    first, second = groups([EXTRA, item(), dollars, item("agrees", "agrees", target_ids=["t"], target_total="110.00")])
    assert (first.code, first.invoices, dict(first.totals)) == ("sent_not_in_target", 2, {"AUD": 11000, "NZD": 5000})
    assert second.code == "not_in_source"
    assert sums(money_at_stake([EXTRA, item(), dollars])) == "115.00 AUD and 50.00 NZD"


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({}, 4),
        ({"buckets": ["extra"]}, 1),
        ({"reasons": ["price"]}, 1),
        ({"currencies": ["NZD"]}, 0),
        ({"search": "  marlin "}, 4),
        ({"search": "112.00"}, 1),
        ({"search": "(["}, 0),
        ({"findings": ["not_approved_in_target"]}, 1),
    ],
)
def test_filters(filters: dict[str, Any], left: int) -> None:
    items = [item(), differing("price", "total", findings=["not_approved_in_target"]), EXTRA, TWICE]
    assert len(filtered(items, **filters)) == left
    counts = finding_counts(items)
    assert list(counts) == list(FINDING_WORDS)
    assert {code: number for code, number in counts.items() if number} == {"not_approved_in_target": 1}


def test_the_work_list_keeps_amounts_exact_and_alike() -> None:
    table = work_list([differing("price", "total"), item(currency="JPY", source_total="5000", number="", date="")])
    assert table["Invoice2go"].tolist() == [Decimal("110.00"), Decimal("5000.00")]
    assert str(table["Invoice2go"].iloc[1]) == "5000.00"
    assert table["Difference"].tolist() == [Decimal("2.00"), None]
    assert table["Number"].tolist() == ["M-1", "(no number)"]
    assert table["Date"].iloc[1] is None
    assert len(work_list([])) == 0
