"""What earlier pushes left behind: the receipts of the last one, and what has no outcome yet.

Read from the outbox each time, so that a closed browser, a second window or a stopped machine hides nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.push import send
from i2g_recon.jobs.push_report import PushReport
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Command, Connection
from i2g_recon.xero.links import deep_link


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """The last push as it now stands. links: Xero invoice id to its address, where one is known."""

    report: PushReport
    links: dict[str, str]

    @property
    def totals(self) -> dict[str, int]:
        """What was confirmed, in minor units per currency; currencies are never added together."""
        found: Counter[str] = Counter()
        for one in self.report.commands:
            if one.state == "confirmed":
                found[one.currency] += one.total_minor
        return dict(sorted(found.items()))


def last_receipts(ws: Workspace, connection: Connection) -> Receipts | None:
    """The newest push that wrote anything down, or None."""
    for push in ws.outbox.pushes(connection.tenant_id):
        commands = tuple(ws.outbox.commands(push.id))
        if commands:
            kept = ws.store.organisation(connection.tenant_id)
            short_code = kept[0].short_code if kept else ""
            links = {one.xero_invoice_id: deep_link(short_code, one.xero_invoice_id) for one in commands}
            return Receipts(report=PushReport(push_id=push.id, commands=commands), links=links)
    return None


def left_open(ws: Workspace, connection: Connection) -> tuple[Command, ...]:
    """What was approved and has no outcome yet, in the order of approval."""
    return tuple(ws.outbox.open_commands(connection.tenant_id))


def resume(ws: Workspace, connection: Connection) -> PushReport:
    """Take what earlier pushes left open to its outcome; it is looked up before anything is sent again.

    The report holds exactly the commands that were open. Raises NeedsAPerson when nothing is.
    """
    before = left_open(ws, connection)
    if not before:
        raise NeedsAPerson("Nothing is left open: every push has its outcome.")
    report = send(ws, connection, before[-1].push_id)
    after = (ws.outbox.command(one.id) for one in before)
    return replace(report, commands=tuple(one for one in after if one is not None))
