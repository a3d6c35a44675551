"""Which lines belong to which pair, found once for all lines of a side.

Readers write the lines of an invoice one after the other, so ids are looked up once per run of equal ids, not once per
line. Lines of one invoice that lie apart are several runs of the same pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, eq=False)
class Runs:
    """Runs of lines: where each begins, how long it is, and the position of its pair, -1 for lines of no pair."""

    starts: np.ndarray
    lengths: np.ndarray
    pair: np.ndarray
    pairs: int

    @classmethod
    def none(cls, pairs: int) -> Runs:
        """A side without lines."""
        nothing = np.zeros(0, dtype="int64")
        return cls(nothing, nothing, nothing, pairs)

    def per_pair(self, per_run: np.ndarray) -> np.ndarray:
        """The sum over the runs of each pair."""
        sums = np.zeros(self.pairs, dtype=per_run.dtype)
        own = self.pair >= 0
        np.add.at(sums, self.pair[own], per_run[own])
        return sums

    @cached_property
    def counts(self) -> np.ndarray:
        """Lines of each pair."""
        return self.per_pair(self.lengths)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """The sum of a value of every line over each pair; of whole numbers without sign it may turn over."""
        if not len(self.starts):
            return np.zeros(self.pairs, dtype=values.dtype)
        return self.per_pair(np.add.reduceat(values, self.starts))

    def rows_of(self, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the lines of the wanted pairs (a mask), and the pair of each; pairs in order."""
        own = np.flatnonzero(self.pair >= 0)
        at = own[wanted[self.pair[own]]]
        at = at[np.argsort(self.pair[at], kind="stable")]
        lengths = self.lengths[at]
        before = np.repeat(np.cumsum(lengths) - lengths, lengths)
        rows = np.repeat(self.starts[at], lengths) + np.arange(len(before)) - before
        return rows, np.repeat(self.pair[at], lengths)


def runs_of(lines: pd.DataFrame, ids: pd.Series) -> Runs:
    """The runs of a line frame for pairs with these invoice ids, in the order of the ids."""
    owners = pa.array(lines["invoice_id"], type=pa.large_string(), from_pandas=True)
    starts = np.zeros(0, dtype="int64")
    if len(owners):
        other = pc.not_equal(owners[1:], owners[:-1]).to_numpy(zero_copy_only=False)
        starts = np.concatenate([[0], np.flatnonzero(other) + 1])
    known = pa.array(ids, type=pa.large_string(), from_pandas=True)
    found = pc.index_in(owners.take(pa.array(starts)), value_set=known)
    pair = pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype("int64")
    return Runs(starts, np.diff(starts, append=len(owners)), pair, len(ids))
