"""Automatic export: off until a person says on; then the green ones go and the rest waits."""

from __future__ import annotations

import time
from pathlib import Path

from fixtures_workspace import KNOWN_CLIENT, desk, sale

from i2g_recon.errors import OtherSideFailed
from i2g_recon.jobs.auto_export import import_then_export, push_after_import, start_after_import
from i2g_recon.jobs.background import sending
from i2g_recon.jobs.reconcile import latest_run
from i2g_recon.sandbox.i2g_export import csv_bytes


def test_off_or_unfinished_sends_nothing(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at:
        at.bring_in(sale("T-1"))
        assert push_after_import(at.ws, at.connection) is None
        at.set_up()
        assert push_after_import(at.ws, at.connection) is None
        assert at.xero.invoices() == []


def test_on_sends_what_is_green_and_compares_again(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at:
        at.bring_in(sale("T-1"), sale("T-2", currency="NZD"), sale("T-3", output_status="unsent", status="unsent"))
        at.set_up(auto_export="on")
        report = push_after_import(at.ws, at.connection)
        assert report is not None
        assert [(one.number, one.state) for one in report.commands] == [("T-1", "confirmed")]
        assert [one["Reference"] for one in at.xero.invoices()] == ["T-1"]
        run = latest_run(at.ws, at.tenant_id)
        assert run is not None
        assert run.counts["agrees"] == 1
        again = push_after_import(at.ws, at.connection)
        assert again is not None
        assert (again.commands, at.xero.puts()) == ((), 1)


def test_the_page_sends_in_the_background(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at:
        at.bring_in(sale("T-1"), sale("T-2", currency="NZD"))
        assert start_after_import(at.ws, at.connection) is None
        at.set_up(auto_export="on")
        assert start_after_import(at.ws, at.connection) == 1
        while sending(at.ws, at.connection):
            time.sleep(0.05)
        assert [one["Reference"] for one in at.xero.invoices()] == ["T-1"]
        assert start_after_import(at.ws, at.connection) == 0


def test_an_import_stands_when_its_automatic_export_does_not_go(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at:
        at.bring_in(sale("T-1"))
        at.set_up(auto_export="on")
        at.xero.arm("offline", times=50)
        later = [("later_invoice.csv", csv_bytes([sale("T-1"), sale("T-2")]))]
        brought = import_then_export(at.ws, at.connection, later)
        assert (brought.report.invoices, brought.sent) == (2, None)
        assert isinstance(brought.trouble, OtherSideFailed)
        at.xero.calm()
        assert import_then_export(at.ws, at.connection, later).sent == 2
