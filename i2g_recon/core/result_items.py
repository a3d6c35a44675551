"""The rows of a result as a person reads them: one item per pair, per lonely row, per ambiguous group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from i2g_recon.core.compare import COMPARISONS, Outcome
from i2g_recon.core.compared import Compared
from i2g_recon.core.money import decimal_text
from i2g_recon.core.pairing import Pairing
from i2g_recon.core.pairs import Pairs
from i2g_recon.core.part_words import told_parts
from i2g_recon.core.propose import MOST_PER_ROW
from i2g_recon.core.tiers import TIERS

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
    "matched_by",
    "discrepancies",
    "causes",
    "proposals",
    "findings",
    "history",
    "not_compared",
]


def items_of(
    compared: Compared,
    discrepancies: pd.DataFrame,
    proposals: pd.DataFrame,
    signs: Mapping[str, np.ndarray],
    *,
    agreeing: bool,
) -> pd.DataFrame:
    """Every row of both sides in exactly one item; ITEM_COLUMNS, sorted by bucket, date, key and ids.

    signs: the findings, as `findings_of` gives them. agreeing: also the pairs that agree; without them the cost is that
    of the exceptions alone.
    """
    placed, pairing = compared.placed, compared.pairing
    left = SideRows(compared.source, pairing.source_keys, placed.source_bucket, placed.source_reason)
    right = SideRows(compared.target, pairing.target_keys, placed.target_bucket, placed.target_reason)
    items = pair_items(left, right, compared, discrepancies, signs, agreeing=agreeing)
    for n in np.flatnonzero(pairing.source_alone | pairing.source_gone).tolist():
        items.append(item(left.bucket[n], left.reason[n], [left.row(n)], []))
    for n in np.flatnonzero(pairing.target_alone | pairing.target_gone).tolist():
        items.append(item(right.bucket[n], right.reason[n], [], [right.row(n)]))
    items += group_items(left, right, pairing)
    add_history(items, right, np.flatnonzero(pairing.target_gone))
    add_proposals(items, proposals)
    items.sort(key=place_in_list)
    return pd.DataFrame(items, columns=ITEM_COLUMNS, dtype=object)  # None stays None in the JSON


def place_in_list(one: Mapping[str, Any]) -> tuple[Any, ...]:
    """Sort key: bucket, date, key, ids."""
    return (BUCKETS.index(one["bucket"]), one["date"], one["key"], one["source_ids"], one["target_ids"])


class SideRows:
    """One side's rows as items show them, made only for the rows that are asked for."""

    def __init__(self, frame: pd.DataFrame, keys: pd.Series, bucket: np.ndarray, reason: np.ndarray) -> None:
        self.bucket, self.reason = bucket, reason
        shown_columns = ["id", "number", "reference", "contact", "currency", "total_minor"]
        self.columns = {name: frame[name].to_numpy(dtype=object) for name in shown_columns}
        self.columns["key"] = keys.to_numpy(dtype=object)
        self.dates = frame["date"].to_numpy(dtype="datetime64[D]")

    def row(self, n: int) -> dict[str, Any]:
        """The row at a position; an unknown date is blank."""
        date = self.dates[n]
        row = {name: values[n] for name, values in self.columns.items()}
        return row | {"date": "" if np.isnat(date) else str(date)}


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
        "matched_by": "",
        "discrepancies": [],
        "causes": [],
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
    left: SideRows,
    right: SideRows,
    compared: Compared,
    discrepancies: pd.DataFrame,
    signs: Mapping[str, np.ndarray],
    *,
    agreeing: bool,
) -> list[dict[str, Any]]:
    """One item per pair, with its discrepancies and what could not be compared."""
    by_source: dict[str, list[dict[str, Any]]] = {}
    for row in discrepancies.to_dict("records"):
        fields = {name: row[name] for name in ("field", "source", "target", "delta", "cause")}
        by_source.setdefault(row["source_id"], []).append(fields)
    found, pairs, pairing = compared.found, compared.pairs, compared.pairing
    shown = agreeing | (left.bucket[pairing.source_pairs] != "agrees").astype(bool)
    wanted, causes = np.flatnonzero(shown), told_parts(compared, shown)
    uncompared = not_compared(pairs.take(wanted), {name: outcome.take(wanted) for name, outcome in found.items()})
    items = []
    for place, n in enumerate(wanted.tolist()):
        s, t = pairing.source_pairs[n], pairing.target_pairs[n]
        one = item(left.bucket[s], left.reason[s], [left.row(s)], [right.row(t)])
        one["discrepancies"] = by_source.get(one["source_ids"][0], [])
        one["causes"] = causes.get(n, [])
        one["findings"] = [name for name, mask in signs.items() if mask[n]]
        one["matched_by"] = TIERS[pairing.tier[n]]
        one["not_compared"] = uncompared.get(place, [])
        items.append(one)
    return items


