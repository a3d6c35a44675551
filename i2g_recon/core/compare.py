"""COMPARISONS: one row per compared field; pairs to discrepancies.

A comparison looks at a `Pairs` (the two sides row by row) and answers three arrays: could it be compared, does it
differ, and by how much. What could not be compared is its own outcome and never counts as a difference. A due date that
was worked out from terms never differs on its own: it is only named beside another difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from i2g_recon.core.invoice import State
from i2g_recon.core.policy import Policy
from i2g_recon.core.reference import match_key

SIGNATURE = ["quantity_e4", "unit_price_e4", "discount_rate_e4", "discount_minor"]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Paired rows: frame `source` row i belongs with frame `target` row i; indexes are 0..n-1."""

    source: pd.DataFrame
    target: pd.DataFrame
    source_lines: pd.DataFrame  # line frames of the whole sides
    target_lines: pd.DataFrame

    def column(self, name: str) -> tuple[pd.Series, pd.Series]:
        """One column of both sides."""
        return self.source[name], self.target[name]


@dataclass(frozen=True, eq=False)
class Outcome:
    """Per pair: compared at all, differs, and the signed delta (target - source) in minor units or days, or None."""

    compared: np.ndarray
    differs: np.ndarray
    delta: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One compared field: how, which column is shown for it, and why it may be impossible to compare."""

    field: str
    compare: Callable[[Pairs, Policy], Outcome]
    shown: str
    not_compared: str
    is_money: bool = False


def same_currency(pairs: Pairs) -> np.ndarray:
    """Mask of pairs in one currency; amounts of two currencies are never compared."""
    source, target = pairs.column("currency")
    return (source == target).to_numpy(dtype=bool)


def money(column: str) -> Callable[[Pairs, Policy], Outcome]:
    """Compare an amount column within the policy's tolerance."""
    name = column.removesuffix("_minor")

    def compare(pairs: Pairs, policy: Policy) -> Outcome:
        source, target = pairs.column(column)
        compared = same_currency(pairs) & source.notna().to_numpy() & target.notna().to_numpy()
        delta = target.fillna(0).to_numpy(dtype="int64") - source.fillna(0).to_numpy(dtype="int64")
        return Outcome(compared, compared & (np.abs(delta) > policy.tolerance_minor.get(name, 0)), delta)

    return compare


def day(column: str) -> Callable[[Pairs, Policy], Outcome]:
    """Compare a date column within the policy's days."""

    def compare(pairs: Pairs, policy: Policy) -> Outcome:
        source, target = pairs.column(column)
        compared = (source.notna() & target.notna()).to_numpy(dtype=bool)
        delta = (target - source).dt.days.fillna(0).to_numpy(dtype="int64")
        return Outcome(compared, compared & (np.abs(delta) > policy.date_tolerance_days), delta)

    return compare


def currency(pairs: Pairs, _policy: Policy) -> Outcome:
    """Currencies must be the same code."""
    same = same_currency(pairs)
    return Outcome(np.ones(len(same), dtype=bool), ~same)


def contact(pairs: Pairs, _policy: Policy) -> Outcome:
    """The same client: equal e-mail address, or equal name when case, spaces and punctuation are set aside."""
    source, target = (side.map(name_key) for side in pairs.column("contact"))
    source_mail, target_mail = (side.str.strip().str.casefold() for side in pairs.column("email"))
    same_mail = ((source_mail == target_mail) & (source_mail != "")).to_numpy(dtype=bool)
    compared = ((source != "") & (target != "")).to_numpy(dtype=bool)
    return Outcome(compared, compared & ~same_mail & (source != target).to_numpy(dtype=bool))


def name_key(name: str) -> str:
    """A client's name for comparing: letters and digits only, in one case."""
    return "".join(c for c in match_key(name) if c.isalnum())


def status(pairs: Pairs, _policy: Policy) -> Outcome:
    """An invoice that Invoice2go has not sent should not stand in Xero; other statuses do not travel."""
    source, target = pairs.column("state")
    known = (source != State.UNKNOWN).to_numpy(dtype=bool) & (target != State.UNKNOWN).to_numpy(dtype=bool)
    return Outcome(known, known & ((source == State.UNSENT) != (target == State.UNSENT)).to_numpy(dtype=bool))


def lines(pairs: Pairs, _policy: Policy) -> Outcome:
    """The same set of lines by quantity, price and discount, in any order."""
    source = signatures(pairs.source["id"], pairs.source_lines)
    target = signatures(pairs.target["id"], pairs.target_lines)
    compared = ((source["count"] > 0).to_numpy() & (target["count"] > 0).to_numpy()) & same_currency(pairs)
    same = (source["count"].to_numpy() == target["count"].to_numpy()) & (
        source["sum"].to_numpy() == target["sum"].to_numpy()
    )
    return Outcome(compared, compared & ~same)


def signatures(ids: pd.Series, line_frame: pd.DataFrame) -> pd.DataFrame:
    """Per invoice id, in order: the number of lines and a sum of line hashes that no row order changes."""
    hashes = pd.util.hash_pandas_object(line_frame[SIGNATURE], index=False)
    grouped = hashes.groupby(line_frame["invoice_id"].to_numpy()).agg(["count", "sum"])
    return grouped.reindex(ids.to_numpy(), fill_value=0)


COMPARISONS: tuple[Comparison, ...] = (
    Comparison("total", money("total_minor"), "total_minor", "the currencies differ", is_money=True),
    Comparison("subtotal", money("subtotal_minor"), "subtotal_minor", "one side gives no subtotal", is_money=True),
    Comparison("tax", money("tax_minor"), "tax_minor", "one side gives no tax", is_money=True),
    Comparison("currency", currency, "currency", ""),
    Comparison("date", day("date"), "date", "one side gives no date"),
    Comparison("due_date", day("due_date"), "due_date", "one side gives no due date"),
    Comparison("contact", contact, "contact", "one side gives no client"),
    Comparison("status", status, "status", "the status is not one we know"),
    Comparison("lines", lines, "", "one side gives no lines"),
)


def outcomes(pairs: Pairs, policy: Policy) -> dict[str, Outcome]:
    """Every comparison of the policy, by field, in the table's order."""
    found = {c.field: c.compare(pairs, policy) for c in COMPARISONS if c.field in policy.fields}
    return only_beside_others(found, pairs)


def only_beside_others(found: Mapping[str, Outcome], pairs: Pairs) -> dict[str, Outcome]:
    """Silence derived due dates that would be the only difference of their pair."""
    due = found.get("due_date")
    if due is None:
        return dict(found)
    others = np.zeros(len(due.differs), dtype=bool)
    for name, outcome in found.items():
        if name != "due_date":
            others |= outcome.differs
    derived = (pairs.source["due_date_derived"] | pairs.target["due_date_derived"]).to_numpy(dtype=bool)
    return {**found, "due_date": Outcome(due.compared, due.differs & (others | ~derived), due.delta)}
