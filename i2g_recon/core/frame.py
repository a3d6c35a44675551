"""THE column schema: records to DataFrames and back. No other file spells a column's type.

An `Invoices` holds one side: a frame with one row per invoice, a frame with one row per line, the rows that could not
be read, and where all of it came from. Money is int64 minor units of the row's currency, quantities and prices are
int64 ten-thousandths (`_e4`), dates are datetime64 without a zone.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from i2g_recon.core.cells import absent, maybe_amount, maybe_day, maybe_minor, maybe_moment, utc_naive
from i2g_recon.core.invoice import GONE, NO_TAX_KEY, Contact, Invoice, LineAmountTypes, LineItem, RowError, State
from i2g_recon.core.money import from_minor, from_scaled, to_minor, to_scaled

if TYPE_CHECKING:  # frames are made where they are needed: a process that only sends never makes one
    import numpy as np
    import pandas as pd

Answer = TypeVar("Answer")
TEXT, MONEY, MAYBE_MONEY, DAY, FLAG = "str", "int64", "Int64", "datetime64[s]", "bool"

INVOICE_COLUMNS: dict[str, str] = {
    "id": TEXT,
    "number": TEXT,
    "reference": TEXT,
    "contact": TEXT,
    "contact_id": TEXT,
    "email": TEXT,
    "date": DAY,
    "due_date": DAY,
    "due_date_derived": FLAG,
    "currency": TEXT,
    "total_minor": MONEY,
    "subtotal_minor": MAYBE_MONEY,
    "tax_minor": MAYBE_MONEY,
    "paid_minor": MAYBE_MONEY,
    "outstanding_minor": MAYBE_MONEY,
    "discount_minor": MONEY,
    "shipping_minor": MONEY,
    "status": TEXT,
    "state": TEXT,  # a value of State
    "line_amount_types": TEXT,  # a value of LineAmountTypes
    "withholding": FLAG,
    "adds_up": FLAG,
    "no_longer_exported": FLAG,  # source: stood in an earlier export, not in the newest
    "sent_to_contact": FLAG,  # target: Xero says the client has it
    "account": TEXT,
    "created": DAY,
    "updated": DAY,
}

LINE_COLUMNS: dict[str, str] = {
    "invoice_id": TEXT,
    "position": "int64",
    "line_id": TEXT,
    "code": TEXT,
    "description": TEXT,
    "quantity_e4": "int64",
    "unit_price_e4": "int64",
    "discount_rate_e4": "int64",
    "discount_minor": MONEY,
    "tax_key": TEXT,
    "tax_rate_e4": MAYBE_MONEY,
    "tax_type": TEXT,
    "account_code": TEXT,
    "line_minor": MAYBE_MONEY,
    "tax_minor": MAYBE_MONEY,
}

DEFAULTS: dict[str, Any] = {TEXT: "", MONEY: 0, MAYBE_MONEY: None, DAY: None, FLAG: False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where one side came from. rows counts invoices in the input, refused ones included."""

    name: str = ""
    sha256: str = ""
    rows: int = 0


@dataclass(frozen=True, eq=False)
class Invoices:
    """One side of a reconciliation. Never changed after it is made.

    notes: sentences for the person about the reading as a whole (encoding guessed, files ignored ...).
    """

    invoices: pd.DataFrame
    lines: pd.DataFrame
    row_errors: tuple[RowError, ...] = ()
    origin: Origin = field(default_factory=Origin)
    notes: tuple[str, ...] = ()


def once_a_side(ask: Callable[[Invoices], Answer]) -> Callable[[Invoices], Answer]:
    """A question about a side, worked out once as long as the side lives: it never changes."""
    known: WeakKeyDictionary[Invoices, Answer] = WeakKeyDictionary()

    @functools.wraps(ask)
    def answer(side: Invoices) -> Answer:
        if side not in known:
            known[side] = ask(side)
        return known[side]

    return answer


