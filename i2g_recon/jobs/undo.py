"""Taking a push back: what it put into Xero, as long as it is still as it was put there.

    draft, submitted     deleted
    approved, no money   voided, if its day is not locked
    anything else        stays, with the reason

What is taken back is held afterwards, so that automatic export does not send it again: the comparison says that its
copy was deleted or voided, and a person decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from i2g_recon.core.fingerprint import fingerprint
from i2g_recon.core.invoice import GONE, Invoice
from i2g_recon.core.money import money_text
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.plan import PushCommand
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.connect import noticing_loss, open_session
from i2g_recon.jobs.pull import known_organisation
from i2g_recon.jobs.push import approve
from i2g_recon.jobs.push import send as finish
from i2g_recon.jobs.push_report import PushReport
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.store.records import NEW_COPY, OPEN_STATES, Command
from i2g_recon.xero import reader

DRAFTS, APPROVED = ("DRAFT", "SUBMITTED"), "AUTHORISED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """What happens to one invoice of the push. action: delete, void, or '' with the reason why it stays."""

    command: Command
    action: str
    reason: str = ""

    @property
    def words(self) -> str:
        """One sentence for a person."""
        done = {"delete": "The draft is deleted.", "void": "The approved invoice is voided."}
        return done.get(self.action, self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlan:
    """A push and what can still be taken back of it."""

    push_id: str
    approved_at: dt.datetime
    invoices: tuple[Undoing, ...]

    @property
    def possible(self) -> tuple[Undoing, ...]:
        """What would be taken back."""
        return tuple(one for one in self.invoices if one.action)

    def to_dict(self) -> dict[str, object]:
        """As a JSON document."""
        return {
            "schema": 1,
            "push": self.push_id,
            "counts": {"possible": len(self.possible), "stays": len(self.invoices) - len(self.possible)},
            "invoices": [
                {
                    "number": one.command.number,
                    "xero_invoice_number": one.command.xero_invoice_number,
                    "total": money_text(one.command.total_minor, one.command.currency),
                    "action": one.action,
                    "reason": one.words,
                }
                for one in self.invoices
            ],
        }


def undo_plan(ws: Workspace, connection: Connection, push_id: str) -> UndoPlan:
    """What can still be taken back, looked up in Xero now. Raises NeedsAPerson for a push that is not known here."""
    known = {one.id: one for one in ws.outbox.pushes(connection.tenant_id)}
    if push_id not in known:
        raise NeedsAPerson(f"There is no push {push_id} of '{connection.name}'; its receipts show the id.")
    commands = ws.outbox.commands(push_id)
    organisation, _ = known_organisation(ws, connection)
    with noticing_loss(ws, connection):
        ids = [one.xero_invoice_id for one in commands if one.state == "confirmed" and one.kind in NEW_COPY]
        found = reader.find_invoices(open_session(ws, connection), ids=ids) if ids else []
    held = {invoice.id: invoice for invoice in found}
    return UndoPlan(
        push_id=push_id,
        approved_at=known[push_id].approved_at,
        invoices=tuple(undoing(one, held.get(one.xero_invoice_id), organisation) for one in commands),
    )


def undoing(command: Command, invoice: Invoice | None, organisation: Organisation) -> Undoing:
    """What can be done about one command of the push."""
    reason = stays(command, invoice) or (locked(invoice, organisation) if invoice else "")
    if reason or invoice is None:
        return Undoing(command=command, action="", reason=reason or "It is no longer in Xero.")
    return Undoing(command=command, action="delete" if invoice.status.upper() in DRAFTS else "void")


def stays(command: Command, invoice: Invoice | None) -> str:
    """Why the invoice stays as it is; '' when it can be taken back."""
    if command.kind not in NEW_COPY:
        return "The push changed an invoice that was there before; its history in Xero shows what it was."
    if command.state in OPEN_STATES:
        return "The push has no outcome for it yet; finish that first."
    if command.state != "confirmed":
        return " ".join(command.messages) or "It never arrived in Xero."
    if not command.attempts:
        return "It was in Xero before; the push only found it there."
    return moved_on(command, invoice)


def moved_on(command: Command, invoice: Invoice | None) -> str:
    """What happened to the invoice in Xero since; '' when it is as it was put there."""
    if invoice is None:
        return "It is no longer in Xero."
    status = invoice.status.lower()
    if invoice.state in GONE:
        return f"It is {status} in Xero already."
    if invoice.paid:
        return "It has a payment in Xero; remove the payment there first, then void it there."
    if fingerprint(invoice) != command.fingerprint:
        return f"It was changed in Xero since (now {status}); take it back there if it is to go."
    known = invoice.status.upper() in (*DRAFTS, APPROVED)
    return "" if known else f"Its state in Xero ({status}) does not allow it."


def locked(invoice: Invoice, organisation: Organisation) -> str:
    """Why an approved invoice cannot be voided: its day is locked."""
    locks = [day for day in (organisation.period_lock, organisation.year_lock) if day]
    if invoice.status.upper() != APPROVED or not locks or invoice.date is None or invoice.date > max(locks):
        return ""
    return f"Its date {invoice.date} is in a period that is locked up to {max(locks)}."


def undo(ws: Workspace, connection: Connection, planned: UndoPlan) -> PushReport:
    """Take back what the plan says can be; each invoice is looked at again before. Raises ReadOnly, NeedsAPerson."""
    return finish(ws, connection, approve_undo(ws, connection, planned))


def approve_undo(ws: Workspace, connection: Connection, planned: UndoPlan) -> list[Command]:
    """Write down that a person wants it taken back, to be done by whoever sends. Raises as `undo`."""
    if not planned.possible:
        raise NeedsAPerson("Nothing of this push can be taken back; the reasons stand beside each invoice.")
    approved = approve(ws, connection, commands_of(planned.possible))
    numbers = [one.number for one in approved]
    detail = {"numbers": numbers}
    ws.store.log(ws.clock(), "", "taking back", planned.push_id, tenant_id=connection.tenant_id, detail=detail)
    return approved


def commands_of(invoices: Sequence[Undoing]) -> list[PushCommand]:
    """The invoices as commands that end them."""
    return [
        PushCommand(
            source_id=one.command.source_id,
            number=one.command.number,
            reference=one.command.reference,
            invoice_number=one.command.xero_invoice_number,
            action=one.action,
            body="{}",
            contact_id=one.command.contact_id,
            contact_name=one.command.contact_name,
            currency=one.command.currency,
            total_minor=one.command.total_minor,
            target_id=one.command.xero_invoice_id,
            seen=one.command.fingerprint,
        )
        for one in invoices
    ]
