"""Where the books stand, as the store knows it: every later import and push is noticed."""

from __future__ import annotations

from pathlib import Path

from fixtures_workspace import Desk, desk, sale

from i2g_recon.jobs.overview import Overview, overview
from i2g_recon.jobs.push import approve, push, resume
from i2g_recon.jobs.receipts import last_receipts, left_open


def seen(here: Desk) -> Overview:
    return overview(here.ws, here.connection)


def test_what_came_after_the_run_is_noticed(tmp_path: Path) -> None:
    with desk(tmp_path) as here:
        assert (seen(here).run, seen(here).imports) == (None, 0)
        view = here.prepare(sale("M-1"))
        assert not seen(here).outdated
        here.clock.forward(seconds=1)
        push(here.ws, here.connection, view.pushable)
        assert seen(here).pushed_since
        here.clock.forward(seconds=1)
        here.reconcile()
        assert not seen(here).outdated
        here.bring_in(sale("M-2"), name="later.csv")
        assert (seen(here).imported_since, seen(here).imports) == (True, 2)
        here.reconcile()
        assert not seen(here).old
        here.clock.forward(days=2)
        assert seen(here).old


def test_receipts_come_from_the_outbox_and_survive_everything(tmp_path: Path) -> None:
    with desk(tmp_path) as here:
        view = here.prepare(sale("M-1"), sale("M-2"))
        assert last_receipts(here.ws, here.connection) is None
        approve(here.ws, here.connection, view.pushable)
        assert [one.number for one in left_open(here.ws, here.connection)] == ["M-1", "M-2"]
        assert seen(here).left_open == 2
        resume(here.ws, here.connection)
        assert left_open(here.ws, here.connection) == ()
        found = last_receipts(here.ws, here.connection)
        assert found is not None
        assert [one.state for one in found.confirmed] == ["confirmed", "confirmed"]
        assert found.totals == {"AUD": 22000}
        assert set(found.links) == {one.xero_invoice_id for one in found.commands}
