"""A run: gathered, compared, kept with its inputs, and shown again later exactly as it was."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, sale

from i2g_recon.core.policy import Policy
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.push import push
from i2g_recon.jobs.reconcile import current_run, detail, latest_run, reconcile, source_of


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def reads(at: Desk) -> int:
    return len(at.xero.requests("GET", "/api.xro/2.0/Organisation"))


def test_nothing_imported_is_no_all_clear(at: Desk) -> None:
    with pytest.raises(NeedsAPerson, match="Nothing has been imported"):
        reconcile(at.ws, at.connection)


def test_never_refreshing_without_a_pull_says_so(at: Desk) -> None:
    at.bring_in(sale("T-1"))
    with pytest.raises(NeedsAPerson, match="Nothing has been read from Xero"):
        reconcile(at.ws, at.connection, refresh="never")


def test_the_run_is_kept_with_what_it_compared(at: Desk) -> None:
    at.xero.type_in(InvoiceNumber="INV-1", Reference="T-1", Contact={"Name": "Marlin Cafe"})
    at.bring_in(sale("T-1", "5"), sale("T-2"))
    run = reconcile(at.ws, at.connection)
    kept = latest_run(at.again(), at.tenant_id)  # as another process reads it from the database
    assert kept is not None
    assert (kept.id, kept.document) == (run.id, run.document)
    assert [info.sha256 for info in at.ws.store.snapshots(at.tenant_id, "source")] == [
        one["sha256"] for one in run.document["inputs"] if one["side"] == "source"
    ]
    assert sorted(source_of(at.ws, kept).invoices.invoices["number"]) == ["T-1", "T-2"]


def test_the_document_is_the_contract_s(at: Desk) -> None:
    at.xero.type_in(InvoiceNumber="INV-1", Reference="T-1")
    at.bring_in(sale("T-1", "5"), sale("T-2"))
    run = reconcile(at.ws, at.connection)
    short, whole = run.contract_document(all_items=False), run.contract_document(all_items=True)
    assert {"schema", "run", "organisation", "inputs", "counts", "totals", "items"} <= set(short)
    assert set(short["organisation"]) == {"name", "tenant_id", "base_currency"}
    counts = "source target agrees differs missing extra ambiguous excluded_source excluded_target".split()
    assert set(short["counts"]) == set(counts)
    assert [item["number"] for item in short["items"] if item["bucket"] == "missing"] == ["T-2"]
    assert len(whole["items"]) == len(run.items) >= len(short["items"])
    (total,) = short["totals"]
    assert total["currency"] == "AUD"
    assert Decimal(total["unexplained"]) == 0
    moved = sum(Decimal(step["amount"]) for step in total["bridge"])
    assert Decimal(total["source"]) + moved == Decimal(total["target"])


def test_all_clear_only_when_everything_agrees(at: Desk) -> None:
    view = at.prepare(sale("T-1"), sale("T-2"))
    assert view.run.needs_a_person
    push(at.ws, at.connection, view.commands)
    run = reconcile(at.ws, at.connection)
    assert (run.needs_a_person, run.counts["agrees"]) == (False, 2)


def test_an_empty_period_is_never_all_clear(at: Desk) -> None:
    push(at.ws, at.connection, at.prepare(sale("T-1")).commands)
    far = Policy(period_from=sale("T-1").date.replace(year=2031))
    run = reconcile(at.ws, at.connection, far)
    assert run.needs_a_person
    assert run.document["verdict"] == "nothing_compared"


def test_a_fresh_pull_is_used_again_and_a_stale_one_is_not(at: Desk) -> None:
    at.bring_in(sale("T-1"))
    reconcile(at.ws, at.connection)
    before = reads(at)
    reconcile(at.ws, at.connection)
    assert reads(at) == before
    at.clock.forward(minutes=11)
    reconcile(at.ws, at.connection)
    assert reads(at) == before + 1
    reconcile(at.ws, at.connection, refresh="always")
    assert reads(at) == before + 2


def test_the_current_run_is_made_anew_after_an_import(at: Desk) -> None:
    at.bring_in(sale("T-1"))
    first = current_run(at.ws, at.connection)
    assert current_run(at.ws, at.connection).id == first.id
    at.bring_in(sale("T-1"), sale("T-2"), name="more_invoice.csv")
    assert current_run(at.ws, at.connection).id != first.id


def test_the_detail_of_an_item_shows_both_invoices(at: Desk) -> None:
    at.xero.type_in(InvoiceNumber="INV-1", Reference="T-1")
    at.bring_in(sale("T-1"))
    run = reconcile(at.ws, at.connection)
    (item,) = (one for one in run.document["items"] if one["bucket"] == "differs")
    found = detail(at.ws, run, item)
    assert [one.number for one in found.source] == ["T-1"]
    assert [one.number for one in found.target] == ["INV-1"]
    assert set(found.links) == {found.target[0].id}
