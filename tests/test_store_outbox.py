from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fixtures_store import NOW, TENANT, command, seconds, store_at

from i2g_recon.errors import NeedsAPerson
from i2g_recon.store.database import Clash
from i2g_recon.store.outbox import Outbox
from i2g_recon.store.records import SETTLED_STATES, TAKEN_STATES, Attempt, CommandState, PushInfo, Receipt

MAKES_ROOM = ("rejected", "stale", "held", "skipped")


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with store_at(tmp_path) as store:
        yield Outbox(store)


def sent(outbox: Outbox, name: str = "push-1/i2g-1", later_s: float = 1) -> None:
    outbox.mark_sent([name], NOW + seconds(later_s), f"attempt at {later_s}")


def test_what_was_approved_is_written_down_as_it_was_seen(outbox: Outbox) -> None:
    first, second = command("i2g-1"), command("i2g-2", number="INV0043", contact_id="c-1")
    assert outbox.approve("push-1", TENANT, [first, second], NOW) == [first, second]
    assert outbox.commands("push-1") == [first, second]
    assert outbox.open_commands(TENANT) == [first, second]
    assert outbox.command(first.id) == first
    assert outbox.command("unknown") is None
    assert outbox.pushes(TENANT) == [PushInfo(id="push-1", tenant_id=TENANT, approved_at=NOW, counts={"approved": 2})]
    assert outbox.open_commands("another") == outbox.commands("unknown") == []


def test_nothing_of_an_outcome_can_be_smuggled_in(outbox: Outbox) -> None:
    [kept] = outbox.approve("push-1", TENANT, [command(state="confirmed", attempts=3, sent_at=NOW)], NOW)
    assert (kept.state, kept.attempts, kept.sent_at) == ("approved", 0, None)


def test_a_second_approval_gives_the_command_that_stands(outbox: Outbox) -> None:
    [first] = outbox.approve("push-1", TENANT, [command()], NOW)
    other = command("i2g-2", push_id="push-2")
    answer = outbox.approve("push-2", TENANT, [command(push_id="push-2"), other], NOW)
    assert answer == [first, other]
    assert outbox.commands("push-2") == [other]
    assert outbox.approve("push-3", TENANT, [command(push_id="push-3")], NOW) == [first]
    assert [push.id for push in outbox.pushes(TENANT)] == ["push-2", "push-1"]


def test_the_same_invoice_twice_in_one_approval_is_one_command(outbox: Outbox) -> None:
    first, again = command(), command(id="other")
    assert outbox.approve("push-1", TENANT, [first, again], NOW) == [first, first]
    assert outbox.commands("push-1") == [first]


def test_create_and_update_of_one_invoice_are_two_changes(outbox: Outbox) -> None:
    update = command(id="update", action="update", xero_invoice_id="x-1")
    assert outbox.approve("push-1", TENANT, [command(), update], NOW) == [command(), update]


@pytest.mark.parametrize("state", TAKEN_STATES)
def test_an_open_or_confirmed_command_takes_its_place(outbox: Outbox, state: CommandState) -> None:
    outbox.approve("push-1", TENANT, [command()], NOW)
    if state != "approved":
        sent(outbox)
    if state in {"uncertain", "confirmed"}:
        outbox.settle("push-1/i2g-1", state, NOW)
    [stands] = outbox.approve("push-2", TENANT, [command(push_id="push-2")], NOW)
    assert (stands.push_id, stands.state) == ("push-1", state)


@pytest.mark.parametrize("state", MAKES_ROOM)
def test_a_command_that_came_to_nothing_makes_room(outbox: Outbox, state: CommandState) -> None:
    outbox.approve("push-1", TENANT, [command()], NOW)
    outbox.settle("push-1/i2g-1", state, NOW)
    again = command(push_id="push-2")
    assert outbox.approve("push-2", TENANT, [again], NOW) == [again]
    assert outbox.open_commands(TENANT) == [again]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tenant_id": "another"}, "another organisation"),
        ({"push_id": "push-9"}, "another push"),
        ({"source_id": ""}, "lacks an id"),
        ({"idempotency_key": ""}, "idempotency key"),
        ({"idempotency_key": "k" * 129}, "idempotency key"),
        ({"body": "not json"}, "no readable body"),
        ({"body": "[]"}, "no readable body"),
        ({"id": "push-1/i2g-1", "source_id": "i2g-3"}, "appears 2 times"),
    ],
)
def test_one_unfit_command_keeps_all_from_being_written(outbox: Outbox, change: dict[str, Any], sentence: str) -> None:
    bad = replace(command("i2g-2", number="INV0043"), **change)
    with pytest.raises(NeedsAPerson, match=sentence):
        outbox.approve("push-1", TENANT, [command(), bad], NOW)
    assert outbox.open_commands(TENANT) == []
    assert outbox.pushes(TENANT) == []


