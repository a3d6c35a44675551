"""What pushes left behind: the receipts of the last one, and what has no outcome yet.

Read from the outbox each time, so that a closed browser, a second window or a stopped machine hides nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.store.records import Command
from i2g_recon.xero.links import deep_link

__all__ = ["Command", "Receipts", "last_receipts", "left_open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """A push as it now stands. links: Xero invoice id to its address, where one is known. calls: of Xero, so far."""

    push_id: str
    approved_at: dt.datetime
    commands: tuple[Command, ...]
    links: dict[str, str]
    calls: int = 0

    @property
    def confirmed(self) -> tuple[Command, ...]:
        """What is in Xero and was read back."""
        return tuple(one for one in self.commands if one.state == "confirmed")

    @property
    def took_out(self) -> bool:
        """Whether this push took invoices out of Xero instead of putting them there."""
        return any(one.kind in ("delete", "void") for one in self.commands)

    @property
    def totals(self) -> dict[str, int]:
        """What was confirmed, in minor units per currency; currencies are never added together."""
        found: Counter[str] = Counter()
        for one in self.confirmed:
            found[one.currency] += one.total_minor
        return dict(sorted(found.items()))


def last_receipts(ws: Workspace, connection: Connection) -> Receipts | None:
    """The newest push that wrote anything down, or None."""
    for push in ws.outbox.pushes(connection.tenant_id):
        commands = tuple(ws.outbox.commands(push.id))
        if commands:
            return Receipts(
                push_id=push.id,
                approved_at=push.approved_at,
                commands=commands,
                links=addresses(ws, connection, commands),
                calls=push.calls,
            )
    return None


def addresses(ws: Workspace, connection: Connection, commands: Sequence[Command]) -> dict[str, str]:
    """Where each of these invoices opens in Xero."""
    kept = ws.store.organisation(connection.tenant_id)
    short_code = kept[0].short_code if kept else ""
    return {one.xero_invoice_id: deep_link(short_code, one.xero_invoice_id) for one in commands if one.xero_invoice_id}


def left_open(ws: Workspace, connection: Connection) -> tuple[Command, ...]:
    """What was approved and has no outcome yet, in the order of approval; `push.resume` takes it up."""
    return tuple(ws.outbox.open_commands(connection.tenant_id))
