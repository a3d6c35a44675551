"""Automatic export: after an import, what will post without a question is pushed by itself; the rest waits."""

from __future__ import annotations

from i2g_recon.jobs.access import may_write
from i2g_recon.jobs.plan import plan
from i2g_recon.jobs.push import push
from i2g_recon.jobs.push_report import PushReport
from i2g_recon.jobs.reconcile import reconcile
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection


def push_after_import(ws: Workspace, connection: Connection) -> PushReport | None:
    """Compare with Xero as it is now and push the green ones; None when it is off, unfinished or may not write."""
    setup = ws.store.setup(connection.tenant_id)
    if not (setup.completed and setup.auto_export and may_write(ws, connection)):
        return None
    view = plan(ws, connection, run=reconcile(ws, connection, refresh="always"))
    green = {one.source_id for one in view.verdicts if one.colour == "green"}
    report = push(ws, connection, [one for one in view.pushable if one.source_id in green])
    reconcile(ws, connection, refresh="always")
    return report
