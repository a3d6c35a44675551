"""The walk of `causes` for many pairs at once: the same parts to the cent, in whole numbers.

Taken are pairs with lines on both sides, prices of one kind, no discount on the whole document and numbers that stay
within 64 bits; the rest, and the pairs where only a sum of unrounded lines could explain a cent, are left to `causes`.
Example of the way a line goes: 2 x 50.00 at 10 % that is 3 x 51.00 in the target is computed as 2 x 50, 3 x 50 and
3 x 51; each step that moves anything is a part, `quantity` 55.00 and `price` 3.30.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from i2g_recon.core.causes import UNKNOWN
from i2g_recon.core.invoice import LineAmountTypes
from i2g_recon.core.money import LARGEST_MINOR
from i2g_recon.core.replay import PERCENT, halved, line_amounts, line_taxes
from i2g_recon.core.walk_rows import SPECIAL, Effects, Rows, effects, partners

INCLUSIVE, NO_TAX = str(LineAmountTypes.INCLUSIVE), str(LineAmountTypes.NO_TAX)
EXCLUSIVE = str(LineAmountTypes.EXCLUSIVE)
STATED = (EXCLUSIVE, INCLUSIVE)
RATE_STEP = 1250  # an eighth of a per cent, as in `effects`
ROUND_PRICE = 100  # ten-thousandths in a price of two decimals


@dataclass(frozen=True, eq=False)
class Ends:
    """What the invoices of the pairs state: types as text, delta of total and tax, the target's total and tax."""

    source_types: np.ndarray
    target_types: np.ndarray
    amount: np.ndarray
    tax: np.ndarray
    taxed: np.ndarray  # both sides state a tax
    target_total: np.ndarray
    target_tax: np.ndarray
    target_taxed: np.ndarray  # the target states a tax


@dataclass(frozen=True, eq=False)
class Walk:
    """All pairs under examination. before, after: per pair, whether prices hold tax. rate: of the source's lines."""

    left: Rows
    right: Rows
    ends: Ends
    before: np.ndarray
    after: np.ndarray
    rate: np.ndarray
    partner: np.ndarray  # per line of the left its place on the right, or -1
    at_before: Effects
    at_after: Effects
    arriving: Effects  # what each line of the right adds as it stands

    @property
    def lone(self) -> np.ndarray:
        """Mask of the source's lines that the target does not have."""
        return self.partner < 0

    @property
    def extra(self) -> np.ndarray:
        """Mask of the target's lines that the source does not have."""
        free = np.ones(len(self.right.pair), dtype=bool)
        free[self.partner[~self.lone]] = False
        return free


def walk_all(left: Rows, right: Rows, ends: Ends) -> tuple[pd.DataFrame, np.ndarray]:
    """Parts as `part_frame` has them, pair counting from 0, and a mask of pairs left to `causes`."""
    walk = prepared(left, right, ends)
    steps, reached = changes(walk)
    parts = pd.concat([swapped(walk), *steps, missing(walk), arrived(walk)], ignore_index=True)
    parts = parts[(parts["amount_minor"] != 0) | (parts["tax_minor"] != 0)]
    leftover, unsure = rest(walk, parts, reached)
    for rows, safe in ((left, walk.at_before.safe & walk.at_after.safe), (right, walk.arriving.safe & reached.safe)):
        unsure[rows.pair[~safe | (rows.rated & (rows.rate <= -PERCENT))]] = True
    unsure[parts.loc[parts["amount_minor"].abs() > LARGEST_MINOR, "pair"]] = True
    return pd.concat([parts, leftover], ignore_index=True), unsure


def prepared(left: Rows, right: Rows, ends: Ends) -> Walk:
    """The walk with its lines aligned."""
    before, after = price_types(ends.source_types, ends.target_types)
    rate = own_rates(left, ends.source_types[left.pair])
    at_before, at_after = (left.effects(rate, inside[left.pair]) for inside in (before, after))
    computed = right.effects(right.rate, after[right.pair])
    taxes = (np.where(left.taxed, left.tax, at_before.tax), np.where(right.taxed, right.tax, computed.tax))
    outside = np.where(after[right.pair], 0, taxes[1] - computed.tax)
    return Walk(
        left=left,
        right=right,
        ends=ends,
        before=before,
        after=after,
        rate=rate,
        partner=partners(left, right, taxes),
        at_before=at_before,
        at_after=at_after,
        arriving=Effects(computed.amount + outside, taxes[1], computed.safe),
    )


