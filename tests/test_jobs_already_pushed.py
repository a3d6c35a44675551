"""What a change of the set-up means for invoices pushed before: named and counted, and nothing is said without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, sale
from test_cli import desk_on

from i2g_recon.jobs.already_pushed import consequences
from i2g_recon.jobs.push import push
from i2g_recon.jobs.undo import undo, undo_plan
from i2g_recon.sandbox.i2g_export import ExportLine, csv_bytes


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def said(at: Desk, **choices: Any) -> list[str]:
    setup = replace(at.ws.store.setup(at.tenant_id), **choices)
    return [one.sentence for one in consequences(at.ws, at.connection, setup)]


def test_nothing_changed_or_nothing_pushed_says_nothing(at: Desk) -> None:
    planned = at.prepare(sale("T-1"), sale("T-2"))
    assert said(at, status="AUTHORISED") == []
    push(at.ws, at.connection, planned.pushable)
    assert said(at) == []
    assert said(at, auto_export=True, rounding_minor=0) == []


def test_each_choice_names_what_it_would_have_changed(at: Desk) -> None:
    push(at.ws, at.connection, at.prepare(sale("T-1"), sale("T-2", currency="AUD", price="50")).pushable)
    assert said(at, status="AUTHORISED") == [
        "2 invoices (165.00 AUD) already pushed: as drafts, new ones arrive approved."
    ]
    assert said(at, revenue_account="260") == [
        "2 invoices (165.00 AUD) already pushed: on account 200, new ones go to 260."
    ]
    (key,) = at.ws.store.setup(at.tenant_id).tax_map
    assert said(at, tax_map={key: "EXEMPTOUTPUT"}) == [
        "2 invoices (165.00 AUD) already pushed: with the tax rate OUTPUT, new ones get EXEMPTOUTPUT."
    ]
    assert "new ones get none and are held" in said(at, held_taxes=(key,))[0]


def test_only_the_client_whose_account_moved_is_named(at: Desk) -> None:
    push(at.ws, at.connection, at.prepare(sale("T-1"), sale("T-2", client="Quarry Row")).pushable)
    setup = replace(at.ws.store.setup(at.tenant_id), client_accounts={"quarry row": "260"})
    (one,) = consequences(at.ws, at.connection, setup)
    assert one.numbers == ["T-2"]


def test_a_rounding_line_is_no_choice_and_what_was_taken_back_counts_no_more(at: Desk) -> None:
    """Two lines that Xero rounds otherwise than Invoice2go get a Rounding line on an account of its own."""
    odd = [ExportLine(description="A", quantity=Decimal(1), unit_price=Decimal(price)) for price in ("18.43", "7.77")]
    report = push(at.ws, at.connection, at.prepare(replace(sale("T-1"), lines=tuple(odd)), sale("T-2")).pushable)
    assert said(at) == []
    assert len(said(at, revenue_account="260")) == 1
    undo(at.ws, at.connection, undo_plan(at.ws, at.connection, report.push_id))
    assert said(at, revenue_account="260") == []


def test_the_command_says_it_too(at: Desk, tmp_path: Path) -> None:
    terminal = desk_on(at.xero, tmp_path / "terminal")
    terminal.folder.mkdir()
    terminal.connected().run("import", terminal.file("a_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
    terminal.run("setup", "--revenue-account", "200", "--confirm-taxes", "--confirm-currency", expect=0)
    terminal.run("push", "--all", "--yes", expect=0)
    assert terminal.json("setup", "--show", expect=0)["already_pushed"] == []
    moved = terminal.json("setup", "--status", "AUTHORISED", expect=0)
    assert moved["already_pushed"] == ["1 invoice (110.00 AUD) already pushed: as drafts, new ones arrive approved."]
