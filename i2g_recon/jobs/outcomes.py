"""What every kind of sending shares: its patience, its keys, and writing down what became of a command."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from i2g_recon.core.fingerprint import fingerprint
from i2g_recon.core.invoice import Invoice
from i2g_recon.errors import AnswerLost, LimitReached, Refused
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Command, CommandState, Settlement
from i2g_recon.xero.failures import explain
from i2g_recon.xero.transport import soon
from i2g_recon.xero.writer import Outcome

TRIES = 3
FRESH = 2  # tries under one key, the rest under new ones
PAUSE_S = (1.0, 5.0)  # before looking up after a lost answer
REMEDIES = {
    "stale": "Reconcile again and look at both invoices side by side.",
    "rejected": "Open the invoice with that number in Xero, then link it or give one of the two another number.",
}
NO_ANSWER = "Xero gave no answer; whether it was done is not known yet."
VOIDED_BY_NOW = "The invoice it replaces is voided already, so Xero holds no live copy of it."
LOOK_FIRST = "Run the push again: it looks first."


def batch_key(commands: Sequence[Command]) -> str:
    """The idempotency key of one call: the same for the same commands as they were claimed, else a new one.

    Xero remembers a key for six minutes, its errors too; a command that was sent in an earlier round, and a third try,
    starts a new one.
    """
    if not commands or any(one.attempts for one in commands):
        return uuid.uuid4().hex
    return hashlib.sha256("".join(one.idempotency_key for one in commands).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sent:
    """What the answer to one call made clear. refused: command id to Xero's words."""

    lost: bool = False
    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def reject(self, ws: Workspace, waiting: Sequence[Command], *, after_void: bool = False) -> list[Command]:
        """Reject those that a look-up did not find and that Xero refused for good; gives the others.

        after_void: what replacements replace is voided by now. A number that is taken by nobody we can find is no
        refusal for good.
        """
        final = [one for one in waiting if one.id in self.refused and not number_taken(self.refused[one.id])]
        write_down(ws, [rejection(one, self.refused[one.id], after_void=after_void) for one in final])
        return [one for one in waiting if one not in final]


def number_taken(messages: Sequence[str]) -> bool:
    """Whether Xero refused because of the number."""
    return any(explain(words).code == "number_taken" for words in messages)


def answered(commands: Sequence[Command], call: Callable[[], list[Outcome]]) -> tuple[list[Outcome], Sent]:
    """The outcomes of a write and what they make clear; no outcomes when the answer was lost, or the call refused.

    Xero asking for a short pause counts as lost: the next call waits as long as it asked. Raises LimitReached for a
    long one, and what else ends the whole push.
    """
    try:
        outcomes = call()
    except AnswerLost:
        return [], Sent(lost=True)
    except LimitReached as limit:
        if not soon(limit):
            raise
        return [], Sent(lost=True)
    except Refused as refusal:
        return [], Sent(refused={one.id: (str(refusal),) for one in commands})
    refused = {one.id: outcome.messages for one, outcome in zip(commands, outcomes, strict=True) if not outcome.ok}
    return outcomes, Sent(refused=refused)


def settlement(
    command: Command, state: CommandState, invoice: Invoice | None, sentence: str = "", *, after_void: bool = False
) -> Settlement:
    """An outcome that Xero's answer or a look-up showed, with the invoice as it was read back."""
    sentences = [sentence] if sentence else []
    return Settlement(
        command_id=command.id,
        state=state,
        xero_invoice_id=invoice.id if invoice else "",
        xero_invoice_number=invoice.number if invoice else "",
        messages=(*sentences, *lost_in_between(command, after_void=after_void and state != "confirmed")),
        remedy=REMEDIES.get(state, ""),
        fingerprint=fingerprint(invoice) if invoice and state == "confirmed" else "",
    )


def rejection(command: Command, messages: Sequence[str], *, after_void: bool = False) -> Settlement:
    """Xero's words and our remedy."""
    remedies = dict.fromkeys(explain(words).remedy for words in messages)
    said = (*messages, *lost_in_between(command, after_void=after_void))
    return Settlement(command_id=command.id, state="rejected", messages=said, remedy=" ".join(remedies))


def lost_in_between(command: Command, *, after_void: bool) -> tuple[str, ...]:
    """What a person must know of a replacement that did not come about although its predecessor is gone."""
    return (VOIDED_BY_NOW,) if after_void and command.kind == "replace" else ()


def write_down(ws: Workspace, settlements: Sequence[Settlement]) -> None:
    """Outcomes with their receipts, in one transaction."""
    if settlements:
        ws.outbox.settle_all(settlements, ws.clock())


def leave_open(ws: Workspace, commands: Sequence[Command]) -> None:
    """No outcome is known: visible, and looked up before anything else by whoever takes it up."""
    write_down(
        ws,
        [
            Settlement(command_id=one.id, state="uncertain", messages=(NO_ANSWER,), remedy=LOOK_FIRST)
            for one in commands
        ],
    )


def still_open(ws: Workspace, commands: Sequence[Command]) -> list[Command]:
    """Those of the commands that no outcome was written for, as they now stand."""
    return ws.outbox.open_among([one.id for one in commands])
