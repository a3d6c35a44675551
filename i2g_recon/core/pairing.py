"""Two frames to pairs and to what has no partner. Never guesses.

One worked example. Source holds HT-1, HT-2, HT-2, ht-3, HT-04; target holds HT-1, HT-2, HT-3, HT-4 and a voided HT-9.

1. Voided and deleted rows step aside: they can explain a gap, never fill one.
2. Exact tier: a reference that stands once on each side pairs. HT-1 pairs with HT-1.
3. Spelling tier, among what is left: ht-3 and HT-3 are one reference to Xero, each stands once, they pair. A reference
   that repeats on either side makes every row that carries it ambiguous: both HT-2 of the source and the HT-2 of the
   target. No row order breaks the tie; `reused` pairs them only where total, date and client leave one possibility.
4. Key tier, among what is left: HT-04 and HT-4 share a match key, no other row has it, they pair.
5. Number tier, only where the policy asks for it: a reference and the InvoiceNumber of a target row without partner.
6. What is left has no partner.

In tiers 3 and 4 a key that another live row carries too, whether paired before or ambiguous, is nobody's: HT-7 and
HT-007 in the source and ht-07 in the target are ambiguous, although HT-7 may have found its exact partner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from i2g_recon.core.accepted import AcceptedPair, ReopenedPair
from i2g_recon.core.reference import USUAL_RULES, Rule, rules_named
from i2g_recon.core.reference_keys import keys_by, match_keys
from i2g_recon.core.tiers import TIERS, Found, Side, by_acceptance, by_invoice_number, by_key, by_spelling, exact


@dataclass(frozen=True, eq=False, kw_only=True)
class Pairing:
    """Positions into the two frames. Every row is paired, ambiguous, gone (void or deleted) or alone.

    source_pairs and target_pairs have equal length; tier says of each pair how it was found, as a place in TIERS.
    source_group, target_group: per row the ambiguous group it belongs to, a place in group_keys and group_reasons, or
    -1. source_shadowed, target_shadowed: not 0 where a pair or an ambiguous row carries a lone row's key (`tiers`).
    source_reused: rows alone because another row with their number found its one possible partner. reopened: what a
    person paired and does not stand any more.
    """

    source_references: pd.Series
    target_references: pd.Series
    source_pairs: np.ndarray
    target_pairs: np.ndarray
    tier: np.ndarray
    source_group: np.ndarray
    target_group: np.ndarray
    group_keys: tuple[str, ...]
    group_reasons: tuple[str, ...]
    source_gone: np.ndarray  # masks, one entry per row
    target_gone: np.ndarray
    source_shadowed: np.ndarray
    target_shadowed: np.ndarray
    source_reused: np.ndarray
    rules: tuple[Rule, ...]
    reopened: tuple[ReopenedPair, ...] = ()

    @property
    def source_ambiguous(self) -> np.ndarray:
        """Mask of the source rows that could belong to several."""
        return self.source_group >= 0

    @property
    def target_ambiguous(self) -> np.ndarray:
        """Mask of the target rows that could belong to several."""
        return self.target_group >= 0

    @cached_property
    def source_alone(self) -> np.ndarray:
        """Mask of source rows without any partner."""
        return alone(self.source_pairs, self.source_ambiguous | self.source_gone)

    @cached_property
    def target_alone(self) -> np.ndarray:
        """Mask of target rows without any partner."""
        return alone(self.target_pairs, self.target_ambiguous | self.target_gone)

    @cached_property
    def source_keys(self) -> pd.Series:
        """The references of all source rows as Xero compares them."""
        return match_keys(self.source_references)

    @cached_property
    def target_keys(self) -> pd.Series:
        """The references of all target rows as Xero compares them."""
        return match_keys(self.target_references)

    def keys(self, references: pd.Series) -> pd.Series:
        """The match keys of some references under the rules of this pairing."""
        return keys_by(references, self.rules)


def alone(paired: np.ndarray, placed: np.ndarray) -> np.ndarray:
    """Mask of the rows that are neither paired nor placed elsewhere."""
    free = ~placed
    free[paired] = False
    return free


def pair(
    source: pd.DataFrame,
    target: pd.DataFrame,
    *,
    key_rules: Iterable[str] = USUAL_RULES,
    by_number: bool = False,
    accepted: Iterable[AcceptedPair] = (),
) -> Pairing:
    """Pair two invoice frames by reference; linear in the number of rows.

    by_number: the number tier decides too. accepted: what a person paired, where nothing else does.
    """
    left, right = Side.of(source), Side.of(target)
    names = tuple(key_rules)
    found = Found()
    exact(left, right, found)
    by_spelling(left, right, rules_named(names, spelling=True), found)
    by_key(left, right, rules_named(names), found)
    if by_number:
        by_invoice_number(left, right, rules_named(names), found)
    reopened = by_acceptance(left, right, accepted, found)
    return Pairing(
        source_references=left.references,
        target_references=right.references,
        source_pairs=np.concatenate([s for s, _, _ in found.pairs]),
        target_pairs=np.concatenate([t for _, t, _ in found.pairs]),
        tier=np.concatenate([np.full(len(s), TIERS.index(tier), dtype="int8") for s, _, tier in found.pairs]),
        source_group=left.group,
        target_group=right.group,
        group_keys=tuple(found.group_keys),
        group_reasons=tuple(found.group_reasons),
        source_gone=left.gone,
        target_gone=right.gone,
        source_shadowed=left.shadowed,
        target_shadowed=right.shadowed,
        source_reused=left.reused,
        reopened=tuple(reopened),
        rules=rules_named(names),
    )
