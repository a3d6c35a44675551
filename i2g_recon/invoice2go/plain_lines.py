"""The lines, tax totals and payments of many plain rows at once: whole numbers in, whole numbers out.

Amounts are int64 ten-thousandths (e4) of a major unit. Every reader here narrows the mask `plain`, shape (rows,), to
the rows that it could read without a doubt; what it returns for others means nothing: `items` and `payments` read them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from i2g_recon.core.invoice import LineAmountTypes
from i2g_recon.core.money import to_scaled
from i2g_recon.invoice2go.findings import LONGEST_AMOUNT
from i2g_recon.invoice2go.items import MOST_LINES, NEEDED, PLACES, LineTaxes, read_definitions, read_line_taxes
from i2g_recon.invoice2go.listing_amounts import exact
from i2g_recon.invoice2go.nested import read_repeating
from i2g_recon.invoice2go.nested_columns import read_column

PLAIN_AMOUNT = r"^-?[0-9]{1,11}(\.[0-9]{1,4})?$"
LARGEST = 10**14  # ten thousand million, e4: sums of all records of a row fit an int64, in e8 as well
LARGEST_LINE = 1e15  # quantity by price, both e4, which is e8: ten million
TYPES = (LineAmountTypes.NO_TAX, LineAmountTypes.EXCLUSIVE, LineAmountTypes.INCLUSIVE, LineAmountTypes.MIXED)


@dataclass(frozen=True, eq=False)
class Repeating:
    """A cell that says the same in many rows: codes say which of `texts` a row has."""

    codes: np.ndarray
    texts: list[str]

    @classmethod
    def of(cls, cells: Sequence[str]) -> Repeating:
        """A column of cells."""
        known = {text: code for code, text in enumerate(dict.fromkeys(cells))}
        return cls(np.fromiter(map(known.__getitem__, cells), "int64", len(cells)), list(known))

    def each(self, told: Callable[[str], Any], dtype: Any) -> np.ndarray:
        """A value per row, worked out once per text."""
        return np.array([told(text) for text in self.texts], dtype=dtype)[self.codes]

    def pairs(self, column: pa.LargeStringArray, rows: np.ndarray, told: Callable[[str, str], Any]) -> Answers:
        """What is told about a text and the cell of its row, asked once per pair. rows: the row of each text."""
        encoded = column.dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        keys = encoded.indices.to_numpy() * np.int64(len(self.texts)) + self.codes[rows]
        pairs, which = np.unique(keys, return_inverse=True)
        return Answers(
            which,
            [told(texts[pair // len(self.texts)], self.texts[pair % len(self.texts)]) for pair in pairs.tolist()],
        )


@dataclass(frozen=True, eq=False)
class Answers:
    """A few answers, and which of them each record has."""

    which: np.ndarray
    answers: list[Any]

    def each(self, told: Callable[[Any], Any], dtype: Any) -> np.ndarray:
        """A value per record."""
        return np.array([told(answer) for answer in self.answers], dtype=dtype)[self.which]


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines of many rows. owner: the row of each, ascending; tax_rate: ten-thousandths of a percent."""

    owner: np.ndarray
    code: pa.LargeStringArray
    description: pa.LargeStringArray
    quantity: np.ndarray
    unit_price: np.ndarray
    tax_key: pa.LargeStringArray
    tax_rate: np.ndarray
    inclusive: np.ndarray  # 1 for a tax on top of the price, 2 for one inside it, 3 for both, 0 for none


def true_where(array: pa.BooleanArray) -> np.ndarray:
    """A mask."""
    return array.to_numpy(zero_copy_only=False).astype(bool)


def sums(values: np.ndarray, owner: np.ndarray, rows: int) -> np.ndarray:
    """Exact sums per row. owner: ascending."""
    total = np.zeros(rows, dtype="int64")
    if len(owner):
        firsts = np.flatnonzero(np.diff(owner, prepend=-1))
        total[owner[firsts]] = np.add.reduceat(values, firsts)
    return total


def few(owner: np.ndarray, rows: int) -> np.ndarray:
    """Rows with at least one record and not too many."""
    records = np.bincount(owner, minlength=rows)
    return (records > 0) & (records <= MOST_LINES)


def amounts(column: pa.LargeStringArray) -> tuple[np.ndarray, np.ndarray]:
    """A column as e4, and which cells are plain amounts; 0 where they are not."""
    scaled, plain = np.zeros(len(column), dtype="int64"), np.ones(len(column), dtype=bool)
    if not len(column):
        return scaled, plain
    short = pc.max(pc.binary_length(column)).as_py() <= LONGEST_AMOUNT
    values = exact(column, PLACES, ".") if short else None
    if values is None:
        plain = true_where(pc.match_substring_regex(column, PLAIN_AMOUNT))
        values = exact(column.filter(pa.array(plain)), PLACES, ".") if plain.any() else None
    if values is None:
        return scaled, np.zeros(len(column), dtype=bool)
    scaled[plain] = values
    small = np.abs(scaled) < LARGEST
    return np.where(small, scaled, 0), plain & small


