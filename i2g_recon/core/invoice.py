"""Frozen records: what an invoice is on either side, once it has been read.

Source is Invoice2go, target is Xero. Amounts are Decimal in major units of the invoice's currency.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from i2g_recon.core.money import plain

ZERO = Decimal(0)
NO_TAX_KEY = "No tax 0%"


class State(StrEnum):
    """What an invoice's status means for the comparison, whatever either side calls it."""

    LIVE = "live"  # source: has gone out; target: neither voided nor deleted
    UNSENT = "unsent"  # source only: never due to travel
    VOID = "void"
    DELETED = "deleted"
    UNKNOWN = "unknown"  # a status nobody has told us about: kept, counted, treated as live


GONE = (State.VOID, State.DELETED)


class LineAmountTypes(StrEnum):
    """Xero's word for whether line prices hold tax; MIXED exists on the Invoice2go side only and needs a person."""

    EXCLUSIVE = "Exclusive"
    INCLUSIVE = "Inclusive"
    NO_TAX = "NoTax"
    MIXED = "Mixed"
    UNSTATED = ""


@dataclass(frozen=True, slots=True)
class AppliedTax:
    """One tax on one line. rate is a percentage; compound means charged on top of another tax."""

    name: str
    rate: Decimal
    inclusive: bool = False
    compound: bool = False


def tax_key(taxes: tuple[AppliedTax, ...]) -> str:
    """The set of taxes on a line as one text, the unit that is mapped to one Xero tax type.

    >>> tax_key((AppliedTax("GST", Decimal("10.0")),))
    'GST 10%'
    >>> tax_key(())
    'No tax 0%'
    """
    if not taxes:
        return NO_TAX_KEY
    ordered = sorted(taxes, key=lambda tax: (tax.compound, tax.name, tax.rate))
    return " + ".join(f"{tax.name} {plain(tax.rate)}%{' compound' if tax.compound else ''}" for tax in ordered)


def effective_rate(taxes: tuple[AppliedTax, ...]) -> Decimal:
    """The one percentage that a set of taxes comes to: 5 % and 7 % on top of it are 12.35 %."""
    simple = sum((tax.rate for tax in taxes if not tax.compound), ZERO)
    factor = 1 + simple / 100
    for tax in taxes:
        if tax.compound:
            factor *= 1 + tax.rate / 100
    return (factor - 1) * 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """One line. tax_key and tax_rate on the source side; tax_type, account_code, amounts as stored on the target."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    code: str = ""
    line_id: str = ""
    discount_rate: Decimal = ZERO  # percent
    discount_amount: Decimal = ZERO  # major units, off the whole line
    tax_key: str = NO_TAX_KEY
    tax_rate: Decimal | None = None  # percent; None when the side does not say
    tax_type: str = ""
    account_code: str = ""
    line_amount: Decimal | None = None
    tax_amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who the invoice is for. id is Xero's ContactID; Invoice2go has none."""

    name: str
    email: str = ""
    id: str = ""
    status: str = ""  # target: ACTIVE, ARCHIVED ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One receivable invoice of either side."""

    id: str  # source: the export's Id; target: InvoiceID
    number: str  # source: DocumentNumber; target: Xero's own InvoiceNumber
    reference: str  # source: DocumentNumber; target: Reference
    contact: Contact
    currency: str
    total: Decimal
    subtotal: Decimal | None = None
    tax: Decimal | None = None
    paid: Decimal | None = None  # towards the invoice, without surcharge
    outstanding: Decimal | None = None
    discount: Decimal = ZERO  # on the whole document
    shipping: Decimal = ZERO
    date: dt.date | None = None
    due_date: dt.date | None = None
    due_date_derived: bool = False  # worked out from terms, so it never differs on its own
    status: str = ""  # the side's own word
    state: State = State.LIVE
    line_amount_types: LineAmountTypes = LineAmountTypes.UNSTATED
    withholding: bool = False
    adds_up: bool = True
    no_longer_exported: bool = False  # source: stood in an earlier export, not in the newest
    sent_to_contact: bool = False  # target: Xero says the client has it
    account: str = ""  # source: the Invoice2go account
    created: dt.datetime | None = None
    updated: dt.datetime | None = None  # UTC
    lines: tuple[LineItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """A row that could not be read, or was read with a reservation: a value to show, never an exception.

    refused: the row is not among the invoices. amount: the row's total as text, so that sums still prove complete.
    """

    file: str
    row: int  # 1-based line of the file where the row begins, the header being line 1
    column: str
    value: str  # at most 80 characters
    problem: str  # one sentence
    remedy: str  # one sentence
    refused: bool = True
    amount: str = ""
