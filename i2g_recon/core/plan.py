"""What would be pushed: every missing invoice becomes one command, create or hold, with every reason at once.

    (invoice, reason of the comparison) -> taken numbers, set-up, taxes, totals, contact -> PushCommand

A command holds the exact text of the Xero invoice, so that what was approved is what is sent. Reference is the
Invoice2go number. The InvoiceNumber, which Xero keeps unique, follows a fixed rule (`invoice_number_for`): it is what
stops a second copy.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import localcontext
from types import MappingProxyType
from typing import Any

from i2g_recon.core.body import canonical, xero_body
from i2g_recon.core.contacts import ChosenContact, ContactBook, choose_contact, contact_book, contact_key
from i2g_recon.core.draft import Draft, make_draft, tax_treatment
from i2g_recon.core.frame import Invoices
from i2g_recon.core.holds import HOLDS, Hold, hold, warning
from i2g_recon.core.invoice import GONE, Contact, Invoice, State
from i2g_recon.core.money import NotAnAmount, to_minor
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.reference import match_key
from i2g_recon.core.setup import Setup, account_hold
from i2g_recon.core.taken import Taken, taken_in
from i2g_recon.core.tax import WIDE

__all__ = ["PushCommand", "contact_key", "invoice_number_for", "make_plan"]

PUSHED_REASON = "sent_not_in_target"
NO_LINKS: Mapping[str, str] = MappingProxyType({})
NOTHING_NEAR: Mapping[str, Sequence[Mapping[str, Any]]] = MappingProxyType({})
SAME_NUMBER_TIERS = ("number", "loose_reference")
LONGEST_REFERENCE, LONGEST_DESCRIPTION = 255, 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class PushCommand:
    """What happens to one missing invoice. Amounts are minor units of the currency.

    action: create or hold. reason: code of HOLDS, the first of several; message and remedy speak of all of them.
    body: the Xero invoice as JSON without its Contact (`body`); empty for a hold, as is fingerprint. contact_id: empty
    for a contact that has to be created first. predicted_minor: the total Xero will compute, None when that is unknown.
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


@dataclass(frozen=True, slots=True)
class Books:
    """Everything a plan is made against."""

    organisation: Organisation
    setup: Setup
    taken: Taken
    contacts: ContactBook
    links: Mapping[str, str]
    near: Mapping[str, Sequence[Mapping[str, Any]]]


def make_plan(
    missing: Sequence[tuple[Invoice, str]],
    *,
    target: Invoices,
    organisation: Organisation,
    setup: Setup,
    contacts: Sequence[Contact],
    contact_links: Mapping[str, str] = NO_LINKS,
    near: Mapping[str, Sequence[Mapping[str, Any]]] = NOTHING_NEAR,
) -> tuple[PushCommand, ...]:
    """One command per (missing source invoice, its reason of the comparison), in the order given.

    contacts: those of Xero, archived ones included. contact_links: contact key to ContactID. near: by source id, the
    proposals of the comparison (as in the items of the JSON), best first. Raises nothing for data.
    """
    repeats = Counter(match_key(invoice.number) for invoice, _ in missing)
    taken = replace(taken_in(target), repeats=frozenset(key for key, times in repeats.items() if times > 1))
    books = Books(organisation, setup, taken, contact_book(contacts), contact_links, near)
    with localcontext(WIDE):
        return tuple(command(invoice, reason, books) for invoice, reason in missing)


def invoice_number_for(invoice: Invoice, taken: Mapping[str, State], repeats: Collection[str] = ()) -> str:
    """Xero's InvoiceNumber by the fixed rule: the number itself, or with the start of the id when it is used up.

    taken: match key of a number in the target to its holder's state; a voided or deleted holder uses the number up.
    repeats: match keys of numbers that several source invoices carry.
    """
    key = match_key(invoice.number)
    used_up = taken.get(key) in GONE or key in repeats
    return f"{invoice.number.strip()}-{invoice.id[:8]}" if used_up else invoice.number.strip()


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


# --- What stands in the way


