"""The rows of a result as a person reads them: one item per pair, per lonely row, per ambiguous group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from i2g_recon.core.compare import COMPARISONS, Comparison, Outcome, Pairs
from i2g_recon.core.money import decimal_text
from i2g_recon.core.pairing import Pairing
from i2g_recon.core.placing import Placed

BUCKETS = ("missing", "differs", "ambiguous", "extra", "excluded", "agrees")
ITEM_COLUMNS = [
    "bucket",
    "reason",
    "key",
    "source_ids",
    "target_ids",
    "number",
    "reference",
    "contact",
    "date",
    "currency",
    "source_total",
    "target_total",
    "target_currency",
    "discrepancies",
    "proposals",
    "findings",
    "history",
    "not_compared",
]
DISCREPANCY_COLUMNS = ["source_id", "target_id", "number", "field", "source", "target", "delta", "cause"]
OPEN_STATUSES = ("DRAFT", "SUBMITTED")
AMOUNT_CAUSES = ("total", "subtotal", "tax", "lines")


def discrepancies_of(pairs: Pairs, found: Mapping[str, Outcome], causes: Mapping[int, str]) -> pd.DataFrame:
    """One row per differing field of a pair: DISCREPANCY_COLUMNS, values as text, delta as text or days."""
    rows = [
        {
            "source_id": pairs.source["id"].iat[n],
            "target_id": pairs.target["id"].iat[n],
            "number": pairs.source["number"].iat[n],
            "field": comparison.field,
            "source": shown(comparison, pairs.source, pairs.source_lines, n),
            "target": shown(comparison, pairs.target, pairs.target_lines, n),
            "delta": delta_shown(comparison, found[comparison.field], pairs, n),
            "cause": causes.get(n, "") if comparison.field in AMOUNT_CAUSES else "",
        }
        for comparison in COMPARISONS
        if comparison.field in found
        for n in (int(at) for at in np.flatnonzero(found[comparison.field].differs))
    ]
    frame = pd.DataFrame(rows, columns=DISCREPANCY_COLUMNS, dtype=object)  # a delta of None stays None
    return frame.sort_values(["number", "source_id"], kind="stable", ignore_index=True)


def shown(comparison: Comparison, side: pd.DataFrame, lines: pd.DataFrame, n: int) -> str:
    """One side's value of a field as text."""
    if comparison.field == "lines":
        return f"{int((lines['invoice_id'] == side['id'].iat[n]).sum())} lines"
    value = side[comparison.shown].iat[n]
    if comparison.is_money:
        return decimal_text(int(value), side["currency"].iat[n])
    return value.strftime("%Y-%m-%d") if isinstance(value, pd.Timestamp) else str(value)


def delta_shown(comparison: Comparison, outcome: Outcome, pairs: Pairs, n: int) -> str | int | None:
    """The signed difference: a decimal string for money, whole days for dates, nothing for text."""
    if outcome.delta is None:
        return None
    delta = int(outcome.delta[n])
    return decimal_text(delta, pairs.source["currency"].iat[n]) if comparison.is_money else delta


def items_of(
    source: pd.DataFrame,
    target: pd.DataFrame,
    pairing: Pairing,
    placed: Placed,
    pairs: Pairs,
    found: Mapping[str, Outcome],
    discrepancies: pd.DataFrame,
) -> pd.DataFrame:
    """Every row of both sides in exactly one item; ITEM_COLUMNS, sorted by bucket, date, key and ids."""
    left, right = side_records(source, pairing.source_keys), side_records(target, pairing.target_keys)
    items = pair_items(left, right, pairing, placed, pairs, found, discrepancies)
    for n in np.flatnonzero(pairing.source_alone | pairing.source_gone):
        items.append(item(placed.source_bucket[n], placed.source_reason[n], [left[n]], []))
    for n in np.flatnonzero(pairing.target_alone | pairing.target_gone):
        items.append(item(placed.target_bucket[n], placed.target_reason[n], [], [right[n]]))
    items += group_items(left, right, pairing, placed)
    add_history(items, right, np.flatnonzero(pairing.target_gone))
    items.sort(key=place_in_list)
    return pd.DataFrame(items, columns=ITEM_COLUMNS, dtype=object)  # None stays None in the JSON


def place_in_list(one: Mapping[str, Any]) -> tuple[Any, ...]:
    """Sort key: bucket, date, key, ids."""
    return (BUCKETS.index(one["bucket"]), one["date"], one["key"], one["source_ids"], one["target_ids"])


def side_records(frame: pd.DataFrame, keys: pd.Series) -> list[dict[str, Any]]:
    """The columns an item shows, as one dict per row."""
    wanted = ["id", "number", "reference", "contact", "currency", "total_minor"]
    dates = frame["date"].dt.strftime("%Y-%m-%d").fillna("")
    return frame[wanted].assign(date=dates.to_numpy(), key=keys.to_numpy()).to_dict("records")


