"""Pushing all that is missing, and comparing again: nothing that could be pushed is missing any more."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from exports import make_export
from fixtures_workspace import GST, KNOWN_CLIENT, Desk, desk, sale
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from i2g_recon.core.money import from_minor
from i2g_recon.core.preflight import calls_for
from i2g_recon.jobs import import_export
from i2g_recon.jobs.push import push
from i2g_recon.jobs.push_report import PushReport
from i2g_recon.jobs.receipts import last_receipts, left_open
from i2g_recon.jobs.setup_steps import setup_view
from i2g_recon.sandbox.demo import sample_export
from i2g_recon.sandbox.i2g_export import ExportInvoice, ExportLine, ExportTax, csv_bytes
from i2g_recon.sandbox.i2g_totals import totalled

# An example is a whole sandbox: shrinking a failure would take minutes.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
FREE = ExportTax(id="1d2e8b90-7b1c-4f3a-9e55-aa0c4d5e6f70", name="Free", rates=(Decimal(0),))


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def push_everything(at: Desk) -> PushReport:
    report = push(at.ws, at.connection, at.plan().commands)
    assert {one.state for one in report.commands} <= {"confirmed"}
    assert not report.resumable
    return report


def each_is_in_xero_once_and_right(at: Desk, report: PushReport, status: str = "DRAFT") -> None:
    """Every confirmed invoice, against what Xero says beside the code under test."""
    held = at.xero.invoices()
    for command in report.commands:
        (found,) = (
            one for one in held if one.get("Reference") == command.number and one["Status"] not in ("VOIDED", "DELETED")
        )
        assert found["Total"] == from_minor(command.total_minor, command.currency), command.number
        assert found["CurrencyCode"] == command.currency
        assert (found["InvoiceID"], found["InvoiceNumber"], found["Status"]) == (
            command.xero_invoice_id,
            command.xero_invoice_number,
            status,
        )


def nothing_is_missing_that_was_not_held(at: Desk, report: PushReport) -> None:
    assert set(at.missing()) <= {one.number for one in report.held}
    pushed = {one.source_id for one in report.commands}
    for item in at.reconcile().document["items"]:
        if pushed & set(item["source_ids"]):
            assert item["bucket"] == "agrees", item


@pytest.mark.parametrize("status", ["DRAFT", "AUTHORISED"])
def test_the_demo_converges(tmp_path: Path, status: str) -> None:
    with desk(tmp_path, "demo") as at:
        import_export.import_uploads(at.ws, at.connection, [("invoice2go_export.zip", sample_export())])
        at.set_up(taxes=("GST Free 0%=EXEMPTOUTPUT",), status=status)
        assert at.missing()
        report = push_everything(at)
        assert report.counts["confirmed"] > 3
        each_is_in_xero_once_and_right(at, report, status)
        nothing_is_missing_that_was_not_held(at, report)
        puts = at.xero.puts()
        again = push(at.ws, at.connection, at.plan().commands)
        assert (again.commands, again.writes, at.xero.puts()) == ((), 0, puts)


def converges(data: bytes) -> None:
    with TemporaryDirectory() as home, desk(Path(home)) as at:
        import_export.import_uploads(at.ws, at.connection, [("marlow_invoice.csv", data)])
        view = at.ws.store.setup(at.tenant_id)
        assert not view.completed
        at.set_up(taxes=taxes_of(at))
        report = push_everything(at)
        each_is_in_xero_once_and_right(at, report)
        nothing_is_missing_that_was_not_held(at, report)
        assert all(one.message and one.remedy for one in report.held)


def taxes_of(at: Desk) -> tuple[str, ...]:
    """Every tax of the imports mapped: 10 % to the sales tax, 0 % to free."""
    keys = [row.tax.key for row in setup_view(at.ws, at.connection).taxes if row.needed]
    return tuple(f"{key}={'OUTPUT' if '10%' in key else 'EXEMPTOUTPUT'}" for key in keys)


@settings(max_examples=2, phases=NO_SHRINKING)
@given(seed=st.integers(0, 10_000), quirks=st.booleans())
def test_any_export_converges_on_an_empty_organisation(*, seed: int, quirks: bool) -> None:
    converges(make_export(seed, 25, 3, quirks=quirks).csv)


amounts = st.decimals("0.01", "5000", places=2)
quantities = st.sampled_from([Decimal(text) for text in ("1", "2", "0.25", "1.5", "7", "0.3333", "12.75")])
rates = st.sampled_from([((Decimal(10), GST.id),), ((Decimal(0), FREE.id),)])


@st.composite
def lines(draw: st.DrawFn) -> ExportLine:
    kind = draw(st.sampled_from(["no_discount", "no_discount", "percentage", "amount"]))
    price, quantity = draw(amounts), draw(quantities)
    return ExportLine(
        description=draw(st.sampled_from(["Repair", "Hinge, brass; pair", 'Door 5"', "Call-out\nafter hours"])),
        quantity=quantity,
        unit_price=price,
        taxes=draw(rates),
        discount_type=kind,
        discount_percentage=draw(st.sampled_from([Decimal(5), Decimal("12.5")]))
        if kind == "percentage"
        else Decimal(0),
        discount_amount=(price * quantity / 4).quantize(Decimal("0.01")) if kind == "amount" else Decimal(0),
    )


@st.composite
def sales(draw: st.DrawFn) -> list[ExportInvoice]:
    """Invoices of all sorts: prices with and without tax inside, discounts on lines and on the whole."""
    made = []
    for position in range(draw(st.integers(1, 12))):
        inclusive = draw(st.booleans())
        taxes = tuple(replace(tax, inclusive=inclusive) for tax in (GST, FREE))
        discount = draw(st.sampled_from([("no_discount", Decimal(0)), ("percentage", Decimal(10))]))
        plain = sale(f"R-{position:03}", client=draw(st.sampled_from(["Marlin Cafe", "Quarry Row", "NA", "null"])))
        found = replace(plain, lines=tuple(draw(st.lists(lines(), min_size=1, max_size=5))), taxes=taxes)
        made.append(totalled(replace(found, discount_type=discount[0], discount=discount[1])))
    return made


@settings(max_examples=4, phases=NO_SHRINKING)
@given(made=sales())
def test_any_business_converges_on_an_empty_organisation(made: list[ExportInvoice]) -> None:
    converges(csv_bytes(made))


@pytest.mark.slow
@settings(max_examples=25, phases=NO_SHRINKING)
@given(made=sales(), seed=st.integers(0, 10_000))
def test_many_businesses_converge(made: list[ExportInvoice], seed: int) -> None:
    converges(csv_bytes(made))
    converges(make_export(seed, 60, 4, quirks=True).csv)


def test_a_held_invoice_is_reported_and_never_written_down(at: Desk) -> None:
    commands = at.prepare(sale("T-1"), sale("T-2", currency="NZD")).commands
    report = push(at.ws, at.connection, commands)
    assert (report.counts["confirmed"], report.counts["held"], report.needs_a_person) == (1, 1, True)
    held = report.to_dict()["results"][-1]
    assert (held["number"], held["state"]) == ("T-2", "held")
    assert held["messages"][0]
    assert held["remedy"]
    assert list(at.states()) == ["T-1"]


def test_the_report_is_the_contract_s_document(at: Desk) -> None:
    document = push(at.ws, at.connection, at.prepare(sale("T-1")).commands).to_dict()
    assert list(document) == ["schema", "push", "counts", "results", "calls", "resumable"]
    assert list(document["counts"]) == ["confirmed", "rejected", "held", "uncertain", "stale", "skipped"]
    (result,) = document["results"]
    assert set(result) == {
        "number", "source_id", "state", "xero_invoice_id", "xero_invoice_number", "messages", "remedy",
    }  # fmt: skip
    calls = document["calls"]
    assert calls["total"] == calls["read"] + calls["write"]


def test_nothing_to_push_is_an_empty_report(at: Desk) -> None:
    at.prepare(sale("T-1"))
    report = push(at.ws, at.connection, [])
    assert (report.commands, report.calls, report.resumable, report.needs_a_person) == ((), 0, False, False)


def test_the_receipts_of_the_last_push_can_be_read_again(at: Desk) -> None:
    assert last_receipts(at.ws, at.connection) is None
    push(at.ws, at.connection, at.prepare(sale("T-1"), sale("T-2", "50")).commands)
    receipts = last_receipts(at.ws, at.connection)
    assert receipts is not None
    assert receipts.totals == {"AUD": 16500}
    assert {one.state for one in receipts.commands} == {"confirmed"}
    assert all(receipts.links[one.xero_invoice_id] for one in receipts.commands)
    assert left_open(at.ws, at.connection) == ()
    assert [one.state for one in at.ws.outbox.receipts(at.tenant_id)] == ["confirmed", "confirmed"]


def test_the_receipts_name_the_calls_that_the_push_took(at: Desk) -> None:
    """The plan says the most it can be; other work of the process in the meantime is not counted."""
    planned = at.prepare(*(sale(f"T-{n}", client=f"Client {n}") for n in range(3)))
    most, before = calls_for(planned.pushable), len(at.xero.requests(path="/api.xro/2.0/"))
    push(at.ws, at.connection, planned.pushable)
    took = len(at.xero.requests(path="/api.xro/2.0/")) - before
    receipts = last_receipts(at.ws, at.connection)
    assert receipts is not None
    assert receipts.calls == took <= most
    at.reconcile()
    with ThreadPoolExecutor(1) as threads:
        threads.submit(at.reconcile).result()
    again = last_receipts(at.ws, at.connection)
    assert again is not None
    assert again.calls == took
