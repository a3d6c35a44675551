"""Drift between two runs: what changed in Invoice2go and in Xero, and which invoices stand elsewhere now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import pandas as pd

from i2g_recon.core.drift import Drift, drift_of, moves_between
from i2g_recon.core.frame import Invoices
from i2g_recon.core.money import decimal_text

AMOUNTS = ("before", "appeared", "vanished", "changed", "after")


class ComparedSides(Protocol):
    """A run with both sides as they were read. document: its JSON with all items."""

    @property
    def id(self) -> str:
        """What the run is called."""

    @property
    def source(self) -> Invoices:
        """Invoice2go as it was read."""

    @property
    def target(self) -> Invoices:
        """Xero as it was read."""

    @property
    def document(self) -> Mapping[str, Any]:
        """The JSON of the run."""


@dataclass(frozen=True, eq=False, kw_only=True)
class RunDrift:
    """What changed. before, after: run ids. sides: the drift of `source` and of `target`.

    moves: `drift.MOVE_COLUMNS`. notes: sentences about the comparison as a whole.
    """

    before: str
    after: str
    sides: Mapping[str, Drift]
    moves: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether the two runs saw the same and came to the same."""
        return self.moves.empty and all(side.changes.empty for side in self.sides.values())

    @cached_property
    def changes(self) -> pd.DataFrame:
        """The changes of both sides: side, then `drift.CHANGE_COLUMNS`."""
        frames = [drift.changes.assign(side=side) for side, drift in self.sides.items()]
        both = pd.concat(frames, ignore_index=True)
        return both[["side", *both.columns.drop("side")]]

    @cached_property
    def totals(self) -> pd.DataFrame:
        """Per side and currency what the control total was, what moved it, and what it is, in minor units."""
        frames = [drift.totals.assign(side=side) for side, drift in self.sides.items()]
        both = pd.concat(frames, ignore_index=True)
        return both[["side", *both.columns.drop("side")]]

    def to_dict(self) -> dict[str, Any]:
        """The JSON document as plain values."""
        return {
            "schema": 1,
            "before": self.before,
            "after": self.after,
            "counts": {side: drift.counts for side, drift in self.sides.items()} | {"moved": len(self.moves)},
            "totals": [
                {"side": row["side"], "currency": row["currency"]}
                | {name: decimal_text(int(row[f"{name}_minor"]), row["currency"]) for name in AMOUNTS}
                for row in self.totals.to_dict("records")
            ],
            "changes": self.changes.to_dict("records"),
            "moves": self.moves.to_dict("records"),
            "notes": list(self.notes),
        }


def drift_of_runs(before: ComparedSides, after: ComparedSides) -> RunDrift:
    """What changed on both sides, and what the two runs made of it."""
    old, new = before.document["policy"], after.document["policy"]
    return RunDrift(
        before=before.id,
        after=after.id,
        sides={"source": drift_of(before.source, after.source), "target": drift_of(before.target, after.target)},
        moves=moves_between(before.document["items"], after.document["items"]),
        notes=tuple(
            f"The rules changed as well: {name} was {said(old.get(name))} and is {said(new.get(name))}."
            for name in sorted({*old, *new})
            if old.get(name) != new.get(name)
        ),
    )


def said(value: object) -> str:
    """A rule's value for a person."""
    return "not set" if value in (None, "", [], {}) else str(value)
