"""Push: the approved invoices into Xero, exactly once in effect, a receipt for each.

    approve   command, idempotency key and fingerprint in one transaction with the approval
    look up   by Reference and by InvoiceNumber, seconds before sending: what is there already is adopted or left alone
    send      PUT, up to 50 a call; "sent" is on the disk before the first byte leaves
    read back the invoice as Xero stored it, compared to the cent
    settle    confirmed | rejected | uncertain | stale | held | skipped, with a receipt

Each invoice carries an InvoiceNumber that Xero keeps unique, so a request that arrives late or twice is refused by Xero
itself. After a lost answer nothing is sent before it was looked up.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from i2g_recon.core import frame
from i2g_recon.core.invoice import GONE, Invoice
from i2g_recon.core.money import from_minor, money_text
from i2g_recon.core.plan import PushCommand
from i2g_recon.core.reference import match_key
from i2g_recon.errors import AnswerLost, LimitReached, Refused
from i2g_recon.jobs.access import require_write
from i2g_recon.jobs.connect import noticing_loss, open_session
from i2g_recon.jobs.new_contacts import resolve_contacts
from i2g_recon.jobs.push_report import PushReport
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Command, CommandState, Connection
from i2g_recon.xero import reader, writer
from i2g_recon.xero.failures import explain
from i2g_recon.xero.session import XeroSession
from i2g_recon.xero.transport import soon

BATCH = 50  # Xero's advice for one write
LEASE_S = 120.0  # longer than a write and its time-out; whoever takes over looks up first
TRIES = 3
PAUSE_S = (1.0, 5.0)  # before looking up after a lost answer


def approve(ws: Workspace, connection: Connection, commands: Sequence[PushCommand]) -> list[Command]:
    """Write the intents to create down, all in one transaction, and give them; holds are never written.

    An invoice that an earlier push already stands for gives that push's command: a second click changes nothing.
    Raises ReadOnly for a connection that may not write.
    """
    require_write(ws, connection)
    push_id = uuid.uuid4().hex[:12]
    intents = [intent(push_id, connection.tenant_id, one) for one in commands if one.action == "create"]
    if not intents:
        return []
    approved = ws.outbox.approve(push_id, connection.tenant_id, intents, ws.clock())
    numbers = [one.number for one in approved if one.push_id == push_id]
    ws.store.log(ws.clock(), "", "approved", push_id, tenant_id=connection.tenant_id, detail={"numbers": numbers})
    return approved


def intent(push_id: str, tenant_id: str, planned: PushCommand) -> Command:
    """A planned command as the outbox keeps it, with its idempotency key."""
    return Command(
        id=uuid.uuid4().hex,
        push_id=push_id,
        tenant_id=tenant_id,
        source_id=planned.source_id,
        number=planned.number,
        reference=planned.reference,
        invoice_number=planned.invoice_number,
        action=planned.action,
        body=planned.body,
        idempotency_key=uuid.uuid4().hex,
        currency=planned.currency,
        total_minor=planned.total_minor,
        fingerprint=planned.fingerprint,
        contact_id=planned.contact_id,
        contact_name=planned.contact_name,
        contact_email=planned.contact_email,
    )


def push(
    ws: Workspace, connection: Connection, commands: Sequence[PushCommand], *, with_open: bool = False
) -> PushReport:
    """Approve and send; with_open: take up what earlier pushes left open too.

    Raises what stops the whole push; what was done is kept, running again resumes.
    """
    approved = approve(ws, connection, commands)
    asked = {one.id for one in approved}
    earlier = ws.outbox.open_commands(connection.tenant_id) if with_open else []
    report = send(ws, connection, [*approved, *(one for one in earlier if one.id not in asked)])
    return replace(report, held=tuple(one for one in commands if one.action == "hold"))


def resume(ws: Workspace, connection: Connection) -> PushReport:
    """Take up what earlier pushes left open. Raises ReadOnly for a connection that may not write."""
    require_write(ws, connection)
    return send(ws, connection, ws.outbox.open_commands(connection.tenant_id))


def send(ws: Workspace, connection: Connection, commands: Sequence[Command]) -> PushReport:
    """Take these commands to their outcome, those apart that another process is at work on."""
    calls = ws.transport.calls
    before = calls.total, calls.read, calls.write
    owner, session = uuid.uuid4().hex, open_session(ws, connection)
    with noticing_loss(ws, connection):
        for start in range(0, len(commands), BATCH):
            send_batch(ws, session, commands[start : start + BATCH], owner)
    calls = ws.transport.calls
    now = [ws.outbox.command(one.id) for one in commands]
    return PushReport(
        push_id=commands[0].push_id if commands else "",
        commands=tuple(one for one in now if one is not None),
        calls=calls.total - before[0],
        reads=calls.read - before[1],
        writes=calls.write - before[2],
    )


def send_batch(ws: Workspace, session: XeroSession, batch: Sequence[Command], owner: str) -> None:
    """Claim, settle, let go; a claim that its process cannot give back ends by itself."""
    claimed = [one for one in still_open(ws, batch) if ws.outbox.claim(one.id, owner, ws.clock(), LEASE_S)]
    try:
        settle_batch(ws, session, claimed, owner)
    finally:
        for one in claimed:
            ws.outbox.release(one.id, owner)


def settle_batch(ws: Workspace, session: XeroSession, batch: Sequence[Command], owner: str) -> None:
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
    for one in waiting:
        words = "Xero gave no answer; whether the invoice arrived is not known yet."
        ws.outbox.settle(
            one.id, "uncertain", ws.clock(), messages=[words], remedy="Run the push again: it looks first."
        )


def still_open(ws: Workspace, commands: Sequence[Command]) -> list[Command]:
    """The commands that no outcome was written for, as they were handed in."""
    now = {one.id for one in ws.outbox.open_commands(commands[0].tenant_id)} if commands else set()
    return [one for one in commands if one.id in now]


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


def settle(ws: Workspace, command: Command, state: CommandState, invoice: Invoice, sentence: str) -> None:
    """Write down an outcome that a look-up showed."""
    remedies = {
        "stale": "Reconcile again and look at both invoices side by side.",
        "rejected": "Open the invoice with that number in Xero, then link it or give one of the two another number.",
    }
    ws.outbox.settle(
        command.id,
        state,
        ws.clock(),
        xero_invoice_id=invoice.id,
        xero_invoice_number=invoice.number,
        messages=[sentence] if sentence else [],
        remedy=remedies.get(state, ""),
    )


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


def batch_key(commands: Sequence[Command], *, fresh: bool) -> str:
    """The idempotency key of one call: the same for the same commands in their first round, else a new one.

    Xero remembers a key for six minutes, its errors too; a command that was sent in an earlier run starts a new round.
    """
    if fresh or any(one.attempts for one in commands):
        return uuid.uuid4().hex
    return hashlib.sha256("".join(one.idempotency_key for one in commands).encode()).hexdigest()


def reject(ws: Workspace, command: Command, messages: Sequence[str]) -> None:
    """Xero's words and our remedy."""
    remedies = dict.fromkeys(explain(words).remedy for words in messages)
    ws.outbox.settle(command.id, "rejected", ws.clock(), messages=messages, remedy=" ".join(remedies))


def body_of(command: Command) -> Mapping[str, Any]:
    """The exact invoice that was approved, for the contact it goes to and nothing else of it."""
    body: dict[str, Any] = json.loads(command.body, parse_float=Decimal, parse_int=Decimal)
    return {**body, "Contact": {"ContactID": command.contact_id}}
