"""Taking a push back: what goes, what stays and why, and that nothing sends it again by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, sale

from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.auto_export import push_after_import
from i2g_recon.jobs.push import push
from i2g_recon.jobs.push_report import PushReport
from i2g_recon.jobs.undo import UndoPlan, undo, undo_plan

PUT, POST = {"method": "PUT", "path": "/Invoices"}, {"method": "POST", "path": "/Invoices"}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def pushed(at: Desk, *numbers: str, status: str = "DRAFT") -> str:
    view = at.prepare(*(sale(number) for number in numbers), status=status)
    report = push(at.ws, at.connection, view.pushable)
    assert report.counts["confirmed"] == len(numbers)
    return report.push_id


def planned(at: Desk, push_id: str) -> UndoPlan:
    return undo_plan(at.ws, at.connection, push_id)


def reasons(at: Desk, push_id: str) -> list[str]:
    return [one.words for one in planned(at, push_id).invoices]


def take_back(at: Desk, push_id: str) -> PushReport:
    return undo(at.ws, at.connection, planned(at, push_id))


def statuses(at: Desk) -> list[str]:
    return [one["Status"] for one in at.xero.invoices()]


@pytest.mark.parametrize(("status", "after"), [("DRAFT", "DELETED"), ("AUTHORISED", "VOIDED")])
def test_drafts_are_deleted_and_approved_ones_voided(at: Desk, status: str, after: str) -> None:
    push_id = pushed(at, "T-1", "T-2", status=status)
    report = take_back(at, push_id)
    assert report.counts["confirmed"] == 2
    assert statuses(at) == [after, after]
    assert [one.state for one in at.ws.outbox.commands(push_id)] == ["held", "held"]
    assert [one.messages for one in at.ws.outbox.commands(push_id)] == [("Taken out of Xero again.",)] * 2
    assert at.xero.requests("POST", "/Invoices")[0]["status"] == 200
    assert len(at.xero.requests("POST", "/Invoices")) == 1  # both in one call


def test_what_was_taken_back_is_not_sent_again_by_itself(at: Desk) -> None:
    push_id = pushed(at, "T-1")
    at.set_up(auto_export="on")
    take_back(at, push_id)
    puts = at.xero.puts()
    push_after_import(at.ws, at.connection)
    assert at.xero.puts() == puts
    (command,) = at.plan().commands
    assert (command.action, command.reason) == ("hold", "deleted_in_target")
    assert command.source_id not in at.plan().standing


def test_what_changed_in_xero_stays_with_the_reason(at: Desk) -> None:
    push_id = pushed(at, "T-1", "T-2", "T-3", "T-4", status="AUTHORISED")
    first, second, third, _ = at.ws.outbox.commands(push_id)
    at.xero.api("POST", f"Invoices/{first.xero_invoice_id}", DueDate="2026-12-24")
    payment = {"Invoice": {"InvoiceID": second.xero_invoice_id}, "Account": {"Code": "880"}, "Amount": 5}
    at.xero.api("PUT", "Payments", **payment, Date="2026-10-09")
    at.xero.api("POST", f"Invoices/{third.xero_invoice_id}", Status="VOIDED")
    assert reasons(at, push_id) == [
        "It was changed in Xero since (now authorised); take it back there if it is to go.",
        "It has a payment in Xero; remove the payment there first, then void it there.",
        "It is voided in Xero already.",
        "The approved invoice is voided.",
    ]
    assert take_back(at, push_id).counts["confirmed"] == 1


def test_what_was_found_there_is_not_ours_to_take_back(at: Desk) -> None:
    view = at.prepare(sale("T-1"))
    at.xero.type_in(InvoiceNumber="T-1", Reference="T-1", LineItems=[
        {"Description": "By hand", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200", "TaxType": "OUTPUT"}
    ])  # fmt: skip
    report = push(at.ws, at.connection, view.pushable)
    assert report.counts["confirmed"] == 1
    assert reasons(at, report.push_id) == ["It was in Xero before; the push only found it there."]
    with pytest.raises(NeedsAPerson, match="Nothing of this push"):
        take_back(at, report.push_id)


def test_a_locked_day_is_not_voided(at: Desk) -> None:
    push_id = pushed(at, "T-1", status="AUTHORISED")
    at.xero.turn("period_lock", "2026-10-31")
    at.reconcile()
    assert reasons(at, push_id) == ["Its date 2026-10-01 is in a period that is locked up to 2026-10-31."]


def test_a_change_between_look_and_undo_is_not_lost(at: Desk) -> None:
    push_id = pushed(at, "T-1")
    plan = planned(at, push_id)
    (command,) = at.ws.outbox.commands(push_id)
    at.xero.api("POST", f"Invoices/{command.xero_invoice_id}", DueDate="2026-12-24")
    report = undo(at.ws, at.connection, plan)
    assert [one.state for one in report.commands] == ["stale"]
    assert statuses(at) == ["DRAFT"]
    assert at.ws.outbox.commands(push_id)[0].state == "confirmed"


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "offline", "error"])
def test_a_lost_answer_is_looked_up(at: Desk, fault: str) -> None:
    push_id = pushed(at, "T-1")
    at.xero.arm(fault, **POST)
    assert take_back(at, push_id).counts["confirmed"] == 1
    assert statuses(at) == ["DELETED"]
    assert at.ws.outbox.commands(push_id)[0].state == "held"


def test_a_second_undo_finds_nothing_to_do(at: Desk) -> None:
    push_id = pushed(at, "T-1")
    take_back(at, push_id)
    assert reasons(at, push_id) == ["Taken out of Xero again."]


def test_an_unknown_push_is_said(at: Desk) -> None:
    at.prepare(sale("T-1"))
    with pytest.raises(NeedsAPerson, match="There is no push nope"):
        planned(at, "nope")


def test_its_history_in_xero_says_so(at: Desk) -> None:
    push_id = pushed(at, "T-1")
    take_back(at, push_id)
    (command,) = at.ws.outbox.commands(push_id)
    notes = at.xero.api("GET", f"Invoices/{command.xero_invoice_id}/History")["HistoryRecords"]
    assert any("taken back" in note["Details"] for note in notes)
