"""Root causes: the exceptions grouped by the one fix that clears them, the one that clears most money first.

Every exception belongs to exactly one root cause: a missing or extra invoice to its reason, or to the run it is part
of; an ambiguous group to its reason; a pair that differs to the largest part of its difference, or else to its first
differing field. What the exceptions of one cause share is its detail: "GST 10% arrives as BASEXCLUDED".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from i2g_recon.core.amount_texts import blank_texts
from i2g_recon.core.compare import COMPARISONS
from i2g_recon.core.compared import Columns, Compared
from i2g_recon.core.fixes import CONNECTION_CUT, FIXES
from i2g_recon.core.gaps import Gap
from i2g_recon.core.money import from_scaled, plain

WHOSE = ("missing", "ambiguous", "extra")
ROWS = ("item", "code", "detail", "currency", "minor", "date", "source_id", "target_id")


@dataclass(frozen=True, slots=True)
class RootCause:
    """One fix. words: what is wrong; remedy: what to do about all of it. first, last: ISO dates, blank if undated.

    amounts: per currency the minor units it would clear, as (currency, minor): totals of what stands on one side only
    or is ambiguous, absolute differences of pairs. exceptions: how many items of the result it explains.
    """

    code: str
    detail: str
    words: str
    remedy: str
    exceptions: int
    first: str
    last: str
    amounts: tuple[tuple[str, int], ...]
    source_ids: tuple[str, ...]
    target_ids: tuple[str, ...]


def root_causes_of(compared: Compared, gaps: Iterable[Gap]) -> tuple[RootCause, ...]:
    """Every exception in one root cause; the cause that clears most money first.

    Currencies are never added together: causes are ordered by the currency most exceptions are in, then by the next.
    """
    parts = (*alone(compared, gaps), differing(compared))
    rows = {name: np.concatenate([part[name] for part in parts]) for name in ROWS}
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, key in enumerate(zip(rows["code"].tolist(), rows["detail"].tolist(), strict=True)):
        groups[key].append(place)
    many = Counter(rows["currency"].tolist())
    order = sorted(many, key=lambda currency: (-many[currency], currency))
    causes = [
        root_cause(code, detail, {name: column[at] for name, column in rows.items()})
        for (code, detail), at in sorted(groups.items())
    ]
    return tuple(sorted(causes, key=lambda one: ([-dict(one.amounts).get(code, 0) for code in order], one.code)))


def root_cause(code: str, detail: str, rows: Columns) -> RootCause:
    """One root cause from its exceptions."""
    amounts: Counter[str] = Counter()
    for currency, minor in zip(rows["currency"].tolist(), rows["minor"].tolist(), strict=True):
        amounts[currency] += minor
    days = rows["date"][~np.isnat(rows["date"])].astype("datetime64[D]")
    fix = FIXES[code]
    return RootCause(
        code=code,
        detail=detail,
        words=fix.told(code, detail),
        remedy=fix.remedy,
        exceptions=len(np.unique(rows["item"])),
        first=str(days.min()) if len(days) else "",
        last=str(days.max()) if len(days) else "",
        amounts=tuple((currency, minor) for currency, minor in sorted(amounts.items()) if minor),
        source_ids=tuple(sorted(one for one in rows["source_id"] if one)),
        target_ids=tuple(sorted(one for one in rows["target_id"] if one)),
    )


def alone(compared: Compared, gaps: Iterable[Gap]) -> tuple[Columns, Columns]:
    """What has no partner, and every row of the ambiguous groups, of each side."""
    placed, pairing = compared.placed, compared.pairing
    left = of_side(compared.source, placed.source_bucket, placed.source_reason, pairing.source_group)
    right = of_side(compared.target, placed.target_bucket, placed.target_reason, pairing.target_group)
    right["item"][right["item"] >= 0] += len(compared.source)
    once(left, right)
    words = {one: gap.words for gap in gaps for one in gap.ids}
    for place in np.flatnonzero(left["code"] == "sent_not_in_target").tolist():
        if found := words.get(left["id"][place]):
            left["code"][place], left["detail"][place] = CONNECTION_CUT, found
    return (
        {**left, "source_id": left["id"], "target_id": blank_texts(len(left["id"]))},
        {**right, "source_id": blank_texts(len(right["id"])), "target_id": right["id"]},
    )


def of_side(side: pd.DataFrame, bucket: np.ndarray, reason: np.ndarray, group: np.ndarray) -> Columns:
    """The rows of one side that have no partner or are ambiguous. item: the row, or below 0 for its group."""
    at = np.flatnonzero(np.isin(bucket.astype(str), WHOSE))
    code, currency = reason[at].astype(object), side["currency"].iloc[at].to_numpy(dtype=object)
    return {
        "item": np.where(group[at] >= 0, -1 - group[at], at),
        "code": code,
        "detail": np.where(code == "currency_not_subscribed", currency, "").astype(object),
        "currency": currency,
        "minor": np.abs(side["total_minor"].iloc[at].to_numpy(dtype="int64")),
        "date": side["date"].iloc[at].to_numpy(dtype="datetime64[s]"),
        "id": side["id"].iloc[at].to_numpy(dtype=object),
    }


def once(left: Columns, right: Columns) -> None:
    """An ambiguous group counts with its larger side in each currency, the source's where they are equal.

    The other side is the same money.
    """
    sums: tuple[Counter[tuple[int, str]], Counter[tuple[int, str]]] = (Counter(), Counter())
    places = [np.flatnonzero(rows["item"] < 0).tolist() for rows in (left, right)]
    keys = [
        [(int(rows["item"][place]), str(rows["currency"][place])) for place in own]
        for rows, own in zip((left, right), places, strict=True)
    ]
    for n, rows in enumerate((left, right)):
        for place, key in zip(places[n], keys[n], strict=True):
            sums[n][key] += int(rows["minor"][place])
    source_counts = {item for (item, currency), minor in sums[0].items() if minor >= sums[1][item, currency]}
    for place, key in zip(places[0], keys[0], strict=True):
        if sums[0][key] < sums[1][key]:
            left["minor"][place] = 0
    for place, key in zip(places[1], keys[1], strict=True):
        if sums[1][key] < sums[0][key] or key[0] in source_counts:
            right["minor"][place] = 0


def differing(compared: Compared) -> Columns:
    """The pairs that differ, each with the code of what is largest in it."""
    pairs, pairing = compared.pairs, compared.pairing
    at = np.flatnonzero(compared.placed.source_bucket[pairing.source_pairs] == "differs")
    code = np.full(len(at), "", dtype=object)
    stake = np.zeros(len(at), dtype="int64")
    for comparison in COMPARISONS:
        outcome = compared.found.get(comparison.field)
        if outcome is not None:
            here = outcome.differs[at]
            code[here & (code == "")] = comparison.field
            if comparison.is_money and outcome.delta is not None:
                first = here & (stake == 0)
                stake[first] = np.abs(outcome.delta[at][first])
    chief = [compared.causes.get(place, own) for place, own in zip(at.tolist(), code.tolist(), strict=True)]
    code = np.array([own if own in FIXES else "unknown" for own in chief], dtype=object)
    details = blank_texts(len(at))
    for name, detail in DETAILS.items():
        mine = np.flatnonzero(code == name)
        if len(mine):
            details[mine] = detail(compared, at[mine])
    totals = pairs.source.few("total_minor", at).to_numpy(dtype="int64")
    return {
        "item": len(compared.source) + len(compared.target) + at,
        "code": code,
        "detail": details,
        "currency": pairs.source.few("currency", at).to_numpy(dtype=object),
        "minor": np.where(code == "currency", np.abs(totals), stake),
        "date": pairs.source.few("date", at).to_numpy(dtype="datetime64[s]"),
        "source_id": pairs.source.few("id", at).to_numpy(dtype=object),
        "target_id": pairs.target.few("id", at).to_numpy(dtype=object),
    }


def tax_details(compared: Compared, at: np.ndarray) -> list[str]:
    """For pairs whose taxes differ: which tax arrives as which, of the largest such part."""
    parts = compared.parts
    own = parts[parts["pair"].isin(at) & (parts["cause"] == "tax_rate")]
    size = own["amount_minor"].abs() + own["tax_minor"].abs()
    largest = own.assign(size=size).sort_values(["pair", "size"], ascending=[True, False], kind="stable")
    chosen = largest.drop_duplicates("pair").set_index("pair").reindex(at)
    lines, others = compared.pairs.source_lines, compared.pairs.target_lines
    told = []
    for line, other, was, now in zip(chosen["line"], chosen["other"], chosen["was_e4"], chosen["now_e4"], strict=True):
        if line < 0 or other < 0:
            told.append("Taxed on one side and not on the other")
            continue
        key, tax_type = lines["tax_key"].iat[int(line)], others["tax_type"].iat[int(other)]
        rates = [plain(from_scaled(int(rate), 4)) for rate in (was, now)]
        told.append(f"{key or rates[0] + ' %'} arrives in Xero as {tax_type or rates[1] + ' %'}")
    return told


def both(column: str, template: str) -> Callable[[Compared, np.ndarray], list[str]]:
    """For pairs that differ in a text: what it is on each side."""

    def detail(compared: Compared, at: np.ndarray) -> list[str]:
        source, target = (side.few(column, at) for side in (compared.pairs.source, compared.pairs.target))
        return [template.format(one, other) for one, other in zip(source, target, strict=True)]

    return detail


def apart(field: str) -> Callable[[Compared, np.ndarray], list[str]]:
    """For pairs dated differently: how many days."""

    def detail(compared: Compared, at: np.ndarray) -> list[str]:
        delta = compared.found[field].delta if field in compared.found else None
        return [] if delta is None else [days_words(days) for days in delta[at].tolist()]

    return detail


def days_words(days: int) -> str:
    """How much later: '7 days later', 'one day earlier'."""
    many = "one day" if abs(days) == 1 else f"{abs(days)} days"
    return f"{many} {'later' if days > 0 else 'earlier'}"


DETAILS: dict[str, Callable[[Compared, np.ndarray], list[str]]] = {
    "tax_rate": tax_details,
    "contact": both("contact", "'{}' is '{}' in Xero"),
    "currency": both("currency", "{} became {}"),
    "status": both("status", "'{}' in Invoice2go, '{}' in Xero"),
    "date": apart("date"),
    "due_date": apart("due_date"),
}
