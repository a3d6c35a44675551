"""Taking approved commands to their outcome, a group at a time: new invoices here, changes to others in `changing`.

    claim     one process at a time works on a command, its lease renewed while it does
    look up   a group by Reference, seconds before sending: what is there already is adopted or left alone
    send      PUT, up to 50 a call; "sent" is on the disk before the first byte leaves
    read back the invoice as Xero says it stored it, compared to the cent; where that is unclear, looked up again
    settle    confirmed | rejected | uncertain | stale | skipped, with a receipt

After a lost answer nothing is sent before it was looked up. Nothing here needs the frames of the engine.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from i2g_recon.core.invoice import GONE, Invoice
from i2g_recon.core.money import from_minor, money_text
from i2g_recon.core.reference import match_key
from i2g_recon.jobs.changing import settle_changes
from i2g_recon.jobs.new_contacts import resolve_contacts
from i2g_recon.jobs.notes import leave_notes
from i2g_recon.jobs.outcomes import (
    FRESH,
    PAUSE_S,
    TRIES,
    Sent,
    answered,
    batch_key,
    leave_open,
    settlement,
    still_open,
    write_down,
)
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Command, CommandState, Settlement
from i2g_recon.xero import reader, writer
from i2g_recon.xero.session import XeroSession

GROUP = 200  # invoices that are looked up together, seconds before they are sent
BATCH = 50  # Xero's advice for one write
LEASE_S = 45.0  # a process that died is followed within a minute
BEAT_S = 15.0  # a claim is renewed this often while its process lives
LOOK_LASTS = dt.timedelta(seconds=20)  # an older look-up is made again before sending
CANCELLED = "You stopped the push before this invoice was sent."


def send_group(ws: Workspace, session: XeroSession, group: Sequence[Command], owner: str) -> None:
    """Claim, settle, let go; a claim that its process cannot give back ends by itself soon after."""
    claimed = ws.outbox.claim_all([one.id for one in group], owner, ws.clock(), LEASE_S)
    if not claimed:
        return
    try:
        with ws.pulse(lambda: ws.outbox.renew(owner, ws.clock(), LEASE_S), BEAT_S):
            settle_group(ws, session, claimed, owner)
    finally:
        ws.outbox.release(owner)


def settle_group(ws: Workspace, session: XeroSession, group: Sequence[Command], owner: str) -> None:
    """Changes first: what they make ready is then created with the rest. Notes in Xero for what was changed, last."""
    changes = [one for one in group if one.kind != "create"]
    ready = [one for batch in batches(changes) for one in settle_changes(ws, session, not_cancelled(ws, batch), owner)]
    creations = [*(one for one in group if one.kind == "create"), *ready]
    looked_at = ws.clock()
    waiting = settle_what_is_there(ws, session, not_cancelled(ws, creations))
    for batch in batches(resolve_contacts(ws, session, waiting)):
        going = not_cancelled(ws, batch)
        if ws.clock() - looked_at > LOOK_LASTS:  # Xero asked for a pause meanwhile, and somebody may have typed it
            going = settle_what_is_there(ws, session, going)
        settle_creations(ws, session, going, owner)
    leave_notes(ws, session, [one for one in group if one.kind != "create" or one.target_id])


def batches(commands: Sequence[Command]) -> Iterator[Sequence[Command]]:
    """As many as go into one call."""
    for start in range(0, len(commands), BATCH):
        yield commands[start : start + BATCH]


def not_cancelled(ws: Workspace, commands: Sequence[Command]) -> list[Command]:
    """Skip what a person stopped before it was ever sent; gives the rest, which may have arrived and is looked up."""
    stopped = ws.outbox.cancelled({one.push_id for one in commands}) if commands else set()
    skipped = [one for one in commands if one.push_id in stopped and not one.attempts]
    write_down(ws, [Settlement(command_id=one.id, state="skipped", messages=(CANCELLED,)) for one in skipped])
    return [one for one in commands if one not in skipped]


def settle_creations(ws: Workspace, session: XeroSession, batch: Sequence[Command], owner: str) -> None:
    """Send what was just looked up and is not there; after anything unclear look up again, never send before that."""
    waiting, as_claimed = list(batch), {one.id: one for one in batch}
    for attempt in range(TRIES):
        if not waiting:
            return
        same = [as_claimed[one.id] for one in waiting] if attempt < FRESH else []
        answer = send_once(ws, session, waiting, owner=owner, key=batch_key(same))
        if answer.lost:
            ws.sleep(PAUSE_S[min(attempt, len(PAUSE_S) - 1)])
        waiting = settle_what_is_there(ws, session, still_open(ws, waiting))
        waiting = answer.reject(ws, waiting, after_void=True)
        if not answer.lost:
            break
    leave_open(ws, waiting)


def settle_what_is_there(ws: Workspace, session: XeroSession, commands: Sequence[Command]) -> list[Command]:
    """Settle every command whose reference or number Xero already holds; gives the others.

    The number of a first attempt is not looked for where the reference says the same: Xero refuses a taken one.
    """
    if not commands:
        return []
    numbered = [one for one in commands if one.attempts or match_key(one.invoice_number) != match_key(one.reference)]
    found = reader.find_invoices(
        session,
        references=[one.reference for one in commands],
        numbers=[one.invoice_number for one in numbered],
    )
    by_key = indexed(found)
    left, settled = [], []
    for one in commands:
        outcome = outcome_of(one, by_key)
        if outcome is None:
            left.append(one)
        else:
            settled.append(settlement(one, *outcome, after_void=True))
    write_down(ws, settled)
    return left


def indexed(invoices: Iterable[Invoice]) -> dict[str, list[Invoice]]:
    """Invoices by the match keys of their reference and of their number."""
    found: dict[str, list[Invoice]] = {}
    for one in invoices:
        for key in {match_key(one.reference), match_key(one.number)}:
            found.setdefault(key, []).append(one)
    return found


def outcome_of(command: Command, found: Mapping[str, Sequence[Invoice]]) -> tuple[CommandState, Invoice, str] | None:
    """What the invoices in Xero mean for a command: state, the invoice and a sentence; None when it may be sent."""
    key, number_key = match_key(command.reference), match_key(command.invoice_number)
    by_number = [one for one in found.get(number_key, ()) if match_key(one.number) == number_key]
    live = [one for one in found.get(key, ()) if match_key(one.reference) == key and one.state not in GONE]
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


def send_once(ws: Workspace, session: XeroSession, commands: Sequence[Command], *, owner: str, key: str) -> Sent:
    """One PUT; settles what Xero says it stored when that is what was approved.

    Everything else stays open for a look-up, refusals too: a call that arrived twice is refused the second time, and
    the holder of a number that is taken may be our own invoice.
    """
    ws.outbox.mark_sent([one.id for one in commands], ws.clock(), key, owner=owner)
    outcomes, sent = answered(
        commands,
        lambda: writer.create_invoices(session, [body_of(one) for one in commands], idempotency_key=key),
    )
    settled = [
        settlement(one, "confirmed", outcome.invoice)
        for one, outcome in zip(commands, outcomes, strict=bool(outcomes))
        if outcome.ok and outcome.invoice and is_ours(outcome.invoice, one) and matches(outcome.invoice, one)
    ]
    write_down(ws, settled)
    return sent


def is_ours(invoice: Invoice, command: Command) -> bool:
    """Under the reference and the number that were approved, and live."""
    same_reference = match_key(invoice.reference) == match_key(command.reference)
    same_number = match_key(invoice.number) == match_key(command.invoice_number)
    return same_reference and same_number and invoice.state not in GONE


def body_of(command: Command) -> Mapping[str, Any]:
    """The exact invoice that was approved, for the contact it goes to and nothing else of it."""
    body: dict[str, Any] = json.loads(command.body, parse_float=Decimal, parse_int=Decimal)
    return {**body, "Contact": {"ContactID": command.contact_id}}
