"""Whatever is lost on the way, Xero ends up with one invoice, and the books here say what became of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, sale

from i2g_recon.errors import LimitReached, OtherSideFailed, ReconnectNeeded, Unreachable
from i2g_recon.jobs.push import approve, push, resume, send
from i2g_recon.jobs.push_report import PushReport
from i2g_recon.jobs.sending import LEASE_S

PUT = {"method": "PUT", "path": "/Invoices"}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def pushed(at: Desk) -> PushReport:
    return push(at.ws, at.connection, at.prepare(sale("T-1")).commands)


def attempts(at: Desk) -> int:
    return len(at.ws.outbox.attempts(at.commands()[0].id))


def one_live_invoice(at: Desk, number: str = "T-1") -> bool:
    """Whether Xero holds exactly one invoice for it, under the reference and under the number, and the sides agree."""
    held = at.xero.live(number)
    numbers = [one for one in at.xero.invoices() if one["InvoiceNumber"] == number]
    return len(held) == 1 and numbers == held and at.missing() == []


def test_without_faults_one_call_creates_and_one_reading_confirms(at: Desk) -> None:
    report = pushed(at)
    (command,) = report.commands
    (held,) = at.xero.invoices()
    assert (command.state, command.xero_invoice_id) == ("confirmed", held["InvoiceID"])
    assert (held["Reference"], held["InvoiceNumber"], held["Status"]) == ("T-1", "T-1", "DRAFT")
    assert (str(held["Total"]), at.xero.puts(), attempts(at)) == ("110.0", 1, 1)
    assert (report.writes, report.calls) == (1, report.reads + 1)


def test_answer_lost_after_it_was_saved_is_looked_up_and_not_sent_again(at: Desk) -> None:
    at.xero.arm("drop_after", **PUT)
    report = pushed(at)
    assert (report.counts["confirmed"], report.resumable) == (1, False)
    assert (at.xero.puts(), attempts(at)) == (1, 1)
    assert one_live_invoice(at)


def test_request_lost_before_it_was_saved_is_sent_again(at: Desk) -> None:
    at.xero.arm("drop_before", **PUT)
    assert pushed(at).counts["confirmed"] == 1
    assert (at.xero.puts(), attempts(at)) == (2, 2)
    assert one_live_invoice(at)


@pytest.mark.parametrize("fault", ["offline", "error"])
def test_server_trouble_on_a_write_is_looked_up_before_sending_again(at: Desk, fault: str) -> None:
    at.xero.arm(fault, **PUT)
    assert pushed(at).counts["confirmed"] == 1
    rows = [(row["method"], row["path"].rsplit("/", 1)[-1]) for row in at.xero.requests(path="/Invoices")]
    sends = [place for place, row in enumerate(rows) if row[0] == "PUT"]
    between = rows[sends[0] + 1 : sends[1]]
    assert between
    assert {method for method, _ in between} == {"GET"}
    assert one_live_invoice(at)


def test_an_error_that_xero_remembers_under_the_key_is_left_behind_with_a_new_key(at: Desk) -> None:
    at.xero.arm("error", **PUT)
    pushed(at)
    keys = [row["idempotency_key"] for row in at.xero.requests("PUT", "/Invoices")]
    assert keys[0] == keys[1]  # within its six minutes the same key is the safest repetition
    assert keys[-1] != keys[0]  # Xero repeated the error under it


@pytest.mark.parametrize(("fault", "held_meanwhile"), [("drop_before", 0), ("drop_after", 1)])
def test_lost_for_good_is_uncertain_and_resuming_settles_it(at: Desk, fault: str, held_meanwhile: int) -> None:
    commands = at.prepare(sale("T-1")).commands
    at.xero.arm(fault, times=3, **PUT)
    if fault == "drop_after":  # the look-ups fail as well, or the first of them would have found it
        at.xero.arm("drop_before", method="GET", path="/Invoices", times=-1, skip=2)
        with pytest.raises(Unreachable):
            push(at.ws, at.connection, commands)
        assert at.states() == {"T-1": "sent"}
    else:
        report = push(at.ws, at.connection, commands)
        assert (report.counts["uncertain"], report.resumable, report.needs_a_person) == (1, True, True)
        assert "not known yet" in report.commands[0].messages[0]
        assert (at.xero.puts(), attempts(at)) == (3, 3)
    at.xero.calm()
    assert len(at.xero.live("T-1")) == held_meanwhile
    assert resume(at.ws, at.connection).counts["confirmed"] == 1
    assert one_live_invoice(at)
    assert resume(at.ws, at.connection).commands == ()


def test_a_process_that_died_before_sending_is_taken_up(at: Desk) -> None:
    approve(at.ws, at.connection, at.prepare(sale("T-1")).commands)
    assert (at.xero.puts(), at.states()) == (0, {"T-1": "approved"})
    assert resume(at.ws, at.connection).counts["confirmed"] == 1
    assert one_live_invoice(at)


@pytest.mark.parametrize("arrived", [True, False])
def test_a_process_that_died_between_sent_and_answer_is_taken_up(at: Desk, *, arrived: bool) -> None:
    (command,) = approve(at.ws, at.connection, at.prepare(sale("T-1")).commands)
    assert at.ws.outbox.claim(command.id, "the dead one", at.clock(), LEASE_S)
    at.ws.outbox.mark_sent([command.id], at.clock(), "a-key", owner="the dead one")
    if arrived:
        at.xero.type_in(
            InvoiceNumber="T-1",
            Reference="T-1",
            LineItems=[
                {"Description": "Repair", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200", "TaxType": "OUTPUT"}
            ],
        )
    before = at.xero.puts()
    report = resume(at.ws, at.connection)  # its claim has not ended: it may still be at work
    assert (report.resumable, at.xero.puts()) == (True, before)
    assert "was stopped" in report.to_dict()["results"][0]["messages"][0]
    at.clock.forward(minutes=10)
    assert resume(at.ws, at.connection).counts["confirmed"] == 1
    assert at.xero.puts() == before + (not arrived)
    assert one_live_invoice(at)


@pytest.mark.parametrize("late", [1, 2])
def test_a_request_saved_after_we_stopped_waiting_makes_no_second_invoice(at: Desk, late: int) -> None:
    commands = at.prepare(sale("T-1"), sale("T-2")).commands
    impatient = at.again(patience_s=0.2)
    try:
        at.xero.arm("late", seconds=0.7, times=late, **PUT)
        report = push(impatient, at.connection, commands)
    finally:
        impatient.transport.close()
    assert report.counts["confirmed"] == 2
    assert at.xero.puts() == late + 1
    time.sleep(0.8)  # the late ones arrive now
    assert one_live_invoice(at, "T-1")
    assert one_live_invoice(at, "T-2")


def test_a_late_request_of_yesterday_meets_the_number_of_the_one_sent_today(at: Desk) -> None:
    """A new run sends under a new key, so only the number, which Xero keeps unique, stops the late one."""
    commands = at.prepare(sale("T-1")).commands
    impatient = at.again(patience_s=0.2)
    try:
        at.xero.arm("late", seconds=1.6, times=3, **PUT)
        assert push(impatient, at.connection, commands).counts["uncertain"] == 1
    finally:
        impatient.transport.close()
    assert resume(at.ws, at.connection).counts["confirmed"] == 1
    time.sleep(1.7)
    keys = {row["idempotency_key"] for row in at.xero.requests("PUT", "/Invoices")}
    assert len(keys) > 1
    assert one_live_invoice(at)


def test_a_short_limit_is_waited_for(at: Desk) -> None:
    at.xero.arm("limit", retry_after_s=17, **PUT)
    assert pushed(at).counts["confirmed"] == 1
    assert any(16 < pause <= 17 for pause in at.slept)
    assert one_live_invoice(at)


def test_a_limit_on_reading_is_waited_for(at: Desk) -> None:
    commands = at.prepare(sale("T-1")).commands
    at.xero.arm("limit", method="GET", retry_after_s=17)
    assert push(at.ws, at.connection, commands).counts["confirmed"] == 1
    assert any(16 < pause <= 17 for pause in at.slept)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_the_daily_limit_stops_at_once_and_is_resumed_the_next_day(at: Desk, method: str) -> None:
    commands = at.prepare(sale("T-1"), sale("T-2")).commands
    at.xero.arm("limit", method=method, path="/Invoices", problem="day", retry_after_s=40_000)
    with pytest.raises(LimitReached) as limit:
        push(at.ws, at.connection, commands)
    assert (limit.value.exit_code, limit.value.problem) == (3, "day")
    assert at.slept == []
    assert len(at.ws.outbox.open_commands(at.tenant_id)) == 2
    tomorrow = at.again()
    try:
        assert resume(tomorrow, at.connection).counts["confirmed"] == 2
    finally:
        tomorrow.transport.close()
    assert [len(at.xero.live(number)) for number in ("T-1", "T-2")] == [1, 1]


def test_unreachable_is_said_and_nothing_is_lost(at: Desk) -> None:
    commands = at.prepare(sale("T-1")).commands
    at.xero.arm("drop_before", method="GET", times=-1)
    with pytest.raises(OtherSideFailed):
        push(at.ws, at.connection, commands)
    assert (at.xero.puts(), at.states()) == (0, {"T-1": "approved"})
    at.xero.calm()
    assert resume(at.ws, at.connection).counts["confirmed"] == 1


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_disconnected_half_way_keeps_everything_and_says_so(at: Desk, method: str) -> None:
    commands = at.prepare(sale("T-1"), sale("T-2")).commands
    at.xero.arm("disconnected", method=method, path="/Invoices")
    with pytest.raises(ReconnectNeeded):
        push(at.ws, at.connection, commands)
    assert at.connection.state == "disconnected"
    assert len(at.ws.outbox.open_commands(at.tenant_id)) == 2


def test_an_expired_token_costs_one_refresh_and_one_more_send(at: Desk) -> None:
    commands = at.prepare(sale("T-1")).commands
    tokens_before = at.ws.store.tokens(at.connection.consent_id)
    refreshes = len(at.xero.requests("POST", "/connect/token"))
    at.xero.arm("expired_token", **PUT)
    assert push(at.ws, at.connection, commands).counts["confirmed"] == 1
    assert len(at.xero.requests("POST", "/connect/token")) == refreshes + 1
    assert at.xero.puts() == 2  # the refused one and the one that was looked at
    assert at.ws.store.tokens(at.connection.consent_id) != tokens_before
    assert one_live_invoice(at)


def test_a_push_of_a_settled_command_sends_nothing(at: Desk) -> None:
    commands = at.prepare(sale("T-1")).commands
    first = push(at.ws, at.connection, commands)
    puts = at.xero.puts()
    again = push(at.ws, at.connection, commands)
    assert [one.id for one in again.commands] == [one.id for one in first.commands]
    assert send(at.ws, at.connection, first.commands).writes == 0
    assert at.xero.puts() == puts