def price_types(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether prices hold tax on either side; a side without tax, or that does not say, follows the other."""
    said, answered = np.isin(source, STATED), np.isin(target, STATED)
    before = np.where(said, source == INCLUSIVE, answered & (target == INCLUSIVE)).astype(bool)
    return before, np.where(answered, target == INCLUSIVE, before).astype(bool)


# --- Rates


def implied_rates(amount: np.ndarray, tax: np.ndarray, inclusive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rate that gives the stated tax of each line exactly, and whether there is one. amount: after discount."""
    base = np.where(inclusive, amount - tax, amount)
    small = np.abs(tax) < LARGEST_MINOR
    step = halved(np.where(small, tax, 0) * (PERCENT // RATE_STEP) * np.sign(base), np.maximum(np.abs(base), 1))
    rate = np.where(base == 0, 0, step * RATE_STEP)
    given, safe = line_taxes(amount, rate, inclusive)
    return rate, np.where(base == 0, tax == 0, small & safe & (rate >= 0) & (given == tax))


def own_rates(left: Rows, types: np.ndarray) -> np.ndarray:
    """The rate of each source line: as stated, else as its tax shows. types: of its invoice."""
    quantity, price, off, off_minor = left.numbers
    amount, _ = line_amounts(quantity, price, off, off_minor, left.unit)
    shown, known = implied_rates(amount, left.tax, types == INCLUSIVE)
    return np.where(types == NO_TAX, 0, np.where(left.rated, left.rate, np.where(left.taxed & known, shown, 0)))


def rates_in_target(walk: Walk, at: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """The rate of the target's lines at the places, whose partners bear `rate`; as `causes.rate_in_target`."""
    right, pair = walk.right, walk.right.pair[at]
    quantity, price, off, off_minor = (each[at] for each in right.numbers)
    inclusive, tax = walk.after[pair], right.tax[at]
    amount, _ = line_amounts(quantity, price, off, off_minor, right.unit[at])
    expected, _ = line_taxes(amount, rate, inclusive)
    shown, known = implied_rates(amount, tax, inclusive)
    silent = ~right.taxed[at] | (np.abs(expected - tax) <= 1) | ~known
    told = np.where(right.rated[at], right.rate[at], np.where(silent, rate, shown))
    return np.where(walk.ends.target_types[pair] == NO_TAX, 0, told)


# --- The steps


def part_frame(pair: np.ndarray, cause: np.ndarray | str, moved: Effects, **more: np.ndarray | int) -> pd.DataFrame:
    """Parts as columns, with their order within the pair; what is not given is -1 for lines and 0 for values."""
    columns = {"line": -1, "other": -1, "was_e4": 0, "now_e4": 0, "order": 0, **more}
    told = {"pair": pair, "cause": cause, "amount_minor": moved.amount, "tax_minor": moved.tax, **columns}
    return pd.DataFrame(told, index=range(len(pair))).astype({"cause": "object"})


def only(moved: Effects, mask: np.ndarray, sign: int = 1) -> Effects:
    """The effects of some lines."""
    return Effects(sign * moved.amount[mask], sign * moved.tax[mask], moved.safe[mask])


def summed(pair: np.ndarray, moved: Effects, pairs: int) -> Effects:
    """The sum over each pair."""
    sums = [np.zeros(pairs, dtype="int64") for _ in range(2)]
    np.add.at(sums[0], pair, moved.amount)
    np.add.at(sums[1], pair, moved.tax)
    return Effects(sums[0], sums[1], np.ones(pairs, dtype=bool))


def less(one: Effects, other: Effects) -> Effects:
    """What one moves more than the other."""
    return Effects(one.amount - other.amount, one.tax - other.tax, one.safe & other.safe)


def swapped(walk: Walk) -> pd.DataFrame:
    """What it moves to read the source's prices as the target's are."""
    pairs = len(walk.before)
    return part_frame(
        np.arange(pairs),
        "inclusive_exclusive",
        summed(walk.left.pair, less(walk.at_after, walk.at_before), pairs),
        order=-1,
    )


def missing(walk: Walk) -> pd.DataFrame:
    """Lines the target does not have."""
    left, lone = walk.left, walk.lone
    word = np.where(left.special > 0, SPECIAL[left.special], "line_missing")[lone]
    moved = only(walk.at_after, lone, sign=-1)
    return part_frame(left.pair[lone], word, moved, line=left.row[lone], order=4 * np.flatnonzero(lone))


def arrived(walk: Walk) -> pd.DataFrame:
    """Lines only the target has."""
    right, extra = walk.right, walk.extra
    word = np.where(right.special > 0, SPECIAL[right.special], "line_extra")[extra]
    order = 4 * len(walk.left.pair) + np.flatnonzero(extra)
    return part_frame(right.pair[extra], word, only(walk.arriving, extra), other=right.row[extra], order=order)


def changes(walk: Walk) -> tuple[list[pd.DataFrame], Effects]:
    """What changed on the lines both have, field by field; and what every line of the target comes to in the end."""
    left, right = walk.left, walk.right
    own = np.flatnonzero(~walk.lone)
    at = walk.partner[own]
    rate = walk.rate[own]
    pair, now_rate = left.pair[own], rates_in_target(walk, at, rate)
    numbers, theirs = [each[own] for each in left.numbers], [each[at] for each in right.numbers]
    both = np.where(left.special[own] == right.special[at], left.special[own], 0)
    kept = halved(numbers[1], np.full(len(own), ROUND_PRICE)) * ROUND_PRICE == theirs[1]
    nothing = np.zeros(len(own), dtype="int64")
    steps: tuple[tuple[np.ndarray | str, tuple[int, ...], np.ndarray, np.ndarray], ...] = (
        (np.where(both > 0, SPECIAL[both], "quantity"), (0,), numbers[0], theirs[0]),
        (np.where(both > 0, SPECIAL[both], np.where(kept, "price_rounding", "price")), (1,), numbers[1], theirs[1]),
        ("discount", (2, 3), nothing, nothing),
        ("tax_rate", (), rate, now_rate),
    )
    frames, was, safe = [], only(walk.at_after, own), np.ones(len(own), dtype=bool)
    for place, (word, fields, before, after) in enumerate(steps):
        for field in fields:
            numbers[field] = theirs[field]
        now = effects(tuple(numbers), rate if fields else now_rate, left.unit[own], walk.after[pair])
        lines = {"line": left.row[own], "other": right.row[at], "order": 4 * own + place}
        frames.append(part_frame(pair, word, less(now, was), was_e4=before, now_e4=after, **lines))
        was, safe = now, safe & now.safe
    reached = Effects(walk.arriving.amount.copy(), walk.arriving.tax.copy(), walk.arriving.safe.copy())
    reached.amount[at], reached.tax[at], reached.safe[at] = was.amount, was.tax, safe
    return frames, reached


def rest(walk: Walk, parts: pd.DataFrame, reached: Effects) -> tuple[pd.DataFrame, np.ndarray]:
    """What the parts leave, as `causes.rest`; and the pairs where a sum of unrounded lines might explain it."""
    ends, pairs = walk.ends, len(walk.before)
    told = Effects(parts["amount_minor"].to_numpy(), parts["tax_minor"].to_numpy(), np.ones(len(parts), dtype=bool))
    gone = summed(parts["pair"].to_numpy(), told, pairs)
    amount, tax = ends.amount - gone.amount, np.where(ends.taxed, ends.tax - gone.tax, 0)
    final = summed(walk.right.pair, reached, pairs)
    computed = ends.taxed & (final.amount == ends.target_total) & (final.tax == ends.target_tax)
    cents = np.maximum(1, np.bincount(walk.left.pair, minlength=pairs))
    net = np.where(walk.before, amount, amount - tax)
    rounds = computed & (net == 0) & (np.abs(tax) <= cents)
    unsure = computed & (net != 0) & (np.abs(net) <= cents)
    at = np.flatnonzero((amount != 0) | (tax != 0))
    word = np.where(rounds, "tax_rounding", UNKNOWN)[at]
    last = np.iinfo("int64").max
    return part_frame(at, word, only(Effects(amount, tax, rounds), at), order=last), unsure
