"""Invoices that differ are brought in line: drafts field by field, approved ones by voiding and copying again."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fixtures_workspace import CLIENT, CLIENT_EMAIL, Desk, desk, sale

from i2g_recon.core.invoice import LineItem
from i2g_recon.core.plan import PushCommand
from i2g_recon.core.preflight import calls_for
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.change_plan import ChangeView, change_plan, keep_back, let_go
from i2g_recon.jobs.changing import all_there
from i2g_recon.jobs.outcomes import VOIDED_BY_NOW
from i2g_recon.jobs.push import push, resume
from i2g_recon.jobs.push_report import PushReport
from i2g_recon.jobs.undo import undo, undo_plan
from i2g_recon.sandbox.i2g_export import ExportLine

POST, PUT = {"method": "POST", "path": "/Invoices"}, {"method": "PUT", "path": "/Invoices"}
CONTACTS = {"Contacts": [{"Name": CLIENT, "EmailAddress": CLIENT_EMAIL}, {"Name": "Somebody Else"}]}
LINE = {"Description": "Repair", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200", "TaxType": "OUTPUT"}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, CONTACTS) as found:
        yield found


def typed(at: Desk, number: str = "T-1", **changes: Any) -> str:
    """The invoice as somebody made it in Xero, with what is wrong; its id."""
    usual = {"Reference": number, "Date": "2026-10-01", "DueDate": "2026-10-31", "LineItems": [LINE]}
    return str(at.xero.type_in(**{**usual, **changes})["InvoiceID"])


def changes(at: Desk, **more: Any) -> ChangeView:
    at.reconcile()
    return change_plan(at.ws, at.connection, **more)


def the_change(at: Desk, **more: Any) -> PushCommand:
    (command,) = changes(at, **more).commands
    return command


def make_it(at: Desk, **more: Any) -> PushReport:
    return push(at.ws, at.connection, changes(at, **more).possible)


def agrees(at: Desk) -> bool:
    return {item["bucket"] for item in at.reconcile().document["items"]} == {"agrees"}


def test_a_draft_with_a_wrong_amount_gets_its_lines_and_keeps_their_ids(at: Desk) -> None:
    at.prepare(sale("T-1"))
    invoice_id = typed(at, LineItems=[{**LINE, "UnitAmount": 90}])
    line_id = at.xero.invoices("T-1")[0]["LineItems"][0]["LineItemID"]
    command = the_change(at)
    assert (command.action, command.target_id) == ("update", invoice_id)
    assert "total: 99.00 AUD -> 110.00 AUD" in command.changes
    report = make_it(at)
    assert report.counts["confirmed"] == 1
    (found,) = at.xero.invoices("T-1")
    assert (found["InvoiceID"], found["Total"]) == (invoice_id, Decimal("110.00"))
    assert [line["LineItemID"] for line in found["LineItems"]] == [line_id]
    assert agrees(at)


def test_only_the_ticked_fields_are_changed(at: Desk) -> None:
    at.prepare(sale("T-1"))
    typed(at, Date="2026-10-07", LineItems=[{**LINE, "UnitAmount": 90}])
    assert make_it(at, fields=["date"]).counts["confirmed"] == 1
    (found,) = at.xero.invoices("T-1")
    assert (found["DateString"][:10], found["Total"]) == ("2026-10-01", Decimal("99.00"))
    assert the_change(at, fields=["date"]).reason == "nothing_ticked"


def test_the_client_is_changed_by_its_id_and_no_contact_is_touched(at: Desk) -> None:
    at.prepare(sale("T-1"))
    typed(at, Contact={"Name": "Somebody Else"})
    before = at.xero.contacts()
    assert make_it(at, fields=["contact"]).counts["confirmed"] == 1
    assert at.xero.invoices("T-1")[0]["Contact"]["Name"] == CLIENT
    assert [(one["ContactID"], one["Name"]) for one in at.xero.contacts()] == [
        (one["ContactID"], one["Name"]) for one in before
    ]


def test_an_approved_invoice_is_voided_and_copied_again_under_a_new_number(at: Desk) -> None:
    at.prepare(sale("T-1"))
    invoice_id = typed(at, InvoiceNumber="T-1", Status="AUTHORISED", LineItems=[{**LINE, "UnitAmount": 90}])
    command = the_change(at)
    assert command.action == "replace"
    assert command.invoice_number.startswith("T-1-")
    report = make_it(at)
    assert report.counts["confirmed"] == 1, report.to_dict()["results"]
    old, new = sorted(at.xero.invoices("T-1"), key=lambda one: one["InvoiceNumber"])
    assert (old["InvoiceID"], old["Status"]) == (invoice_id, "VOIDED")
    assert (new["Total"], new["Status"], new["Reference"]) == (Decimal("110.00"), "DRAFT", "T-1")
    for one in (old, new):
        assert any("i2g-recon" in note for note in notes(at, one["InvoiceID"]))
    assert at.missing() == []
    assert len(at.xero.live("T-1")) == 1


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "offline", "error"])
@pytest.mark.parametrize("call", [POST, PUT])
def test_a_replacement_whose_answers_are_lost_is_made_once(at: Desk, fault: str, call: dict[str, str]) -> None:
    at.prepare(sale("T-1"))
    typed(at, InvoiceNumber="T-1", Status="AUTHORISED", LineItems=[{**LINE, "UnitAmount": 90}])
    possible = changes(at).possible
    at.xero.arm(fault, **call)
    push(at.ws, at.connection, possible)
    resume(at.ws, at.connection)
    assert set(at.states().values()) == {"confirmed"}
    assert sorted(one["Status"] for one in at.xero.invoices("T-1")) == ["DRAFT", "VOIDED"]


def test_a_replacement_that_xero_refuses_says_that_the_old_one_is_gone(at: Desk) -> None:
    at.prepare(sale("T-1"))
    typed(at, InvoiceNumber="T-1", Status="AUTHORISED", LineItems=[{**LINE, "UnitAmount": 90}])
    possible = changes(at).possible
    at.xero.turn("archive_account", "200")
    report = push(at.ws, at.connection, possible)
    (result,) = report.to_dict()["results"]
    assert result["state"] == "rejected"
    assert result["messages"][-1] == VOIDED_BY_NOW
    assert [one["Status"] for one in at.xero.invoices("T-1")] == ["VOIDED"]


def test_a_paid_invoice_is_changed_in_xero_by_a_person(at: Desk) -> None:
    at.prepare(sale("T-1"))
    invoice_id = typed(at, Status="AUTHORISED", LineItems=[{**LINE, "UnitAmount": 90}])
    payment = {"Invoice": {"InvoiceID": invoice_id}, "Account": {"Code": "880"}, "Amount": 5, "Date": "2026-10-09"}
    at.xero.api("PUT", "Payments", **payment)
    command = the_change(at)
    assert (command.action, command.reason) == ("hold", "change_in_xero")
    assert "total: 110.00 AUD" in command.remedy
    assert changes(at).links[invoice_id].startswith("https://go.xero.com/")


def test_what_somebody_changed_since_is_not_overwritten(at: Desk) -> None:
    at.prepare(sale("T-1"))
    invoice_id = typed(at, LineItems=[{**LINE, "UnitAmount": 90}])
    possible = changes(at).possible
    at.xero.api("POST", f"Invoices/{invoice_id}", LineItems=[{**LINE, "UnitAmount": 95}])
    report = push(at.ws, at.connection, possible)
    assert [one.state for one in report.commands] == ["stale"]
    assert at.xero.requests("POST", "/Invoices")[-1]["path"].endswith(invoice_id)  # the person's own, none of ours


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "offline", "error"])
def test_an_update_whose_answer_is_lost_is_looked_up(at: Desk, fault: str) -> None:
    at.prepare(sale("T-1"))
    typed(at, LineItems=[{**LINE, "UnitAmount": 90}])
    possible = changes(at).possible
    at.xero.arm(fault, **POST)
    assert push(at.ws, at.connection, possible).counts["confirmed"] == 1
    assert agrees(at)


def test_an_invoice_can_be_changed_again_after_a_change_was_confirmed(at: Desk) -> None:
    at.prepare(sale("T-1"))
    invoice_id = typed(at, LineItems=[{**LINE, "UnitAmount": 90}])
    assert make_it(at).counts["confirmed"] == 1
    at.xero.api("POST", f"Invoices/{invoice_id}", LineItems=[{**LINE, "UnitAmount": 90}])
    assert make_it(at).counts["confirmed"] == 1
    assert agrees(at)


def test_a_voided_copy_is_made_again_when_a_person_says_so(at: Desk) -> None:
    view = at.prepare(sale("T-1"))
    push(at.ws, at.connection, view.pushable)
    (made,) = at.xero.invoices("T-1")
    at.xero.api("POST", f"Invoices/{made['InvoiceID']}", Status="DELETED")
    run = at.reconcile()
    from i2g_recon.jobs.plan import plan  # noqa: PLC0415

    (held,) = plan(at.ws, at.connection, run=run).commands
    assert held.reason == "deleted_in_target"
    view = plan(at.ws, at.connection, run=run, again=[held.source_id])
    assert [(one.action, one.target_id) for one in view.commands] == [("create", made["InvoiceID"])]
    report = push(at.ws, at.connection, view.pushable)
    assert report.calls <= calls_for(view.pushable)
    (new,) = at.xero.live("T-1")
    said = {one: " ".join(notes(at, one)) for one in (made["InvoiceID"], new["InvoiceID"])}
    assert f"Invoice2go invoice T-1 is now {new['InvoiceNumber']}" in said[made["InvoiceID"]]
    assert "copied again from Invoice2go invoice T-1" in said[new["InvoiceID"]]
    assert push(at.ws, at.connection, view.pushable).push_id == report.push_id  # a second click finds the first
    undo(at.ws, at.connection, undo_plan(at.ws, at.connection, report.push_id))
    assert at.xero.live("T-1") == []


def test_a_copy_that_was_deleted_under_another_reference_is_not_sent_again_by_itself(at: Desk) -> None:
    """Its Reference was changed before, so the comparison finds nothing at all; what we pushed still stands for it."""
    report = push(at.ws, at.connection, at.prepare(sale("T-1")).pushable)
    address = f"Invoices/{report.commands[0].xero_invoice_id}"
    at.xero.api("POST", address, Reference="Other")
    at.xero.api("POST", address, Status="DELETED")
    at.reconcile()
    from i2g_recon.jobs.plan import plan  # noqa: PLC0415

    assert plan(at.ws, at.connection).pushable == ()
    assert len(at.xero.invoices()) == 1


def notes(at: Desk, invoice_id: str) -> list[str]:
    """What stands in the history of an invoice."""
    return [one["Details"] for one in at.xero.api("GET", f"Invoices/{invoice_id}/History")["HistoryRecords"]]


def test_an_unknown_field_is_refused(at: Desk) -> None:
    at.prepare(sale("T-1"))
    with pytest.raises(NeedsAPerson, match="'status' cannot be changed from here"):
        change_plan(at.ws, at.connection, fields=["status"])


def test_what_a_person_keeps_back_stays_out_until_it_is_let_go(at: Desk) -> None:
    view = at.prepare(sale("T-1"), sale("T-2"))
    first = view.commands[0].source_id
    with pytest.raises(NeedsAPerson, match="Say why"):
        keep_back(at.ws, at.connection, view, [first], " ")
    keep_back(at.ws, at.connection, view, [first], "Billed by hand")
    kept, other = at.plan().commands
    assert (kept.action, kept.reason, kept.body) == ("hold", "kept_back", "")
    assert "Billed by hand" in kept.message
    assert other.action == "create"
    assert let_go(at.ws, at.connection, [first]) == 1
    assert [one.action for one in at.plan().commands] == ["create", "create"]


def test_what_is_in_xero_already_cannot_be_kept_back(at: Desk) -> None:
    view = at.prepare(sale("T-1"))
    push(at.ws, at.connection, view.pushable)
    from i2g_recon.jobs.plan import plan  # noqa: PLC0415

    with pytest.raises(NeedsAPerson, match="under way or done"):
        keep_back(at.ws, at.connection, plan(at.ws, at.connection, run=view.run), [view.commands[0].source_id], "No")


def test_a_change_in_books_without_tax_is_known_again(at: Desk) -> None:
    """Xero fills in the tax type that is not sent; the change is confirmed all the same."""
    at.xero.turn("pays_tax", "false")
    at.prepare(sale("T-1", lines=(ExportLine(description="Repair", quantity=Decimal(1), unit_price=Decimal(100)),)))
    untaxed = {**LINE, "UnitAmount": 90, "TaxType": "NONE"}
    typed(at, LineAmountTypes="NoTax", LineItems=[untaxed])
    report = make_it(at, fields=["lines"])
    assert [one.state for one in report.commands] == ["confirmed"], report.to_dict()["results"]


def test_lines_in_another_order_are_the_same_lines() -> None:
    sent = [{"Description": word, "Quantity": 1, "UnitAmount": 2, "AccountCode": "200"} for word in ("A  b", "C")]
    held = [
        LineItem(description=word, quantity=Decimal(1), unit_price=Decimal(2), account_code="200", tax_type="NONE")
        for word in ("C", "A b")
    ]
    assert all_there(sent, held)
    assert not all_there(sent, [held[0], held[0]])
    assert not all_there([{**sent[0], "TaxType": "OUTPUT"}, sent[1]], held)
