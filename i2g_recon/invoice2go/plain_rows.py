"""Plain rows of an export, many at once, straight to frames: what `records.read_invoice` makes of them, sooner.

A row is plain when there is nothing to say about it: each cell is written the way Invoice2go writes it, the figures add
up, and no discount, shipping or withholding is involved. All other rows are for `read_invoice`, which knows every case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from i2g_recon.core.frame import INVOICE_COLUMNS, LINE_COLUMNS
from i2g_recon.core.money import exponent
from i2g_recon.invoice2go.frame_columns import frame_of, kept
from i2g_recon.invoice2go.items import PLACES
from i2g_recon.invoice2go.plain_lines import (
    LARGEST,
    Lines,
    Repeating,
    amounts,
    line_amount_types,
    read_lines,
    read_paid,
    read_tax_totals,
    sums,
    true_where,
)
from i2g_recon.invoice2go.records import CURRENCY, SCIENTIFIC, day_of, state_of, term_days
from i2g_recon.invoice2go.rows import Row

ID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](Z|\+00:00)?$"
NEEDED = (
    "Id AccountId LastUpdated CreatedDate DocumentDate DocumentNumber Name EmailRecipient DocumentStatus OutputStatus "
    "PartPayment Taxes TermsOld Payments Items CurrencyCode TotalAmount SubtotalAmount TotalTaxAmount"
).split()
NOTHING = ("ShipAmount", "DiscountAmount", "WithholdingTaxAmount", "WithholdingTaxRate")  # must be zero or blank
ZEROS = frozenset(("", "0", "0.0", "0.00"))
TRUTHS = frozenset(("TRUE", "FALSE"))


@dataclass(frozen=True, eq=False)
class PlainRows:
    """read: which of the rows were plain, shape (rows,). The frames hold those, in their order."""

    read: np.ndarray
    invoices: pd.DataFrame
    lines: pd.DataFrame
    lines_per_invoice: np.ndarray


class Cells:
    """The cells of many rows by column, and what becomes of them; `plain` is narrowed with every step."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.columns = dict(zip(rows[0].cells, zip(*(row.cells.values() for row in rows), strict=True), strict=True))
        self.plain = np.ones(len(rows), dtype=bool)

    def __getitem__(self, name: str) -> Sequence[str]:
        return self.columns[name]

    def text(self, name: str) -> pa.LargeStringArray:
        """A column as text."""
        return pa.array(self[name], pa.large_string())

    def keep(self, holds: Any) -> None:
        """Narrows `plain` to the rows where something holds."""
        self.plain &= np.asarray(holds, dtype=bool)

    def each(self, name: str, told: Callable[[str], Any], dtype: Any) -> np.ndarray:
        """A value per row of a column whose cells repeat."""
        return Repeating.of(self[name]).each(told, dtype)

    def amount(self, name: str, unit: np.ndarray) -> np.ndarray:
        """Amounts of the currency, e4."""
        values, plain = amounts(self.text(name))
        self.keep(plain & (values % unit == 0))
        return values

    def moment(self, name: str) -> np.ndarray:
        """Time stamps in UTC, whole seconds; NaT where the cell is empty."""
        column = self.text(name)
        days = Repeating.of([text[:10] for text in self[name]]).each(day_of, "datetime64[D]")
        usual = true_where(pc.match_substring_regex(column, MOMENT)) & ~np.isnat(days)
        self.keep(usual | true_where(pc.equal(column, "")))
        stated = pc.if_else(pa.array(usual), column, pa.scalar(None, pa.large_string()))
        return pc.utf8_slice_codeunits(stated, 0, 19).cast(pa.timestamp("s")).to_numpy(zero_copy_only=False)


def read_plain(rows: Sequence[Row]) -> PlainRows:
    """The plain ones among rows of one file."""
    if not rows or any(name not in rows[0].cells for name in NEEDED):
        return nothing(len(rows))
    cells = Cells(rows)
    ids = cells.text("Id")
    cells.keep(true_where(pc.match_substring_regex(ids, ID)))
    cells.keep([not SCIENTIFIC.fullmatch(text) for text in cells["DocumentNumber"]])
    cells.keep(cells.each("AccountId", lambda text: not SCIENTIFIC.fullmatch(text), bool))
    cells.keep(cells.each("PartPayment", lambda text: text not in TRUTHS, bool))
    for name in NOTHING:
        if name in rows[0].cells:
            cells.keep(cells.each(name, ZEROS.__contains__, bool))
    currency = cells["CurrencyCode"]
    cells.keep(cells.each("CurrencyCode", lambda text: CURRENCY.fullmatch(text) is not None, bool))
    unit = cells.each("CurrencyCode", lambda text: 10 ** max(0, PLACES - exponent(text)), "int64")
    date = cells.each("DocumentDate", day_of, "datetime64[D]")
    cells.keep(~np.isnat(date))
    columns = {
        "id": ids,
        "currency": pa.array(currency, pa.large_string()),
        "date": date.astype("datetime64[s]"),
        "updated": cells.moment("LastUpdated"),
        "created": cells.moment("CreatedDate"),
        **words(cells),
    }
    columns["due_date"] = columns["date"] + cells.each("TermsOld", days_of, "timedelta64[D]")
    columns["due_date_derived"] = ~np.isnat(columns["due_date"])
    taxes = Repeating.of(cells["Taxes"])
    lines = read_lines(cells["Items"], taxes, cells.plain)
    columns |= money(cells, lines, taxes, unit)
    columns["line_amount_types"] = line_amount_types(lines, len(rows))
    plain = cells.plain
    of_plain = plain[lines.owner]
    return PlainRows(
        read=plain,
        invoices=frame_of({name: kept(one, plain) for name, one in columns.items()}, INVOICE_COLUMNS, int(plain.sum())),
        lines=line_frame(lines, ids, of_plain),
        lines_per_invoice=np.bincount(lines.owner, minlength=len(rows))[plain],
    )


