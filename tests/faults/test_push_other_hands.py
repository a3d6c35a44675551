"""Other people's invoices, clicks and processes at the same time: nothing twice, nothing lost, all of it said."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fixtures_workspace import CLIENT, KNOWN_CLIENT, MORNING, Desk, desk, desk_at, sale

from i2g_recon.core.plan import PushCommand
from i2g_recon.errors import LimitReached, ReconError
from i2g_recon.jobs import sending
from i2g_recon.jobs.new_contacts import resolve_contacts
from i2g_recon.jobs.push import approve, push, resume
from i2g_recon.jobs.push_report import PushReport
from i2g_recon.store.records import Command

NEW_CLIENT = "Quarry Row Pty Ltd"
PUT = {"method": "PUT", "path": "/Invoices"}
PUT_CONTACT = {"method": "PUT", "path": "/Contacts"}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def only(report: PushReport) -> Command:
    (command,) = report.commands
    return command


def with_body(planned: PushCommand, **changes: Any) -> PushCommand:
    """The command as if Xero's chart had changed after the plan."""
    body = json.loads(planned.body)
    body["LineItems"][0] |= changes
    return replace(planned, body=json.dumps(body))


def side_by_side(*work: Callable[[], object]) -> list[BaseException]:
    """Runs all at the same moment; what they raised."""
    gate, raised = threading.Barrier(len(work)), list[BaseException]()

    def run(one: Callable[[], object]) -> None:
        gate.wait()
        try:
            one()
        except BaseException as problem:  # noqa: BLE001 - the test looks at them
            raised.append(problem)

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_a_strangers_invoice_with_our_number_is_named_and_left_alone(at: Desk) -> None:
    commands = at.prepare(sale("T-1")).commands
    theirs = at.xero.type_in(InvoiceNumber="T-1", Reference="their own words")
    command = only(push(at.ws, at.connection, commands))
    assert (command.state, command.xero_invoice_id) == ("rejected", theirs["InvoiceID"])
    assert "T-1" in command.messages[0]
    assert "Open the invoice with that number in Xero" in command.remedy
    assert [one["InvoiceID"] for one in at.xero.invoices()] == [theirs["InvoiceID"]]
    assert at.missing() == ["T-1"]


def test_a_number_taken_in_the_second_before_sending_is_found_after_the_refusal(at: Desk) -> None:
    """The look-up saw nothing; Xero itself refuses, and the reading after says whose invoice it is."""
    commands = at.prepare(sale("T-1")).commands
    at.xero.arm("late", seconds=0.8, **PUT)
    done: list[PushReport] = []
    thread = threading.Thread(target=lambda: done.append(push(at.ws, at.connection, commands)))
    thread.start()
    while at.states() != {"T-1": "sent"} or not at.xero.puts():
        pass
    theirs = at.xero.type_in(InvoiceNumber="T-1", Reference="typed meanwhile")
    thread.join()
    command = only(done[0])
    assert (command.state, command.xero_invoice_id) == ("rejected", theirs["InvoiceID"])
    assert len(at.xero.invoices()) == 1


def test_our_own_number_that_arrived_after_all_is_confirmed(at: Desk) -> None:
    """The first request is saved while the third is under way; that it is refused as not unique means success."""
    commands = at.prepare(sale("T-1")).commands
    impatient = at.again(patience_s=0.5)
    try:
        at.xero.arm("late", seconds=0.8, **PUT)
        at.xero.arm("drop_before", **PUT)
        at.xero.arm("slow", seconds=0.45, method="GET", path="/Invoices", skip=5)  # sees nothing, answers too late
        command = only(push(impatient, at.connection, commands))
    finally:
        impatient.transport.close()
    assert command.state == "confirmed"
    assert [one["InvoiceID"] for one in at.xero.invoices()] == [command.xero_invoice_id]


def test_a_journal_that_was_lost_finds_its_invoices_in_xero(at: Desk, tmp_path: Path) -> None:
    commands = at.prepare(sale("T-1")).commands
    first = only(push(at.ws, at.connection, commands))
    with desk_at(at.xero, tmp_path / "restored") as restored:
        again = only(push(restored.ws, restored.connection, commands))
    assert (again.state, again.xero_invoice_id) == ("confirmed", first.xero_invoice_id)
    assert at.xero.puts() == 1


def test_a_journal_from_before_the_push_sends_nothing_again(at: Desk) -> None:
    """The backup was made between plan and push; who restores it and pushes by the old plan finds all of it done."""
    old_plan = at.prepare(sale("T-1"), sale("T-2")).pushable
    place = at.ws.settings.home / "i2g-recon.sqlite"
    with closing(sqlite3.connect(":memory:")) as backup:
        with closing(sqlite3.connect(place)) as books:
            books.backup(backup)
        push(at.ws, at.connection, old_plan)
        with closing(sqlite3.connect(place)) as books:
            backup.backup(books)
    assert at.commands() == []
    report = push(at.ws, at.connection, old_plan)
    assert (report.counts["confirmed"], at.xero.puts()) == (2, 1)
    assert len(at.xero.invoices()) == 2


