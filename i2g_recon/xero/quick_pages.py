"""A page of Xero's invoices straight to columns: what `answers` says of one invoice, for a thousand at once.

Arrow reads the JSON with exact decimals and skips what nobody asked for. As soon as anything about a page is unusual
(an unknown shape, a number with more decimals than money has, an id twice, a document that is no sales invoice) the
answer is None, and `answers` takes the page one invoice at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from i2g_recon.core.frame import INVOICE_COLUMNS, LINE_COLUMNS
from i2g_recon.core.invoice import State
from i2g_recon.core.money import LARGEST_MINOR, exponent, to_scaled
from i2g_recon.xero.answers import LINE_AMOUNT_TYPES, RECEIVABLE, STATES, day_of, moment

PLACES = 4
NUMBER = pa.decimal128(24, PLACES)
LINE_TEXTS = "LineItemID ItemCode Description TaxType AccountCode".split()
LINE_NUMBERS = "Quantity UnitAmount DiscountRate DiscountAmount LineAmount TaxAmount".split()
TEXTS = (
    "Type InvoiceID InvoiceNumber Reference DateString Date DueDateString DueDate CurrencyCode Status LineAmountTypes "
    "UpdatedDateUTC"
).split()
NUMBERS = "Total SubTotal TotalTax AmountPaid AmountDue".split()
MONEY = ("total_minor", "subtotal_minor", "tax_minor", "paid_minor", "outstanding_minor")
CONTACT = "Name ContactID EmailAddress".split()
COUNTS = "itemCount pageCount".split()
LINE = pa.struct([(name, pa.string()) for name in LINE_TEXTS] + [(name, NUMBER) for name in LINE_NUMBERS])
INVOICE = pa.struct(
    [(name, pa.string()) for name in TEXTS]
    + [(name, NUMBER) for name in NUMBERS]
    + [
        ("SentToContact", pa.bool_()),
        ("Contact", pa.struct([(name, pa.string()) for name in CONTACT])),
        ("LineItems", pa.list_(LINE)),
    ]
)
SCHEMA = pa.schema(
    [("pagination", pa.struct([(name, pa.int64()) for name in COUNTS])), ("Invoices", pa.list_(INVOICE))]
)


@dataclass(frozen=True, eq=False)
class QuickPage:
    """One page as frames. item_count, page_count: what the page says of the whole list, None when it does not."""

    invoices: pd.DataFrame
    lines: pd.DataFrame
    item_count: int | None
    page_count: int | None


class Unusual(Exception):
    """Something that is to be looked at one invoice at a time."""


def quick_page(raw: bytes, rates: Mapping[str, Decimal] | None = None) -> QuickPage | None:
    """A page of sales invoices; None when it has to be read one by one. rates: as in `answers.Reading`."""
    try:
        table = pyarrow.json.read_json(
            pa.BufferReader(raw),
            pyarrow.json.ReadOptions(use_threads=False, block_size=len(raw) + 1),
            pyarrow.json.ParseOptions(explicit_schema=SCHEMA, unexpected_field_behavior="ignore"),
        )
        return page_of(table, rates or {})
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, Unusual):
        return None


def page_of(table: pa.Table, rates: Mapping[str, Decimal]) -> QuickPage:
    """The frames of a parsed page. Raises Unusual."""
    if table.num_rows != 1 or table["Invoices"].null_count:
        raise Unusual
    rows = fields_of(table["Invoices"].combine_chunks().flatten())
    ids = texts(rows["InvoiceID"])
    sales = pc.all(pc.equal(texts(rows["Type"]), RECEIVABLE), min_count=0).as_py()
    named = not pc.any(pc.equal(ids, ""), min_count=0).as_py() and pc.count_distinct(ids).as_py() == len(ids)
    if not (sales and named) or rows["Total"].null_count:
        raise Unusual
    codes = Codes.of(rows["CurrencyCode"])
    places = codes.each(exponent, "int64")
    invoices = invoice_columns(rows, ids, codes, places)
    lines = line_columns(rows["LineItems"], ids, places, rates)
    pagination = table["pagination"].combine_chunks()
    counts = [pc.struct_field(pagination, name)[0].as_py() for name in COUNTS]
    return QuickPage(framed(invoices, INVOICE_COLUMNS), framed(lines, LINE_COLUMNS), counts[0], counts[1])


@dataclass(frozen=True, eq=False)
class Codes:
    """A column of few different texts."""

    indices: np.ndarray
    words: list[str]

    @classmethod
    def of(cls, column: pa.Array) -> Codes:
        """A text column, missing as blank."""
        encoded = texts(column).dictionary_encode()
        return cls(encoded.indices.to_numpy(), encoded.dictionary.to_pylist())

    def each(self, told: Callable[[str], Any], dtype: str) -> np.ndarray:
        """A value per row, made once per text."""
        made = np.array([told(word) for word in self.words], dtype=dtype)
        return made[self.indices] if self.words else made

    def text(self, told: Callable[[str], str]) -> pa.Array:
        """A text per row, made once per text."""
        return pa.array([told(word) for word in self.words], type=pa.large_string()).take(pa.array(self.indices))


def invoice_columns(rows: Mapping[str, pa.Array], ids: pa.Array, codes: Codes, places: np.ndarray) -> dict[str, Any]:
    """The columns of the invoice frame that a page fills."""
    contact = parts_of(rows["Contact"])
    statuses = Codes.of(rows["Status"])
    dated = {"date": stated(rows, "Date"), "due_date": stated(rows, "DueDate")}
    money = {name: minor(rows[own], places) for name, own in zip(MONEY, NUMBERS, strict=True)}
    return {
        "id": ids,
        "number": texts(rows["InvoiceNumber"]),
        "reference": texts(rows["Reference"]),
        "contact": texts(contact["Name"]),
        "contact_id": texts(contact["ContactID"]),
        "email": texts(contact["EmailAddress"]),
        **{name: column.each(day_of, "datetime64[s]") for name, column in dated.items()},
        "currency": codes.text(str),
        **money,
        "total_minor": money["total_minor"].to_numpy(dtype="int64"),
        "status": statuses.text(str),
        "state": statuses.text(lambda word: str(STATES.get(word, State.UNKNOWN))),
        "line_amount_types": Codes.of(rows["LineAmountTypes"]).text(lambda word: str(LINE_AMOUNT_TYPES.get(word, ""))),
        "adds_up": np.ones(len(ids), dtype=bool),
        "sent_to_contact": pc.fill_null(rows["SentToContact"], fill_value=False).to_numpy(zero_copy_only=False),
        "updated": np.array([moment(one) for one in rows["UpdatedDateUTC"].to_pylist()], dtype="datetime64[s]"),
    }


def stated(rows: Mapping[str, pa.Array], name: str) -> Codes:
    """A date as it is stated: the text form goes first, as in `answers.day`."""
    text = texts(rows[f"{name}String"])
    return Codes.of(pc.if_else(pc.equal(text, ""), texts(rows[name]), text))


def line_columns(
    listed: pa.ListArray, ids: pa.Array, places: np.ndarray, rates: Mapping[str, Decimal]
) -> dict[str, Any]:
    """The columns of the line frame that a page fills."""
    counts = pc.fill_null(pc.list_value_length(listed), 0).to_numpy()
    rows = fields_of(listed.flatten())
    owner = np.repeat(np.arange(len(ids)), counts)
    starts = np.cumsum(counts) - counts
    types = Codes.of(rows["TaxType"])
    known = [rates.get(word) for word in types.words]
    scaled = np.array([to_scaled(rate, 4) if rate is not None else 0 for rate in known], dtype="int64")
    unknown = np.array([rate is None for rate in known], dtype=bool)
    own_places = places[owner]
    return {
        "invoice_id": ids.take(pa.array(owner)),
        "position": np.arange(len(owner)) - starts[owner],
        "line_id": texts(rows["LineItemID"]),
        "code": texts(rows["ItemCode"]),
        "description": texts(rows["Description"]),
        "quantity_e4": whole(rows["Quantity"]),
        "unit_price_e4": whole(rows["UnitAmount"]),
        "discount_rate_e4": whole(rows["DiscountRate"]),
        "discount_minor": minor(pc.fill_null(rows["DiscountAmount"], Decimal(0)), own_places).to_numpy(dtype="int64"),
        "tax_rate_e4": pd.arrays.IntegerArray(
            scaled[types.indices] if len(scaled) else scaled, unknown[types.indices] if len(unknown) else unknown
        ),
        "tax_type": types.text(str),
        "account_code": texts(rows["AccountCode"]),
        "line_minor": minor(rows["LineAmount"], own_places),
        "tax_minor": minor(rows["TaxAmount"], own_places),
    }


def fields_of(rows: pa.StructArray) -> dict[str, pa.Array]:
    """The fields of the rows of a list by name. Raises Unusual where a row is missing."""
    if rows.null_count:
        raise Unusual
    return parts_of(rows)


def parts_of(rows: pa.StructArray) -> dict[str, pa.Array]:
    """The fields of a struct column by name; a missing struct has missing fields."""
    return {field.name: column for field, column in zip(rows.type, rows.flatten(), strict=True)}


def texts(column: pa.Array) -> pa.LargeStringArray:
    """A text column, missing as blank."""
    return pc.fill_null(column.cast(pa.large_string()), "")


def integers(column: pa.Array) -> np.ndarray:
    """Decimals as integers of PLACES decimals, 0 where there is none. Raises Unusual beyond what a frame holds."""
    filled = pc.fill_null(column, Decimal(0))
    halves = np.frombuffer(filled.buffers()[1], dtype="int64").reshape(-1, 2)[filled.offset :][: len(filled)]
    low, high = halves[:, 0], halves[:, 1]
    if not bool(((high == low >> 63) & (np.abs(low) <= LARGEST_MINOR)).all()):
        raise Unusual
    return low


def whole(column: pa.Array) -> np.ndarray:
    """A column of ten-thousandths, 0 where there is none."""
    return integers(column).copy()


def minor(column: pa.Array, places: np.ndarray) -> Any:
    """A column in minor units, missing where there is none. Raises Unusual where an amount would have to be rounded."""
    exact = integers(column)
    divisor = 10 ** (PLACES - places)
    if bool((exact % divisor).any()):
        raise Unusual
    missing = column.is_null().to_numpy(zero_copy_only=False)
    return pd.arrays.IntegerArray(exact // divisor, missing)


def framed(columns: Mapping[str, Any], types: Mapping[str, str]) -> pd.DataFrame:
    """A frame of exactly these columns; what a page does not fill has the type's usual value."""
    size = len(next(iter(columns.values())))
    blank = {"str": "", "int64": 0, "Int64": None, "datetime64[s]": None, "bool": False}
    made = {
        name: pd.Series(columns[name] if name in columns else [blank[dtype]] * size, dtype=dtype)
        for name, dtype in types.items()
    }
    return pd.DataFrame(made, copy=False)
