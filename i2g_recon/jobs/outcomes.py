"""What every kind of sending shares: its patience, its keys, and writing down what became of a command."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence

from i2g_recon.core.fingerprint import fingerprint
from i2g_recon.core.invoice import Invoice
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Command, CommandState
from i2g_recon.xero.failures import explain

TRIES = 3
PAUSE_S = (1.0, 5.0)  # before looking up after a lost answer
REMEDIES = {
    "stale": "Reconcile again and look at both invoices side by side.",
    "rejected": "Open the invoice with that number in Xero, then link it or give one of the two another number.",
}
NO_ANSWER = "Xero gave no answer; whether it was done is not known yet."
LOOK_FIRST = "Run the push again: it looks first."


def still_open(ws: Workspace, commands: Sequence[Command]) -> list[Command]:
    """The commands that no outcome was written for, as they were handed in."""
    now = {one.id for one in ws.outbox.open_commands(commands[0].tenant_id)} if commands else set()
    return [one for one in commands if one.id in now]


def batch_key(commands: Sequence[Command], *, fresh: bool) -> str:
    """The idempotency key of one call: the same for the same commands in their first round, else a new one.

    Xero remembers a key for six minutes, its errors too; a command that was sent in an earlier run starts a new round.
    """
    if fresh or any(one.attempts for one in commands):
        return uuid.uuid4().hex
    return hashlib.sha256("".join(one.idempotency_key for one in commands).encode()).hexdigest()


def settle(ws: Workspace, command: Command, state: CommandState, invoice: Invoice | None, sentence: str = "") -> None:
    """Write down an outcome that a look-up showed, and the invoice as it was read back."""
    ws.outbox.settle(
        command.id,
        state,
        ws.clock(),
        xero_invoice_id=invoice.id if invoice else "",
        xero_invoice_number=invoice.number if invoice else "",
        messages=[sentence] if sentence else [],
        remedy=REMEDIES.get(state, ""),
        fingerprint=fingerprint(invoice) if invoice and state == "confirmed" else "",
    )


def reject(ws: Workspace, command: Command, messages: Sequence[str]) -> None:
    """Xero's words and our remedy."""
    remedies = dict.fromkeys(explain(words).remedy for words in messages)
    ws.outbox.settle(command.id, "rejected", ws.clock(), messages=messages, remedy=" ".join(remedies))


def leave_open(ws: Workspace, commands: Sequence[Command]) -> None:
    """No outcome is known: visible, and looked up before anything else by whoever takes it up."""
    for one in commands:
        ws.outbox.settle(one.id, "uncertain", ws.clock(), messages=[NO_ANSWER], remedy=LOOK_FIRST)
