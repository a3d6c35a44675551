"""A bookkeeper's month, told once from the first import to the period that is opened again, on one pretend Xero."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from fixtures_workspace import CLIENT, KNOWN_CLIENT, Desk, desk, sale

from i2g_recon.jobs import close_period, setup_steps
from i2g_recon.jobs.cases import cases_of, move, notes_of
from i2g_recon.jobs.decisions import decisions_of
from i2g_recon.jobs.drift import drift
from i2g_recon.jobs.overview import overview
from i2g_recon.jobs.push import push
from i2g_recon.jobs.reconcile import RunView, stored_view
from i2g_recon.report.paper import paper_bytes
from i2g_recon.sandbox.i2g_export import ExportLine, ExportTax

OCTOBER = (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
FREE = ExportTax(id="1d2e8b90-7b1c-4f3a-9e55-aa0c4d5e6f70", name="GST Free", rates=(Decimal(0),))
SENT, FREE_OF_TAX, DIFFERENT, LATER = ("B-1", "B-2", "B-3"), ("F-1", "F-2"), ("D-1", "D-2"), "L-1"


def free_sale(number: str) -> Any:
    """One without tax by a tax of its own name, which no default knows."""
    line = ExportLine(description="Advice", quantity=Decimal(1), unit_price=Decimal(80), taxes=((Decimal(0), FREE.id),))
    return sale(number, lines=(line,), taxes=(FREE,))


def taxed(amount: int) -> dict[str, Any]:
    """A line as Xero takes it."""
    return {"Description": "Repair", "Quantity": 1, "UnitAmount": amount, "AccountCode": "200", "TaxType": "OUTPUT"}


def in_xero(at: Desk, number: str, amount: int) -> dict[str, Any]:
    """Somebody copied it by hand, and not quite right."""
    return at.xero.type_in(
        Reference=number,
        InvoiceNumber=f"X-{number}",
        Date="2026-10-01",
        DueDate="2026-10-15",
        LineItems=[taxed(amount)],
        Status="AUTHORISED",
        LineAmountTypes="Exclusive",
    )


def in_bucket(run: RunView, bucket: str) -> list[str]:
    return sorted(item["number"] for item in run.document["items"] if item["bucket"] == bucket)


def test_a_month_of_a_bookkeeper(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at:
        for number in DIFFERENT:
            in_xero(at, number, 99)
        # The export comes in; one tax of it is kept back, because nobody has said yet what it is in Xero.
        exported = [*map(sale, (*SENT, *DIFFERENT)), *map(free_sale, FREE_OF_TAX)]
        report = at.bring_in(*exported)
        assert [(file.accepted, file.refused) for file in report.files] == [(7, 0)]
        setup_steps.change_setup(at.ws, at.connection, held_taxes=("GST Free 0%",))
        at.set_up()
        first = at.plan()
        assert in_bucket(first.run, "missing") == sorted((*SENT, *FREE_OF_TAX))
        assert in_bucket(first.run, "differs") == sorted(DIFFERENT)
        assert {one.number for one in first.pushable} == set(SENT)

        # One fix for both that wait: the tax is matched. Then everything goes in one push, and is checked again.
        setup_steps.change_setup(at.ws, at.connection, held_taxes=())
        at.set_up(taxes=("GST Free 0%=EXEMPTOUTPUT",))
        planned = at.plan()
        assert {one.number for one in planned.pushable} == {*SENT, *FREE_OF_TAX}
        sent = push(at.ws, at.connection, planned.pushable)
        assert {one.state for one in sent.commands} == {"confirmed"}
        rechecked = at.reconcile()
        assert rechecked.counts["agrees"] == 5
        assert [len(at.xero.live(number)) for number in (*SENT, *FREE_OF_TAX)] == [1] * 5

        # Two differences are known to the client and stay; the counts stay as well.
        items = [item for item in rechecked.document["items"] if item["bucket"] == "differs"]
        assert move(at.ws, at.connection, items, "accepted", who="Robin", reason="Agreed with the client") == 2
        assert {case.state for case in cases_of(at.ws, at.tenant_id).values()} == {"accepted", "closed"}
        view = overview(at.ws, at.connection)
        assert view.run is not None
        assert view.run.needs_a_person

        # The month is signed off by two people, with the paper that says so.
        signed = close_period.prepare(at.ws, at.connection, *OCTOBER, who="Robin", note="Two differences are agreed.")
        assert close_period.review(at.ws, at.connection, signed.id, who="Kim").reviewer == "Kim"
        paper = paper_bytes(rechecked.document, "html", decisions_of(at.ws, rechecked)).decode()
        assert paper.count("accepted: Agreed with the client") == 2
        period = stored_view(at.ws, at.tenant_id, signed.run_id)
        assert [one.who for one in decisions_of(at.ws, period)] == ["Robin", "Robin", "Robin", "Kim"]
        assert close_period.alarms(at.ws, at.connection) == []

        # Somebody edits one of them in Xero afterwards: it is shouted, found as drift, and its case is open again.
        at.clock.forward(hours=1)
        (late,) = at.xero.live("D-1")
        at.xero.api("POST", f"Invoices/{late['InvoiceID']}", LineItems=[taxed(90)])
        changed = at.reconcile()
        (alarm,) = close_period.alarms(at.ws, at.connection)
        assert (alarm.sign_off.id, alarm.source, alarm.target) == (signed.id, 0, 1)
        assert set(close_period.since(at.ws, at.connection, signed).changes["number"]) == {"X-D-1"}
        assert not drift(at.ws, at.tenant_id).changes.empty
        reopened = next(item for item in changed.document["items"] if item["number"] == "D-1")
        states = {case.key: case.state for case in cases_of(at.ws, at.tenant_id).values()}
        assert sorted(state for state in states.values() if state != "closed") == ["accepted", "new"]
        assert notes_of(at.ws, at.tenant_id, reopened)[-1].who == ""

        # The period is opened again, with a reason, and the log tells the whole story in order.
        close_period.withdraw(at.ws, at.connection, signed.id, who="Kim", reason="D-1 was edited in Xero")
        assert close_period.alarms(at.ws, at.connection) == []
        assert the_log_tells_it_in_order(at)


def the_log_tells_it_in_order(at: Desk) -> bool:
    told = [line.what for line in reversed(at.ws.store.activity(at.tenant_id))]
    story = ("imported", "changed set-up", "worked on", "signed off", "reviewed", "opened again")
    places = [told.index(what) for what in story]
    return places == sorted(places) and CLIENT not in " ".join(told)