def empty_frame(columns: Mapping[str, str]) -> pd.DataFrame:
    """No rows, every column with its type."""
    import pandas as pd  # noqa: PLC0415 - see above

    return pd.DataFrame({name: pd.Series([], dtype=dtype).array for name, dtype in columns.items()}, copy=False)


def gone(frame: pd.DataFrame) -> np.ndarray:
    """Mask of the voided and deleted rows of an invoice frame."""
    return frame["state"].isin([str(state) for state in GONE]).to_numpy(dtype=bool)


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Rows as dicts to a frame of exactly these columns; what a row leaves out takes the column type's default."""
    import pandas as pd  # noqa: PLC0415 - see above

    names = tuple(columns)
    try:
        values: Iterable[Sequence[Any]] = zip(*map(itemgetter(*names), rows), strict=True) if rows else ()
        told = dict(zip(names, values, strict=False))
    except KeyError:
        told = {name: [row.get(name, DEFAULTS[dtype]) for row in rows] for name, dtype in columns.items()}
    made = {name: pd.Series(list(told.get(name, ())), dtype=dtype).array for name, dtype in columns.items()}
    return pd.DataFrame(made, copy=False)  # the columns are new and nobody else's


def from_rows(
    invoice_rows: Sequence[Mapping[str, Any]],
    line_rows: Sequence[Mapping[str, Any]],
    *,
    row_errors: Iterable[RowError] = (),
    origin: Origin | None = None,
    notes: Iterable[str] = (),
) -> Invoices:
    """Column dicts, as a reader that skips the records makes them, to Invoices."""
    return Invoices(
        invoices=table(invoice_rows, INVOICE_COLUMNS),
        lines=table(line_rows, LINE_COLUMNS),
        row_errors=tuple(row_errors),
        origin=origin or Origin(rows=len(invoice_rows)),
        notes=tuple(notes),
    )


def from_records(
    records: Iterable[Invoice],
    *,
    row_errors: Iterable[RowError] = (),
    origin: Origin | None = None,
    notes: Iterable[str] = (),
) -> Invoices:
    """Records to Invoices. Raises NotAnAmount when an amount has more decimals than its column can hold."""
    invoice_rows: list[dict[str, Any]] = []
    line_rows: list[dict[str, Any]] = []
    for record in records:
        invoice_rows.append(invoice_row(record))
        line_rows.extend(line_row(record, position) for position in range(len(record.lines)))
    return from_rows(invoice_rows, line_rows, row_errors=row_errors, origin=origin, notes=notes)


def invoice_row(record: Invoice) -> dict[str, Any]:
    """One record as the columns of the invoice frame."""
    return {
        "id": record.id,
        "number": record.number,
        "reference": record.reference,
        "contact": record.contact.name,
        "contact_id": record.contact.id,
        "email": record.contact.email,
        "date": record.date,
        "due_date": record.due_date,
        "due_date_derived": record.due_date_derived,
        "currency": record.currency,
        "total_minor": to_minor(record.total, record.currency),
        "subtotal_minor": maybe_minor(record.subtotal, record.currency),
        "tax_minor": maybe_minor(record.tax, record.currency),
        "paid_minor": maybe_minor(record.paid, record.currency),
        "outstanding_minor": maybe_minor(record.outstanding, record.currency),
        "discount_minor": to_minor(record.discount, record.currency),
        "shipping_minor": to_minor(record.shipping, record.currency),
        "status": record.status,
        "state": str(record.state),
        "line_amount_types": str(record.line_amount_types),
        "withholding": record.withholding,
        "adds_up": record.adds_up,
        "no_longer_exported": record.no_longer_exported,
        "sent_to_contact": record.sent_to_contact,
        "account": record.account,
        "created": utc_naive(record.created),
        "updated": utc_naive(record.updated),
    }


