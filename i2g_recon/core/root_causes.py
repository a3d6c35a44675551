"""Root causes: the exceptions grouped by the one fix that clears them, the one that clears most money first.

Every exception belongs to exactly one root cause: a missing or extra invoice to its reason, or to the run it is part
of; an ambiguous group to its reason; a pair that differs to the largest part of its difference, or else to its first
differing field. What the exceptions of one cause share is its detail: "GST 10% arrives as BASEXCLUDED".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from i2g_recon.core.compare import COMPARISONS
from i2g_recon.core.compared import Compared
from i2g_recon.core.fixes import CONNECTION_CUT, FIXES
from i2g_recon.core.gaps import Gap
from i2g_recon.core.money import from_scaled, plain

WHOSE = ("missing", "ambiguous", "extra")


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
    rows = pd.concat([alone(compared, gaps), differing(compared)], ignore_index=True)
    order = rows["currency"].value_counts(sort=True).sort_index().sort_values(ascending=False, kind="stable").index
    groups = rows.groupby(["code", "detail"], sort=True)
    causes = [root_cause(str(code), str(detail), own) for (code, detail), own in groups]
    return tuple(sorted(causes, key=lambda one: ([-dict(one.amounts).get(code, 0) for code in order], one.code)))


def root_cause(code: str, detail: str, rows: pd.DataFrame) -> RootCause:
    """One root cause from its exceptions."""
    amounts = rows.groupby("currency", sort=True)["minor"].sum()
    days = rows["date"].dropna()
    fix = FIXES[code]
    return RootCause(
        code=code,
        detail=detail,
        words=fix.told(code, detail),
        remedy=fix.remedy,
        exceptions=int(rows["item"].nunique()),
        first=str(days.min().date()) if len(days) else "",
        last=str(days.max().date()) if len(days) else "",
        amounts=tuple((str(currency), int(minor)) for currency, minor in amounts.items() if minor),
        source_ids=tuple(sorted(one for one in rows["source_id"] if one)),
        target_ids=tuple(sorted(one for one in rows["target_id"] if one)),
    )


def alone(compared: Compared, gaps: Iterable[Gap]) -> pd.DataFrame:
    """What has no partner, and every row of the ambiguous groups."""
    placed, pairing = compared.placed, compared.pairing
    sides = (
        ("source_id", compared.source, placed.source_bucket, placed.source_reason, pairing.source_group),
        ("target_id", compared.target, placed.target_bucket, placed.target_reason, pairing.target_group),
    )
    frames = []
    for name, side, bucket, reason, group in sides:
        at = np.flatnonzero(np.isin(bucket.astype(str), WHOSE))
        ids = side["id"].iloc[at].astype(object)
        item = np.where(group[at] >= 0, "group " + pd.Series(group[at]).astype(str), name + ids.to_numpy())
        frames.append(
            pd.DataFrame(
                {
                    "item": item,
                    "code": reason[at],
                    "detail": "",
                    "currency": side["currency"].iloc[at].to_numpy(dtype=object),
                    "minor": np.abs(side["total_minor"].iloc[at].to_numpy(dtype="int64")),
                    "date": side["date"].iloc[at].to_numpy(),
                    "source_id": "",
                    "target_id": "",
                }
            ).assign(**{name: ids.to_numpy()})
        )
    rows = pd.concat(frames, ignore_index=True)
    once(rows)
    no_currency = rows["code"] == "currency_not_subscribed"
    rows.loc[no_currency, "detail"] = rows.loc[no_currency, "currency"]
    words = {one: gap.words for gap in gaps for one in gap.ids}
    cut = rows["source_id"].isin(words) & (rows["code"] == "sent_not_in_target")
    rows.loc[cut, "detail"] = rows.loc[cut, "source_id"].map(words)
    rows.loc[cut, "code"] = CONNECTION_CUT
    return rows


def once(rows: pd.DataFrame) -> None:
    """An ambiguous group counts with its larger side: the other one is the same money."""
    sides = pd.Series(np.where(rows["source_id"] != "", "source", "target"))
    sums = rows.groupby(["item", "currency", sides], sort=False)["minor"].transform("sum")
    most = sums.groupby([rows["item"], rows["currency"]], sort=False).transform("max")
    smaller = sums < most
    twin = (sides == "target") & (sums == most) & rows["item"].isin(rows["item"][(sides == "source") & ~smaller])
    rows.loc[smaller | twin, "minor"] = 0


def differing(compared: Compared) -> pd.DataFrame:
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
    causes = pd.Series(compared.causes, dtype=object).reindex(at).to_numpy()
    code = np.where(pd.notna(causes), causes, code)
    totals = pairs.source.few("total_minor", at).to_numpy(dtype="int64")
    rows = pd.DataFrame(
        {
            "item": [f"pair {n}" for n in at.tolist()],
            "code": np.where(np.isin(code, [*FIXES]), code, "unknown"),
            "detail": "",
            "currency": pairs.source.few("currency", at).to_numpy(dtype=object),
            "minor": np.where(code == "currency", np.abs(totals), stake),
            "date": pairs.source.few("date", at).to_numpy(),
            "source_id": pairs.source.few("id", at).to_numpy(dtype=object),
            "target_id": pairs.target.few("id", at).to_numpy(dtype=object),
        }
    )
    for name, detail in DETAILS.items():
        mine = (rows["code"] == name).to_numpy(dtype=bool)
        rows.loc[mine, "detail"] = detail(compared, at[mine])
    return rows


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
