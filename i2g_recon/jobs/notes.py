"""A line in the history of each invoice that was changed, voided or copied again, for whoever looks at it in Xero.

New invoices get none: Xero's own history says which app created them and when, and a call for each would cost more than
sending them. A note that cannot be written now is not worth a failed push; the receipt here says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from i2g_recon.errors import OtherSideFailed
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Command
from i2g_recon.xero import writer
from i2g_recon.xero.session import XeroSession

BY = "i2g-recon"


def leave_notes(ws: Workspace, session: XeroSession, commands: Sequence[Command]) -> None:
    """Notes for those of the commands that are confirmed by now."""
    for one in commands:
        now = ws.outbox.command(one.id)
        if now is None or now.state != "confirmed":
            continue
        for invoice_id, words in notes_of(now):
            with suppress(OtherSideFailed):
                writer.add_history(session, invoice_id, words)


def notes_of(command: Command) -> list[tuple[str, str]]:
    """(InvoiceID, words) for each invoice that the command touched."""
    number = command.number
    if command.kind in ("replace", "create"):
        ended = "voided; " if command.kind == "replace" else ""
        return [
            (command.target_id, f"{BY}: {ended}Invoice2go invoice {number} is now {command.xero_invoice_number}."),
            (
                command.xero_invoice_id,
                f"{BY}: copied again from Invoice2go invoice {number}; an older copy was voided or deleted.",
            ),
        ]
    if command.kind == "update":
        return [(command.target_id, f"{BY}: brought in line with Invoice2go invoice {number}.")]
    return [(command.target_id, f"{BY}: taken back; it had been copied from Invoice2go invoice {number}.")]
