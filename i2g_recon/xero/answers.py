"""Xero's JSON invoices to frame rows, without ever stopping at something new.

Unknown fields are ignored, unknown statuses and currencies are kept as they are, a number with more decimals than the
frame can hold is rounded half up and counted, an amount that is none at all becomes 0 with a row error. A document is
never left out for its content: what is missing on this side could be created twice.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from i2g_recon.core.frame import DEFAULTS, INVOICE_COLUMNS, Invoices, Origin, from_rows, record
from i2g_recon.core.invoice import Invoice, LineAmountTypes, RowError, State
from i2g_recon.core.money import LARGEST_MINOR, D, NotAnAmount, exponent, plain

if TYPE_CHECKING:  # a look-up makes records, no frames
    import pandas as pd

STATES = {
    "DRAFT": State.LIVE,
    "SUBMITTED": State.LIVE,
    "AUTHORISED": State.LIVE,
    "PAID": State.LIVE,
    "VOIDED": State.VOID,
    "DELETED": State.DELETED,
}
LINE_AMOUNT_TYPES = {kind.value: kind for kind in (LineAmountTypes.EXCLUSIVE, LineAmountTypes.INCLUSIVE)}
LINE_AMOUNT_TYPES["NoTax"] = LineAmountTypes.NO_TAX
MOMENT = re.compile(r"/Date\((-?\d{1,15})([+-]\d{4})?\)/")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LARGEST_EXPONENT = 18  # a number beyond it fits no frame, and writing it out could take for ever
RECEIVABLE = "ACCREC"
ONE = Decimal(1)
UNSTATED = {name: DEFAULTS[dtype] for name, dtype in INVOICE_COLUMNS.items()}


class Figures:
    """JSON numbers to whole ones; `rounded` counts those that had more decimals than there was room for."""

    def __init__(self) -> None:
        self.rounded = 0

    def scaled(self, value: object, places: int) -> int | None:
        """A number times ten to the power of `places`; None when it is no number or far too large."""
        amount = decimal(value)
        if amount is None or (amount and amount.adjusted() > LARGEST_EXPONENT):
            return None
        exact = amount.scaleb(places)
        whole = exact.quantize(ONE, rounding=ROUND_HALF_UP)
        if whole != exact:
            self.rounded += 1
        return int(whole) if abs(whole) <= LARGEST_MINOR else None


class Reading:
    """The invoices taken so far. The same id twice keeps the later one: a page can shift while it is read.

    rates: tax type -> percentage, for the lines' rate; without it the rate is not stated.
    """

    def __init__(self, rates: Mapping[str, Decimal] | None = None, *, source: str = "Xero") -> None:
        self._rates, self._source = rates or {}, source
        self._figures = Figures()
        self._rows: dict[str, dict[str, Any]] = {}
        self._lines: dict[str, list[dict[str, Any]]] = {}
        self._pages: list[Invoices] = []  # read at once, by `quick_pages`
        self._paged: set[str] = set()  # the ids on them
        self._errors: list[RowError] = []
        self._other_types = 0
        self._refused = 0
        self._seen = 0

    @property
    def distinct(self) -> int:
        """Different documents seen, whatever became of them."""
        return len(self._rows) + len(self._paged - self._rows.keys()) + self._other_types + self._refused

    def take_frames(self, invoices: pd.DataFrame, lines: pd.DataFrame) -> None:
        """One page that was read at once; ids are different from each other."""
        ids = set(invoices["id"])
        for key in self._rows.keys() & ids:
            del self._rows[key], self._lines[key]
        self._paged |= ids
        self._seen += len(invoices)
        self._pages.append(Invoices(invoices, lines))

    def take(self, elements: Iterable[object]) -> None:
        """One page's invoices."""
        for element in elements:
            self._seen += 1
            if not isinstance(element, dict):
                self._refused += 1
                self._complain("", str(element), "This is not an invoice.", refused=True)
            elif element.get("Type", RECEIVABLE) != RECEIVABLE:
                self._other_types += 1
            else:
                self._keep(element)

    def invoices(self, *, sha256: str = "", notes: Iterable[str] = ()) -> Invoices:
        """Everything taken, as frames."""
        single = from_rows(list(self._rows.values()), [line for lines in self._lines.values() for line in lines])
        side = later_wins([*self._pages, single]) if self._pages else single
        return replace(
            side,
            row_errors=tuple(self._errors),
            origin=Origin(name=self._source, sha256=sha256, rows=len(side.invoices) + self._refused),
            notes=(*notes, *self._notes()),
        )

    def records(self) -> list[Invoice]:
        """Everything taken, as records."""
        return [record(UNSTATED | row, self._lines[key]) for key, row in self._rows.items()]

    def _keep(self, element: Mapping[str, Any]) -> None:
        key = text(element.get("InvoiceID")) or f"without id {self._seen}"
        row = invoice_row(element, key, self._figures)
        if row["total_minor"] is None:
            row["total_minor"] = 0
            self._complain("Total", text(element.get("Total")), "The total is missing or no amount; 0 stands in.")
        items = element.get("LineItems")
        lines = [line for line in items if isinstance(line, dict)] if isinstance(items, list) else []
        self._rows[key] = row
        self._lines[key] = [
            line_row(line, key, position, row["currency"], self._figures, self._rates)
            for position, line in enumerate(lines)
        ]

    def _complain(self, column: str, value: str, problem: str, *, refused: bool = False) -> None:
        self._errors.append(
            RowError(
                file=self._source,
                row=self._seen,
                column=column,
                value=value[:80],
                problem=problem,
                remedy="Open the invoice in Xero and check it.",
                refused=refused,
            )
        )

    def _notes(self) -> list[str]:
        notes = []
        if self._figures.rounded:
            notes.append(
                f"{self._figures.rounded} numbers had more decimals than money has; they were rounded half up."
            )
        if self._other_types:
            notes.append(f"{self._other_types} documents that are not sales invoices were set aside.")
        return notes


