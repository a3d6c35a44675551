"""The tiers of `pairing`, one function each: open rows of both sides to pairs and ambiguous groups.

Every tier works on integer codes: equal keys have equal codes, so counting and joining is counting small integers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from i2g_recon.core.accepted import CHANGED, ELSEWHERE, NOT_THERE, AcceptedPair, ReopenedPair, facts_of
from i2g_recon.core.frame import gone
from i2g_recon.core.reference import Rule
from i2g_recon.core.reference_keys import keys_by, perhaps_with, tail_numbers, text_array
from i2g_recon.core.reused import one_possibility

KEY, SPELLING = 1, 2
TIERS = ("exact", "spelling", "key", "number", "details", "accepted")


@dataclass(eq=False)
class Side:
    """One side while it is being paired: open rows still look for a partner, closed ones have found their place."""

    frame: pd.DataFrame
    references: pd.Series  # trimmed
    gone: np.ndarray  # masks, one entry per row
    open: np.ndarray
    group: np.ndarray  # the ambiguous group of each row, -1 for none
    shadowed: np.ndarray  # KEY or SPELLING where a closed row carries the key or even the spelling, else 0
    reused: np.ndarray  # mask

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Side:
        """A side with every live row that has a reference open."""
        trimmed = pc.utf8_trim_whitespace(text_array(frame["reference"]))
        went = gone(frame)
        return cls(
            frame=frame,
            references=pd.Series(trimmed, dtype="str"),
            gone=went,
            open=~went & (pc.binary_length(trimmed).to_numpy(zero_copy_only=False) > 0),
            group=np.full(len(frame), -1, dtype="int64"),
            shadowed=np.zeros(len(frame), dtype="int8"),
            reused=np.zeros(len(frame), dtype=bool),
        )

    @cached_property
    def tails(self) -> np.ndarray:
        """What tells most references apart without their keys."""
        return tail_numbers(text_array(self.references))

    def carried(self, keys: pd.Index, rules: tuple[Rule, ...]) -> np.ndarray:
        """Mask of those keys that a closed live row carries."""
        if not len(keys):
            return np.zeros(0, dtype=bool)
        at = np.flatnonzero(~self.open & ~self.gone & ~self.reused & perhaps_with(self.tails, keys, rules))
        found = pc.is_in(text_array(pd.Series(keys)), value_set=text_array(keys_by(self.references.iloc[at], rules)))
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


@dataclass(eq=False)
class Found:
    """What the tiers found so far: pairs with their tier, and the ambiguous groups' keys and reasons."""

    pairs: list[tuple[np.ndarray, np.ndarray, str]] = field(default_factory=list)
    group_keys: list[str] = field(default_factory=list)
    group_reasons: list[str] = field(default_factory=list)

    def pair(self, left: Side, right: Side, s: np.ndarray, t: np.ndarray, tier: str) -> None:
        """These rows belong together."""
        self.pairs.append((s, t, tier))
        left.open[s], right.open[t] = False, False