def amounts_or_nothing(column: pa.LargeStringArray) -> tuple[np.ndarray, np.ndarray]:
    """As `amounts`, an empty cell counting as zero."""
    return amounts(pc.if_else(pc.equal(column, ""), pa.scalar("0", pa.large_string()), column))


def read_lines(cells: Sequence[str], taxes: Repeating, plain: np.ndarray) -> Lines:
    """The lines. Plain are rows with a line, no discount on any, a quantity and a price on each, and taxes in no doubt.

    taxes: the cell `Taxes` of each row.
    """
    column = read_column(cells)
    owner = column.owner
    plain &= column.read & few(owner, len(cells)) & (set(NEEDED) <= set(column.names))
    quantity, is_quantity = amounts(column.text("qty"))
    price, is_price = amounts(column.text("unit_price"))
    small = np.abs(quantity.astype("float64") * price) < LARGEST_LINE
    undiscounted = true_where(pc.equal(column.text("discount_type", "no_discount"), "no_discount"))
    of_line = taxes.pairs(column.text("applied_taxes"), owner, read_line_taxes)
    sure = of_line.each(lambda each: not (each.refused or each.doubts), bool)
    plain[owner[~(is_quantity & is_price & small & undiscounted & sure)]] = False
    plain &= taxes.each(lambda cell: not read_repeating(cell).faults, bool)
    return Lines(
        owner=owner,
        code=column.text("code"),
        description=column.text("description"),
        quantity=quantity,
        unit_price=price,
        tax_key=pa.array([each.key for each in of_line.answers], pa.large_string()).take(pa.array(of_line.which)),
        tax_rate=of_line.each(lambda each: to_scaled(each.rate, PLACES), "int64"),
        inclusive=of_line.each(flags, "int64"),
    )


def flags(taxes: LineTaxes) -> int:
    """1 for a tax on top of the price, 2 for one inside it, 3 for both."""
    return (False in taxes.inclusive) + 2 * (True in taxes.inclusive)


def line_amount_types(lines: Lines, rows: int) -> pa.LargeStringArray:
    """Per row whether prices hold tax, from the taxes of its lines."""
    used = np.zeros(rows, dtype="int64")
    for flag in (1, 2):
        used[lines.owner[lines.inclusive & flag > 0]] |= flag
    return pa.array([str(each) for each in TYPES], pa.large_string()).take(pa.array(used))


def read_tax_totals(
    cells: Sequence[str], taxes: Repeating, unit: np.ndarray, lines: Lines, plain: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Per row the tax and the part of it that is inside the prices. Plain are rows that state it, or are untaxed.

    unit: the smallest amount of each row's currency, e4.
    """
    column = read_column(cells)
    owner = column.owner
    untaxed = sums(np.abs(lines.tax_rate), lines.owner, len(cells)) == 0
    stated = np.array([bool(cell) for cell in cells], dtype=bool)
    plain &= column.read & np.where(stated, few(owner, len(cells)) & ("total" in column.names), untaxed)
    amount, is_amount = amounts(column.text("total"))
    plain[owner[~is_amount | (amount % unit[owner] != 0)]] = False
    inside = taxes.pairs(column.text("tax_id"), owner, is_inclusive).each(bool, "int64")
    return sums(amount, owner, len(cells)), sums(amount * inside, owner, len(cells))


def is_inclusive(tax_id: str, taxes_cell: str) -> bool:
    """Whether a tax is inside the prices; one that is not defined is not."""
    found = read_definitions(taxes_cell).get(tax_id)
    return found is not None and found.inclusive


def read_paid(cells: Sequence[str], unit: np.ndarray, plain: np.ndarray) -> np.ndarray:
    """Paid towards each invoice. Plain are rows whose payments are of a known kind and listed once.

    unit: the smallest amount of each row's currency, e4.
    """
    column = read_column(cells)
    owner = column.owner
    plain &= column.read & (np.bincount(owner, minlength=len(cells)) <= MOST_LINES)
    status, kind = pc.utf8_lower(column.text("status")), pc.utf8_lower(column.text("type", "payment"))
    succeeded = true_where(pc.equal(status, "succeeded"))
    clear = true_where(pc.match_substring_regex(status, "^[a-z_]*$"))
    usual = true_where(pc.is_in(kind, pa.array(["payment", ""], pa.large_string())))
    amount, is_amount = amounts_or_nothing(column.text("amount"))
    hundredths, is_fee = amounts_or_nothing(column.text("fpt_fee_amount"))
    share = amount - hundredths // 100
    whole = (hundredths % 100 == 0) & (share % unit[owner] == 0)
    once = ~repeated(column.text("transaction_id"), owner, succeeded)
    plain[owner[~clear | (succeeded & ~(usual & is_amount & is_fee & whole & once))]] = False
    return sums(np.where(succeeded, share, 0), owner, len(cells))


def repeated(ids: pa.LargeStringArray, owner: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Records of the counted ones whose id, where there is one, stands in the same row more than once."""
    encoded = ids.dictionary_encode()
    named = counted & true_where(pc.not_equal(ids, ""))
    keys = owner * np.int64(max(len(encoded.dictionary), 1)) + encoded.indices.to_numpy()
    _, which, times = np.unique(np.where(named, keys, -1), return_inverse=True, return_counts=True)
    return named & (times[which] > 1)
