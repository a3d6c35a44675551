"""What differs, field by field: outcomes to rows with both values as text."""

from __future__ import annotations

import numpy as np
import pandas as pd

from i2g_recon.core.amount_texts import amount_texts
from i2g_recon.core.compare import COMPARISONS, Comparison, Outcome
from i2g_recon.core.compared import Compared
from i2g_recon.core.explained import AMOUNT_FIELDS
from i2g_recon.core.line_runs import Runs
from i2g_recon.core.pairs import View

DISCREPANCY_COLUMNS = ["source_id", "target_id", "number", "field", "source", "target", "delta", "cause"]


def discrepancies_of(compared: Compared) -> pd.DataFrame:
    """One row per differing field of a pair: DISCREPANCY_COLUMNS, values as text, delta as text or days."""
    frames = [
        differing(compared, comparison, compared.found[comparison.field])
        for comparison in COMPARISONS
        if comparison.field in compared.found and compared.found[comparison.field].differs.any()
    ]
    if not frames:
        return pd.DataFrame([], columns=DISCREPANCY_COLUMNS, dtype=object)
    every = pd.concat(frames, ignore_index=True)
    return every.sort_values(["number", "source_id"], kind="stable", ignore_index=True)


def differing(compared: Compared, comparison: Comparison, outcome: Outcome) -> pd.DataFrame:
    """The rows of one field, which differs in at least one pair."""
    pairs, at = compared.pairs, np.flatnonzero(outcome.differs)
    causes = compared.causes if comparison.field in AMOUNT_FIELDS else {}
    columns = {
        "source_id": pairs.source.few("id", at),
        "target_id": pairs.target.few("id", at),
        "number": pairs.source.few("number", at),
        "field": comparison.field,
        "source": shown(comparison, pairs.source, pairs.source_runs, at),
        "target": shown(comparison, pairs.target, pairs.target_runs, at),
        "delta": pd.Series(deltas_shown(comparison, outcome, pairs.source, at), dtype=object),  # None stays None
        "cause": [causes.get(n, "") for n in at.tolist()],
    }
    return pd.DataFrame(columns, columns=DISCREPANCY_COLUMNS).astype(object)


def shown(comparison: Comparison, side: View, runs: Runs, at: np.ndarray) -> list[str]:
    """One side's values of a field as text, for the pairs at the positions."""
    if comparison.field == "lines":
        return [f"{count} lines" for count in runs.counts[at].tolist()]
    values = side.few(comparison.shown, at)
    if comparison.is_money:
        return amounts(values.to_numpy(dtype="int64"), side, at)
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.dt.strftime("%Y-%m-%d").fillna("").tolist()
    return values.astype(object).map(str).tolist()


def deltas_shown(
    comparison: Comparison, outcome: Outcome, source: View, at: np.ndarray
) -> list[str] | list[int] | list[None]:
    """The signed differences: decimal strings for money, whole days for dates, nothing for text."""
    if outcome.delta is None:
        return [None] * len(at)
    return amounts(outcome.delta[at], source, at) if comparison.is_money else outcome.delta[at].tolist()


def amounts(minor: np.ndarray, side: View, at: np.ndarray) -> list[str]:
    """Amounts as decimal strings of their invoices' currencies."""
    return amount_texts(minor, side.few("currency", at))
