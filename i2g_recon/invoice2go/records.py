"""One row of the export to one invoice record, or to the reasons why not.

What is needed to find and compare the invoice must be readable to the cent, otherwise the row is refused. What only
describes it (payments, time stamps) is taken with a doubt.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from i2g_recon.core.invoice import ZERO, Contact, Invoice, LineAmountTypes, State
from i2g_recon.core.money import D, NotAnAmount, exponent
from i2g_recon.invoice2go.arithmetic import Figures, adds_up, document_discount
from i2g_recon.invoice2go.findings import EXPORT_AGAIN, Problem, RowReading
from i2g_recon.invoice2go.items import Items, TaxTotals, read_items, read_tax_totals
from i2g_recon.invoice2go.payments import read_paid

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
OTHER_DAY = re.compile(r"\d{1,4}[./ -]\w{1,9}[./ -]\d{1,4}( .*)?|\d{5}", re.ASCII)
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d+", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
YEARS = range(1970, 2200)
MOST_TERM_DAYS = 3650
MOST_TERM_DIGITS = 9
SENDING = {"sent": State.LIVE, "unsent": State.UNSENT}
STATUS = {"sent": State.LIVE, "opened": State.LIVE, "unsent": State.UNSENT, "draft": State.UNSENT}


def read_invoice(reading: RowReading) -> Invoice | None:
    """The invoice, or None when the row is refused; `reading` then holds every reason."""
    reading.currency = read_currency(reading)
    refuse_mangled(reading)
    identity = required(reading, "Id")
    date = read_date(reading)
    total = read_total(reading)
    items = read_items(reading)
    taxes = read_tax_totals(reading, taxed=any(line.tax_rate for line in items.lines))
    subtotal = reading.money("SubtotalAmount") if reading.text("SubtotalAmount") else None
    discount, shipping = reading.money("DiscountAmount"), reading.money("ShipAmount")
    withheld = reading.money("WithholdingTaxAmount")
    withholding = bool(withheld) or (items.withholding and has_withholding_rate(reading))
    paid = read_paid(reading)
    updated, created = read_moment(reading, "LastUpdated"), read_moment(reading, "CreatedDate")
    if reading.problems:
        return None
    figures = figures_of(items, taxes, subtotal, discount, shipping, withheld, total, exponent(reading.currency))
    closes = adds_up(figures)
    number = reading.text("DocumentNumber")
    due = due_date(date, reading.text("TermsOld"))
    return Invoice(
        id=identity,
        number=number,
        reference=number,
        contact=Contact(name=reading.text("Name"), email=reading.text("EmailRecipient").strip()),
        currency=reading.currency,
        total=total,
        subtotal=before_tax(figures) if closes and not withholding else subtotal,
        tax=taxes.tax,
        paid=paid,
        outstanding=None if paid is None else max(ZERO, total - paid),
        discount=document_discount(figures),
        shipping=shipping,
        date=date,
        due_date=due,
        due_date_derived=due is not None,
        status=reading.text("DocumentStatus"),
        state=state_of(reading.text("OutputStatus"), reading.text("DocumentStatus")),
        line_amount_types=items.line_amount_types if items.lines else LineAmountTypes.UNSTATED,
        withholding=withholding,
        adds_up=closes,
        account=reading.text("AccountId"),
        created=created,
        updated=updated,
        lines=items.lines,
    )


def figures_of(
    items: Items,
    taxes: TaxTotals,
    subtotal: Decimal | None,
    discount: Decimal,
    shipping: Decimal,
    withheld: Decimal,
    total: Decimal,
    places: int,
) -> Figures:
    """The row's figures for the arithmetic check; tax that is not stated counts as zero."""
    return Figures(
        lines=items.lines,
        subtotal=subtotal,
        tax=taxes.tax or ZERO,
        tax_inside=taxes.inside,
        discount=discount,
        shipping=shipping,
        withheld=withheld,
        total=total,
        places=places,
    )


def before_tax(figures: Figures) -> Decimal | None:
    """The amount before tax, as Xero means its subtotal.

    Where the arithmetic closes and SubtotalAmount is something else (it holds inclusive tax, or comes before discount
    or shipping), the amount before tax is total less tax.
    """
    net = figures.total - figures.tax
    if figures.subtotal is None or abs(figures.subtotal - net) <= figures.cent:
        return figures.subtotal
    return net


