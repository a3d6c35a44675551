"""Automatic export: after an import, what will post without a question is pushed by itself; the rest waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from i2g_recon.core.answers import NOTHING_SAID, Answers
from i2g_recon.core.plan import PushCommand
from i2g_recon.errors import ReconError
from i2g_recon.jobs.access import may_write
from i2g_recon.jobs.background import start_sending
from i2g_recon.jobs.import_export import ImportReport, Progress, import_uploads
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


@dataclass(frozen=True, slots=True)
class Brought:
    """An import through the page. sent: invoices on their way to Xero, None when automatic export did nothing.

    trouble: why the automatic export did not go; the import stands all the same.
    """

    report: ImportReport
    sent: int | None = None
    trouble: ReconError | None = None


def import_then_export(
    ws: Workspace,
    connection: Connection,
    uploads: Sequence[tuple[str, bytes]],
    progress: Progress | None = None,
    *,
    answers: Answers = NOTHING_SAID,
) -> Brought:
    """Import files, then export by itself where that is on.

    Raises what `import_uploads` raises; nothing is kept then.
    """
    report = import_uploads(ws, connection, uploads, progress, answers=answers)
    try:
        return Brought(report, start_after_import(ws, connection))
    except ReconError as trouble:
        return Brought(report, trouble=trouble)


def green_ones(ws: Workspace, connection: Connection) -> tuple[PushCommand, ...] | None:
    """What posts without a question by a fresh comparison; None when automatic export is not to do anything."""
    setup = ws.store.setup(connection.tenant_id)
    if not (setup.completed and setup.auto_export and may_write(ws, connection)):
        return None
    view = plan(ws, connection, run=reconcile(ws, connection, refresh="always"))
    green = {one.source_id for one in view.verdicts if one.colour == "green"}
    return tuple(one for one in view.pushable if one.source_id in green)
