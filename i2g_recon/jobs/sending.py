"""Taking approved commands to their outcome, a batch at a time: new invoices here, changes to others in `changing`.

    claim     one process at a time works on a command, its lease renewed while it does
    look up   by Reference and by InvoiceNumber, seconds before sending: what is there already is adopted or left alone
    send      PUT, up to 50 a call; "sent" is on the disk before the first byte leaves
    read back the invoice as Xero stored it, compared to the cent
    settle    confirmed | rejected | uncertain | stale | skipped, with a receipt

After a lost answer nothing is sent before it was looked up. Nothing here needs the frames of the engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from i2g_recon.core import frame
from i2g_recon.core.invoice import GONE, Invoice
from i2g_recon.core.money import from_minor, money_text
from i2g_recon.core.reference import match_key
from i2g_recon.errors import AnswerLost, LimitReached, Refused
from i2g_recon.jobs.changing import settle_changes
from i2g_recon.jobs.new_contacts import resolve_contacts
from i2g_recon.jobs.notes import leave_notes
from i2g_recon.jobs.outcomes import PAUSE_S, TRIES, batch_key, leave_open, reject, settle, still_open
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Command, CommandState
from i2g_recon.xero import reader, writer
from i2g_recon.xero.failures import explain
from i2g_recon.xero.session import XeroSession
from i2g_recon.xero.transport import soon

LEASE_S = 45.0  # a process that died is followed within a minute
BEAT_S = 15.0  # a claim is renewed this often while its process lives
CANCELLED = "You stopped the push before this invoice was sent."


def send_batch(ws: Workspace, session: XeroSession, batch: Sequence[Command], owner: str) -> None:
    """Claim, settle, let go; a claim that its process cannot give back ends by itself soon after."""
    claimed = [one for one in still_open(ws, batch) if ws.outbox.claim(one.id, owner, ws.clock(), LEASE_S)]
    if not claimed:
        return
    try:
        with ws.pulse(lambda: ws.outbox.renew(owner, ws.clock(), LEASE_S), BEAT_S):
            settle_batch(ws, session, not_cancelled(ws, claimed), owner)
    finally:
        for one in claimed:
            ws.outbox.release(one.id, owner)


def not_cancelled(ws: Workspace, commands: Sequence[Command]) -> list[Command]:
    """Skip what a person stopped before it was ever sent; gives the rest, which may have arrived and is looked up."""
    stopped = ws.outbox.cancelled({one.push_id for one in commands})
    going = []
    for one in commands:
        if one.push_id in stopped and one.state == "approved":
            ws.outbox.settle(one.id, "skipped", ws.clock(), messages=[CANCELLED])
        else:
            going.append(one)
    return going


def settle_batch(ws: Workspace, session: XeroSession, batch: Sequence[Command], owner: str) -> None:
    """Changes first: what they make ready is then created with the rest. Notes in Xero for what was changed, last."""
    changes = [one for one in batch if one.kind != "create"]
    ready = settle_changes(ws, session, changes, owner)
    settle_creations(ws, session, [*(one for one in batch if one.kind == "create"), *ready], owner)
    leave_notes(ws, session, changes)


def settle_creations(ws: Workspace, session: XeroSession, batch: Sequence[Command], owner: str) -> None:
    """Look up, send what is not there, look up again; at most TRIES sends, never one without a look-up before it."""
    waiting = resolve_contacts(ws, session, settle_what_is_there(ws, session, batch))
    for attempt in range(TRIES):
        if not waiting:
            return
        lost = send_once(ws, session, waiting, owner=owner, fresh_key=attempt > 1)
        if lost:
            ws.sleep(PAUSE_S[min(attempt, len(PAUSE_S) - 1)])
        waiting = settle_what_is_there(ws, session, still_open(ws, waiting))
        if not lost:
            break
    leave_open(ws, waiting)


def settle_what_is_there(ws: Workspace, session: XeroSession, commands: Sequence[Command]) -> list[Command]:
    """Settle every command whose reference or number Xero already holds; gives the others."""
    if not commands:
        return []
    found = frame.records(
        reader.find_invoices(
            session,
            references=[one.reference for one in commands],
            numbers=[one.invoice_number for one in commands],
        )
    )
    left = []
    for one in commands:
        outcome = outcome_of(one, found)
        if outcome is None:
            left.append(one)
        else:
            settle(ws, one, *outcome)
    return left


def outcome_of(command: Command, found: Iterable[Invoice]) -> tuple[CommandState, Invoice, str] | None:
    """What the invoices in Xero mean for a command: state, the invoice and a sentence; None when it may be sent."""
    held = list(found)
    key, number_key = match_key(command.reference), match_key(command.invoice_number)
    by_number = [one for one in held if match_key(one.number) == number_key]
    live = [one for one in held if match_key(one.reference) == key and one.state not in GONE]
    ours = [one for one in live if match_key(one.number) == number_key]
    for one in ours:
        return ("confirmed", one, "") if matches(one, command) else ("stale", one, different(one, command))
    for one in live:
        return "stale", one, "Xero meanwhile holds a live invoice with this reference; nothing was sent."
    for one in by_number:
        if one.state in GONE and command.attempts:
            return "stale", one, "The invoice arrived and was voided or deleted in Xero since; nothing was sent again."
        return "rejected", one, f"Xero already uses the number {command.invoice_number} for another invoice."
    return None


def matches(invoice: Invoice, command: Command) -> bool:
    """Equal to the cent, in the same currency and for the contact it was meant for."""
    same_contact = not command.contact_id or not invoice.contact.id or invoice.contact.id == command.contact_id
    return (
        invoice.total == from_minor(command.total_minor, command.currency)
        and invoice.currency == command.currency
        and same_contact
    )


def different(invoice: Invoice, command: Command) -> str:
    """How the invoice in Xero is not the one that was approved."""
    wanted = money_text(command.total_minor, command.currency)
    return f"Xero holds this invoice with {invoice.total:,f} {invoice.currency}, approved was {wanted}."


def send_once(ws: Workspace, session: XeroSession, commands: Sequence[Command], *, owner: str, fresh_key: bool) -> bool:
    """One PUT; settles what Xero refused. True when the answer was lost, or Xero asked for a short pause.

    What Xero accepted stays open: the look-up that follows is the read-back that confirms it. So does what it refused
    because the number is taken, for the holder may be our own invoice that arrived after all.
    """
    key = batch_key(commands, fresh=fresh_key)
    for one in commands:
        ws.outbox.mark_sent(one.id, ws.clock(), key, owner=owner)
    try:
        outcomes = writer.create_invoices(session, [body_of(one) for one in commands], idempotency_key=key)
    except AnswerLost:
        return True
    except LimitReached as limit:
        if not soon(limit):
            raise
        return True
    except Refused as refusal:
        for one in commands:
            reject(ws, one, [str(refusal)])
        return False
    for one, outcome in zip(commands, outcomes, strict=True):
        number_taken = any(explain(words).code == "number_taken" for words in outcome.messages)
        if not outcome.ok and not number_taken:
            reject(ws, one, outcome.messages)
    return False


def body_of(command: Command) -> Mapping[str, Any]:
    """The exact invoice that was approved, for the contact it goes to and nothing else of it."""
    body: dict[str, Any] = json.loads(command.body, parse_float=Decimal, parse_int=Decimal)
    return {**body, "Contact": {"ContactID": command.contact_id}}