def later_wins(parts: Sequence[Invoices]) -> Invoices:
    """Several parts as one side; of an invoice that is in two of them the later one, with its lines."""
    import pandas as pd  # noqa: PLC0415 - see above

    own = [part.invoices.assign(part=n) for n, part in enumerate(parts) if len(part.invoices)]
    if not own:
        return parts[0]
    every = pd.concat(own, ignore_index=True)
    lost = every[every.duplicated("id", keep="last")]
    gone = lost.groupby("part")["id"].agg(set).to_dict()
    lines = [
        part.lines[~part.lines["invoice_id"].isin(gone[n])] if n in gone else part.lines
        for n, part in enumerate(parts)
        if len(part.lines)
    ]
    kept = every.drop(index=lost.index).drop(columns="part").reset_index(drop=True)
    return Invoices(kept, pd.concat(lines, ignore_index=True) if lines else parts[0].lines)


def invoice_row(element: Mapping[str, Any], key: str, figures: Figures) -> dict[str, Any]:
    """One invoice as the columns of the invoice frame; total_minor is None when there is no usable total."""
    contact = element.get("Contact")
    contact = contact if isinstance(contact, dict) else {}
    currency, status = text(element.get("CurrencyCode")), text(element.get("Status"))
    places = exponent(currency)
    return {
        "id": key,
        "number": text(element.get("InvoiceNumber")),
        "reference": text(element.get("Reference")),
        "contact": text(contact.get("Name")),
        "contact_id": text(contact.get("ContactID")),
        "email": text(contact.get("EmailAddress")),
        "date": day(element, "Date"),
        "due_date": day(element, "DueDate"),
        "due_date_derived": False,
        "currency": currency,
        "total_minor": figures.scaled(element.get("Total"), places),
        "subtotal_minor": figures.scaled(element.get("SubTotal"), places),
        "tax_minor": figures.scaled(element.get("TotalTax"), places),
        "paid_minor": figures.scaled(element.get("AmountPaid"), places),
        "outstanding_minor": figures.scaled(element.get("AmountDue"), places),
        "discount_minor": 0,
        "shipping_minor": 0,
        "status": status,
        "state": str(STATES.get(status, State.UNKNOWN)),
        "line_amount_types": str(LINE_AMOUNT_TYPES.get(text(element.get("LineAmountTypes")), "")),
        "withholding": False,
        "adds_up": True,
        "sent_to_contact": element.get("SentToContact") is True,
        "account": "",
        "created": None,
        "updated": moment(element.get("UpdatedDateUTC")),
    }


def line_row(
    line: Mapping[str, Any], key: str, position: int, currency: str, figures: Figures, rates: Mapping[str, Decimal]
) -> dict[str, Any]:
    """One line as the columns of the line frame."""
    tax_type, places = text(line.get("TaxType")), exponent(currency)
    return {
        "invoice_id": key,
        "position": position,
        "line_id": text(line.get("LineItemID")),
        "code": text(line.get("ItemCode")),
        "description": text(line.get("Description")),
        "quantity_e4": figures.scaled(line.get("Quantity"), 4) or 0,
        "unit_price_e4": figures.scaled(line.get("UnitAmount"), 4) or 0,
        "discount_rate_e4": figures.scaled(line.get("DiscountRate"), 4) or 0,
        "discount_minor": figures.scaled(line.get("DiscountAmount"), places) or 0,
        "tax_key": "",
        "tax_rate_e4": figures.scaled(rates.get(tax_type), 4),
        "tax_type": tax_type,
        "account_code": text(line.get("AccountCode")),
        "line_minor": figures.scaled(line.get("LineAmount"), places),
        "tax_minor": figures.scaled(line.get("TaxAmount"), places),
    }


def text(value: object) -> str:
    """A text field; what is unset is ''."""
    return value if isinstance(value, str) else "" if value is None else str(value)


def decimal(value: object) -> Decimal | None:
    """A JSON number, or a text that is one; None for anything else."""
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return Decimal(value) if isinstance(value, int) else D(value)
    except NotAnAmount:
        return None


def figure(amount: Decimal | None) -> str:
    """An amount without trailing zeros; '' when it is not stated."""
    return "" if amount is None else plain(amount)


def day(element: Mapping[str, Any], name: str) -> dt.date | None:
    """A calendar date: the text form has no zone and goes first, `/Date(ms)/` stands in."""
    return day_of(text(element.get(f"{name}String")) or text(element.get(name)))


def day_of(stated: str) -> dt.date | None:
    """A calendar date from either form; None when it is none."""
    if found := MOMENT.fullmatch(stated):
        moment_ = since_epoch(int(found[1]))
        return moment_.date() if moment_ else None
    try:
        return dt.date.fromisoformat(stated[:10])
    except ValueError:
        return None


def moment(value: object) -> dt.datetime | None:
    """`/Date(ms+0000)/` as frames keep moments: UTC, whole seconds, no zone. The milliseconds are UTC already."""
    found = MOMENT.fullmatch(text(value))
    exact = since_epoch(int(found[1])) if found else None
    return exact.replace(tzinfo=None, microsecond=0) if exact else None


def since_epoch(milliseconds: int) -> dt.datetime | None:
    """UTC, or None beyond the calendar."""
    try:
        return EPOCH + dt.timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def one_invoice(element: Mapping[str, Any]) -> Invoice:
    """One invoice of an answer as a record."""
    reading = Reading()
    reading.take([{**element, "Type": RECEIVABLE}])
    return reading.records()[0]