def nothing(rows: int) -> PlainRows:
    """No row is plain."""
    empty = np.zeros(0, dtype="int64")
    return PlainRows(np.zeros(rows, dtype=bool), frame_of({}, INVOICE_COLUMNS, 0), frame_of({}, LINE_COLUMNS, 0), empty)


def days_of(terms: str) -> np.timedelta64:
    """Terms in days; NaT when they are no number."""
    days = term_days(terms)
    return np.timedelta64("NaT", "D") if days is None else np.timedelta64(days, "D")


def words(cells: Cells) -> dict[str, Any]:
    """The columns that are text, or follow from it."""
    number = cells.text("DocumentNumber")
    status, sent = cells["DocumentStatus"], Repeating.of(cells["OutputStatus"])
    states = sent.pairs(
        pa.array(status, pa.large_string()), np.arange(len(status)), lambda own, out: state_of(out, own)
    )
    return {
        "number": number,
        "reference": number,
        "contact": cells.text("Name"),
        "email": pa.array([text.strip() for text in cells["EmailRecipient"]], pa.large_string()),
        "account": cells.text("AccountId"),
        "status": pa.array(status, pa.large_string()),
        "state": pa.array([str(state) for state in states.answers], pa.large_string()).take(pa.array(states.which)),
    }


def money(cells: Cells, lines: Lines, taxes: Repeating, unit: np.ndarray) -> dict[str, Any]:
    """The amounts, where the figures add up in one of the ways that `arithmetic` tries without a discount.

    unit: the smallest amount of each row's currency, e4.
    """
    total, subtotal = cells.amount("TotalAmount", unit), cells.amount("SubtotalAmount", unit)
    tax, inside = read_tax_totals(cells["TotalTaxAmount"], taxes, unit, lines, cells.plain)
    paid = read_paid(cells["Payments"], unit, cells.plain)
    cells.keep((np.abs(tax) < LARGEST) & (np.abs(inside) < LARGEST))
    cells.keep(adds_up(lines, total, subtotal, tax, inside, unit))
    before_tax = np.where(np.abs(subtotal - (total - tax)) <= unit, subtotal, total - tax)
    return {
        "total_minor": total // unit,
        "subtotal_minor": before_tax // unit,
        "tax_minor": tax // unit,
        "paid_minor": paid // unit,
        "outstanding_minor": np.maximum(0, total - paid) // unit,
        "adds_up": np.ones(len(total), dtype=bool),
    }


def adds_up(
    lines: Lines, total: np.ndarray, subtotal: np.ndarray, tax: np.ndarray, inside: np.ndarray, unit: np.ndarray
) -> np.ndarray:
    """Rows whose lines make the subtotal, with or without the tax inside it, and subtotal and tax the total.

    All to within a cent, as `arithmetic.adds_up` allows; the sum of the lines in e8, exactly or each line rounded.
    """
    gross = lines.quantity * lines.unit_price
    cent = unit * 10**PLACES
    of_line = cent[lines.owner]
    rounded = np.sign(gross) * ((np.abs(gross) + of_line // 2) // of_line) * of_line
    found = np.zeros(len(total), dtype=bool)
    for base in (sums(gross, lines.owner, len(total)), sums(rounded, lines.owner, len(total))):
        for off, on_top in ((0, tax - inside), (inside, tax)):
            agrees = np.abs(subtotal * 10**PLACES - (base - off * 10**PLACES)) <= cent
            found |= agrees & (np.abs(subtotal + on_top - total) <= unit)
    return found


def line_frame(lines: Lines, ids: pa.LargeStringArray, keep: np.ndarray) -> pd.DataFrame:
    """The lines of the plain rows."""
    owner = lines.owner[keep]
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    position = np.arange(len(owner)) - np.repeat(firsts, np.diff(firsts, append=len(owner)))
    columns = {
        "invoice_id": ids.take(pa.array(owner)),
        "position": position,
        **{
            name: kept(values, keep)
            for name, values in {
                "code": lines.code,
                "description": lines.description,
                "quantity_e4": lines.quantity,
                "unit_price_e4": lines.unit_price,
                "tax_key": lines.tax_key,
                "tax_rate_e4": lines.tax_rate,
            }.items()
        },
    }
    return frame_of(columns, LINE_COLUMNS, len(owner))
