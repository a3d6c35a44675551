"""Pairs of which a side has no lines, explained by totals alone, all at once; as `causes.explain_totals` does one.

Without lines in the source a cent of tax is rounding and the rest is unknown. Without lines in the target the source's
lines are computed with tax inside, on top and without: the one way that comes to the target's totals is the cause.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from i2g_recon.core.causes import UNKNOWN
from i2g_recon.core.walk_rows import Effects, Rows
from i2g_recon.core.walks import EXCLUSIVE, INCLUSIVE, STATED, Ends, less, only, own_rates, part_frame, summed


def rounded_or_unknown(ends: Ends, cents: np.ndarray | int, *, computed: np.ndarray | bool) -> pd.DataFrame:
    """Whole differences: rounding where at most so many cents of tax moved and nothing else, and `unknown`."""
    inside = (ends.source_types == INCLUSIVE) & (ends.target_types == INCLUSIVE)
    net = np.where(inside, ends.amount, ends.amount - ends.tax)
    rounds = ends.taxed & computed & (net == 0) & (np.abs(ends.tax) <= cents)
    at = np.flatnonzero((ends.amount != 0) | (ends.tax != 0))
    word = np.where(rounds, "tax_rounding", UNKNOWN)[at]
    return part_frame(at, word, only(Effects(ends.amount, ends.tax, rounds), at), order=1)


def without_source_lines(ends: Ends) -> pd.DataFrame:
    """Nothing to compute: a cent is rounding."""
    return rounded_or_unknown(ends, 1, computed=True)


def without_target_lines(left: Rows, ends: Ends) -> tuple[pd.DataFrame, np.ndarray]:
    """Parts, and a mask of pairs left to `causes`."""
    pairs, said = len(ends.amount), np.isin(ends.source_types, STATED)
    before = said & (ends.source_types == INCLUSIVE)
    rate = own_rates(left, ends.source_types[left.pair])
    inside = before[left.pair]
    ways = [left.effects(rate, inside), left.effects(rate, ~inside), left.effects(0 * rate, inside)]
    now, swapped, untaxed = (summed(left.pair, way, pairs) for way in ways)
    lines = np.bincount(left.pair, minlength=pairs)
    sane = np.abs(now.amount - (ends.target_total - ends.amount)) <= lines
    other = np.isin(ends.target_types, [""]) | (ends.target_types == np.where(before, EXCLUSIVE, INCLUSIVE))
    swaps = sane & said & other & comes_out(ends, swapped) & moves(swapped, now)
    frees = sane & comes_out(ends, untaxed) & moves(untaxed, now)
    one = np.flatnonzero(swaps != frees)
    part = less(only(choice(swaps, swapped, untaxed), one), only(now, one))
    word = np.where(swaps, "inclusive_exclusive", "tax_rate")[one]
    amount, tax = ends.amount.copy(), ends.tax.copy()
    amount[one] -= part.amount
    tax[one] -= part.tax
    rest = Ends(**{**vars(ends), "amount": amount, "tax": np.where(ends.taxed, tax, 0)})
    unsure = np.zeros(pairs, dtype=bool)
    for way in ways:
        unsure[left.pair[~way.safe]] = True
    parts = pd.concat([part_frame(one, word, part), rounded_or_unknown(rest, lines, computed=comes_out(ends, now))])
    return parts, unsure


def choice(mask: np.ndarray, one: Effects, other: Effects) -> Effects:
    """One where the mask holds, else the other."""
    return Effects(np.where(mask, one.amount, other.amount), np.where(mask, one.tax, other.tax), one.safe & other.safe)


def moves(one: Effects, other: Effects) -> np.ndarray:
    """Mask of pairs for which two computations are not the same."""
    return (one.amount != other.amount) | (one.tax != other.tax)


def comes_out(ends: Ends, computed: Effects) -> np.ndarray:
    """Mask of pairs whose target states exactly this."""
    return (computed.amount == ends.target_total) & (~ends.target_taxed | (computed.tax == ends.target_tax))
