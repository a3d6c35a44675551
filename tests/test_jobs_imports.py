"""Taking an import back: what it means is told first, it is left out from then on, and old runs keep it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, MORNING, Desk, desk, environment, sale
from test_pages_desk import checked, home_in_environment, opened, plainly, text_of

from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.imports import imports, take_back, taking_back
from i2g_recon.jobs.overview import overview
from i2g_recon.jobs.push import approve, push
from i2g_recon.jobs.reconcile import current_run, source_of


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        found.prepare(sale("T-1"))
        found.bring_in(replace(sale("T-1"), updated=MORNING.replace(day=9)), sale("T-2", "50"), name="b_invoice.csv")
        yield found


def test_what_it_means_is_told_before(at: Desk) -> None:
    newest, oldest = (one.id for one in imports(at.ws, at.connection))
    assert taking_back(at.ws, at.connection, oldest).unknown == 0
    assert "every invoice of this one" in taking_back(at.ws, at.connection, oldest).words
    push(at.ws, at.connection, at.plan().pushable)
    words = taking_back(at.ws, at.connection, newest).words
    assert "1 invoice (55.00 AUD) would not be known any more. Pushed from here of these: 1," in words


def test_it_is_left_out_and_comes_back_with_the_file(at: Desk) -> None:
    before = at.reconcile()
    newest = imports(at.ws, at.connection)[0].id
    take_back(at.ws, at.connection, newest)
    assert overview(at.ws, at.connection).taken_back_since
    after = current_run(at.ws, at.connection, refresh="never")
    assert (before.counts["missing"], after.counts["missing"]) == (2, 1)
    assert len(source_of(at.ws, before).invoices.invoices) == 2  # the old run is what it was
    with pytest.raises(NeedsAPerson, match="taken back already"):
        take_back(at.ws, at.connection, newest)
    again = at.bring_in(replace(sale("T-1"), updated=MORNING.replace(day=9)), sale("T-2", "50"), name="b_invoice.csv")
    assert (again.files[0].repeated, again.invoices) == (False, 2)
    assert [line.what for line in at.ws.store.activity(at.tenant_id)].count("took an import back") == 1


def test_nothing_is_taken_back_under_a_push(at: Desk) -> None:
    approve(at.ws, at.connection, at.plan().pushable)
    with pytest.raises(NeedsAPerson, match="finish it on page Push"):
        take_back(at.ws, at.connection, imports(at.ws, at.connection)[0].id)


def test_the_way_back_on_the_page(at: Desk, tmp_path: Path) -> None:
    newest = imports(at.ws, at.connection)[0].id
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        app = opened("import_files")
        app.button(key=f"take_back_ask_{newest}").click().run()
        assert "would not be known any more" in plainly(text_of(checked(app)))
        app.button(key=f"take_back_now_{newest}").click().run()
        assert len(checked(app).button) < 5
    assert len(imports(at.ws, at.connection)) == 1