def test_a_failure_on_the_way_leaves_nothing(outbox: Outbox) -> None:
    outbox.approve("push-1", TENANT, [command()], NOW)
    taken_id = command("i2g-3", push_id="push-2", id="push-1/i2g-1")
    with pytest.raises(Clash):
        outbox.approve("push-2", TENANT, [command("i2g-2", push_id="push-2"), taken_id], NOW)
    assert outbox.commands("push-2") == []
    assert [push.id for push in outbox.pushes(TENANT)] == ["push-1"]


def test_a_push_belongs_to_one_organisation(outbox: Outbox) -> None:
    outbox.approve("push-1", TENANT, [command()], NOW)
    with pytest.raises(NeedsAPerson, match="another organisation"):
        outbox.approve("push-1", "another", [command(tenant_id="another", id="x")], NOW)
    assert outbox.open_commands("another") == []


def test_the_database_itself_refuses_a_second_open_command(outbox: Outbox) -> None:
    outbox.approve("push-1", TENANT, [command()], NOW)
    with pytest.raises(Clash), outbox.database.writing() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO command SELECT 99, 'other', push_id, tenant_id, source_id, number, reference, invoice_number,"
            " action, body, idempotency_key, currency, total_minor, fingerprint, contact_id, contact_name,"
            " contact_email, 'uncertain', attempts, sent_at, settled_at, xero_invoice_id, xero_invoice_number,"
            " messages, remedy, owner, lease_until, target_id FROM command"
        )


def test_a_large_approval_is_one_transaction(outbox: Outbox) -> None:
    many = [command(f"i2g-{n}") for n in range(1_200)]
    assert outbox.approve("push-1", TENANT, many, NOW) == many
    again = outbox.approve("push-2", TENANT, [replace(each, push_id="push-2", id=f"2{each.id}") for each in many], NOW)
    assert again == many


def test_one_process_at_a_time_works_on_a_command(outbox: Outbox) -> None:
    outbox.approve("push-1", TENANT, [command()], NOW)
    name = "push-1/i2g-1"
    assert outbox.claim(name, "a", NOW, 60)
    assert outbox.claim(name, "a", NOW + seconds(30), 60)  # prolongs
    assert not outbox.claim(name, "b", NOW + seconds(89), 60)
    assert outbox.claim(name, "b", NOW + seconds(90), 60)
    outbox.release("a")  # no longer a's to give back
    assert not outbox.claim(name, "a", NOW + seconds(91), 60)
    outbox.release("b")
    assert outbox.claim(name, "a", NOW + seconds(91), 60)
    assert outbox.claim(name, "b", NOW - seconds(86_400), 60)  # the clock was put back: that lease cannot be
    assert not outbox.claim("unknown", "a", NOW, 60)


def test_every_sending_is_written_down_before(outbox: Outbox) -> None:
    outbox.approve("push-1", TENANT, [command()], NOW)
    sent(outbox, later_s=1)
    outbox.settle("push-1/i2g-1", "uncertain", NOW + seconds(2))
    sent(outbox, later_s=400)
    kept = outbox.command("push-1/i2g-1")
    assert kept is not None
    assert (kept.state, kept.attempts, kept.idempotency_key) == ("sent", 2, "attempt at 400")
    assert (kept.sent_at, kept.settled_at) == (NOW + seconds(400), None)
    assert outbox.attempts("push-1/i2g-1") == [
        Attempt(command_id="push-1/i2g-1", at=NOW + seconds(1), idempotency_key="attempt at 1"),
        Attempt(command_id="push-1/i2g-1", at=NOW + seconds(400), idempotency_key="attempt at 400"),
    ]


@pytest.mark.parametrize("state", SETTLED_STATES)
def test_what_is_settled_is_not_sent(outbox: Outbox, state: CommandState) -> None:
    outbox.approve("push-1", TENANT, [command()], NOW)
    outbox.settle("push-1/i2g-1", state, NOW)
    with pytest.raises(NeedsAPerson, match="nothing was sent"):
        sent(outbox)
    assert outbox.attempts("push-1/i2g-1") == []
    assert not outbox.claim("push-1/i2g-1", "a", NOW, 60)
    assert outbox.open_commands(TENANT) == []


def test_whoever_lost_the_claim_does_not_send(outbox: Outbox) -> None:
    outbox.approve("push-1", TENANT, [command()], NOW)
    outbox.claim("push-1/i2g-1", "a", NOW, 60)
    outbox.claim("push-1/i2g-1", "b", NOW + seconds(61), 60)
    with pytest.raises(NeedsAPerson, match="taken over"):
        outbox.mark_sent(["push-1/i2g-1"], NOW + seconds(62), "key", owner="a")
    outbox.mark_sent(["push-1/i2g-1"], NOW + seconds(62), "key", owner="b")


