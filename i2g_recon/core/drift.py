"""Drift: what changed on a side between two moments, and where its invoices stood before and stand now.

A side is compared with itself by id, so nothing is matched and nothing can be ambiguous. What a person reported, filed
or signed off at the first moment differs from the second by exactly the rows below: per currency

    before + appeared + vanished + changed = after

where a voided or deleted invoice counts 0, so that voiding one is a change of its whole amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from i2g_recon.core.drift_lines import changed_lines
from i2g_recon.core.frame import Invoices, gone
from i2g_recon.core.money import decimal_text

KINDS = ("appeared", "vanished", "changed")
CHANGE_COLUMNS = [
    *("kind", "id", "number", "reference", "contact", "date", "currency"),
    *("field", "before", "after", "delta"),
]
TOTAL_COLUMNS = ["currency", "before_minor", "appeared_minor", "vanished_minor", "changed_minor", "after_minor"]
MOVE_COLUMNS = ["side", "id", "number", "bucket_before", "reason_before", "bucket_after", "reason_after"]
TEXTS = ("number", "reference", "contact", "email", "status", "currency", "line_amount_types")
AMOUNTS = ("total", "subtotal", "tax", "paid", "outstanding", "discount", "shipping")
DAYS = ("date", "due_date")
FLAGS = ("no_longer_exported", "sent_to_contact", "withholding")


@dataclass(frozen=True, eq=False)
class Drift:
    """One side. changes: CHANGE_COLUMNS, values as text, by kind, date and id. totals: TOTAL_COLUMNS, by currency."""

    changes: pd.DataFrame
    totals: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Invoices per kind."""
        ids = self.changes.drop_duplicates(["kind", "id"])["kind"].value_counts()
        return {kind: int(ids.get(kind, 0)) for kind in KINDS}


def drift_of(before: Invoices, after: Invoices) -> Drift:
    """What changed on one side. Linear in the number of invoices; the order of rows does not matter."""
    old, new = before.invoices.set_index("id"), after.invoices.set_index("id")
    both = old.index.intersection(new.index).sort_values()
    frames = [
        ends(new.loc[new.index.difference(old.index)], "appeared"),
        ends(old.loc[old.index.difference(new.index)], "vanished"),
        *changed(old.loc[both], new.loc[both]),
    ]
    lines = changed_lines(before, after, both)
    frames.append(about(new.loc[lines.index]).assign(field="lines", before=lines["before"], after=lines["after"]))
    changes = pd.concat([one.reset_index()[CHANGE_COLUMNS].astype("str") for one in frames], ignore_index=True)
    order = changes.assign(place=changes["kind"].map(KINDS.index)).sort_values(["place", "date", "id"], kind="stable")
    return Drift(order[CHANGE_COLUMNS].reset_index(drop=True), totals_of(old, new))


def about(rows: pd.DataFrame) -> pd.DataFrame:
    """What names an invoice in a row of changes; the index is its id."""
    named = rows[["number", "reference", "contact", "currency"]]
    return named.assign(date=day_text(rows["date"]), kind="changed", delta="")


def ends(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Invoices that are on one side of the time only, with their total."""
    totals = amount_text(rows["total_minor"], rows["currency"])
    own, other = ("after", "before") if kind == "appeared" else ("before", "after")
    return about(rows).assign(kind=kind, field="total", **{own: totals, other: ""})


def changed(old: pd.DataFrame, new: pd.DataFrame) -> Iterable[pd.DataFrame]:
    """Per field the invoices whose value is another one; both frames have the same index."""
    for name in (*TEXTS, *DAYS, *FLAGS, *(f"{name}_minor" for name in AMOUNTS)):
        was, now = old[name], new[name]
        same = (was == now).fillna(value=False).to_numpy(dtype=bool) | (was.isna() & now.isna()).to_numpy(dtype=bool)
        at = np.flatnonzero(~same)
        if len(at):
            yield told(name, old.iloc[at], new.iloc[at])


def told(name: str, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The rows of one field, both values as text."""
    rows, was, now = about(new), old[name], new[name]
    if name.endswith("_minor"):
        same = old["currency"] == new["currency"]
        moved = amount_text((now - was).where(same), new["currency"])
        texts = amount_text(was, old["currency"]), amount_text(now, new["currency"])
        return rows.assign(field=name.removesuffix("_minor"), before=texts[0], after=texts[1], delta=moved)
    if name in DAYS:
        return rows.assign(field=name, before=day_text(was), after=day_text(now))
    if name in FLAGS:
        words = {True: "yes", False: "no"}
        return rows.assign(field=name, before=was.map(words), after=now.map(words))
    return rows.assign(field=name, before=was, after=now)


def amount_text(minor: pd.Series, currency: pd.Series) -> list[str]:
    """Minor units as decimal text, blank where there are none."""
    pairs = zip(minor.tolist(), currency.tolist(), strict=True)
    return ["" if pd.isna(value) else decimal_text(int(value), code) for value, code in pairs]


def day_text(days: pd.Series) -> pd.Series:
    """Dates as ISO text, blank where there is none."""
    return days.dt.strftime("%Y-%m-%d").fillna("").astype("str")


def totals_of(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """TOTAL_COLUMNS per currency; an invoice that changed its currency leaves the one and enters the other."""
    was, now = value_of(old), value_of(new)
    stays, kept = old.index.isin(new.index), new.index.isin(old.index)
    sums = {
        "before_minor": was.groupby(old["currency"]).sum(),
        "appeared_minor": now[~kept].groupby(new["currency"][~kept]).sum(),
        "vanished_minor": -was[~stays].groupby(old["currency"][~stays]).sum(),
        "changed_minor": now[kept]
        .groupby(new["currency"][kept])
        .sum()
        .sub(was[stays].groupby(old["currency"][stays]).sum(), fill_value=0),
        "after_minor": now.groupby(new["currency"]).sum(),
    }
    table = pd.DataFrame(sums).fillna(0).astype("int64").rename_axis("currency").sort_index().reset_index()
    return table[TOTAL_COLUMNS]


def value_of(rows: pd.DataFrame) -> pd.Series:
    """What each invoice counts for: its total, 0 once it is voided or deleted."""
    return rows["total_minor"].where(~gone(rows), 0).astype("int64")


def moves_between(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """MOVE_COLUMNS: invoices whose bucket or reason is another one, from the items of two results.

    Blank before: it was not there; blank after: it is not there any more.
    """
    old, new = places_of(before), places_of(after)
    rows = []
    for key in sorted({*old, *new}):
        was, now = old.get(key, ("", "", "")), new.get(key, ("", "", ""))
        if was[1:] != now[1:]:
            rows.append((*key, now[0] or was[0], *was[1:], *now[1:]))
    return pd.DataFrame(rows, columns=MOVE_COLUMNS, dtype="str")


def places_of(items: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Side and id to number, bucket and reason."""
    return {
        (side, one): (item["number"], item["bucket"], item["reason"])
        for item in items
        for side in ("source", "target")
        for one in item[f"{side}_ids"]
    }
