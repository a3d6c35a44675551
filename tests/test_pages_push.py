"""The page Push beyond the first push: progress, changes, taking back, keeping out, copying again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, environment, sale
from streamlit.testing.v1 import AppTest
from test_pages_desk import checked, home_in_environment, opened, plainly, sent, text_of

from i2g_recon.jobs.plan import plan
from i2g_recon.jobs.push import approve, push
from i2g_recon.jobs.undo import undo, undo_plan
from i2g_recon.web.desk_plan import Confirmed
from i2g_recon.web.parts import workspace

LINE = {"Description": "Repair", "Quantity": 1, "UnitAmount": 90, "AccountCode": "200", "TaxType": "OUTPUT"}
TYPED = {"LineItems": [LINE], "Date": "2026-10-01", "DueDate": "2026-10-15"}


@contextmanager
def at_home(folder: Path) -> Iterator[Desk]:
    with desk(folder, KNOWN_CLIENT) as at, home_in_environment(folder, environment(at.xero.sandbox)):
        yield at


def tick_in(app: AppTest, column: str, *rows: int) -> AppTest:
    """Tick rows of the table that has this column."""
    table = next(one for one in app.dataframe if column in one.value.columns)
    app.session_state[str(table.key)] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return app.run()


def table_with(app: AppTest, column: str) -> Any:
    return next(one.value for one in app.dataframe if column in one.value.columns)


def test_a_draft_that_differs_is_changed_from_the_page(tmp_path: Path) -> None:
    with at_home(tmp_path) as at:
        at.prepare(sale("T-1"))
        at.xero.type_in(Reference="T-1", **TYPED)
        at.reconcile()
        app = opened("push")
        table = table_with(app, "What can be done")
        assert table["What can be done"].tolist() == [["Change the draft"]]
        assert table["Changes"].tolist() == ["total: 99.00 AUD -> 110.00 AUD; lines: as in Xero -> as in Invoice2go"]
        assert app.button(key="change_some").disabled
        tick_in(app, "What can be done", 0)
        app.button(key="change_some").click().run()
        assert "1 draft is changed in Xero" in plainly(text_of(checked(app)))
        app.session_state["push_confirmed"] = change_agreed(at)
        sent(app.run())
        assert [one["Total"] for one in at.xero.invoices()] == [Decimal("110.00")]
        assert "Checked again" in plainly(text_of(checked(app)))


def change_agreed(at: Desk) -> Confirmed:
    """What the dialog's button would remember."""
    from i2g_recon.jobs.change_plan import FIELDS, change_plan  # noqa: PLC0415 - only here

    ws = workspace()
    view = change_plan(ws, ws.organisation())
    return Confirmed(at.tenant_id, {one.source_id: one.fingerprint for one in view.possible}, fields=FIELDS)


def test_a_push_is_taken_back_from_the_page(tmp_path: Path) -> None:
    with at_home(tmp_path) as at:
        push(at.ws, at.connection, at.prepare(sale("T-1"), sale("T-2")).pushable)
        at.reconcile()
        app = opened("push")
        app.button(key="undo_look").click().run()
        assert "2 of 2 invoices can be taken back" in plainly(text_of(checked(app)))
        sent(app.button(key="undo_yes").click().run())
        assert [one["Status"] for one in at.xero.invoices()] == ["DELETED", "DELETED"]
        plan = table_with(checked(app), "Light")
        assert plan["Light"].tolist() == [["Held"], ["Held"]]


def test_what_shall_not_be_sent_is_kept_out_with_its_reason(tmp_path: Path) -> None:
    with at_home(tmp_path) as at:
        at.prepare(sale("T-1"), sale("T-2"))
        app = tick_in(opened("push"), "Light", 0)
        app.text_input(key="keep_back_reason").set_value("Billed by hand").run()
        tick_in(app, "Light", 0)
        app.button(key="keep_back").click().run()
        plan = table_with(checked(app), "Light")
        assert plan["Light"].tolist() == [["Held"], ["Ready"]]
        assert "Billed by hand" in plan["What happens"].tolist()[0]
        tick_in(app, "Light", 0)
        app.button(key="let_go").click().run()
        assert table_with(checked(app), "Light")["Light"].tolist() == [["Ready"], ["Ready"]]


@pytest.mark.parametrize("by", ["undo", "a person in Xero"])
def test_a_deleted_copy_can_be_made_again_from_the_page(tmp_path: Path, by: str) -> None:
    with at_home(tmp_path) as at:
        report = push(at.ws, at.connection, at.prepare(sale("T-1")).pushable)
        if by == "undo":
            undo(at.ws, at.connection, undo_plan(at.ws, at.connection, report.push_id))
        else:
            at.xero.api("POST", f"Invoices/{report.commands[0].xero_invoice_id}", Status="DELETED")
        at.reconcile()
        app = opened("push")
        assert table_with(app, "Light")["Light"].tolist() == [["Held"]]
        tick_in(app, "Light", 0)
        app.button(key="push_again").click().run()
        assert "Each gets a new number" in text_of(checked(app))
        ws = workspace()
        ids = [one.source_id for one in plan(ws, ws.organisation()).commands]
        again = plan(ws, ws.organisation(), again=ids)
        app.session_state["push_confirmed"] = Confirmed(
            at.tenant_id, {one.source_id: one.fingerprint for one in again.pushable}, again=tuple(ids)
        )
        sent(app.run())
        assert [one["InvoiceNumber"][:4] for one in at.xero.live("T-1")] == ["T-1-"]
        states = {one.number: one.state for one in at.ws.outbox.standing_commands(at.tenant_id)}
        assert states == {"T-1": "confirmed"}


def test_a_push_that_waits_says_why(tmp_path: Path) -> None:
    with at_home(tmp_path) as at:
        approve(at.ws, at.connection, at.prepare(sale("T-1")).pushable)
        at.xero.arm("limit", problem="day", retry_after_s=7200, path="/Invoices")
        app = opened("push")
        sent(app.button(key="push_resume").click().run())
        assert any("daily number of calls" in one.value for one in checked(app).warning)


def test_one_ticked_invoice_shows_exactly_what_would_be_sent(tmp_path: Path) -> None:
    with at_home(tmp_path) as at:
        planned = at.prepare(sale("T-1"), sale("T-2"))
        app = tick_in(opened("push"), "Light", 0)
        assert [one.value for one in app.json] == [planned.commands[0].body]
        assert "Xero will make the total 110.00 AUD of it." in text_of(checked(app))
        assert not tick_in(app, "Light", 0, 1).json
