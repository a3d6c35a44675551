"""Signing a period off: with evidence, by two people; what changes afterwards is said aloud."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, pretend_xero, sale
from test_cli import SETUP, desk_on

from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.close_period import alarms, prepare, review, sign_offs, since, withdraw
from i2g_recon.jobs.materiality import save_materiality
from i2g_recon.jobs.plan import plan
from i2g_recon.jobs.push import push
from i2g_recon.jobs.reconcile import latest_run
from i2g_recon.jobs.roll_forward import carried_forward
from i2g_recon.sandbox.i2g_export import csv_bytes
from i2g_recon.store.records import SignOff

CHEAP = {"Description": "Nail", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200", "TaxType": "EXEMPTOUTPUT"}
OCTOBER = (dt.date(2026, 10, 1), dt.date(2026, 10, 31))


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def signed(at: Desk, *, note: str = "") -> SignOff:
    return prepare(at.ws, at.connection, *OCTOBER, who="Robin", note=note)


def settled_books(at: Desk) -> None:
    push(at.ws, at.connection, at.prepare(sale("T-1"), sale("T-2")).pushable)


def test_two_people_sign_a_period_off_with_its_evidence(at: Desk) -> None:
    settled_books(at)
    one = signed(at)
    assert (one.preparer, one.reviewer, len(one.evidence)) == ("Robin", "", 64)
    done = review(at.ws, at.connection, one.id, who="Kim")
    assert (done.reviewer, done.evidence) == ("Kim", one.evidence)
    assert [line.what for line in at.ws.store.activity(at.tenant_id)][:2] == ["reviewed", "signed off"]
    assert [line.who for line in at.ws.store.activity(at.tenant_id)][:2] == ["Kim", "Robin"]
    assert alarms(at.ws, at.connection) == []


def test_the_preparer_does_not_review_and_nobody_reviews_twice(at: Desk) -> None:
    settled_books(at)
    one = signed(at)
    for who in ("robin ", ""):
        with pytest.raises(NeedsAPerson, match="somebody else reviews"):
            review(at.ws, at.connection, one.id, who=who)
    review(at.ws, at.connection, one.id, who="Kim")
    with pytest.raises(NeedsAPerson, match="reviewed by Kim already"):
        review(at.ws, at.connection, one.id, who="Sam")


def test_open_invoices_need_a_note(at: Desk) -> None:
    at.prepare(sale("T-1"), sale("T-2"))
    at.xero.type_in(InvoiceNumber="X-1", Reference="T-9", Date="2026-10-05")
    with pytest.raises(NeedsAPerson, match="3 invoices of the period still need somebody"):
        signed(at)
    assert signed(at, note="Sent next week").note == "Sent next week"


def test_what_is_open_below_materiality_needs_no_note(at: Desk) -> None:
    at.prepare(sale("T-1", "10"), sale("T-2", "20"))
    at.xero.type_in(InvoiceNumber="X-1", Reference="X-1", Date="2026-10-05", LineItems=[CHEAP])
    with pytest.raises(NeedsAPerson, match="who decides"):
        save_materiality(at.ws, at.connection, 5000, who=" ")
    save_materiality(at.ws, at.connection, 4299, who="Robin")
    with pytest.raises(NeedsAPerson, match="still need somebody"):
        signed(at)
    save_materiality(at.ws, at.connection, 4300, who="Robin")
    assert signed(at).note == "3 open lines of 43.00 AUD together, below the materiality of 43.00 AUD."


def test_a_period_without_open_lines_gets_no_note_from_materiality(at: Desk) -> None:
    settled_books(at)
    save_materiality(at.ws, at.connection, 5000, who="Robin")
    assert signed(at).note == ""


def test_another_currency_is_never_below_materiality(at: Desk) -> None:
    at.prepare(sale("T-1", "1", currency="NZD"), sale("T-2", "1"), sale("T-3", "1"))
    at.xero.type_in(InvoiceNumber="X-1", Reference="X-1", Date="2026-10-05", LineItems=[CHEAP])
    save_materiality(at.ws, at.connection, 10**6, who="Robin")
    with pytest.raises(NeedsAPerson, match="still need somebody"):
        signed(at)


def test_what_was_open_is_carried_forward_until_it_is_settled(at: Desk) -> None:
    planned = at.prepare(sale("T-1"), sale("T-2"))
    at.xero.type_in(InvoiceNumber="X-1", Reference="X-1", Date="2026-10-05", LineItems=[CHEAP])
    assert carried_forward(at.ws, at.connection) == []
    one = signed(at, note="Sent next week")
    found = carried_forward(at.ws, at.connection)
    assert {each.item["number"] for each in found if each.item["source_ids"]} == {"T-1", "T-2"}
    assert {each.sign_off.id for each in found} == {one.id}
    push(at.ws, at.connection, planned.pushable)
    at.reconcile()
    assert [each.item["reference"] for each in carried_forward(at.ws, at.connection)] == ["X-1"]
    withdraw(at.ws, at.connection, one.id, who="Robin", reason="Again")
    assert carried_forward(at.ws, at.connection) == []


def test_a_period_without_invoices_proves_nothing(at: Desk) -> None:
    settled_books(at)
    with pytest.raises(NeedsAPerson, match="no invoice in this period"):
        prepare(at.ws, at.connection, dt.date(2020, 1, 1), dt.date(2020, 1, 31), who="Robin")
    with pytest.raises(NeedsAPerson, match="ends before it begins"):
        prepare(at.ws, at.connection, *reversed(OCTOBER), who="Robin")
    with pytest.raises(NeedsAPerson, match="who signs it off"):
        prepare(at.ws, at.connection, *OCTOBER, who=" ")
    assert sign_offs(at.ws, at.connection) == []


def test_a_period_is_signed_off_once_until_it_is_opened_again(at: Desk) -> None:
    settled_books(at)
    one = signed(at)
    with pytest.raises(NeedsAPerson, match="signed off already"):
        prepare(at.ws, at.connection, dt.date(2026, 10, 31), dt.date(2026, 12, 31), who="Robin")
    with pytest.raises(NeedsAPerson, match="and why"):
        withdraw(at.ws, at.connection, one.id, who="Robin", reason="")
    withdraw(at.ws, at.connection, one.id, who="Robin", reason="A late invoice")
    with pytest.raises(NeedsAPerson, match="withdrawn"):
        review(at.ws, at.connection, one.id, who="Kim")
    assert signed(at).id != one.id
    assert [found.withdrawn_at is None for found in sign_offs(at.ws, at.connection)] == [True, False]


def test_whatever_changes_in_the_period_afterwards_is_said_aloud(at: Desk) -> None:
    settled_books(at)
    one = signed(at)
    (first, _) = at.xero.invoices()
    at.xero.api("POST", f"Invoices/{first['InvoiceID']}", Status="DELETED")
    at.bring_in(sale("T-1"), sale("T-2"), sale("T-3"), name="later_invoice.csv")
    at.reconcile()
    (found,) = alarms(at.ws, at.connection)
    assert (found.sign_off.id, found.source, found.target) == (one.id, 1, 1)
    assert "1 in Invoice2go and 1 in Xero" in found.words
    drift = since(at.ws, at.connection, one)
    assert drift.sides["source"].counts["appeared"] == 1
    assert drift.sides["target"].counts["changed"] == 1
    assert alarms(at.ws, at.connection) == [found]  # counted once, remembered


def test_what_happens_outside_the_period_is_no_alarm(at: Desk) -> None:
    settled_books(at)
    signed(at)
    later = sale("T-4", date=dt.date(2026, 11, 2))
    at.bring_in(sale("T-1"), sale("T-2"), later, name="later_invoice.csv")
    at.xero.type_in(InvoiceNumber="X-1", Reference="X-1", Date="2026-11-03")
    at.reconcile()
    assert alarms(at.ws, at.connection) == []


def test_an_invoice_that_moves_out_of_the_period_is_an_alarm(at: Desk) -> None:
    settled_books(at)
    signed(at)
    (first, _) = at.xero.invoices()
    at.xero.api("POST", f"Invoices/{first['InvoiceID']}", Date="2026-11-02")
    at.reconcile()
    assert [one.target for one in alarms(at.ws, at.connection)] == [1]


def test_evidence_that_was_exchanged_is_noticed_by_the_review(at: Desk) -> None:
    settled_books(at)
    one = signed(at)
    with at.ws.store.database.writing() as session:
        session.connection().exec_driver_sql(
            "UPDATE run SET result_json = replace(result_json, 'T-1', 'T-7') WHERE id = ?", (one.run_id,)
        )
    with pytest.raises(NeedsAPerson, match="not what it was"):
        review(at.ws, at.connection, one.id, who="Kim")


def test_the_plan_is_never_made_of_a_run_of_one_period(at: Desk) -> None:
    at.prepare(sale("T-1"), sale("T-9", date=dt.date(2026, 11, 2)))
    signed_note = "Open on purpose"
    at.xero.type_in(InvoiceNumber="X-1", Reference="X-1", Date="2026-10-05")
    signed(at, note=signed_note)
    assert {one.number for one in plan(at.ws, at.connection).commands} == {"T-1", "T-9"}


def test_after_a_sign_off_the_overview_is_about_the_whole_books_again(at: Desk) -> None:
    settled_books(at)
    one = signed(at)
    run = latest_run(at.ws, at.tenant_id)
    assert run
    assert run.id != one.run_id
    assert run.document["policy"]["period_from"] is None


def test_the_command_signs_off_reviews_and_shows(tmp_path: Path) -> None:
    with pretend_xero(KNOWN_CLIENT) as xero:
        at = desk_on(xero, tmp_path).connected()
        at.run("import", at.file("x_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
        at.run(*SETUP, expect=0)
        at.run("push", "--all", "--yes", expect=0)
        assert "No period is signed off yet" in at.run("close", expect=0).stdout
        period = ("--from", "2026-10-01", "--to", "2026-10-31")
        (one,) = at.json("close", *period, "--as", "Robin", expect=0)["sign_offs"]
        assert "not reviewed yet" in at.run("close", expect=0).stdout
        assert "somebody else" in at.refused("close", "--review", one["id"], "--as", "Robin")
        (done,) = at.json("close", "--review", one["id"], "--as", "Kim", expect=0)["sign_offs"]
        assert done["reviewer"] == "Kim"
        assert "one at a time" in at.refused("close", *period, "--review", one["id"])
        assert "both --from and --to" in at.refused("close", "--from", "2026-10-01", "--as", "Robin")
        made = xero.invoices()[0]
        xero.api("POST", f"Invoices/{made['InvoiceID']}", Status="DELETED")
        at.run("pull", expect=0)
        assert "since then invoices in it changed: 1 in Xero" in at.run("close", expect=1).stdout
        at.run("close", "--withdraw", one["id"], "--as", "Robin", "--note", "Deleted by mistake", expect=0)
