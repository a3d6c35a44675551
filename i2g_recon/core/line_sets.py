"""The lines of a pair as sets: the same lines in another order are the same set.

A sum of hashes that no order changes settles most pairs; only the others are laid side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from i2g_recon.core.alignment import LARGEST_ROUNDING, ROUNDING_LINE
from i2g_recon.core.frame import line_record
from i2g_recon.core.invoice import ZERO, LineAmountTypes
from i2g_recon.core.line_runs import Runs
from i2g_recon.core.money import exponent
from i2g_recon.core.pairs import View
from i2g_recon.core.replay import LARGEST, line_amounts, per_minor
from i2g_recon.core.tax import xero_line

SIGNATURE = ("quantity_e4", "unit_price_e4", "discount_rate_e4", "discount_minor")
ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], dtype="uint64")


@dataclass(frozen=True, eq=False)
class Side:
    """One side of the pairs: its invoices, the lines of the whole side, and which line belongs to which pair."""

    invoices: View
    lines: pd.DataFrame
    runs: Runs


def other_lines(source: Side, target: Side, compared: np.ndarray) -> np.ndarray:
    """Mask of the compared pairs whose lines are not the same by quantity, price and what they come to."""
    differs = compared & (source.runs.counts != target.runs.counts)
    differs |= compared & (source.runs.sums(hashes(source.lines)) != target.runs.sums(hashes(target.lines)))
    if not differs.any():
        return differs
    left, right = sorted_lines(source, differs), sorted_lines(target, differs)
    counts = [np.bincount(each[:, 0], minlength=len(differs)) for each in (left, right)]
    differs &= counts[0] != counts[1]
    even = [each[~differs[each[:, 0]]] for each in (left, right)]
    differs[even[0][(even[0] != even[1]).any(axis=1), 0]] = True
    return differs


def hashes(lines: pd.DataFrame) -> np.ndarray:
    """A number per line that depends on all of SIGNATURE."""
    mixed = np.zeros(len(lines), dtype="uint64")
    for name, odd in zip(SIGNATURE, ODD, strict=True):
        values = lines[name].to_numpy(dtype="int64")
        if values.any():
            mixed ^= scrambled(values.view("uint64") * odd + odd)
    return scrambled(mixed)


def scrambled(numbers: np.ndarray) -> np.ndarray:
    """The finish of splitmix64: every bit depends on every bit."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def sorted_lines(side: Side, wanted: np.ndarray) -> np.ndarray:
    """The lines of the wanted pairs as sorted rows (pair, quantity, price, amount), our own rounding lines left out."""
    rows, pair = side.runs.rows_of(wanted)
    lines = side.lines.iloc[rows]
    currencies = side.invoices.few("currency", pair).to_numpy(dtype=object)
    amounts = amounts_of(lines, currencies)
    few = np.flatnonzero(np.abs(amounts) <= int(LARGEST_ROUNDING.scaleb(2)))
    own = np.ones(len(rows), dtype=bool)
    own[few] = (lines["description"].iloc[few].str.casefold() != ROUNDING_LINE).to_numpy(dtype=bool)
    columns = [pair, lines["quantity_e4"].to_numpy(), lines["unit_price_e4"].to_numpy(), amounts]
    told = np.column_stack(columns).astype("int64").reshape(-1, 4)[own]
    return told[np.lexsort(told.T[::-1])]


def amounts_of(lines: pd.DataFrame, currencies: np.ndarray) -> np.ndarray:
    """What each line comes to in minor units: as stored, else by Xero's rule."""
    codes, names = pd.factorize(currencies)
    unit = per_minor(np.array([exponent(name) for name in names], dtype="int64"))[codes]
    quantity, price, off, off_minor = (lines[name].to_numpy(dtype="int64") for name in SIGNATURE)
    amounts, safe = line_amounts(quantity, price, off, off_minor, unit)
    for n in np.flatnonzero(~safe).tolist():
        amounts[n] = beyond_replay(lines.iloc[[n]], currencies[n])
    stored = lines["line_minor"]
    return np.where(stored.notna(), stored.fillna(0).to_numpy(dtype="int64"), amounts)


def beyond_replay(one: pd.DataFrame, currency: str) -> int:
    """The amount of a line that only Decimal can compute, cut to what a frame can hold."""
    line = line_record(one.to_dict("records")[0], currency)
    numbers = (line.quantity, line.unit_price, line.discount_rate, line.discount_amount)
    places = exponent(currency)
    amount = int(xero_line(*numbers, ZERO, LineAmountTypes.NO_TAX, places=places).line_amount.scaleb(places))
    return max(-LARGEST, min(LARGEST, amount))
