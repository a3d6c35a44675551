"""Drift of one side: what each change is called, that the totals add up, and that order means nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fixtures_books import invoice, line
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.drift import CHANGE_COLUMNS, MOVE_COLUMNS, drift_of, moves_between
from i2g_recon.core.frame import Invoices, from_records
from i2g_recon.core.invoice import Invoice, State

HINGE = line("2", "50.00", "Hinge")
LABOUR = line("1", "20.00", "Labour")
BASE = invoice(HINGE, LABOUR)


def side(*records: Invoice) -> Invoices:
    return from_records(list(records))


TABLE: dict[str, tuple[dict[str, Any], list[tuple[str, str, str, str]]]] = {
    "nothing": ({}, []),
    "another reference": ({"reference": "HT-9"}, [("reference", BASE.reference, "HT-9", "")]),
    "another client": (
        {"contact": replace(BASE.contact, name="Ben Ok")},
        [("contact", BASE.contact.name, "Ben Ok", "")],
    ),
    "another date": ({"date": dt.date(2026, 5, 4)}, [("date", str(BASE.date), "2026-05-04", "")]),
    "no due date": ({"due_date": dt.date(2026, 5, 5)}, [("due_date", str(BASE.due_date or ""), "2026-05-05", "")]),
    "another total": ({"total": Decimal("130.00")}, [("total", "132.00", "130.00", "-2.00")]),
    "a tax not stated any more": ({"tax": None}, [("tax", "12.00", "", "")]),
    "paid": ({"paid": Decimal("132.00")}, [("paid", "0.00", "132.00", "132.00")]),
    "left the export": ({"no_longer_exported": True}, [("no_longer_exported", "no", "yes", "")]),
    "voided": ({"status": "VOIDED", "state": State.VOID}, [("status", BASE.status, "VOIDED", "")]),
    "lines in another order": ({"lines": (LABOUR, HINGE)}, []),
    "a line is gone": ({"lines": (HINGE,)}, [("lines", "1 x Labour at 20, GST 10%", "", "")]),
    "one of two equal lines is gone": (
        {"lines": (HINGE, LABOUR, LABOUR)},
        [("lines", "", "1 x Labour at 20, GST 10%", "")],
    ),
    "a discount in per cent": (
        {"lines": (replace(HINGE, discount_rate=Decimal(5)), LABOUR)},
        [("lines", "2 x Hinge at 50, GST 10%", "2 x Hinge at 50, with a discount, GST 10%", "")],
    ),
    "a discount in money": (
        {"lines": (replace(HINGE, discount_amount=Decimal(5)), LABOUR)},
        [("lines", "2 x Hinge at 50, GST 10%", "2 x Hinge at 50, with a discount, GST 10%", "")],
    ),
    "another price": (
        {"lines": (replace(HINGE, unit_price=Decimal("51.5")), LABOUR)},
        [("lines", "2 x Hinge at 50, GST 10%", "2 x Hinge at 51.5, GST 10%", "")],
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_what_changed_on_one_invoice(case: str) -> None:
    changes, told = TABLE[case]
    base = replace(BASE, paid=Decimal(0))
    found = drift_of(side(base), side(replace(base, **changes)))
    assert list(found.changes.columns) == CHANGE_COLUMNS
    assert found.changes[["field", "before", "after", "delta"]].to_numpy().tolist() == [list(one) for one in told]
    assert set(found.changes["kind"]) <= {"changed"}
    assert found.counts == {"appeared": 0, "vanished": 0, "changed": min(len(told), 1)}


def test_appeared_and_vanished_are_told_with_their_totals() -> None:
    other = replace(BASE, id="i-2", number="HT-2", reference="HT-2", currency="NZD")
    found = drift_of(side(BASE), side(other))
    rows = found.changes[["kind", "id", "currency", "field", "before", "after"]].to_numpy().tolist()
    assert rows == [
        ["appeared", "i-2", "NZD", "total", "", "132.00"],
        ["vanished", BASE.id, BASE.currency, "total", "132.00", ""],
    ]
    assert found.totals.to_numpy().tolist() == [["AUD", 13200, 0, -13200, 0, 0], ["NZD", 0, 13200, 0, 0, 13200]]


def test_a_voided_invoice_takes_its_amount_out_of_the_total() -> None:
    gone = replace(BASE, status="VOIDED", state=State.VOID)
    assert drift_of(side(BASE), side(gone)).totals.to_numpy().tolist() == [["AUD", 13200, 0, 0, -13200, 0]]
    assert drift_of(side(gone), side(BASE)).totals.to_numpy().tolist() == [["AUD", 0, 0, 0, 13200, 13200]]
    assert drift_of(side(gone), side()).totals.to_numpy().tolist() == [["AUD", 0, 0, 0, 0, 0]]


def test_another_currency_moves_both_totals() -> None:
    found = drift_of(side(BASE), side(replace(BASE, currency="NZD")))
    assert found.totals.to_numpy().tolist() == [["AUD", 13200, 0, 0, -13200, 0], ["NZD", 0, 0, 0, 13200, 13200]]
    assert found.changes[["field", "before", "after", "delta"]].to_numpy().tolist() == [["currency", "AUD", "NZD", ""]]


def test_nothing_on_either_side() -> None:
    found = drift_of(side(), side())
    assert (len(found.changes), len(found.totals)) == (0, 0)


RECORDS = st.lists(
    st.builds(
        lambda key, cents, currency, state, texts: replace(
            invoice(*(line("1", f"{cents / 100:.2f}", text) for text in texts)),
            id=f"i{key}",
            currency=currency,
            state=state,
        ),
        st.integers(0, 9),
        st.integers(0, 3),
        st.sampled_from(["AUD", "NZD"]),
        st.sampled_from([State.LIVE, State.UNSENT, State.VOID, State.DELETED]),
        st.lists(st.sampled_from(["Hinge", "Labour"]), min_size=1, max_size=3),
    ),
    max_size=8,
    unique_by=lambda record: record.id,
)


@given(RECORDS, RECORDS, st.randoms(use_true_random=False))
def test_the_totals_add_up_and_the_way_back_is_the_mirror(old: Any, new: Any, random: Any) -> None:
    there, back = drift_of(side(*old), side(*new)), drift_of(side(*new), side(*old))
    sums = there.totals
    moved = sums["appeared_minor"] + sums["vanished_minor"] + sums["changed_minor"]
    assert (sums["before_minor"] + moved).tolist() == sums["after_minor"].tolist()
    assert (back.totals["changed_minor"] + sums["changed_minor"] == 0).all()
    assert (back.totals["appeared_minor"] + sums["vanished_minor"] == 0).all()
    turned = back.changes.rename(columns={"before": "after", "after": "before"})
    keys = ["id", "field", "before", "after"]
    assert sorted(turned[keys].to_numpy().tolist()) == sorted(there.changes[keys].to_numpy().tolist())
    shuffled = drift_of(side(*random.sample(old, len(old))), side(*random.sample(new, len(new))))
    assert shuffled.changes.equals(there.changes)
    assert drift_of(side(*old), side(*old)).changes.empty
    same = {record.id for record in old} & {record.id for record in new}
    assert there.counts["appeared"] == len(new) - len(same)
    assert there.counts["vanished"] == len(old) - len(same)


def test_which_invoices_stand_in_another_bucket() -> None:
    def item(bucket: str, reason: str, source: str = "", target: str = "") -> dict[str, Any]:
        ids = {"source_ids": [source] if source else [], "target_ids": [target] if target else []}
        return {"number": f"HT-{source or target}", "bucket": bucket, "reason": reason, **ids}

    before = [item("missing", "sent_not_in_target", "1"), item("agrees", "agrees", "2", "9")]
    after = [item("agrees", "agrees", "1", "8"), item("agrees", "agrees", "2", "9")]
    found = moves_between(before, after)
    assert list(found.columns) == MOVE_COLUMNS
    assert found.to_numpy().tolist() == [
        ["source", "1", "HT-1", "missing", "sent_not_in_target", "agrees", "agrees"],
        ["target", "8", "HT-1", "", "", "agrees", "agrees"],
    ]
    assert moves_between(before, before).empty
