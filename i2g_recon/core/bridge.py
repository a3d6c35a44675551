"""The penny bridge: source total, then each reason with its amount, then target total, unexplained 0.00.

Every row of both sides carries the reason it was given in `placing`. A source row without partner takes its total away,
a target row without partner brings its total in, a pair brings its delta. A voided or deleted row counts as a row and
moves nothing: it has no effect on the books, and counting it would let it cancel the missing invoice it leaves behind.
What those rows add up to is told apart. Currencies are never added together.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from i2g_recon.core.compare import same_currency
from i2g_recon.core.compared import Compared
from i2g_recon.core.pairing import gone
from i2g_recon.core.reasons import REASONS

BRIDGE_COLUMNS = ["currency", "reason", "count", "amount_minor"]
TOTAL_COLUMNS = [
    "currency",
    "source_minor",
    "target_minor",
    "unexplained_minor",
    "source_gone_minor",
    "target_gone_minor",
]


def build_bridge(compared: Compared) -> pd.DataFrame:
    """One row per currency and reason: BRIDGE_COLUMNS, amounts signed as target minus source."""
    source, target, placed = compared.source, compared.target, compared.placed
    one_currency = same_currency(compared.pairs)
    source_apart, target_apart = np.ones(len(source), dtype=bool), np.ones(len(target), dtype=bool)
    source_apart[compared.pairing.source_pairs[one_currency]] = False
    target_apart[compared.pairing.target_pairs[one_currency]] = False
    return steps(
        pd.concat(
            [
                movements_of_rows(source, placed.source_bucket, placed.source_reason, source_apart, sign=-1),
                movements_of_rows(target, placed.target_bucket, placed.target_reason, target_apart, sign=+1),
                movements_of_pairs(compared, one_currency),
            ],
            ignore_index=True,
        )
    )


def movements_of_rows(
    frame: pd.DataFrame, bucket: np.ndarray, reason: np.ndarray, mask: np.ndarray, *, sign: int
) -> pd.DataFrame:
    """Rows that move their whole total; the two halves of a pair in two currencies move under `currency`."""
    paired = np.isin(bucket[mask].astype(str), ["agrees", "differs"])
    return pd.DataFrame(
        {
            "currency": frame["currency"].to_numpy(dtype=object)[mask],
            "reason": np.where(paired, "currency", reason[mask]),
            "amount_minor": sign * live_amounts(frame)[mask],
        }
    )


def movements_of_pairs(compared: Compared, one_currency: np.ndarray) -> pd.DataFrame:
    """The deltas of pairs in one currency, each under its cause; pairs without a delta move nothing."""
    source, target = compared.pairs.column("total_minor")
    delta = target.to_numpy(dtype="int64") - source.to_numpy(dtype="int64")
    at = np.flatnonzero(one_currency & (delta != 0))
    total = compared.found.get("total")
    differs = total.differs if total is not None else np.zeros(len(delta), dtype=bool)
    excluded = compared.placed.source_bucket[compared.pairing.source_pairs] == "excluded"
    reasons = [
        "out_of_period" if excluded[n] else compared.causes.get(int(n), "unknown") if differs[n] else "within_tolerance"
        for n in at
    ]
    return pd.DataFrame(
        {
            "currency": compared.pairs.source["currency"].to_numpy(dtype=object)[at],
            "reason": np.array(reasons, dtype=object),
            "amount_minor": delta[at],
        }
    )


def steps(movements: pd.DataFrame) -> pd.DataFrame:
    """Movements summed per currency and reason, reasons in the order of REASONS, unknown ones last."""
    order = {reason: place for place, reason in enumerate(REASONS)}
    grouped = movements.groupby(["currency", "reason"], as_index=False, sort=True).agg(
        count=("amount_minor", "size"), amount_minor=("amount_minor", "sum")
    )
    rank = grouped["reason"].map(order).fillna(len(order))
    ordered = grouped.assign(rank=rank).sort_values(["currency", "rank", "reason"], kind="stable")
    return ordered[BRIDGE_COLUMNS].astype({"count": "int64", "amount_minor": "int64"}).reset_index(drop=True)


def live_amounts(frame: pd.DataFrame) -> np.ndarray:
    """Totals in minor units, 0 for voided and deleted rows."""
    return np.where(gone(frame), 0, frame["total_minor"].to_numpy(dtype="int64"))


def control_totals(source: pd.DataFrame, target: pd.DataFrame, bridge: pd.DataFrame) -> pd.DataFrame:
    """One row per currency: TOTAL_COLUMNS, straight from the inputs.

    source_minor and target_minor count live and unsent rows, the gone columns the voided and deleted ones; both
    together are the input. unexplained_minor is what the steps leave open and must be 0.
    """
    sums: dict[str, pd.Series] = {"moved": bridge.groupby("currency")["amount_minor"].sum()}
    for name, frame in (("source", source), ("target", target)):
        live = pd.Series(live_amounts(frame), index=frame.index)
        sums[f"{name}_minor"] = live.groupby(frame["currency"]).sum()
        sums[f"{name}_gone_minor"] = (frame["total_minor"] - live).groupby(frame["currency"]).sum()
    totals = pd.concat(sums, axis="columns").astype("Int64").fillna(0).astype("int64").sort_index()
    totals["unexplained_minor"] = totals["target_minor"] - totals["source_minor"] - totals["moved"]
    return totals.rename_axis("currency").reset_index()[TOTAL_COLUMNS]