def item(bucket: str, reason: str, left: list[dict[str, Any]], right: list[dict[str, Any]]) -> dict[str, Any]:
    """One item from the rows of both sides; the source speaks first."""
    first = (left or right)[0]
    return {
        "bucket": bucket,
        "reason": reason,
        "key": first["key"],
        "source_ids": [row["id"] for row in left],
        "target_ids": [row["id"] for row in right],
        "number": first["number"],
        "reference": right[0]["reference"] if right else "",
        "contact": first["contact"],
        "date": first["date"],
        "currency": first["currency"],
        "source_total": total_of(left),
        "target_total": total_of(right),
        "target_currency": right[0]["currency"] if right else "",
        "discrepancies": [],
        "proposals": [],
        "findings": [],
        "history": [],
        "not_compared": [],
    }


def total_of(rows: list[dict[str, Any]]) -> str | None:
    """The rows' total as a decimal string; nothing without rows or across currencies."""
    if len({row["currency"] for row in rows}) != 1:
        return None
    return decimal_text(sum(row["total_minor"] for row in rows), rows[0]["currency"])


def pair_items(
    left: list[dict[str, Any]],
    right: list[dict[str, Any]],
    pairing: Pairing,
    placed: Placed,
    pairs: Pairs,
    found: Mapping[str, Outcome],
    discrepancies: pd.DataFrame,
) -> list[dict[str, Any]]:
    """One item per pair, with its discrepancies and what could not be compared."""
    by_source: dict[str, list[dict[str, Any]]] = {}
    for row in discrepancies.to_dict("records"):
        fields = {name: row[name] for name in ("field", "source", "target", "delta", "cause")}
        by_source.setdefault(row["source_id"], []).append(fields)
    paid, draft = paid_in_source_open_in_target(pairs), not_approved_in_target(pairs)
    items = []
    for n, (s, t) in enumerate(zip(pairing.source_pairs, pairing.target_pairs, strict=True)):
        one = item(placed.source_bucket[s], placed.source_reason[s], [left[s]], [right[t]])
        one["discrepancies"] = by_source.get(one["source_ids"][0], [])
        one["findings"] = ["paid_in_source_open_in_target"] * bool(paid[n]) + ["not_approved_in_target"] * bool(
            draft[n]
        )
        one["not_compared"] = not_compared(found, n)
        items.append(one)
    return items


def not_compared(found: Mapping[str, Outcome], n: int) -> list[dict[str, str]]:
    """The fields of a pair that could not be compared, each with its reason."""
    return [
        {"field": comparison.field, "reason": comparison.not_compared}
        for comparison in COMPARISONS
        if comparison.field in found and not found[comparison.field].compared[n]
    ]


def paid_in_source_open_in_target(pairs: Pairs) -> np.ndarray:
    """Payments do not travel to Xero, so this is a finding of its own and not a difference."""
    source, target = pairs.column("outstanding_minor")
    settled = (source.fillna(1) == 0) & (pairs.source["paid_minor"].fillna(0) > 0)
    return (settled & (target.fillna(0) > 0)).to_numpy(dtype=bool)


def not_approved_in_target(pairs: Pairs) -> np.ndarray:
    """A draft stands in Xero but not yet in its ledger or tax return."""
    return pairs.target["status"].isin(OPEN_STATUSES).to_numpy(dtype=bool)


def group_items(
    left: list[dict[str, Any]], right: list[dict[str, Any]], pairing: Pairing, placed: Placed
) -> list[dict[str, Any]]:
    """One item per repeated key, holding every row that carries it on either side."""
    groups: dict[str, tuple[list[int], list[int]]] = {}
    for n in np.flatnonzero(pairing.source_ambiguous):
        groups.setdefault(left[n]["key"], ([], []))[0].append(int(n))
    for n in np.flatnonzero(pairing.target_ambiguous):
        groups.setdefault(right[n]["key"], ([], []))[1].append(int(n))
    return [
        item(
            placed.source_bucket[s[0]] if s else placed.target_bucket[t[0]],
            placed.source_reason[s[0]] if s else placed.target_reason[t[0]],
            [left[n] for n in s],
            [right[n] for n in t],
        )
        for s, t in groups.values()
    ]


def add_history(items: list[dict[str, Any]], right: list[dict[str, Any]], gone: Iterable[int]) -> None:
    """Name the voided and deleted twins beside the item that now holds their reference."""
    twins: dict[str, list[str]] = {}
    for n in gone:
        if right[n]["key"]:
            twins.setdefault(right[n]["key"], []).append(right[n]["id"])
    for one in items:
        if one["key"] in twins and one["source_ids"]:
            one["history"] = twins[one["key"]]