def test_what_was_approved_is_sent_whatever_is_imported_meanwhile(at: Desk) -> None:
    """The import is part of the next comparison, which then says that Xero has another amount."""
    approve(at.ws, at.connection, at.prepare(sale("T-1")).pushable)
    at.bring_in(replace(sale("T-1", "300"), updated=MORNING.replace(day=9)), name="later_invoice.csv")
    assert resume(at.ws, at.connection).counts["confirmed"] == 1
    assert [one["Total"] for one in at.xero.invoices()] == [Decimal("110.00")]
    assert at.reconcile().counts["differs"] == 1


def test_a_live_invoice_with_our_reference_makes_the_plan_stale(at: Desk) -> None:
    commands = at.prepare(sale("T-1"), sale("T-2")).commands
    theirs = at.xero.type_in(InvoiceNumber="INV-77", Reference="T-1")
    report = push(at.ws, at.connection, commands)
    states = {one.number: one for one in report.commands}
    assert (states["T-1"].state, states["T-2"].state) == ("stale", "confirmed")
    assert states["T-1"].xero_invoice_id == theirs["InvoiceID"]
    assert "nothing was sent" in states["T-1"].messages[0]
    assert len(at.xero.live("T-1")) == 1


def test_our_number_and_reference_with_another_amount_is_never_called_confirmed(at: Desk) -> None:
    commands = at.prepare(sale("T-1")).commands
    at.xero.type_in(InvoiceNumber="T-1", Reference="T-1")
    command = only(push(at.ws, at.connection, commands))
    assert command.state == "stale"
    assert "110.00" in command.messages[0]
    assert "5.50" in command.messages[0]


def test_one_bad_invoice_does_not_stop_the_others(at: Desk) -> None:
    good, bad, last = at.prepare(sale("T-1"), sale("T-2"), sale("T-3")).commands
    report = push(at.ws, at.connection, [good, with_body(bad, AccountCode="999"), last])
    states = {one.number: one for one in report.commands}
    assert {number: one.state for number, one in states.items()} == {
        "T-1": "confirmed",
        "T-2": "rejected",
        "T-3": "confirmed",
    }
    assert "999" in states["T-2"].messages[0]
    assert states["T-2"].remedy
    assert at.xero.puts() == 1
    assert at.missing() == ["T-2"]
    assert push(at.ws, at.connection, [bad]).counts["confirmed"] == 1  # corrected, it can be approved again
    assert at.missing() == []


def test_a_second_click_makes_no_second_invoice(at: Desk) -> None:
    commands = at.prepare(sale("T-1"), sale("T-2")).commands
    at.xero.arm("slow", seconds=0.3, **PUT)
    raised = side_by_side(*[lambda: push(at.ws, at.connection, commands)] * 4)
    assert raised == []
    assert at.states() == {"T-1": "confirmed", "T-2": "confirmed"}
    # Claims are taken one by one, so two clicks may share the batch between them; no invoice is sent by both.
    assert [len(at.ws.outbox.attempts(one.id)) for one in at.commands()] == [1, 1]
    assert at.xero.puts() in (1, 2)
    assert len(at.xero.invoices()) == 2


def test_two_windows_with_overlapping_choices_make_each_invoice_once(at: Desk) -> None:
    one, two, three = at.prepare(sale("T-1"), sale("T-2"), sale("T-3")).commands
    raised = side_by_side(
        lambda: push(at.ws, at.connection, [one, two]), lambda: push(at.ws, at.connection, [two, three])
    )
    assert raised == []
    resume(at.ws, at.connection)
    assert sorted(found["Reference"] for found in at.xero.invoices()) == ["T-1", "T-2", "T-3"]
    assert set(at.states().values()) == {"confirmed"}


def test_two_invoices_of_one_new_client_make_one_contact(at: Desk) -> None:
    view = at.prepare(sale("T-1", client=NEW_CLIENT), sale("T-2", client=NEW_CLIENT.upper()))
    assert view.summary.new_contacts == 1
    report = push(at.ws, at.connection, view.commands)
    assert report.counts["confirmed"] == 2
    (contact,) = (one for one in at.xero.contacts() if one["Name"].casefold() == NEW_CLIENT.casefold())
    assert {one["Contact"]["ContactID"] for one in at.xero.invoices()} == {contact["ContactID"]}
    assert at.xero.puts("Contacts") == 1


@pytest.mark.parametrize(("fault", "creations"), [("drop_after", 1), ("drop_before", 2), ("offline", 2), ("limit", 2)])
def test_a_contact_whose_creation_was_lost_is_made_once(at: Desk, fault: str, creations: int) -> None:
    commands = at.prepare(sale("T-1", client=NEW_CLIENT)).commands
    at.xero.arm(fault, **PUT_CONTACT)
    assert push(at.ws, at.connection, commands).counts["confirmed"] == 1
    assert len(at.xero.contacts(NEW_CLIENT)) == 1
    assert at.xero.puts("Contacts") == creations


