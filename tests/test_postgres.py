"""The workspace on PostgreSQL, as several machines share it; skipped where no server is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_postgres import postgres, there_is_one
from fixtures_workspace import KNOWN_CLIENT, Desk, desk_at, pretend_xero, sale
from kills import run

from i2g_recon.jobs.push import push
from i2g_recon.jobs.undo import undo, undo_plan

pytestmark = pytest.mark.skipif(not there_is_one(), reason="PostgreSQL is not installed here")


@pytest.fixture
def address() -> Iterator[str]:
    with postgres() as found:
        yield found


@pytest.fixture
def at(tmp_path: Path, address: str) -> Iterator[Desk]:
    with pretend_xero(KNOWN_CLIENT) as xero, desk_at(xero, tmp_path, database=address) as found:
        yield found


def test_from_import_to_undo(at: Desk) -> None:
    view = at.prepare(sale("T-1"), sale("T-2", client="New Client"))
    report = push(at.ws, at.connection, view.pushable)
    assert report.counts["confirmed"] == 2
    assert at.missing() == []
    at.ws.store.keep_back(at.tenant_id, ["s-1"], "Why", at.clock())
    assert at.ws.store.kept_back(at.tenant_id) == {"s-1": "Why"}
    undo(at.ws, at.connection, undo_plan(at.ws, at.connection, report.push_id))
    assert [one["Status"] for one in at.xero.invoices()] == ["DELETED", "DELETED"]
    assert {one.state for one in at.ws.outbox.commands(report.push_id)} == {"held"}


def test_two_workers_that_are_killed_send_each_invoice_once(tmp_path: Path, address: str) -> None:
    assert run(tmp_path / "home", kills=4, seed=3, workers=2, database=address).kills >= 4
