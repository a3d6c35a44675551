"""Pairs: the two sides row by row, without copying either.

A pair is two positions. A column is brought together when a comparison first asks for it, so that what nobody looks at
costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from i2g_recon.core.frame import Invoices
from i2g_recon.core.line_runs import Runs, runs_of


class View:
    """Rows of a frame by position, in that order, numbered from 0. The frame is never changed."""

    def __init__(self, frame: pd.DataFrame, at: np.ndarray) -> None:
        self.frame, self.at = frame, at
        self._columns: dict[str, pd.Series] = {}

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, name: str) -> pd.Series:
        """One column of all rows."""
        if name not in self._columns:
            self._columns[name] = self.frame[name].take(self.at).reset_index(drop=True)
        return self._columns[name]

    def few(self, name: str, at: np.ndarray) -> pd.Series:
        """One column of the rows at the positions, without a look at the others."""
        return self.frame[name].take(self.at[at]).reset_index(drop=True)

    def rows(self, at: np.ndarray) -> pd.DataFrame:
        """Every column of the rows at the positions."""
        return self.frame.take(self.at[at]).reset_index(drop=True)

    def take(self, at: np.ndarray) -> View:
        """The rows at the positions as a view of their own."""
        return View(self.frame, self.at[at])


@dataclass(frozen=True, eq=False)
class Pairs:
    """Paired rows: row i of `source` belongs with row i of `target`."""

    source: View
    target: View
    source_lines: pd.DataFrame  # line frames of the whole sides
    target_lines: pd.DataFrame

    @classmethod
    def of(cls, source: Invoices, target: Invoices, positions: tuple[np.ndarray, np.ndarray] | None = None) -> Pairs:
        """The rows of both sides at the positions; without positions row by row."""
        left, right = positions or (np.arange(len(source.invoices)), np.arange(len(target.invoices)))
        return cls(View(source.invoices, left), View(target.invoices, right), source.lines, target.lines)

    def __len__(self) -> int:
        return len(self.source)

    def column(self, name: str) -> tuple[pd.Series, pd.Series]:
        """One column of both sides."""
        return self.source[name], self.target[name]

    def equal(self, name: str) -> np.ndarray:
        """Mask of the pairs with one text in a column."""
        source, target = self.column(name)
        return (source == target).to_numpy(dtype=bool)

    @cached_property
    def one_currency(self) -> np.ndarray:
        """Mask of the pairs in one currency."""
        return self.equal("currency")

    @cached_property
    def source_runs(self) -> Runs:
        """The source's lines by pair."""
        return lines_by_pair(self.source_lines, self.source)

    @cached_property
    def target_runs(self) -> Runs:
        """The target's lines by pair."""
        return lines_by_pair(self.target_lines, self.target)

    def take(self, at: np.ndarray) -> Pairs:
        """The pairs at the positions."""
        return Pairs(self.source.take(at), self.target.take(at), self.source_lines, self.target_lines)


def lines_by_pair(lines: pd.DataFrame, side: View) -> Runs:
    """The runs of one side's lines; without lines nobody needs to look up ids."""
    return runs_of(lines, side["id"]) if len(lines) else Runs.none(len(side))