def required(reading: RowReading, column: str) -> str:
    """A cell that must not be empty, without surrounding blanks."""
    value = reading.text(column).strip()
    if not value:
        reading.refuse(Problem(column, "", f"the invoice has no {column}.", EXPORT_AGAIN))
    return value


def read_currency(reading: RowReading) -> str:
    """The currency code in capitals."""
    code = reading.text("CurrencyCode").strip().upper()
    if not CURRENCY.fullmatch(code):
        reading.refuse(
            Problem("CurrencyCode", code, "the invoice has no currency code of three letters.", EXPORT_AGAIN)
        )
    return code


def read_total(reading: RowReading) -> Decimal:
    """The invoice's total; an empty one refuses the row."""
    return reading.money("TotalAmount") if required(reading, "TotalAmount") else ZERO


def read_date(reading: RowReading) -> dt.date | None:
    """The invoice date, written YYYY-MM-DD; anything else refuses the row and is never guessed."""
    text = required(reading, "DocumentDate")
    day = day_of(text)
    if day is not None:
        return day
    if DAY.fullmatch(text):
        reading.refuse(Problem("DocumentDate", text, "the date is not a day an invoice can have."))
    elif text:
        mangled = OTHER_DAY.fullmatch(text) is not None
        cause = "the file looks changed by a spreadsheet program" if mangled else "the file looks damaged"
        problem = f"Invoice2go writes dates as YYYY-MM-DD, so {cause}."
        reading.refuse(Problem("DocumentDate", text, problem, EXPORT_AGAIN, mangled=mangled))
    return None


def day_of(text: str) -> dt.date | None:
    """A day as Invoice2go writes it; None for anything else, and for a day that no invoice can have."""
    try:
        day = dt.date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day is not None and day.year in YEARS else None


def refuse_mangled(reading: RowReading) -> None:
    """Refuses what only a spreadsheet program writes: ids in powers of ten, TRUE and FALSE in capitals.

    Such a program also drops leading zeros of invoice numbers, which would make invoices look missing.
    """
    for column in ("Id", "AccountId", "DocumentNumber"):
        if SCIENTIFIC.fullmatch(reading.text(column)):
            refuse_as_mangled(reading, column)
    if reading.text("PartPayment") in {"TRUE", "FALSE"}:
        refuse_as_mangled(reading, "PartPayment")


def refuse_as_mangled(reading: RowReading, column: str) -> None:
    """Notes that a cell is not as Invoice2go writes it."""
    problem = f"{column} is not as Invoice2go writes it: the file looks changed by a spreadsheet program."
    reading.refuse(Problem(column, reading.text(column), problem, EXPORT_AGAIN, mangled=True))


def has_withholding_rate(reading: RowReading) -> bool:
    """True unless the rate is certainly zero."""
    text = reading.text("WithholdingTaxRate").strip()
    try:
        return bool(D(text)) if text else False
    except NotAnAmount:
        reading.doubt("WithholdingTaxRate", text, "the withholding rate cannot be read.")
        return True


def due_date(date: dt.date | None, terms: str) -> dt.date | None:
    """Invoice date plus terms in days; None when the terms are no number of days."""
    days = term_days(terms)
    return None if date is None or days is None else date + dt.timedelta(days=days)


def term_days(terms: str) -> int | None:
    """Terms that are a number of days; None for others, such as `on receipt`."""
    terms = terms.strip()
    days = int(terms) if terms.isascii() and terms.isdigit() and len(terms) <= MOST_TERM_DIGITS else None
    return days if days is not None and days <= MOST_TERM_DAYS else None


def read_moment(reading: RowReading, column: str) -> dt.datetime | None:
    """A time stamp in UTC; None when it is empty or, with a doubt, unreadable."""
    text = reading.text(column).strip()
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        reading.doubt(column, text, "the time stamp cannot be read.")
        return None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def state_of(output_status: str, document_status: str) -> State:
    """Whether the invoice has gone out. OutputStatus decides where it says so: paid is not sent.

    Paid in cash without ever being sent is possible, so a paid status alone says nothing about sending.
    """
    sending = SENDING.get(output_status.strip().lower())
    return sending or STATUS.get(document_status.strip().lower(), State.UNKNOWN)
