"""Lines of many pairs as arrays, and which line of the source is which of the target: `alignment` for all at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from i2g_recon.core.alignment import DISCOUNT, LARGEST_ROUNDING, ROUNDING_LINE, SURCHARGE, folded
from i2g_recon.core.line_runs import Runs
from i2g_recon.core.money import exponent
from i2g_recon.core.replay import line_amounts, line_taxes, per_minor

NUMBERS = ("quantity_e4", "unit_price_e4", "discount_rate_e4", "discount_minor")
SPECIAL = np.array(["", "surcharge", "discount", "tax_rounding"], dtype=object)


@dataclass(frozen=True, eq=False)
class Effects:
    """What lines add to total and tax, in minor units, and where that could be computed."""

    amount: np.ndarray
    tax: np.ndarray
    safe: np.ndarray


@dataclass(frozen=True, eq=False)
class Rows:
    """The lines of one side, by pair and position. pair counts from 0; missing rates and taxes are masked."""

    pair: np.ndarray
    row: np.ndarray
    numbers: tuple[np.ndarray, ...]  # NUMBERS
    rate: np.ndarray
    rated: np.ndarray
    tax: np.ndarray
    taxed: np.ndarray
    unit: np.ndarray
    text: np.ndarray  # equal numbers are equal texts, on both sides
    special: np.ndarray  # places in SPECIAL

    def effects(self, rate: np.ndarray, inclusive: np.ndarray) -> Effects:
        """What the lines come to at a rate; inclusive: per line."""
        return effects(self.numbers, rate, self.unit, inclusive)


def effects(numbers: tuple[np.ndarray, ...], rate: np.ndarray, unit: np.ndarray, inclusive: np.ndarray) -> Effects:
    """Lines by Xero's arithmetic; inclusive: per line."""
    quantity, price, off, off_minor = numbers
    amount, amount_safe = line_amounts(quantity, price, off, off_minor, unit)
    tax, tax_safe = line_taxes(amount, rate, inclusive)
    return Effects(np.where(inclusive, amount, amount + tax), tax, amount_safe & tax_safe)


def sides_rows(
    lines: tuple[pd.DataFrame, pd.DataFrame], runs: tuple[Runs, Runs], wanted: np.ndarray, currencies: pd.Series
) -> tuple[Rows, Rows]:
    """The lines of the wanted pairs (a mask) of both sides. currencies: of the wanted pairs."""
    places = currencies.map({name: exponent(name) for name in currencies.unique()}).to_numpy(dtype="int64")
    number = np.cumsum(wanted) - 1
    found = []
    for frame, own in zip(lines, runs, strict=True):
        row, pair = own.rows_of(wanted)
        order = np.lexsort((frame["position"].to_numpy()[row], pair))
        found.append((row[order], number[pair[order]], frame.iloc[row[order]]))
    texts, specials = told(pd.concat([few for _, _, few in found], ignore_index=True))
    cut = len(found[0][0])
    parts = [(slice(0, cut), *found[0]), (slice(cut, None), *found[1])]
    left, right = (
        Rows(
            pair=pair,
            row=row,
            numbers=tuple(few[name].to_numpy(dtype="int64") for name in NUMBERS),
            rate=few["tax_rate_e4"].fillna(0).to_numpy(dtype="int64"),
            rated=few["tax_rate_e4"].notna().to_numpy(dtype=bool),
            tax=few["tax_minor"].fillna(0).to_numpy(dtype="int64"),
            taxed=few["tax_minor"].notna().to_numpy(dtype=bool),
            unit=per_minor(places[pair]),
            text=texts[part],
            special=specials[part],
        )
        for part, row, pair, few in parts
    )
    return left, right


def told(lines: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """What the lines say as numbers: equal text and code, and what a line speaks of by itself."""
    which, texts = pd.factorize(lines["description"])
    flags = np.array(
        [
            (bool(SURCHARGE.search(text)), bool(DISCOUNT.search(text)), text.casefold() == ROUNDING_LINE)
            for text in texts
        ],
        dtype=bool,
    ).reshape(-1, 3)[which]
    quantity, price = (lines[name].to_numpy(dtype="int64") for name in NUMBERS[:2])
    small = np.abs(price) <= int(LARGEST_ROUNDING.scaleb(8)) // np.maximum(np.abs(quantity), 1)
    special = np.select([flags[:, 0], flags[:, 1] & (price < 0), flags[:, 2] & small], [1, 2, 3], 0)
    code, codes = pd.factorize(lines["code"])
    said = [pd.factorize(np.array([folded(each) for each in found], dtype=object))[0] for found in (texts, codes)]
    return joint(said[0][which], said[1][code]), special


def joint(*columns: np.ndarray) -> np.ndarray:
    """One number per row that is equal where all columns are."""
    code = np.zeros(len(columns[0]), dtype="int64")
    for column in columns:
        own, found = pd.factorize(column)
        code = pd.factorize(code * max(1, len(found)) + own)[0].astype("int64")
    return code


# --- Which line is which


def partners(left: Rows, right: Rows, taxes: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """For each line of the left the place of its line on the right, or -1, by the likenesses of `alignment`."""
    cut = len(left.pair)
    both = [np.concatenate(each) for each in zip(left.numbers, right.numbers, strict=True)]
    pair, text, tax = (np.concatenate(each) for each in ((left.pair, right.pair), (left.text, right.text), taxes))
    amount = joint(*both)
    partner = np.full(cut, -1)
    free = np.ones(len(right.pair), dtype=bool)
    for columns in ((pair, text, amount, tax), (pair, text, amount), (pair, text), (pair, amount)):
        match(joint(*columns), cut, partner, free)
    match(by_position(left, right, partner, free), cut, partner, free)
    return partner


def match(code: np.ndarray, cut: int, partner: np.ndarray, free: np.ndarray) -> None:
    """Pair the lines of equal code that have none yet, first with first; those below zero stay."""
    left = np.flatnonzero((partner < 0) & (code[:cut] >= 0))
    right = np.flatnonzero(free & (code[cut:] >= 0))
    if not len(left) or not len(right):
        return
    nth, other_nth = occurrence(code[:cut][left]), occurrence(code[cut:][right])
    width = int(max(nth.max(), other_nth.max())) + 1
    keys, others = code[:cut][left] * width + nth, code[cut:][right] * width + other_nth
    _, at, other = np.intersect1d(keys, others, assume_unique=True, return_indices=True)
    partner[left[at]] = right[other]
    free[right[other]] = False


def occurrence(code: np.ndarray) -> np.ndarray:
    """How often each code stood before."""
    return pd.Series(code).groupby(code).cumcount().to_numpy()


def by_position(left: Rows, right: Rows, partner: np.ndarray, free: np.ndarray) -> np.ndarray:
    """The pair, as a code, for lines that are left where both sides have equally many and all are ordinary; else -1."""
    alone = partner < 0
    size = int(max(left.pair.max(initial=-1), right.pair.max(initial=-1))) + 1
    counts = [np.bincount(rows.pair[mask], minlength=size) for rows, mask in ((left, alone), (right, free))]
    plain = np.ones(size, dtype=bool)
    for rows, mask in ((left, alone), (right, free)):
        plain[rows.pair[mask & (rows.special > 0)]] = False
    good = plain & (counts[0] == counts[1])
    pair = np.concatenate([left.pair, right.pair])
    return np.where(good[pair], pair, -1)
