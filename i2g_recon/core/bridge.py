"""The penny bridge: source total, then each reason with its amount, then target total, unexplained 0.00.

Every row of both sides carries the reason it was given in `placing`. A source row without partner takes its total away,
a target row without partner brings its total in, a pair brings the parts of its delta, each under its cause. A voided
or deleted row counts as a row and moves nothing: it has no effect on the books, and counting it would let it cancel the
missing invoice it leaves behind. What those rows add up to is told apart. Currencies are never added together.

By month the same, each row in the month of its date. A pair dated in two months takes the source's total out of one
and brings it into the other (`other_month`); its delta stands in the target's month. What has no date has
a month of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from i2g_recon.core.amount_texts import blank_texts
from i2g_recon.core.compare import same_currency
from i2g_recon.core.compared import Columns, Compared
from i2g_recon.core.frame import gone
from i2g_recon.core.reasons import REASONS

MOVEMENT_COLUMNS = ["currency", "month", "reason", "amount_minor", "source_id", "target_id"]
BRIDGE_COLUMNS = ["currency", "reason", "count", "amount_minor"]
MONTH_COLUMNS = ["currency", "month", "reason", "count", "amount_minor"]
TOTAL_COLUMNS = [
    "currency",
    "source_minor",
    "target_minor",
    "unexplained_minor",
    "source_gone_minor",
    "target_gone_minor",
]
MONTH_TOTAL_COLUMNS = ["currency", "month", "source_minor", "target_minor", "unexplained_minor"]
OTHER_MONTH = "other_month"
FEW_GROUPS = 1 << 16
BLANK = ""  # the month of what is not dated


def movements_of(compared: Compared) -> pd.DataFrame:
    """Every step of the bridge with its invoices: MOVEMENT_COLUMNS, one row per invoice or pair and reason."""
    source, target, placed = compared.source, compared.target, compared.placed
    one_currency = same_currency(compared.pairs)
    source_apart, target_apart = np.ones(len(source), dtype=bool), np.ones(len(target), dtype=bool)
    source_apart[compared.pairing.source_pairs[one_currency]] = False
    target_apart[compared.pairing.target_pairs[one_currency]] = False
    left = movements_of_rows(source, placed.source_bucket, placed.source_reason, source_apart)
    right = movements_of_rows(target, placed.target_bucket, placed.target_reason, target_apart)
    parts = (
        left
        | {"amount_minor": -left["amount_minor"], "source_id": left["id"], "target_id": blank_texts(len(left["id"]))},
        right | {"source_id": blank_texts(len(right["id"])), "target_id": right["id"]},
        movements_of_pairs(compared, one_currency),
        *movements_of_months(compared, one_currency),
    )
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in MOVEMENT_COLUMNS})


def movements_of_rows(frame: pd.DataFrame, bucket: np.ndarray, reason: np.ndarray, mask: np.ndarray) -> Columns:
    """Rows that move their whole total; the two halves of a pair in two currencies move under `currency`."""
    at = np.flatnonzero(mask)
    paired = np.isin(bucket[at].astype(str), ["agrees", "differs"])
    few = frame[["id", "currency", "date", "state", "total_minor"]].iloc[at]
    return {
        "currency": few["currency"].to_numpy(dtype=object),
        "month": month_texts(month_numbers(few["date"])),
        "reason": np.where(paired, "currency", reason[at]),
        "amount_minor": live_amounts(few),
        "id": few["id"].to_numpy(dtype=object),
    }


def movements_of_pairs(compared: Compared, one_currency: np.ndarray) -> Columns:
    """The deltas of pairs in one currency, in parts by their causes; pairs without a delta move nothing."""
    source, target = compared.pairs.column("total_minor")
    delta = target.to_numpy(dtype="int64") - source.to_numpy(dtype="int64")
    total = compared.found.get("total")
    differs = total.differs if total is not None else np.zeros(len(delta), dtype=bool)
    excluded = (compared.placed.source_bucket[compared.pairing.source_pairs] == "excluded").astype(bool)
    parted = one_currency & differs & ~excluded
    parts = compared.parts[parted[compared.parts["pair"]]]
    caused = parts.groupby(["pair", "cause"], as_index=False, sort=False)["amount_minor"].sum()
    caused = caused[caused["amount_minor"] != 0]
    whole = np.flatnonzero(one_currency & (delta != 0) & ~parted)
    at = np.concatenate([caused["pair"].to_numpy(), whole])
    left, right = compared.pairs.source, compared.pairs.target
    plain = np.where(excluded[whole], "out_of_period", "within_tolerance").astype(object)
    return {
        "currency": left.few("currency", at).to_numpy(dtype=object),
        "month": month_texts(month_numbers(right.few("date", at))),
        "reason": np.concatenate([caused["cause"].to_numpy(dtype=object), plain]),
        "amount_minor": np.concatenate([caused["amount_minor"].to_numpy(), delta[whole]]),
        "source_id": left.few("id", at).to_numpy(dtype=object),
        "target_id": right.few("id", at).to_numpy(dtype=object),
    }


def movements_of_months(compared: Compared, one_currency: np.ndarray) -> tuple[Columns, Columns]:
    """Pairs dated in two months: the source's total leaves one month and enters the other."""
    source, target = compared.pairs.source, compared.pairs.target
    months = month_numbers(source["date"]), month_numbers(target["date"])
    at = np.flatnonzero(one_currency & (months[0] != months[1]))
    amount = source.few("total_minor", at).to_numpy()
    shared = {
        "currency": source.few("currency", at).to_numpy(dtype=object),
        "reason": np.full(len(at), OTHER_MONTH, dtype=object),
        "source_id": source.few("id", at).to_numpy(dtype=object),
        "target_id": target.few("id", at).to_numpy(dtype=object),
    }
    leaving, entering = (
        {**shared, "month": month_texts(month[at]), "amount_minor": sign * amount}
        for month, sign in zip(months, (-1, 1), strict=True)
    )
    return leaving, entering


