"""What would be pushed: every missing invoice becomes one command, create, link or hold, with every reason at once.

    (invoice, reason of the comparison) -> taken numbers, set-up, taxes, totals, contact -> PushCommand

A command holds the exact text of the Xero invoice, so that what was approved is what is sent. Reference is the
Invoice2go number. The InvoiceNumber, which Xero keeps unique, follows a fixed rule (`invoice_number_for`): it is what
stops a second copy.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import localcontext
from types import MappingProxyType
from typing import Any

from i2g_recon.core.allowance import Allowance
from i2g_recon.core.body import canonical, xero_body
from i2g_recon.core.contacts import ChosenContact, choose_contact, contact_book, contact_key
from i2g_recon.core.draft import Draft, make_draft, tax_treatment
from i2g_recon.core.frame import Invoices
from i2g_recon.core.holds import Hold, hold
from i2g_recon.core.invoice import GONE, Contact, Invoice, State
from i2g_recon.core.money import NotAnAmount, to_minor
from i2g_recon.core.obstacles import (
    PUSHED_REASON,
    Books,
    command_warnings,
    invoice_holds,
    near_holds,
    number_holds,
    reason_holds,
    twin_id,
)
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.reference import match_key
from i2g_recon.core.setup import Setup, account_hold
from i2g_recon.core.taken import taken_in
from i2g_recon.core.tax import WIDE

__all__ = ["PushCommand", "contact_key", "invoice_number_for", "make_plan"]

NO_LINKS: Mapping[str, str] = MappingProxyType({})
NOTHING_NEAR: Mapping[str, Sequence[Mapping[str, Any]]] = MappingProxyType({})
ENDED = ("voided_in_target", "deleted_in_target")  # reasons that a person may overrule


@dataclass(frozen=True, slots=True, kw_only=True)
class PushCommand:
    """What happens to one invoice. Amounts are minor units of the currency.

    action: create, hold, or link: Xero has it under another reference, and a person can take the two (target_id) for
    one, which sends nothing. reason: code of HOLDS, the first of several; message and remedy speak of all of them.
    body: the Xero invoice as JSON without its Contact (`body`); empty for a hold, as is fingerprint. contact_id: empty
    for a contact that has to be created first. predicted_minor: the total Xero will compute, None when that is unknown.
    Commands of `changes` are update, replace or hold; target_id and seen name the invoice in Xero and its fingerprint.
    The target_id of a create is the voided or deleted copy that it is made anew after.
    """

    source_id: str
    number: str
    reference: str
    invoice_number: str
    action: str
    reason: str = ""
    message: str = ""
    remedy: str = ""
    warnings: tuple[str, ...] = ()
    body: str = ""
    contact_id: str = ""
    contact_name: str = ""
    contact_email: str = ""
    currency: str
    total_minor: int
    predicted_minor: int | None = None
    fingerprint: str = ""
    target_id: str = ""
    seen: str = ""
    changes: tuple[str, ...] = ()

    @property
    def is_held(self) -> bool:
        """Whether nothing is sent for it."""
        return self.action in {"hold", "link"}


def make_plan(
    missing: Sequence[tuple[Invoice, str]],
    *,
    target: Invoices,
    organisation: Organisation,
    setup: Setup,
    contacts: Sequence[Contact],
    contact_links: Mapping[str, str] = NO_LINKS,
    near: Mapping[str, Sequence[Mapping[str, Any]]] = NOTHING_NEAR,
    again: Collection[str] = (),
    kept_back: Mapping[str, str] = NO_LINKS,
    month: Allowance | None = None,
    today: dt.date | None = None,
) -> tuple[PushCommand, ...]:
    """One command per (missing source invoice, its reason of the comparison), in the order given.

    contacts: those of Xero, archived ones included. contact_links: contact key to ContactID. near: by source id, the
    proposals of the comparison (as in the items of the JSON), best first. again: source ids to be copied anew although
    their copy was voided or deleted. kept_back: source id to the reason why a person does not want it sent. month: what
    a small plan still approves. today: for dates that are odd. Raises nothing for data.
    """
    repeats = Counter(match_key(invoice.number) for invoice, _ in missing)
    taken = replace(taken_in(target), repeats=frozenset(key for key, times in repeats.items() if times > 1))
    books = Books(organisation, setup, taken, contact_book(contacts), contact_links, near, today)
    with localcontext(WIDE):
        commands = tuple(
            kept_back_or(
                made_anew(invoice, books)
                if invoice.id in again and reason in ENDED
                else command(invoice, reason, books),
                kept_back.get(invoice.id),
            )
            for invoice, reason in missing
        )
    return counted(commands, month) if month and setup.status == "AUTHORISED" else commands


def made_anew(invoice: Invoice, books: Books) -> PushCommand:
    """The command for an invoice whose copy was voided or deleted; both are told of each other in their history."""
    planned = command(invoice, PUSHED_REASON, books)
    gone = books.taken.gone_of.get(match_key(invoice.number), "")
    return replace(planned, target_id=gone) if planned.action == "create" else planned


def counted(commands: Sequence[PushCommand], month: Allowance) -> tuple[PushCommand, ...]:
    """The commands with a remark on every one that a small plan may not approve any more, counted in their order."""
    remarks = {
        planned.source_id: month.remark(nth)
        for nth, planned in enumerate((one for one in commands if one.action == "create"), start=1)
    }
    return tuple(
        replace(one, warnings=(*one.warnings, remark)) if (remark := remarks.get(one.source_id)) else one
        for one in commands
    )


def kept_back_or(planned: PushCommand, reason: str | None) -> PushCommand:
    """The command, or a hold of it that says what a person decided."""
    if reason is None:
        return planned
    return held(
        replace(planned, action="hold", body="", fingerprint="", target_id=""), [hold("kept_back", reason=reason)]
    )


def invoice_number_for(invoice: Invoice, taken: Mapping[str, State], repeats: Collection[str] = ()) -> str:
    """Xero's InvoiceNumber by the fixed rule: the number itself, or with the start of the id when it is used up.

    taken: match key of a number in the target to its holder's state; a voided or deleted holder uses the number up,
    and the varied one too, which then is counted on: 7, 7-0a1b2c3d, 7-0a1b2c3d-2 ... repeats: match keys of numbers
    that several source invoices carry.
    """
    plain_number = invoice.number.strip()
    if taken.get(match_key(plain_number)) not in GONE and match_key(plain_number) not in repeats:
        return plain_number
    varied = f"{plain_number}-{invoice.id[:8]}"
    further = (f"{varied}-{count}" for count in itertools.count(2))
    return next(one for one in (varied, *itertools.islice(further, 1000)) if taken.get(match_key(one)) not in GONE)


def command(invoice: Invoice, reason: str, books: Books) -> PushCommand:
    """Decide about one invoice: gather every hold, then create only when there is none."""
    invoice_number = invoice_number_for(invoice, books.taken.numbers, books.taken.repeats)
    treatment = tax_treatment(invoice, books.organisation, books.setup)
    draft = None
    if invoice.lines and not treatment.holds:
        draft = make_draft(invoice, treatment, books.organisation, books.setup)
    chosen = choose_contact(invoice.contact, books.contacts, books.links)
    used = {books.setup.account_for(line.code, invoice.contact.name) for line in invoice.lines} or {
        books.setup.revenue_account
    }
    accounts = [found for code in sorted(used) if (found := account_hold(code, books.organisation))]
    holds = [
        *reason_holds(invoice, reason),
        *number_holds(invoice, invoice_number, books.taken),
        *near_holds(invoice, books),
        *invoice_holds(invoice, books),
        *accounts,
        *treatment.holds,
        *(draft.holds if draft else ()),
        *chosen.holds,
    ]
    planned = PushCommand(
        source_id=invoice.id,
        number=invoice.number,
        reference=invoice.number.strip(),
        invoice_number=invoice_number,
        action="hold",
        warnings=(
            *command_warnings(invoice, invoice_number, books),
            *(draft.warnings if draft else ()),
            *chosen.warnings,
        ),
        contact_id=chosen.contact.id,
        contact_name=chosen.contact.name,
        contact_email=chosen.contact.email,
        currency=invoice.currency,
        total_minor=to_minor(invoice.total, invoice.currency),
        predicted_minor=predicted_minor(draft, invoice.currency),
    )
    if twin := twin_id(invoice, books):
        planned = replace(planned, action="link", target_id=twin)
    if holds or draft is None:
        return held(planned, holds)
    return created(planned, invoice, draft, chosen, books.setup)


def predicted_minor(draft: Draft | None, currency: str) -> int | None:
    """The predicted total, or None when there is none or it is too large to be an amount."""
    try:
        return to_minor(draft.totals.total, currency) if draft else None
    except NotAnAmount:
        return None


def held(planned: PushCommand, holds: Sequence[Hold]) -> PushCommand:
    """The command with its reasons: each code once, the first one first."""
    once = {(each.code, each.sentence): each for each in holds}.values()
    return replace(
        planned,
        reason=next(each.code for each in once),
        message=" ".join(dict.fromkeys(each.sentence for each in once)),
        remedy=" ".join(dict.fromkeys(each.remedy for each in once)),
    )


def created(planned: PushCommand, invoice: Invoice, draft: Draft, chosen: ChosenContact, setup: Setup) -> PushCommand:
    """The command with the text that is sent and the fingerprint of text and contact."""
    body = canonical(
        xero_body(
            invoice, draft, reference=planned.reference, invoice_number=planned.invoice_number, status=setup.status
        )
    )
    seen = canonical([body, chosen.contact.id, chosen.contact.name, chosen.contact.email])
    return replace(planned, action="create", body=body, fingerprint=hashlib.sha256(seen.encode()).hexdigest())