def test_the_contact_is_noted_while_open(outbox: Outbox) -> None:
    outbox.approve("push-1", TENANT, [command()], NOW)
    outbox.mark_contacts({"push-1/i2g-1": "c-1"})
    outbox.settle("push-1/i2g-1", "confirmed", NOW)
    outbox.mark_contacts({"push-1/i2g-1": "c-2"})
    kept = outbox.command("push-1/i2g-1")
    assert kept is not None
    assert kept.contact_id == "c-1"


def test_an_outcome_comes_with_its_receipt(outbox: Outbox) -> None:
    outbox.approve("push-1", TENANT, [command(), command("i2g-2", number="INV0043")], NOW)
    sent(outbox)
    assert outbox.settle("push-1/i2g-1", "uncertain", NOW + seconds(2), remedy="Look again.")
    found: dict[str, Any] = {"xero_invoice_id": "x-1", "xero_invoice_number": "INV0042"}
    assert outbox.settle("push-1/i2g-1", "confirmed", NOW + seconds(3), **found)
    words = ("Account code '9' is not valid.",)
    assert outbox.settle("push-1/i2g-2", "rejected", NOW + seconds(4), messages=words, remedy="Choose another.")
    kept = outbox.command("push-1/i2g-1")
    assert kept is not None
    assert (kept.state, kept.settled_at, kept.xero_invoice_id) == ("confirmed", NOW + seconds(3), "x-1")
    same: dict[str, Any] = {"push_id": "push-1", "tenant_id": TENANT}
    first: dict[str, Any] = {"command_id": "push-1/i2g-1", "source_id": "i2g-1", "number": "INV0042", **same}
    second: dict[str, Any] = {"command_id": "push-1/i2g-2", "source_id": "i2g-2", "number": "INV0043", **same}
    expected = [
        Receipt(**first, at=NOW + seconds(2), state="uncertain", remedy="Look again."),
        Receipt(**first, at=NOW + seconds(3), state="confirmed", **found),
        Receipt(**second, at=NOW + seconds(4), state="rejected", messages=words, remedy="Choose another."),
    ]
    assert outbox.receipts(TENANT) == outbox.receipts(TENANT, "push-1") == expected
    assert outbox.receipts(TENANT, "push-2") == outbox.receipts("another") == []
    assert outbox.pushes(TENANT)[0].counts == {"confirmed": 1, "rejected": 1}


def test_a_known_number_is_not_forgotten_by_a_later_outcome(outbox: Outbox) -> None:
    outbox.approve("push-1", TENANT, [command()], NOW)
    outbox.settle("push-1/i2g-1", "uncertain", NOW, xero_invoice_id="x-1", xero_invoice_number="INV0042")
    outbox.settle("push-1/i2g-1", "confirmed", NOW)
    kept = outbox.command("push-1/i2g-1")
    assert kept is not None
    assert (kept.xero_invoice_id, kept.xero_invoice_number) == ("x-1", "INV0042")


@pytest.mark.parametrize("late", [*SETTLED_STATES, "uncertain"])
def test_what_is_confirmed_stays_confirmed(outbox: Outbox, late: CommandState) -> None:
    outbox.approve("push-1", TENANT, [command()], NOW)
    assert outbox.settle("push-1/i2g-1", "confirmed", NOW, xero_invoice_id="x-1")
    assert not outbox.settle("push-1/i2g-1", late, NOW, xero_invoice_id="x-2")
    kept = outbox.command("push-1/i2g-1")
    assert kept is not None
    assert (kept.state, kept.xero_invoice_id) == ("confirmed", "x-1")
    assert len(outbox.receipts(TENANT)) == 1


def test_a_late_confirmation_wins_unless_a_newer_command_stands(outbox: Outbox) -> None:
    outbox.approve("push-1", TENANT, [command(), command("i2g-2")], NOW)
    outbox.settle("push-1/i2g-1", "rejected", NOW)
    outbox.settle("push-1/i2g-2", "rejected", NOW)
    assert outbox.settle("push-1/i2g-1", "confirmed", NOW)
    outbox.approve("push-2", TENANT, [command("i2g-2", push_id="push-2")], NOW)
    assert not outbox.settle("push-1/i2g-2", "confirmed", NOW)
    assert [each.id for each in outbox.standing_commands(TENANT)] == ["push-1/i2g-1", "push-2/i2g-2"]


def test_a_state_that_is_no_outcome_is_refused(outbox: Outbox) -> None:
    with pytest.raises(ValueError, match="not an outcome"):
        outbox.settle("push-1/i2g-1", "sent", NOW)
    assert not outbox.settle("unknown", "confirmed", NOW)


def test_no_client_shows_in_the_repr_of_a_command() -> None:
    assert "Brook" not in repr(command())
    assert "brook" not in repr(command())