def line_row(record: Invoice, position: int) -> dict[str, Any]:
    """One line of a record as the columns of the line frame."""
    line = record.lines[position]
    return {
        "invoice_id": record.id,
        "position": position,
        "line_id": line.line_id,
        "code": line.code,
        "description": line.description,
        "quantity_e4": to_scaled(line.quantity, 4),
        "unit_price_e4": to_scaled(line.unit_price, 4),
        "discount_rate_e4": to_scaled(line.discount_rate, 4),
        "discount_minor": to_minor(line.discount_amount, record.currency),
        "tax_key": line.tax_key,
        "tax_rate_e4": None if line.tax_rate is None else to_scaled(line.tax_rate, 4),
        "tax_type": line.tax_type,
        "account_code": line.account_code,
        "line_minor": maybe_minor(line.line_amount, record.currency),
        "tax_minor": maybe_minor(line.tax_amount, record.currency),
    }


def records(side: Invoices, ids: Iterable[str] | None = None) -> list[Invoice]:
    """The records behind the frames, in frame order; only those with the given ids when ids are given."""
    frame, lines = side.invoices, side.lines
    if ids is not None:
        wanted = set(ids)
        frame, lines = frame[frame["id"].isin(wanted)], lines[lines["invoice_id"].isin(wanted)]
    by_invoice: dict[str, list[dict[str, Any]]] = {}
    for row in lines.sort_values(["invoice_id", "position"], kind="stable").to_dict("records"):
        by_invoice.setdefault(row["invoice_id"], []).append(row)
    return [record(row, by_invoice.get(row["id"], [])) for row in frame.to_dict("records")]


def record(row: Mapping[str, Any], line_rows: Sequence[Mapping[str, Any]]) -> Invoice:
    """One frame row and its line rows as a record; the inverse of `invoice_row` and `line_row`."""
    currency = row["currency"]
    return Invoice(
        id=row["id"],
        number=row["number"],
        reference=row["reference"],
        contact=Contact(name=row["contact"], email=row["email"], id=row["contact_id"]),
        currency=currency,
        total=from_minor(row["total_minor"], currency),
        subtotal=maybe_amount(row["subtotal_minor"], currency),
        tax=maybe_amount(row["tax_minor"], currency),
        paid=maybe_amount(row["paid_minor"], currency),
        outstanding=maybe_amount(row["outstanding_minor"], currency),
        discount=from_minor(row["discount_minor"], currency),
        shipping=from_minor(row["shipping_minor"], currency),
        date=maybe_day(row["date"]),
        due_date=maybe_day(row["due_date"]),
        due_date_derived=bool(row["due_date_derived"]),
        status=row["status"],
        state=State(row["state"]),
        line_amount_types=LineAmountTypes(row["line_amount_types"]),
        withholding=bool(row["withholding"]),
        adds_up=bool(row["adds_up"]),
        no_longer_exported=bool(row["no_longer_exported"]),
        sent_to_contact=bool(row["sent_to_contact"]),
        account=row["account"],
        created=maybe_moment(row["created"]),
        updated=maybe_moment(row["updated"]),
        lines=tuple(line_record(line, currency) for line in line_rows),
    )


def line_record(row: Mapping[str, Any], currency: str) -> LineItem:
    """One line row as a record."""
    return LineItem(
        description=row["description"],
        quantity=from_scaled(row["quantity_e4"], 4),
        unit_price=from_scaled(row["unit_price_e4"], 4),
        code=row["code"],
        line_id=row["line_id"],
        discount_rate=from_scaled(row["discount_rate_e4"], 4),
        discount_amount=from_minor(row["discount_minor"], currency),
        tax_key=row["tax_key"] or NO_TAX_KEY,
        tax_rate=None if absent(row["tax_rate_e4"]) else from_scaled(row["tax_rate_e4"], 4),
        tax_type=row["tax_type"],
        account_code=row["account_code"],
        line_amount=maybe_amount(row["line_minor"], currency),
        tax_amount=maybe_amount(row["tax_minor"], currency),
    )
