"""What can be done about an invoice that differs, by its state in Xero."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from fixtures_books import ORGANISATION, SETUP
from test_core_plan import MARLIN, PLAIN

from i2g_recon.core.changes import Difference, kept_lines, make_changes
from i2g_recon.core.fingerprint import fingerprint
from i2g_recon.core.frame import from_records
from i2g_recon.core.invoice import Contact, Invoice, LineItem, State
from i2g_recon.core.money import D
from i2g_recon.core.plan import PushCommand


def there(**changes: Any) -> Invoice:
    """The invoice as Xero holds it, a draft with its own lines."""
    lines = tuple(replace(line, line_id=f"l-{place}") for place, line in enumerate(PLAIN.lines))
    usual: dict[str, Any] = {
        "id": "x-1",
        "reference": "HT-0007",
        "number": "HT-0007",
        "status": "DRAFT",
        "lines": lines,
    }
    return replace(PLAIN, **{"contact": MARLIN, "paid": None, **usual, **changes})


def changed(held: Invoice, *differing: str, source: Invoice = PLAIN, **more: Any) -> PushCommand:
    pair = Difference(source, held, frozenset(differing))
    usual: dict[str, Any] = {
        "target": from_records([held]),
        "organisation": ORGANISATION,
        "setup": SETUP,
        "contacts": (MARLIN,),
    }
    (command,) = make_changes([pair], **{**usual, **more})
    return command


def test_a_draft_is_updated_and_its_line_ids_are_kept() -> None:
    target = there(total=D("120.00"))
    command = changed(target, "total", "lines")
    body = json.loads(command.body)
    assert (command.action, command.target_id, command.seen) == ("update", "x-1", fingerprint(target))
    assert [line["LineItemID"] for line in body["LineItems"]] == ["l-0", "l-1"]
    assert set(body) == {"InvoiceID", "LineAmountTypes", "LineItems"}
    assert (command.total_minor, command.predicted_minor) == (14300, 14300)
    assert "total: 120.00 AUD -> 143.00 AUD" in command.changes


@pytest.mark.parametrize(
    ("field", "key", "value"), [("date", "Date", "2026-03-02"), ("due_date", "DueDate", "2026-03-16")]
)
def test_a_date_is_the_only_thing_sent(field: str, key: str, value: str) -> None:
    target = there(date=PLAIN.due_date, due_date=PLAIN.date)
    command = changed(target, "date", "due_date", fields=[field])
    assert json.loads(command.body) == {"InvoiceID": "x-1", key: value}
    assert command.total_minor == 14300


def test_a_client_is_named_by_its_id_when_it_is_sent() -> None:
    command = changed(there(contact=Contact(name="Else", id="c-9")), "contact")
    assert (json.loads(command.body), command.contact_id) == ({"InvoiceID": "x-1", "Contact": {}}, MARLIN.id)


def test_what_is_not_ticked_is_not_changed() -> None:
    assert changed(there(), "total", fields=["date"]).reason == "nothing_ticked"
    assert changed(there(), "status").reason == "nothing_ticked"
    assert changed(there(), "date", source=replace(PLAIN, date=None)).reason == "nothing_ticked"


def test_lines_that_would_not_come_to_the_total_hold_the_change() -> None:
    assert changed(there(), "total", source=replace(PLAIN, total=D("150.00"))).reason == "would_not_agree"


def test_an_approved_invoice_is_replaced_under_the_next_number() -> None:
    command = changed(there(status="AUTHORISED", total=D("120.00")), "total")
    body = json.loads(command.body)
    assert (command.action, command.invoice_number) == ("replace", "HT-0007-8c1e5f0a")
    assert (body["InvoiceNumber"], body["Reference"], body["Status"]) == ("HT-0007-8c1e5f0a", "HT-0007", "DRAFT")
    assert "InvoiceID" not in body


def test_a_replacement_skips_numbers_that_were_used_up() -> None:
    target = there(status="AUTHORISED")
    gone = replace(target, id="x-2", number="HT-0007-8c1e5f0a", state=State.VOID)
    command = changed(target, "total", target=from_records([target, gone]))
    assert command.invoice_number == "HT-0007-8c1e5f0a-2"


def test_a_locked_day_is_not_voided() -> None:
    locked = replace(ORGANISATION, period_lock=PLAIN.date)
    assert changed(there(status="AUTHORISED"), "total", organisation=locked).reason == "locked_period"


@pytest.mark.parametrize(
    "target",
    [
        there(status="PAID", paid=D("143.00")),
        there(status="AUTHORISED", paid=D("1.00")),
        there(status="DRAFT", paid=D("1.00")),
        there(status="PONDERED"),
        there(status="VOIDED", state=State.VOID),
    ],
)
def test_what_xero_does_not_let_change_is_for_a_person_with_the_values(target: Invoice) -> None:
    command = changed(replace(target, total=D("120.00")), "total")
    assert (command.action, command.reason, command.body) == ("hold", "change_in_xero", "")
    assert "total: 143.00 AUD" in command.remedy


def test_another_currency_is_for_a_person() -> None:
    assert changed(there(currency="NZD"), "currency").reason == "change_in_xero"


def test_each_line_is_kept_by_content_then_by_words_then_in_order() -> None:
    line = LineItem(description="A", quantity=D("1"), unit_price=D("2"))
    held = [
        replace(line, line_id="1", description="B"),
        replace(line, line_id="2", unit_price=D("9")),
        replace(line, line_id="3"),
        replace(line, line_id="4", description="Z"),
    ]
    wanted = [line, replace(line, unit_price=D("5")), replace(line, description="New"), replace(line, description="B")]
    assert [one.get("LineItemID") for one in kept_lines(wanted, held)] == ["3", "2", "4", "1"]
    assert [one.get("LineItemID") for one in kept_lines([line, line], held[:1])] == ["1", None]


def test_the_question_changes_with_anything_that_was_seen() -> None:
    one, other = there(total=D("120.00")), there(total=D("120.00"), due_date=PLAIN.date)
    assert changed(one, "total").fingerprint != changed(other, "total").fingerprint


def test_a_client_that_is_new_to_xero_holds_its_change_and_not_that_of_other_fields() -> None:
    target = there(contact=Contact(name="Else", id="c-9"), date=PLAIN.due_date)
    assert changed(target, "contact", "date", contacts=()).reason == "contact_not_there"
    assert changed(target, "contact", "date", contacts=(), fields=["date"]).action == "update"
