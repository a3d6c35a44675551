"""Changing invoices that Xero holds: update, delete, void, and the first half of replace, which voids.

    look up   by InvoiceID, seconds before sending
    as seen   sent; "sent" is on the disk before the first byte leaves
    as wanted confirmed, whoever made it so: what is sent twice changes nothing twice
    else      stale: somebody changed it since, nothing is sent

Xero has no way to say "only if unchanged", so a person who edits in the second between look-up and sending can be
overwritten; the fingerprint keeps that to the second.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from i2g_recon.core.fingerprint import fingerprint
from i2g_recon.core.invoice import GONE, Invoice, LineItem
from i2g_recon.core.money import from_minor
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
from i2g_recon.store.records import Command
from i2g_recon.xero import reader, writer
from i2g_recon.xero.session import XeroSession

ENDINGS = {"delete": "DELETED", "void": "VOIDED", "replace": "VOIDED"}
NOT_THERE = "The invoice is no longer in Xero; nothing was sent."
ENDED_ELSEWHERE = "Somebody voided or deleted the invoice in Xero meanwhile; nothing was sent."
MOVED = "The invoice was changed in Xero since you looked at it; nothing was sent."


def settle_changes(ws: Workspace, session: XeroSession, commands: Sequence[Command], owner: str) -> list[Command]:
    """Take changes to their outcome; gives the replacements whose old invoice is gone, ready to be created."""
    waiting, ready = look(ws, session, commands)
    as_claimed = {one.id: one for one in waiting}
    for attempt in range(TRIES):
        if not waiting:
            break
        same = [as_claimed[one.id] for one in waiting] if attempt < FRESH else []
        answer = send_once(ws, session, waiting, owner=owner, key=batch_key(same))
        if answer.lost:
            ws.sleep(PAUSE_S[min(attempt, len(PAUSE_S) - 1)])
        waiting, more = look(ws, session, still_open(ws, waiting))
        waiting = answer.reject(ws, waiting)
        ready += more
        if not answer.lost:
            break
    leave_open(ws, waiting)
    return ready


def look(ws: Workspace, session: XeroSession, commands: Sequence[Command]) -> tuple[list[Command], list[Command]]:
    """Settle what is as wanted, or was changed since; gives what is to be sent, and the replacements that are ready."""
    if not commands:
        return [], []
    found = reader.find_invoices(session, ids=[one.target_id for one in commands])
    held = {invoice.id: invoice for invoice in found}
    waiting, ready, settled = [], [], []
    for one in commands:
        invoice = held.get(one.target_id)
        if invoice is None:
            settled.append(settlement(one, "stale", None, NOT_THERE))
        elif one.kind == "replace" and invoice.state in GONE and one.attempts:
            ready.append(one)
        elif wanted(one, invoice):
            settled.append(settlement(one, "confirmed", invoice))
        elif invoice.state in GONE:
            settled.append(settlement(one, "stale", invoice, ENDED_ELSEWHERE))
        elif fingerprint(invoice) != one.fingerprint:
            settled.append(settlement(one, "stale", invoice, MOVED))
        else:
            waiting.append(one)
    write_down(ws, settled)
    return waiting, ready


def wanted(command: Command, invoice: Invoice) -> bool:
    """Whether the invoice is already as the command wants it."""
    if command.kind in ENDINGS:
        return command.kind != "replace" and invoice.state in GONE and command.attempts > 0
    body = json.loads(command.body, parse_float=Decimal, parse_int=Decimal)
    days = (("Date", invoice.date), ("DueDate", invoice.due_date))
    same_days = all(name not in body or dt.date.fromisoformat(body[name]) == day for name, day in days)
    same_client = "Contact" not in body or invoice.contact.id == command.contact_id
    same_lines = "LineItems" not in body or (
        invoice.total == from_minor(command.total_minor, command.currency)
        and len(invoice.lines) == len(body["LineItems"])
        and all_there(body["LineItems"], invoice.lines)
    )
    return invoice.state not in GONE and same_days and same_client and same_lines


def all_there(wanted_lines: Sequence[Mapping[str, Any]], there: Sequence[LineItem]) -> bool:
    """Whether each wanted line is a line of its own in Xero, in any order; a tax type that is not sent is Xero's."""
    left = list(there)
    for line in wanted_lines:
        twin = next((one for one in left if same_line(line, one)), None)
        if twin is None:
            return False
        left.remove(twin)
    return True


def same_line(line: Mapping[str, Any], held: LineItem) -> bool:
    """Whether a line in Xero says what was sent; how blanks are set in its words does not count."""
    return (
        line["Description"].split() == held.description.split()
        and (line["Quantity"], line["UnitAmount"]) == (held.quantity, held.unit_price)
        and line["AccountCode"] == held.account_code
        and line.get("TaxType", held.tax_type) == held.tax_type
    )


def send_once(ws: Workspace, session: XeroSession, commands: Sequence[Command], *, owner: str, key: str) -> Sent:
    """One POST. Nothing is settled by its answer: a change that arrived twice is refused the second time."""
    ws.outbox.mark_sent([one.id for one in commands], ws.clock(), key, owner=owner)
    bodies = [change_of(one) for one in commands]
    return answered(commands, lambda: writer.update_invoices(session, bodies, idempotency_key=key))[1]


def change_of(command: Command) -> Mapping[str, Any]:
    """What is sent: the invoice's id, and the approved fields or its end."""
    if command.kind in ENDINGS:
        return {"InvoiceID": command.target_id, "Status": ENDINGS[command.kind]}
    body: dict[str, Any] = json.loads(command.body, parse_float=Decimal, parse_int=Decimal)
    return {**body, "Contact": {"ContactID": command.contact_id}} if "Contact" in body else body