def test_a_contact_that_cannot_be_made_sends_no_invoice_and_can_be_tried_again(at: Desk) -> None:
    commands = at.prepare(sale("T-1", client=NEW_CLIENT), sale("T-2")).commands
    at.xero.arm("drop_before", times=3, **PUT_CONTACT)
    report = push(at.ws, at.connection, commands)
    assert {one.number: one.state for one in report.commands} == {"T-1": "rejected", "T-2": "confirmed"}
    assert at.xero.live("T-1") == []
    assert push(at.ws, at.connection, commands[:1]).counts["confirmed"] == 1
    assert len(at.xero.contacts(NEW_CLIENT)) == 1


def test_two_windows_with_one_new_client_make_one_contact(at: Desk) -> None:
    one, two = at.prepare(sale("T-1", client=NEW_CLIENT), sale("T-2", client=NEW_CLIENT)).commands
    at.xero.arm("slow", seconds=0.2, **PUT_CONTACT)
    raised = side_by_side(lambda: push(at.ws, at.connection, [one]), lambda: push(at.ws, at.connection, [two]))
    assert raised == []
    assert len(at.xero.contacts(NEW_CLIENT)) == 1
    assert set(at.states().values()) == {"confirmed"}


def test_a_daily_limit_while_making_the_contact_keeps_the_invoice_open(at: Desk) -> None:
    commands = at.prepare(sale("T-1", client=NEW_CLIENT)).commands
    at.xero.arm("limit", problem="day", retry_after_s=40_000, **PUT_CONTACT)
    with pytest.raises(LimitReached):
        push(at.ws, at.connection, commands)
    assert at.states() == {"T-1": "approved"}


def test_an_invoice_voided_in_xero_after_it_arrived_is_not_made_again(at: Desk) -> None:
    (command,) = approve(at.ws, at.connection, at.prepare(sale("T-1")).commands)
    at.ws.outbox.mark_sent([command.id], at.clock(), "a-key")
    held = at.xero.type_in(InvoiceNumber="T-1", Reference="T-1", Status="AUTHORISED")
    at.xero.api("POST", f"Invoices/{held['InvoiceID']}", InvoiceID=held["InvoiceID"], Status="VOIDED")
    assert only(resume(at.ws, at.connection)).state == "stale"
    assert (at.xero.live("T-1"), at.xero.puts()) == ([], 1)


def test_invoices_outside_the_push_are_left_exactly_as_they_were(at: Desk) -> None:
    at.xero.type_in(InvoiceNumber="INV-1", Reference="other")
    before = at.xero.invoices("other")
    push(at.ws, at.connection, at.prepare(sale("T-1")).commands)
    assert at.xero.invoices("other") == before


def test_only_the_organisation_of_the_push_is_called(at: Desk) -> None:
    push(at.ws, at.connection, at.prepare(sale("T-1", client=CLIENT)).commands)
    assert {row["tenant_id"] for row in at.xero.requests(path="/api.xro/")} == {at.tenant_id}


def test_more_than_one_call_s_worth_is_sent_in_batches_of_fifty(at: Desk) -> None:
    report = push(at.ws, at.connection, at.prepare(*(sale(f"T-{number:03}") for number in range(60))).commands)
    assert (report.counts["confirmed"], at.xero.puts(), report.writes) == (60, 2, 2)
    assert len({one["InvoiceNumber"] for one in at.xero.invoices()}) == len(at.xero.invoices()) == 60


def test_a_stop_half_way_keeps_the_batches_that_were_done(at: Desk) -> None:
    commands = at.prepare(*(sale(f"T-{number:03}") for number in range(60))).commands
    at.xero.arm("limit", problem="day", retry_after_s=40_000, skip=1, **PUT)
    with pytest.raises(ReconError):
        push(at.ws, at.connection, commands)
    states = list(at.states().values())
    assert (states.count("confirmed"), len(at.ws.outbox.open_commands(at.tenant_id))) == (50, 10)
    tomorrow = at.again()
    try:
        assert resume(tomorrow, at.connection).counts["confirmed"] == 10
    finally:
        tomorrow.transport.close()
    assert len({one["InvoiceNumber"] for one in at.xero.invoices()}) == len(at.xero.invoices()) == 60


def test_after_a_long_pause_it_looks_again_before_it_sends(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody types the invoice under another number while Xero makes the push wait between look-up and sending."""
    commands = at.prepare(sale("T-1"), sale("T-2")).pushable

    def pause(*words: Any) -> Any:
        at.xero.type_in(InvoiceNumber="BY-HAND", Reference="T-2")
        at.clock.forward(seconds=30)
        return resolve_contacts(*words)

    monkeypatch.setattr(sending, "resolve_contacts", pause)
    push(at.ws, at.connection, commands)
    assert at.states() == {"T-1": "confirmed", "T-2": "stale"}
    assert [one["InvoiceNumber"] for one in at.xero.live("T-2")] == ["BY-HAND"]