def reason_holds(invoice: Invoice, reason: str) -> list[Hold]:
    """What the comparison said, and what the invoice itself says about the same matters."""
    codes = [] if reason == PUSHED_REASON else [reason]
    if invoice.state in {State.UNSENT, *GONE} and reason != "paid_not_sent":
        codes.append("not_sent")
    if invoice.state is State.UNKNOWN:
        codes.append("status_unknown")
    if not invoice.adds_up:
        codes.append("does_not_add_up")
    if invoice.total <= 0:
        codes.append("negative_or_zero_total")
    facts = {"number": invoice.number, "currency": invoice.currency or "''"}
    return [hold(code, **facts) if code in HOLDS else hold("set_aside", reason=code) for code in dict.fromkeys(codes)]


def number_holds(invoice: Invoice, invoice_number: str, taken: Taken) -> list[Hold]:
    """What the target's references and numbers say about this one."""
    key = match_key(invoice.number)
    if not key:
        return [hold("number_blank")]
    holds = []
    if key in taken.repeats:
        holds.append(hold("number_repeats_in_source", number=invoice.number))
    if key in taken.references:
        holds.append(hold("reference_already_live", number=invoice.number))
    number_key = match_key(invoice_number)
    ours = taken.numbers.get(number_key) not in GONE and match_key(taken.reference_of.get(number_key, "")) == key
    if number_key in taken.numbers and not ours:
        holds.append(hold("number_taken", number=invoice_number, reference=taken.reference_of[number_key]))
    return holds


def near_holds(invoice: Invoice, books: Books) -> list[Hold]:
    """An invoice only in Xero that bears this number in another spelling or place would be doubled by a push."""
    return [
        hold("perhaps_there", **near_facts(one, invoice))
        for one in books.near.get(invoice.id, ())[:1]
        if one["tier"] in SAME_NUMBER_TIERS
    ]


def near_facts(one: Mapping[str, Any], invoice: Invoice) -> dict[str, str]:
    """What a proposal says, for the sentence."""
    return {"there": one["number"] or "an invoice without a number", "why": one["why"], "number": invoice.number}


def invoice_holds(invoice: Invoice, books: Books) -> list[Hold]:
    """What the invoice itself lacks or has too much of."""
    holds = [] if invoice.lines else [hold("no_lines")]
    if invoice.withholding:
        holds.append(hold("withholding"))
    if invoice.currency not in {books.organisation.base_currency, *books.organisation.currencies} - {""}:
        holds.append(hold("currency_not_subscribed", currency=invoice.currency or "''"))
    if invoice.date is None:
        holds.append(hold("no_date"))
    if books.setup.status == "AUTHORISED":
        holds += [] if invoice.due_date else [hold("no_due_date")]
        holds += [hold("locked_period", **facts) for facts in locked(invoice, books.organisation)]
    return holds + text_holds(invoice)


def text_holds(invoice: Invoice) -> list[Hold]:
    """Texts longer than Xero's columns."""
    holds = []
    if any(len(line.description) > LONGEST_DESCRIPTION for line in invoice.lines):
        holds.append(hold("text_too_long", what="A line's description", limit=LONGEST_DESCRIPTION))
    if len(invoice.number) > LONGEST_REFERENCE - len("-12345678"):
        holds.append(hold("text_too_long", what="The invoice number", limit=LONGEST_REFERENCE))
    return holds


def locked(invoice: Invoice, organisation: Organisation) -> list[dict[str, str]]:
    """The facts of the later lock date when the invoice is dated on or before it, else nothing."""
    locks = [day for day in (organisation.period_lock, organisation.year_lock) if day]
    if invoice.date is None or not locks or invoice.date > max(locks):
        return []
    return [{"date": invoice.date.isoformat(), "lock": max(locks).isoformat()}]


def command_warnings(invoice: Invoice, invoice_number: str, books: Books) -> list[str]:
    """What a person should see although it does not stand in the way."""
    warnings = []
    if invoice_number != invoice.number.strip():
        warnings.append(warning("number_varied", number=invoice.number, invoice_number=invoice_number))
    warnings += [
        warning("perhaps_there", **near_facts(one, invoice))
        for one in books.near.get(invoice.id, ())[:1]
        if one["tier"] not in SAME_NUMBER_TIERS
    ]
    if books.setup.status != "AUTHORISED":
        warnings += [warning("locked_period", **facts) for facts in locked(invoice, books.organisation)]
    return warnings
