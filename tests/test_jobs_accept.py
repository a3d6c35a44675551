"""Pairs a person accepts: nothing decides before, the pair stands while its facts do, and it can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fixtures_workspace import KNOWN_CLIENT, MORNING, Desk, desk, environment, sale
from test_cli import SETUP, desk_on
from test_pages_desk import checked, home_in_environment, opened, text_of, tick

from i2g_recon.core.accepted import CHANGED, ELSEWHERE, NOT_THERE, AcceptedPair, facts_of
from i2g_recon.core.intake import frame
from i2g_recon.core.reconcile import reconcile
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.accept import accept, accept_all, adopt, withdraw
from i2g_recon.jobs.plan import PlanView
from i2g_recon.sandbox.i2g_export import csv_bytes

ADA = {"reference": "HT-1", "currency": "AUD", "total": "110.00", "date": "2026-03-02", "contact": "Ada Lowe"}
OTHER = {**ADA, "reference": "Pier job"}


def books(prefix: str, *rows: dict[str, Any]) -> Any:
    return frame(pd.DataFrame([{"id": f"{prefix}{n}", "status": "sent", **row} for n, row in enumerate(rows)]))


def accepted(source: Any, target: Any, s: int = 0, t: int = 0) -> AcceptedPair:
    rows = source.invoices.iloc[s], target.invoices.iloc[t]
    return AcceptedPair(f"s{s}", f"t{t}", facts_of(*rows))


def test_an_accepted_pair_is_a_pair_like_any_other_and_says_how_it_was_matched() -> None:
    source, target = books("s", ADA), books("t", {**OTHER, "total": "109.00"})
    before = reconcile(source, target)
    assert {item["bucket"] for item in before.items.to_dict("records")} == {"missing", "extra"}
    after = reconcile(source, target, accepted=[accepted(source, target)])
    (item,) = after.items.to_dict("records")
    assert (item["bucket"], item["matched_by"]) == ("differs", "accepted")
    assert "matched_by_accepted" in item["findings"]
    assert after.totals["unexplained_minor"].tolist() == [0]
    assert after.to_dict()["reopened"] == []


REOPENED: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], str]] = {
    "the amount here": ([{**ADA, "total": "111.00"}], [OTHER], CHANGED),
    "the amount there": ([ADA], [{**OTHER, "total": "111.00"}], CHANGED),
    "the client there": ([ADA], [{**OTHER, "contact": "Ben Ok"}], CHANGED),
    "voided there": ([ADA], [{**OTHER, "status": "VOIDED"}], NOT_THERE),
    "another one has the reference now": ([ADA], [OTHER, ADA], ELSEWHERE),
    "it has the reference itself now": ([ADA], [ADA], ELSEWHERE),
    "the number is used twice now": ([ADA, ADA], [OTHER, ADA], ELSEWHERE),
}


@pytest.mark.parametrize("case", REOPENED)
def test_a_pair_is_opened_again_when_the_facts_change(case: str) -> None:
    sources, targets, why = REOPENED[case]
    pair = accepted(books("s", ADA), books("t", OTHER))
    source, target = books("s", *sources), books("t", *targets)
    found = reconcile(source, target, accepted=[pair])
    assert found.to_dict()["reopened"] == [{"source_id": "s0", "target_id": "t0", "why": why}]
    without = reconcile(source, target)
    assert found.counts == without.counts
    assert found.bridge.equals(without.bridge)


def test_what_is_gone_and_what_two_acceptances_claim() -> None:
    source, target = books("s", ADA, {**ADA, "reference": "HT-2"}), books("t", OTHER)
    first, second = accepted(source, target), accepted(source, target, s=1)
    found = reconcile(source, target, accepted=[second, first])
    assert [(one["source_id"], one["why"]) for one in found.to_dict()["reopened"]] == [("s1", ELSEWHERE)]
    nowhere = AcceptedPair("s9", "t9", "")
    assert reconcile(source, target, accepted=[nowhere]).to_dict()["reopened"][0]["why"] == NOT_THERE


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def stray(at: Desk) -> str:
    """An invoice typed in Xero under a reference of its own, like the sale T-1."""
    line = {"Description": "Repair", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200", "TaxType": "OUTPUT"}
    made = at.xero.type_in(
        InvoiceNumber="INV-7", Reference="Pier job", Date="2026-10-01", LineItems=[line], LineAmountTypes="Exclusive"
    )
    return str(made["InvoiceID"])


def test_from_the_proposal_to_the_pair_and_back(at: Desk) -> None:
    target_id = stray(at)
    at.prepare(sale("T-1"))
    run = at.reconcile()
    (item,) = (one for one in run.document["items"] if one["bucket"] == "missing")
    assert [near["target_id"] for near in item["proposals"]] == [target_id]
    after = accept(at.ws, at.connection, run, item["source_ids"][0], target_id)
    assert after.counts["missing"] == after.counts["extra"] == 0
    assert at.reconcile().counts["missing"] == 0  # remembered
    with pytest.raises(NeedsAPerson, match="can be taken for one"):
        accept(at.ws, at.connection, after, item["source_ids"][0], target_id)
    at.bring_in(replace(sale("T-1", "120"), updated=MORNING.replace(day=9)))
    changed = at.reconcile()
    assert [one["why"] for one in changed.document["reopened"]] == [CHANGED]
    assert changed.counts["missing"] == 1
    again = accept(at.ws, at.connection, changed, item["source_ids"][0], target_id)
    assert again.document["reopened"] == []
    assert withdraw(at.ws, at.connection, item["source_ids"][0]).counts["missing"] == 1
    with pytest.raises(NeedsAPerson, match="Nothing was accepted"):
        withdraw(at.ws, at.connection, item["source_ids"][0])
    assert [line.what for line in at.ws.store.activity(at.tenant_id)].count("accepted a pair") == 2


def wanted(at: Desk) -> PlanView:
    """T-1 and T-2 are missing; T-1 is in Xero with its number in the wrong place."""
    line = {"Description": "Repair", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200", "TaxType": "OUTPUT"}
    at.xero.type_in(
        InvoiceNumber="T-1", Reference="Pier job", Date="2026-10-01", LineItems=[line], LineAmountTypes="Exclusive"
    )
    return at.prepare(sale("T-1"), sale("T-2", "50"))


def test_an_invoice_that_xero_has_under_another_reference_is_linked_and_not_sent(at: Desk) -> None:
    view = wanted(at)
    actions = {one.number: one.action for one in view.commands}
    assert actions == {"T-1": "link", "T-2": "create"}
    assert [one.number for one in view.pushable] == ["T-2"]
    ids = {one.number: one.source_id for one in view.commands}
    with pytest.raises(NeedsAPerson, match="nothing under another reference for: T-2"):
        adopt(at.ws, at.connection, view, [ids["T-1"], ids["T-2"]])
    assert at.ws.store.accepted_pairs(at.tenant_id) == ()
    run = adopt(at.ws, at.connection, view, [ids["T-1"]])
    assert (run.counts["agrees"], run.counts["missing"], run.counts["extra"]) == (1, 1, 0)
    assert at.xero.puts() == 1  # the one that was typed in
    assert len(at.xero.invoices()) == 1


def test_two_invoices_are_never_taken_for_the_same_one(at: Desk) -> None:
    run = wanted(at).run
    (target_id,) = (one["target_ids"][0] for one in run.document["items"] if one["bucket"] == "extra")
    both = [one["source_ids"][0] for one in run.document["items"] if one["bucket"] == "missing"]
    with pytest.raises(NeedsAPerson, match="the same invoice in Xero"):
        accept_all(at.ws, at.connection, run, [(one, target_id) for one in both])
    assert at.ws.store.accepted_pairs(at.tenant_id) == ()


def test_the_link_on_page_push(at: Desk, tmp_path: Path) -> None:
    wanted(at)
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        app = opened("push")
        table = next(one for one in app.dataframe if "Light" in one.value.columns)
        row = table.value["Number"].tolist().index("T-1")
        app.session_state[str(table.key)] = {"selection": {"rows": [row], "columns": [], "cells": []}}
        app.run().button(key="push_link").click().run()
        table = next(one for one in checked(app).dataframe if "Light" in one.value.columns)
        assert table.value["Number"].tolist() == ["T-2"]
    assert len(at.ws.store.accepted_pairs(at.tenant_id)) == 1


def test_the_link_on_the_command_line(at: Desk, tmp_path: Path) -> None:
    wanted(at)
    terminal = desk_on(at.xero, tmp_path / "terminal")
    terminal.folder.mkdir()
    terminal.connected().run(
        "import", terminal.file("a_invoice.csv", csv_bytes([sale("T-1"), sale("T-2", "50")])), expect=0
    )
    terminal.run(*SETUP, expect=0)
    assert "--link goes with invoice numbers only" in terminal.refused("push", "T-1", "--link", "--again")
    planned = terminal.json("push", "T-1", "--link", expect=1)
    assert [one["action"] for one in planned["commands"]] == ["link", "create"]
    assert terminal.json("push", "T-1", "--link", "--yes", expect=0)["linked"] == ["T-1"]
    assert at.xero.puts() == 1  # the one that was typed in


def test_accepting_moves_the_acceptance_of_either_invoice(at: Desk) -> None:
    store = at.ws.store
    for source, target in (("s1", "t1"), ("s2", "t2"), ("s1", "t2")):
        store.accept_pair(at.tenant_id, AcceptedPair(source, target, "f"), MORNING)
    store.accept_pair("another", AcceptedPair("s1", "t1", "f"), MORNING)
    assert store.accepted_pairs(at.tenant_id) == (AcceptedPair("s1", "t2", "f"),)
    assert store.accepted_pairs("another") == (AcceptedPair("s1", "t1", "f"),)


def test_the_button_on_the_page(at: Desk, tmp_path: Path) -> None:
    stray(at)
    at.prepare(sale("T-1"))
    at.reconcile()
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        app = opened("reconcile")
        tick(app, 0)
        assert "Perhaps the same as" in text_of(checked(app))
        app.button(key="accept_0").click().run()
        assert "Taken for one invoice" in text_of(checked(app))
    assert len(at.ws.store.accepted_pairs(at.tenant_id)) == 1


def test_the_command(at: Desk, tmp_path: Path) -> None:
    target_id = stray(at)
    terminal = desk_on(at.xero, tmp_path / "terminal")
    terminal.folder.mkdir()
    terminal.connected().run("import", terminal.file("a_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
    document = terminal.json("reconcile", expect=1)
    (source_id,) = (one["source_ids"][0] for one in document["items"] if one["bucket"] == "missing")
    assert "or one invoice and --withdraw" in terminal.refused("accept", source_id)
    assert terminal.json("accept", source_id, target_id, expect=0)["counts"]["missing"] == 0
    assert terminal.json("accept", source_id, "--withdraw", expect=1)["counts"]["missing"] == 1
    assert "Nothing was accepted" in terminal.refused("accept", source_id, "--withdraw")
