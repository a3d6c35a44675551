"""Two frames to pairs and to what has no partner. Never guesses.

One worked example. Source holds HT-1, HT-2, HT-2 and ht-3; target holds HT-1, HT-2, HT-3 and a voided HT-9.

1. Voided and deleted rows step aside: they can explain a gap, never fill one.
2. Exact tier: a reference that stands once on each side pairs. HT-1 pairs with HT-1.
3. Key tier, among what is left: ht-3 and HT-3 share a match key, each stands once, they pair.
4. A key that repeats on either side makes every row that carries it ambiguous: both HT-2 of the source and the HT-2 of
   the target. No row order, date or amount breaks the tie.
5. What is left has no partner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from i2g_recon.core.invoice import State
from i2g_recon.core.reference import match_keys

GONE = (State.VOID, State.DELETED)


@dataclass(frozen=True, eq=False)
class Pairing:
    """Positions into the two frames. Every row is paired, ambiguous, gone (void or deleted) or alone.

    source_pairs and target_pairs have equal length; by_key marks pairs that needed the match key. source_keys and
    target_keys are the match keys of all rows.
    """

    source_pairs: np.ndarray
    target_pairs: np.ndarray
    by_key: np.ndarray
    source_ambiguous: np.ndarray  # masks, one entry per row
    target_ambiguous: np.ndarray
    source_gone: np.ndarray
    target_gone: np.ndarray
    source_keys: pd.Series
    target_keys: pd.Series

    @property
    def source_alone(self) -> np.ndarray:
        """Mask of source rows without any partner."""
        return alone(len(self.source_keys), self.source_pairs, self.source_ambiguous | self.source_gone)

    @property
    def target_alone(self) -> np.ndarray:
        """Mask of target rows without any partner."""
        return alone(len(self.target_keys), self.target_pairs, self.target_ambiguous | self.target_gone)


def pair(source: pd.DataFrame, target: pd.DataFrame) -> Pairing:
    """Pair two invoice frames (columns `reference`, `state`) by reference; linear in the number of rows."""
    source_keys, target_keys = match_keys(source["reference"]), match_keys(target["reference"])
    source_gone, target_gone = gone(source), gone(target)
    exact = join(source["reference"].str.strip(), target["reference"].str.strip(), ~source_gone, ~target_gone)
    source_left, target_left = ~source_gone, ~target_gone
    source_left[exact[0]], target_left[exact[1]] = False, False
    repeated = repeated_keys(source_keys[source_left], target_keys[target_left])
    source_ambiguous = source_left & source_keys.isin(repeated).to_numpy()
    target_ambiguous = target_left & target_keys.isin(repeated).to_numpy()
    by_key = join(source_keys, target_keys, source_left & ~source_ambiguous, target_left & ~target_ambiguous)
    return Pairing(
        source_pairs=np.concatenate([exact[0], by_key[0]]),
        target_pairs=np.concatenate([exact[1], by_key[1]]),
        by_key=np.concatenate([np.zeros(len(exact[0]), dtype=bool), np.ones(len(by_key[0]), dtype=bool)]),
        source_ambiguous=source_ambiguous,
        target_ambiguous=target_ambiguous,
        source_gone=source_gone,
        target_gone=target_gone,
        source_keys=source_keys,
        target_keys=target_keys,
    )


def gone(frame: pd.DataFrame) -> np.ndarray:
    """Mask of voided and deleted rows."""
    return frame["state"].isin([str(state) for state in GONE]).to_numpy(dtype=bool)


def join(
    source: pd.Series, target: pd.Series, source_in: np.ndarray, target_in: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Positions of values that stand exactly once on each side, blanks apart, among the rows that take part."""
    source_at, target_at = once(source, source_in), once(target, target_in)
    left = pa.array(source.iloc[source_at], type=pa.large_string(), from_pandas=True)
    right = pa.array(target.iloc[target_at], type=pa.large_string(), from_pandas=True)
    found = pc.fill_null(pc.index_in(left, value_set=right, skip_nulls=True), -1).to_numpy(zero_copy_only=False)
    hit = found >= 0
    return source_at[hit], target_at[found[hit]]


def once(values: pd.Series, taking_part: np.ndarray) -> np.ndarray:
    """Positions of the non-blank values that no other row taking part shares."""
    at = np.flatnonzero(taking_part & (values != "").to_numpy(dtype=bool))
    return at[~values.iloc[at].duplicated(keep=False).to_numpy(dtype=bool)]


def repeated_keys(source: pd.Series, target: pd.Series) -> pd.Index:
    """Non-blank keys that stand more than once on either side."""
    both = pd.concat([source[source.duplicated(keep=False)], target[target.duplicated(keep=False)]])
    return pd.Index(both[both != ""].unique())


def alone(rows: int, paired: np.ndarray, placed: np.ndarray) -> np.ndarray:
    """Mask of the rows that are neither paired nor placed elsewhere."""
    free = ~placed
    free[paired] = False
    assert len(free) == rows  # noqa: S101 - a mask of another length would silently drop rows
    return free
