"""Automatic export: after an import, what will post without a question is pushed by itself; the rest waits."""

from __future__ import annotations

from i2g_recon.core.plan import PushCommand
from i2g_recon.jobs.access import may_write
from i2g_recon.jobs.background import start_sending
from i2g_recon.jobs.plan import plan
from i2g_recon.jobs.push import approve, push
from i2g_recon.jobs.push_report import PushReport
from i2g_recon.jobs.reconcile import reconcile
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection


def push_after_import(ws: Workspace, connection: Connection) -> PushReport | None:
    """Compare with Xero as it is now and push the green ones; None when it is off, unfinished or may not write."""
    green = green_ones(ws, connection)
    if green is None:
        return None
    report = push(ws, connection, green)
    reconcile(ws, connection, refresh="always")
    return report


def start_after_import(ws: Workspace, connection: Connection) -> int | None:
    """The same with the sending in the background; how many invoices are on their way, None as above."""
    green = green_ones(ws, connection)
    if green is None:
        return None
    approved = approve(ws, connection, green)
    if approved:
        start_sending(ws, connection)
    return len(approved)


def green_ones(ws: Workspace, connection: Connection) -> tuple[PushCommand, ...] | None:
    """What posts without a question by a fresh comparison; None when automatic export is not to do anything."""
    setup = ws.store.setup(connection.tenant_id)
    if not (setup.completed and setup.auto_export and may_write(ws, connection)):
        return None
    view = plan(ws, connection, run=reconcile(ws, connection, refresh="always"))
    green = {one.source_id for one in view.verdicts if one.colour == "green"}
    return tuple(one for one in view.pushable if one.source_id in green)
