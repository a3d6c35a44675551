"""What stands in the way of putting an invoice into Xero, apart from its taxes, totals and client: the holds by name.

Read by the plan for missing invoices and for changes alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from i2g_recon.core.contacts import ContactBook
from i2g_recon.core.holds import HOLDS, Hold, hold, warning
from i2g_recon.core.invoice import GONE, Invoice, State
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.reference import match_key
from i2g_recon.core.setup import Setup
from i2g_recon.core.taken import Taken

PUSHED_REASON = "sent_not_in_target"
MOST_AHEAD, MOST_BACK = dt.timedelta(days=366), dt.timedelta(days=5 * 366)
SAME_NUMBER_TIERS = ("number", "loose_reference")
NEEDED = {"DRAFT": "CreateDraftInvoice", "AUTHORISED": "CreateApprovedInvoice"}  # status to Xero's name of the right
LONGEST_REFERENCE, LONGEST_DESCRIPTION = 255, 4000


@dataclass(frozen=True, slots=True)
class Books:
    """Everything a plan is made against."""

    organisation: Organisation
    setup: Setup
    taken: Taken
    contacts: ContactBook
    links: Mapping[str, str]
    near: Mapping[str, Sequence[Mapping[str, Any]]]
    today: dt.date | None = None  # for what is odd about dates


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
    near = same_number(invoice, books)
    return [hold("perhaps_there", **near_facts(near, invoice))] if near else []


def twin_id(invoice: Invoice, books: Books) -> str:
    """The id of the invoice in Xero that bears this number in another spelling or place; '' when there is none."""
    near = same_number(invoice, books)
    return str(near["target_id"]) if near else ""


def same_number(invoice: Invoice, books: Books) -> Mapping[str, Any] | None:
    """The best near match, if it is one by number."""
    best = next(iter(books.near.get(invoice.id, ())), None)
    return best if best is not None and best["tier"] in SAME_NUMBER_TIERS else None


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
    if NEEDED.get(books.setup.status) in (books.organisation.may_not or ()):
        what = "drafts" if books.setup.status == "DRAFT" else "approved invoices"
        holds.append(hold("role", what=what))
    if books.setup.status == "AUTHORISED":
        holds += [] if invoice.due_date else [hold("no_due_date")]
        holds += [hold("locked_period", **facts) for facts in locked(invoice, books.organisation)]
    return holds + text_holds(invoice)


def text_holds(invoice: Invoice) -> list[Hold]:
    """Texts longer than Xero's columns."""
    holds = []
    if any(len(line.description) > LONGEST_DESCRIPTION for line in invoice.lines):
        holds.append(hold("text_too_long", what="A line's description", limit=LONGEST_DESCRIPTION))
    if len(invoice.number) > LONGEST_REFERENCE - len("-12345678-999"):
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
    warnings += date_warnings(invoice, books.today)
    if books.setup.status != "AUTHORISED":
        warnings += [warning("locked_period", **facts) for facts in locked(invoice, books.organisation)]
    return warnings


def date_warnings(invoice: Invoice, today: dt.date | None) -> list[str]:
    """Dates that are possible and probably not meant."""
    if invoice.date is None:
        return []
    facts = {"date": invoice.date.isoformat(), "due": (invoice.due_date or invoice.date).isoformat()}
    odd = []
    if invoice.due_date and invoice.due_date < invoice.date:
        odd.append("due_before_date")
    if today and invoice.date > today + MOST_AHEAD:
        odd.append("date_ahead")
    if today and invoice.date < today - MOST_BACK:
        odd.append("date_long_ago")
    return [warning(code, **facts) for code in odd]
