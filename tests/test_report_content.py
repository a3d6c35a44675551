"""What a paper says, and in which words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from fixtures_papers import document, result

from i2g_recon.core.policy import FIELDS, Policy
from i2g_recon.core.reasons import REASONS
from i2g_recon.core.result_items import BUCKETS
from i2g_recon.report import item_cells, words
from i2g_recon.report.content import paper_of
from i2g_recon.report.shapes import Block


def block(made: dict[str, Any], name: str, place: int = 0) -> Block:
    return next(sheet for sheet in paper_of(made).sheets if sheet.name == name).blocks[place]


def test_every_bucket_field_count_and_verdict_has_its_words() -> None:
    assert set(words.BUCKETS) == set(BUCKETS) == set(item_cells.SHOWN)
    assert set(words.FIELDS) == set(FIELDS)
    assert set(words.COUNTS) == set(result().counts)
    assert set(words.VERDICTS) == {"all_clear", "needs_a_person", "nothing_compared", "red"}


def test_reasons_are_told_in_the_words_of_the_core_and_unknown_codes_stay_readable() -> None:
    assert words.reason_words("not_in_source") == REASONS["not_in_source"]
    assert words.reason_words("agrees") == "Agrees"
    assert words.reason_words("something_new") == "something new"


@pytest.mark.parametrize(
    ("policy", "period"),
    [
        ({"period_from": None, "period_to": None}, "all dates"),
        ({"period_from": "2026-07-01", "period_to": None}, "from 2026-07-01"),
        ({"period_from": None, "period_to": "2026-09-30"}, "up to 2026-09-30"),
        ({"period_from": "2026-07-01", "period_to": "2026-09-30"}, "2026-07-01 to 2026-09-30, both included"),
    ],
)
def test_the_period_in_words(policy: dict[str, str | None], period: str) -> None:
    assert words.period_words(policy) == period


def test_the_tolerance_in_words() -> None:
    assert words.tolerance_words(Policy().to_dict()) == "none: to the cent and to the day"
    loose = Policy(tolerance_minor={"total": 1}, date_tolerance_days=2).to_dict()
    assert words.tolerance_words(loose) == "Total 1 of the smallest unit; dates 2 days"
    assert (
        words.tolerance_words(Policy(tolerance_minor={"tax/JPY": 3}).to_dict()) == "Tax in JPY 3 of the smallest unit"
    )


@pytest.mark.parametrize("verdict", list(words.VERDICTS))
def test_the_verdict_is_said_first(verdict: str) -> None:
    paper = paper_of({**document(), "verdict": verdict})
    assert paper.standing == verdict
    assert paper.verdict == words.VERDICTS[verdict]
    assert paper.sheets[0].blocks[0].rows[0] == ("Verdict", words.VERDICTS[verdict])


def test_what_was_not_compared_is_counted_in_the_summary() -> None:
    made = document()
    shown = block(made, "Summary", 3)
    assert ("Lines", "neither side gives lines", 4) in shown.rows
    assert sum(int(str(row[2])) for row in shown.rows) == sum(one["count"] for one in made["not_compared"])


def test_every_item_stands_in_exactly_one_bucket_sheet() -> None:
    made = document()
    rows = sum(len(block(made, bucket.capitalize()).rows) for bucket in BUCKETS)
    assert rows == len(made["items"])


def test_a_bridge_that_does_not_close_is_shown_as_it_is() -> None:
    made = document()
    made["totals"][0]["unexplained"] = "0.07"
    assert ("AUD", "Unexplained", "unexplained", None, Decimal("0.07")) in block(made, "Bridge").rows


def test_what_is_found_beside_stands_in_the_row() -> None:
    made = document()
    item = next(one for one in made["items"] if one["bucket"] == "agrees")
    item["findings"] = ["not_approved_in_target", "a_new_finding"]
    item["history"] = ["t7"]
    item["not_compared"] = [
        {"field": "tax", "reason": "Xero gives no tax"},
        {"field": "lines", "reason": "neither side gives lines"},
    ]
    assert item_cells.also(item) == (
        "Not approved in Xero yet; a new finding; Voided or deleted copies in Xero: 1; "
        "Tax not compared: Xero gives no tax"
    )


PARTS = [
    {"cause": "quantity", "amount": "55.00", "tax": "5.00", "line": 1, "words": "Line 1: quantity 2, in Xero 3."},
    {"cause": "unknown", "amount": "-1.00", "tax": None, "line": None, "words": "Nothing explains this."},
]


def test_several_causes_stand_with_their_amounts_and_one_by_one_on_their_sheet() -> None:
    made = document()
    item = next(one for one in made["items"] if one["bucket"] == "differs")
    item["causes"] = PARTS
    assert item_cells.causes(item) == "Another quantity +55.00; A difference nobody has explained yet -1.00"
    own = [row for row in block(made, "Causes").rows if row[0] == item["number"]]
    assert [(row[3], row[4], row[6]) for row in own] == [
        (Decimal("55.00"), Decimal("5.00"), "Line 1: quantity 2, in Xero 3."),
        (Decimal("-1.00"), None, "Nothing explains this."),
    ]


def test_a_document_from_before_parts_and_months_is_shown() -> None:
    made = document()
    items = [{name: value for name, value in item.items() if name != "causes"} for item in made["items"]]
    totals = [
        {name: value for name, value in one.items() if name not in ("months", "unknown")} for one in made["totals"]
    ]
    older = {name: value for name, value in made.items() if name != "not_compared"} | {"items": items, "totals": totals}
    assert block(older, "Causes").rows == block(older, "Bridge by month").rows == ()
    assert block(older, "Bridge").rows == block(made, "Bridge").rows


def test_the_bridge_by_month_adds_up_to_the_bridge() -> None:
    made = document()
    rows = block(made, "Bridge by month").rows
    assert {row[1] for row in rows} == {"2026-09"}
    assert [row[0:1] + row[2:] for row in rows if row[3] not in ("source", "target", "unexplained")] == [
        row for row in block(made, "Bridge").rows if row[2] not in ("source", "target", "unexplained", "")
    ]


def test_without_the_currency_in_the_item_the_differing_field_tells_it() -> None:
    item = next(one for one in document()["items"] if one["number"] == "1005")
    older = {name: value for name, value in item.items() if name != "target_currency"}
    assert item_cells.target_currency(older) == item_cells.target_currency(item) == "NZD"
    assert item_cells.difference(older) is None