def month_numbers(dates: pd.Series) -> np.ndarray:
    """Months since 1970; the smallest number there is for no date."""
    return dates.to_numpy(dtype="datetime64[M]").astype("int64")


def month_texts(numbers: np.ndarray) -> np.ndarray:
    """Months as `2026-03`, blank without a date."""
    codes, found = pd.factorize(numbers)
    months = found.astype("datetime64[M]")
    return np.array([BLANK if np.isnat(month) else str(month) for month in months], dtype=object)[codes]


def build_bridge(movements: pd.DataFrame) -> pd.DataFrame:
    """One row per currency and reason: BRIDGE_COLUMNS, amounts signed as target minus source."""
    return steps(movements[movements["reason"] != OTHER_MONTH], ["currency"])[BRIDGE_COLUMNS]


def build_bridge_by_month(movements: pd.DataFrame) -> pd.DataFrame:
    """One row per currency, month and reason: MONTH_COLUMNS."""
    return steps(movements, ["currency", "month"])[MONTH_COLUMNS]


def steps(movements: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Movements summed by the keys and reason, reasons in the order of REASONS, unknown ones last."""
    grouped = summed([movements[name] for name in [*keys, "reason"]], movements["amount_minor"].to_numpy())
    order = {reason: place for place, reason in enumerate(REASONS)}
    ranks = np.array([order.get(reason, len(order)) for reason in grouped.keys[-1]], dtype="int64")
    ordered = np.lexsort((ranks, *reversed(grouped.codes[:-1])))  # stable: of equal ranks by reason
    told = {name: key[ordered] for name, key in zip([*keys, "reason"], grouped.keys, strict=True)}
    return pd.DataFrame({**told, "count": grouped.counts[ordered], "amount_minor": grouped.sums[ordered]})


@dataclass(frozen=True, eq=False)
class Summed:
    """Groups in the order of their keys. keys, codes: one array per key column; sums are exact."""

    keys: list[np.ndarray]
    codes: list[np.ndarray]
    counts: np.ndarray
    sums: np.ndarray

    def by_key(self) -> dict[tuple[Any, ...], int]:
        """The sum of each group."""
        return dict(zip(zip(*self.keys, strict=True), self.sums.tolist(), strict=True))


def summed(columns: Sequence[pd.Series | np.ndarray], amounts: np.ndarray) -> Summed:
    """Rows with equal keys, texts or marks, as one; a missing text is a key of its own, not another's."""
    coded = [pd.factorize(column, sort=True, use_na_sentinel=False) for column in columns]
    sizes = [max(len(found), 1) for _, found in coded]
    group = np.zeros(len(amounts), dtype="int64")
    for (codes, _), size in zip(coded, sizes, strict=True):
        group = group * size + codes
    if math.prod(sizes) <= FEW_GROUPS:  # counted without sorting the rows
        numbers, which, counts = np.arange(math.prod(sizes)), group, np.bincount(group, minlength=math.prod(sizes))
    else:
        numbers, which, counts = np.unique(group, return_inverse=True, return_counts=True)
    sums = np.zeros(len(counts), dtype="int64")
    np.add.at(sums, which, amounts)
    here = np.flatnonzero(counts)
    own = list(np.unravel_index(numbers[here], sizes))
    keys = [np.asarray(found.take(each), dtype=object) for each, (_, found) in zip(own, coded, strict=True)]
    return Summed(keys, own, counts[here].astype("int64"), sums[here])


def live_amounts(frame: pd.DataFrame) -> np.ndarray:
    """Totals in minor units, 0 for voided and deleted rows."""
    return np.where(gone(frame), 0, frame["total_minor"].to_numpy(dtype="int64"))


def control_totals(source: pd.DataFrame, target: pd.DataFrame, bridge: pd.DataFrame) -> pd.DataFrame:
    """One row per currency: TOTAL_COLUMNS, straight from the inputs.

    source_minor and target_minor count live and unsent rows, the gone columns the voided and deleted ones; both
    together are the input. unexplained_minor is what the steps leave open and must be 0.
    """
    sums = {}
    for name, frame in (("source", source), ("target", target)):
        found = summed([frame["currency"], gone(frame)], frame["total_minor"].to_numpy(dtype="int64")).by_key()
        for column, went in ((f"{name}_minor", False), (f"{name}_gone_minor", True)):
            sums[column] = {(code,): amount for (code, each), amount in found.items() if each == went}
    return closed(sums, bridge, ["currency"])[TOTAL_COLUMNS]


def control_totals_by_month(source: pd.DataFrame, target: pd.DataFrame, bridge: pd.DataFrame) -> pd.DataFrame:
    """One row per currency and month: MONTH_TOTAL_COLUMNS, straight from the inputs; voided and deleted rows apart."""
    sums = {}
    for name, frame in (("source", source), ("target", target)):
        keys = [frame["currency"], month_texts(month_numbers(frame["date"]))]
        sums[f"{name}_minor"] = summed(keys, live_amounts(frame)).by_key()
    return closed(sums, bridge, ["currency", "month"])[MONTH_TOTAL_COLUMNS]


def closed(sums: Mapping[str, Mapping[tuple[Any, ...], int]], bridge: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Sums side by side, with what the steps leave unexplained. sums: per column, minor units by key."""
    moved = summed([bridge[name] for name in keys], bridge["amount_minor"].to_numpy()).by_key()
    rows = sorted({key for each in (*sums.values(), moved) for key in each})
    texts = {name: pd.Series([key[place] for key in rows], dtype="str") for place, name in enumerate(keys)}
    totals = {name: np.array([each.get(key, 0) for key in rows], dtype="int64") for name, each in sums.items()}
    explained = totals["source_minor"] + np.array([moved.get(key, 0) for key in rows], dtype="int64")
    return pd.DataFrame({**texts, **totals, "unexplained_minor": totals["target_minor"] - explained})