def why_not_compared(pairs: Pairs, found: Mapping[str, Outcome]) -> Iterator[tuple[str, pd.Series]]:
    """Each compared field with why pairs could not be compared in it, by position of the pair."""
    for comparison in COMPARISONS:
        if comparison.field in found:
            yield comparison.field, comparison.why_not(pairs, found[comparison.field])


def not_compared(pairs: Pairs, found: Mapping[str, Outcome]) -> dict[int, list[dict[str, str]]]:
    """By position of the pair the fields that could not be compared, each with its reason."""
    told: dict[int, list[dict[str, str]]] = {}
    for field, reasons in why_not_compared(pairs, found):
        for n, reason in reasons.items():
            told.setdefault(n, []).append({"field": field, "reason": reason})
    return told


def not_compared_counts(pairs: Pairs, found: Mapping[str, Outcome]) -> pd.DataFrame:
    """How many pairs could not be compared in which field and why: field, reason, count."""
    rows = [
        (field, reason, int(count))
        for field, reasons in why_not_compared(pairs, found)
        for reason, count in sorted(reasons.value_counts().items())
    ]
    return pd.DataFrame(rows, columns=["field", "reason", "count"]).astype({"count": "int64"})


def group_items(left: SideRows, right: SideRows, pairing: Pairing) -> list[dict[str, Any]]:
    """One item per ambiguous group, holding every row of it on either side."""
    groups: dict[int, tuple[list[int], list[int]]] = {}
    for side, group in enumerate((pairing.source_group, pairing.target_group)):
        for n in np.flatnonzero(group >= 0).tolist():
            groups.setdefault(int(group[n]), ([], []))[side].append(n)
    for s, t in groups.values():
        s.sort(key=lambda n: str(left.columns["id"][n]))
        t.sort(key=lambda n: str(right.columns["id"][n]))
    return [
        item(
            left.bucket[s[0]] if s else right.bucket[t[0]],
            left.reason[s[0]] if s else right.reason[t[0]],
            [left.row(n) for n in s],
            [right.row(n) for n in t],
        )
        for s, t in groups.values()
    ]


def add_history(items: list[dict[str, Any]], right: SideRows, gone: Iterable[int]) -> None:
    """Name the voided and deleted twins beside the item that now holds their reference."""
    twins: dict[str, list[str]] = {}
    for n in gone:
        if right.columns["key"][n]:
            twins.setdefault(right.columns["key"][n], []).append(right.columns["id"][n])
    for one in items:
        if one["key"] in twins and one["source_ids"]:
            one["history"] = sorted(twins[one["key"]])


def add_proposals(items: list[dict[str, Any]], proposals: pd.DataFrame) -> None:
    """Name the near matches beside the missing and extra rows they are for, best first, each with its number."""
    if proposals.empty:
        return
    lonely = {(one["bucket"], *one["source_ids"], *one["target_ids"]): one for one in items}
    for found in proposals.to_dict("records"):
        missing, extra = lonely["missing", found["source_id"]], lonely["extra", found["target_id"]]
        grade = {name: found[name] for name in ("tier", "score", "why")}
        missing["proposals"].append({"target_id": found["target_id"], "number": extra["number"], **grade})
        extra["proposals"].append({"source_id": found["source_id"], "number": missing["number"], **grade})
    for one in items:
        del one["proposals"][MOST_PER_ROW:]
