"""The rows of a result as a person reads them: one item per pair, per lonely row, per ambiguous group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from i2g_recon.core.amount_texts import amount_texts, day_texts
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
) -> list[dict[str, Any]]:
    """Every row of both sides in exactly one item; ITEM_COLUMNS, sorted by bucket, date, key and ids.

    signs: the findings, as `findings_of` gives them. agreeing: also the pairs that agree; without them the cost is that
    of the exceptions alone.
    """
    placed, pairing = compared.placed, compared.pairing
    left = SideRows(compared.source, pairing.source_keys, placed.source_bucket, placed.source_reason)
    right = SideRows(compared.target, pairing.target_keys, placed.target_bucket, placed.target_reason)
    items = pair_items(left, right, compared, discrepancies, signs, agreeing=agreeing)
    for row in left.rows(np.flatnonzero(pairing.source_alone | pairing.source_gone)):
        items.append(item(row["bucket"], row["reason"], [row], []))
    for row in right.rows(np.flatnonzero(pairing.target_alone | pairing.target_gone)):
        items.append(item(row["bucket"], row["reason"], [], [row]))
    items += group_items(left, right, pairing)
    add_history(items, right, np.flatnonzero(pairing.target_gone))
    add_proposals(items, proposals)
    items.sort(key=place_in_list)
    return items


def place_in_list(one: Mapping[str, Any]) -> tuple[Any, ...]:
    """Sort key: bucket, date, key, ids."""
    return (BUCKETS.index(one["bucket"]), one["date"], one["key"], one["source_ids"], one["target_ids"])


@dataclass(frozen=True, eq=False)
class SideRows:
    """One side's rows as items show them, made only for the rows that are asked for."""

    frame: pd.DataFrame
    keys: pd.Series
    bucket: np.ndarray
    reason: np.ndarray

    def rows(self, at: np.ndarray) -> list[dict[str, Any]]:
        """The rows at the positions; an unknown date is blank, total is a decimal string."""
        if not len(at):
            return []
        few = self.frame[["id", "number", "reference", "contact", "currency", "total_minor", "date"]].iloc[at]
        columns: dict[str, Any] = {name: few[name].tolist() for name in few.columns if name != "date"}
        columns["key"] = self.keys.iloc[at].tolist()
        columns["date"] = day_texts(few["date"])
        columns["total"] = amount_texts(few["total_minor"].to_numpy(), few["currency"])
        columns["bucket"], columns["reason"] = self.bucket[at].tolist(), self.reason[at].tolist()
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


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
    if len(rows) == 1:
        return str(rows[0]["total"])
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
    rows = left.rows(pairing.source_pairs[wanted]), right.rows(pairing.target_pairs[wanted])
    tiers = pairing.tier[wanted].tolist()
    for place, (n, source, target) in enumerate(zip(wanted.tolist(), *rows, strict=True)):
        one = item(source["bucket"], source["reason"], [source], [target])
        one["discrepancies"] = by_source.get(source["id"], [])
        one["causes"] = causes.get(n, [])
        one["matched_by"] = TIERS[tiers[place]]
        one["not_compared"] = uncompared.get(place, [])
        items.append(one)
    for name, mask in signs.items():
        for place in np.flatnonzero(mask[wanted]).tolist():
            items[place]["findings"].append(name)
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
    items = []
    places = list(groups.values())
    sources, targets = (
        iter(side.rows(np.array([n for group in places for n in group[which]], dtype="int64")))
        for which, side in enumerate((left, right))
    )
    for s, t in places:
        mine = sorted(islice(sources, len(s)), key=itemgetter("id"))
        others = sorted(islice(targets, len(t)), key=itemgetter("id"))
        first = (mine or others)[0]
        items.append(item(first["bucket"], first["reason"], mine, others))
    return items


def add_history(items: list[dict[str, Any]], right: SideRows, gone: np.ndarray) -> None:
    """Name the voided and deleted twins beside the item that now holds their reference."""
    twins: dict[str, list[str]] = {}
    for row in right.rows(gone):
        if row["key"]:
            twins.setdefault(row["key"], []).append(row["id"])
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
