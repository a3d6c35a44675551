"""One bucket and one reason for every row of both sides.

pairs      agrees | differs
alone      missing (source) | extra (target), each with the strongest reason that holds
ambiguous  the key repeats
excluded   not sent, voided, deleted, out of period
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from i2g_recon.core.compare import Outcome
from i2g_recon.core.invoice import GONE, State
from i2g_recon.core.pairing import Pairing
from i2g_recon.core.policy import Policy


@dataclass(frozen=True, eq=False)
class Placed:
    """Bucket and reason per row of each side, as text arrays in the order of the frames."""

    source_bucket: np.ndarray
    source_reason: np.ndarray
    target_bucket: np.ndarray
    target_reason: np.ndarray


def place(
    source: pd.DataFrame,
    target: pd.DataFrame,
    *,
    pairing: Pairing,
    found: Mapping[str, Outcome],
    policy: Policy,
    currencies: tuple[str, ...] = (),
) -> Placed:
    """Buckets and reasons. currencies: what the organisation is subscribed to, empty when not known."""
    placed = Placed(*(np.full(len(side), "", object) for side in (source, source, target, target)))
    place_pairs(placed, pairing, found)
    place_source_alone(placed, source, target, pairing, currencies)
    place_target_alone(placed, target, pairing)
    place_ambiguous(placed, pairing)
    leave_out_of_period(placed, source, target, pairing, policy)
    return placed


def place_pairs(placed: Placed, pairing: Pairing, found: Mapping[str, Outcome]) -> None:
    """A pair agrees unless one of its comparisons differs."""
    differs = np.zeros(len(pairing.source_pairs), dtype=bool)
    for outcome in found.values():
        differs |= outcome.differs
    for at, texts in (
        (pairing.source_pairs, (placed.source_bucket, placed.source_reason)),
        (pairing.target_pairs, (placed.target_bucket, placed.target_reason)),
    ):
        paired = np.zeros(len(texts[0]), dtype=bool)
        paired[at] = True
        for text in texts:
            text[paired] = "agrees"  # by mask, in the order of the memory; most pairs agree
            text[at[differs]] = "differs"


def place_source_alone(
    placed: Placed, source: pd.DataFrame, target: pd.DataFrame, pairing: Pairing, currencies: tuple[str, ...]
) -> None:
    """Source rows without partner are missing; unsent, voided and deleted ones are excluded.

    An unsent one that was paid stays missing: the money came in, and the books do not know it.
    """
    alone, gone = pairing.source_alone, pairing.source_gone
    placed.source_bucket[alone] = "missing"
    placed.source_reason[alone] = missing_reasons(source, target, pairing, currencies)
    unsent = alone & (source["state"] == State.UNSENT).to_numpy(dtype=bool)
    paid = (source["paid_minor"].fillna(0) > 0).to_numpy(dtype=bool)
    placed.source_reason[unsent] = np.where(paid[unsent], "paid_not_sent", "not_sent")
    placed.source_bucket[(unsent & ~paid) | gone] = "excluded"
    placed.source_reason[gone] = gone_reasons(source, "source", gone)


def place_target_alone(placed: Placed, target: pd.DataFrame, pairing: Pairing) -> None:
    """Live target rows without partner are extra; one that repeats the key of a pair is named as a twin."""
    alone, gone = pairing.target_alone, pairing.target_gone
    placed.target_bucket[alone] = "extra"
    twin = pairing.target_shadowed[alone] > 0
    placed.target_reason[alone] = np.where(twin, "reference_repeats_in_target", "not_in_source")
    placed.target_bucket[gone] = "excluded"
    placed.target_reason[gone] = gone_reasons(target, "target", gone)


def gone_reasons(frame: pd.DataFrame, side: str, gone: np.ndarray) -> np.ndarray:
    """voided_in_... or deleted_in_... for the rows of a mask."""
    void = (frame["state"].iloc[np.flatnonzero(gone)] == State.VOID).to_numpy(dtype=bool)
    return np.where(void, f"voided_in_{side}", f"deleted_in_{side}").astype(object)


def missing_reasons(
    source: pd.DataFrame, target: pd.DataFrame, pairing: Pairing, currencies: tuple[str, ...]
) -> np.ndarray:
    """Why each source row without partner is missing; the strongest obstacle to copying it wins."""
    at, gone_at = np.flatnonzero(pairing.source_alone), np.flatnonzero(pairing.target_gone)
    alone, states = source.iloc[at], target["state"].iloc[gone_at].to_numpy(dtype=object)
    keys, gone_keys = (
        pairing.keys(references.iloc[rows])
        for references, rows in ((pairing.source_references, at), (pairing.target_references, gone_at))
    )
    held = {state: keys.isin(gone_keys[states == state]) & (keys != "") for state in GONE}
    obstacles = {
        "number_blank": keys == "",
        "number_repeats_in_source": pairing.source_reused[at],
        "voided_in_target": held[State.VOID],
        "deleted_in_target": held[State.DELETED],
        "no_longer_exported": alone["no_longer_exported"],
        "does_not_add_up": ~alone["adds_up"],
        "negative_or_zero_total": alone["total_minor"] <= 0,
        "currency_not_subscribed": ~alone["currency"].isin(currencies or alone["currency"].unique()),
        "status_unknown": alone["state"] == State.UNKNOWN,
    }
    masks = [np.asarray(mask, dtype=bool) for mask in obstacles.values()]
    return np.select(masks, list(obstacles), "sent_not_in_target").astype(object)


def place_ambiguous(placed: Placed, pairing: Pairing) -> None:
    """Every row that could belong to several, with the reason of its group."""
    reasons = np.array([*pairing.group_reasons, ""], dtype=object)
    for bucket, reason, mask, group in (
        (placed.source_bucket, placed.source_reason, pairing.source_ambiguous, pairing.source_group),
        (placed.target_bucket, placed.target_reason, pairing.target_ambiguous, pairing.target_group),
    ):
        bucket[mask] = "ambiguous"
        reason[mask] = reasons[group[mask]]


def leave_out_of_period(
    placed: Placed, source: pd.DataFrame, target: pd.DataFrame, pairing: Pairing, policy: Policy
) -> None:
    """Exclude what lies outside the period. A pair or an ambiguous group stays when any of its members lies inside."""
    if policy.period_from is None and policy.period_to is None:
        return
    source_in, target_in = in_period(source, policy), in_period(target, policy)
    both = source_in[pairing.source_pairs] | target_in[pairing.target_pairs]
    source_in[pairing.source_pairs] = target_in[pairing.target_pairs] = both
    group_in = np.zeros(len(pairing.group_keys) + 1, dtype=bool)  # the last one stands for no group
    group_in[pairing.source_group[source_in]] = group_in[pairing.target_group[target_in]] = True
    group_in[-1] = False
    source_in |= group_in[pairing.source_group]
    target_in |= group_in[pairing.target_group]
    source_out, target_out = ~source_in & ~pairing.source_gone, ~target_in & ~pairing.target_gone
    placed.source_bucket[source_out], placed.target_bucket[target_out] = "excluded", "excluded"
    placed.source_reason[source_out], placed.target_reason[target_out] = "out_of_period", "out_of_period"


def in_period(frame: pd.DataFrame, policy: Policy) -> np.ndarray:
    """Mask of the rows dated inside the period; an undated row is never left out."""
    inside = np.ones(len(frame), dtype=bool)
    if policy.period_from is not None:
        inside &= ~(frame["date"] < pd.Timestamp(policy.period_from)).to_numpy(dtype=bool)
    if policy.period_to is not None:
        inside &= ~(frame["date"] > pd.Timestamp(policy.period_to)).to_numpy(dtype=bool)
    return inside