@dataclass(frozen=True, eq=False)
class Coded:
    """Open rows of both sides, each with the code of its key. keys: per code."""

    source_at: np.ndarray
    target_at: np.ndarray
    source_codes: np.ndarray
    target_codes: np.ndarray
    keys: pd.Index

    @cached_property
    def counts(self) -> tuple[np.ndarray, np.ndarray]:
        """Per code, how many rows of each side have it."""
        size = len(self.keys)
        return np.bincount(self.source_codes, minlength=size), np.bincount(self.target_codes, minlength=size)

    def join(self, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions of the rows whose code is wanted, side by side; each side has a wanted code once."""
        partner = np.zeros(len(self.keys), dtype="int64")
        partner[self.target_codes] = self.target_at
        here = wanted[self.source_codes]
        return self.source_at[here], partner[self.source_codes[here]]


def exact(left: Side, right: Side, found: Found) -> None:
    """References equal to the letter that stand once on each side, among the live rows."""
    both = pa.concat_arrays([text_array(side.references) for side in (left, right)]).dictionary_encode()
    codes = both.indices.to_numpy(zero_copy_only=False)
    source_at, target_at = np.flatnonzero(left.open), np.flatnonzero(right.open)
    coded = Coded(
        source_at, target_at, codes[source_at], codes[len(left.frame) + target_at], pd.RangeIndex(len(both.dictionary))
    )
    source_count, target_count = coded.counts
    found.pair(left, right, *coded.join((source_count == 1) & (target_count == 1)), "exact")


def coded_by(left: Side, right: Side, rules: tuple[Rule, ...]) -> Coded:
    """The open rows of both sides with the codes of their keys."""
    source_at, target_at = np.flatnonzero(left.open), np.flatnonzero(right.open)
    keys = pd.concat([keys_by(side.references.iloc[at], rules) for side, at in ((left, source_at), (right, target_at))])
    return coded_as(source_at, target_at, keys)


def coded_as(source_at: np.ndarray, target_at: np.ndarray, keys: pd.Series) -> Coded:
    """Rows of both sides with the codes of the keys given for them, source first; rows with a blank key left out."""
    codes, unique = pd.factorize(keys, sort=True)
    named = (keys != "").to_numpy(dtype=bool)
    in_source, in_target = named[: len(source_at)], named[len(source_at) :]
    source_codes, target_codes = codes[: len(source_at)][in_source], codes[len(source_at) :][in_target]
    return Coded(source_at[in_source], target_at[in_target], source_codes, target_codes, pd.Index(unique))


def by_spelling(left: Side, right: Side, rules: tuple[Rule, ...], found: Found) -> None:
    """References that are one to Xero. One that repeats is ambiguous wherever it stands, unless details settle it."""
    coded = coded_by(left, right, rules)
    in_source, in_target = coded.counts
    both = (in_source > 0) & (in_target > 0)
    carried = left.carried(coded.keys, rules) | right.carried(coded.keys, rules)
    repeats = (in_source > 1) | (in_target > 1)
    shadow(left, right, coded, carried, SPELLING)
    found.pair(left, right, *coded.join(both & ~repeats & ~carried), "spelling")
    reused = settle_reused(left, right, coded, both & (in_source > 1) & (in_target <= in_source) & ~carried, found)
    reasons = np.select(
        [in_source > 1, in_target > 1], ["number_repeats_in_source", "reference_repeats_in_target"], "spellings_collide"
    )
    set_aside(left, right, coded, (repeats | (both & carried)) & ~reused, reasons, found)


def settle_reused(left: Side, right: Side, coded: Coded, wanted: np.ndarray, found: Found) -> np.ndarray:
    """Pair what total, date and client leave one possibility for; returns the mask of the codes settled so."""
    settled = np.zeros(len(wanted), dtype=bool)
    if not wanted.any():
        return settled
    here, there = wanted[coded.source_codes], wanted[coded.target_codes]
    source = left.frame.iloc[coded.source_at[here]].assign(code=coded.source_codes[here], at=coded.source_at[here])
    target = right.frame.iloc[coded.target_at[there]].assign(code=coded.target_codes[there], at=coded.target_at[there])
    s, t, codes = one_possibility(source, target)
    settled[codes] = True
    found.pair(left, right, s, t, "details")
    rest = coded.source_at[settled[coded.source_codes]]
    rest = rest[left.open[rest]]
    left.reused[rest], left.open[rest] = True, False
    return settled


def by_key(left: Side, right: Side, rules: tuple[Rule, ...], found: Found) -> None:
    """References with one match key, where no other live row has that key; else they are ambiguous, never merged."""
    coded = coded_by(left, right, rules)
    in_source, in_target = coded.counts
    both = (in_source > 0) & (in_target > 0)
    carried = left.carried(coded.keys, rules) | right.carried(coded.keys, rules)
    alone = both & (in_source == 1) & (in_target == 1) & ~carried
    shadow(left, right, coded, carried, KEY)
    found.pair(left, right, *coded.join(alone), "key")
    set_aside(left, right, coded, both & ~alone, np.full(len(both), "spellings_collide"), found)


def shadow(left: Side, right: Side, coded: Coded, carried: np.ndarray, how: int) -> None:
    """Note on the open rows that a closed row carries their key; the closer likeness stands."""
    for side, at, codes in ((left, coded.source_at, coded.source_codes), (right, coded.target_at, coded.target_codes)):
        side.shadowed[at] = np.maximum(side.shadowed[at], np.where(carried[codes], how, 0))


def set_aside(left: Side, right: Side, coded: Coded, which: np.ndarray, reasons: np.ndarray, found: Found) -> None:
    """Every row whose code is among `which` is ambiguous, one group per code."""
    groups = np.full(len(which), -1, dtype="int64")
    chosen = np.flatnonzero(which)
    groups[chosen] = len(found.group_keys) + np.arange(len(chosen))
    found.group_keys += coded.keys[chosen].tolist()
    found.group_reasons += reasons[chosen].tolist()
    for side, at, codes in ((left, coded.source_at, coded.source_codes), (right, coded.target_at, coded.target_codes)):
        here = at[which[codes] & side.open[at]]
        side.group[here] = groups[codes[which[codes] & side.open[at]]]
        side.open[here] = False


def by_invoice_number(left: Side, right: Side, rules: tuple[Rule, ...], found: Found) -> None:
    """A source reference and the InvoiceNumber of a target row without partner, where each stands once."""
    source_at = np.flatnonzero(left.open)
    target_at = np.flatnonzero(~right.gone & (right.group < 0))
    target_at = target_at[~np.isin(target_at, np.concatenate([t for _, t, _ in found.pairs]))]
    numbers = pd.Series(pc.utf8_trim_whitespace(text_array(right.frame["number"].iloc[target_at])), dtype="str")
    keys = pd.concat([keys_by(left.references.iloc[source_at], rules), keys_by(numbers, rules)])
    coded = coded_as(source_at, target_at, keys)
    in_source, in_target = coded.counts
    found.pair(left, right, *coded.join((in_source == 1) & (in_target == 1)), "number")


def by_acceptance(left: Side, right: Side, accepted: Iterable[AcceptedPair], found: Found) -> list[ReopenedPair]:
    """Pairs that a person accepted, of rows that nothing else has placed; those that do not stand any more."""
    accepted = tuple(accepted)
    if not accepted:
        return []
    free = []
    for side, place in ((left, 0), (right, 1)):
        placed = side.gone | (side.group >= 0)
        placed[np.concatenate([pair[place] for pair in found.pairs])] = True
        free.append(~placed)
    stand, reopened = standing(
        accepted, left.frame, right.frame, there=(~left.gone, ~right.gone), free=(free[0], free[1])
    )
    at = np.array(stand, dtype="int64").reshape(-1, 2)
    found.pair(left, right, at[:, 0], at[:, 1], "accepted")
    left.reused[at[:, 0]] = False
    return reopened


def standing(
    accepted: Iterable[AcceptedPair],
    source: pd.DataFrame,
    target: pd.DataFrame,
    *,
    there: tuple[np.ndarray, np.ndarray],
    free: tuple[np.ndarray, np.ndarray],
) -> tuple[list[tuple[int, int]], list[ReopenedPair]]:
    """Positions of the pairs that stand, and the others with their reason.

    there: masks of the live rows of both sides; free: of those that nothing else has placed.
    """
    pairs = sorted(set(accepted), key=lambda one: (one.source_id, one.target_id))
    places = (where(source, {one.source_id for one in pairs}), where(target, {one.target_id for one in pairs}))
    stand: list[tuple[int, int]] = []
    reopened = []
    for one in pairs:
        s, t = places[0].get(one.source_id, -1), places[1].get(one.target_id, -1)
        if s < 0 or t < 0 or not (there[0][s] and there[1][t]):
            reopened.append(ReopenedPair(one.source_id, one.target_id, NOT_THERE))
        elif not (free[0][s] and free[1][t]) or any(s == other or t == another for other, another in stand):
            reopened.append(ReopenedPair(one.source_id, one.target_id, ELSEWHERE))
        elif facts_of(source.iloc[s], target.iloc[t]) != one.facts:
            reopened.append(ReopenedPair(one.source_id, one.target_id, CHANGED))
        else:
            stand.append((s, t))
    return stand, reopened


def where(side: pd.DataFrame, ids: set[str]) -> dict[str, int]:
    """Position by id, of the wanted ones that are there."""
    at = np.flatnonzero(side["id"].isin(ids))
    return dict(zip(side["id"].iloc[at].tolist(), at.tolist(), strict=True))
