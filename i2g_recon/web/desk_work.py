"""The work list's widgets: period, filters that stand in the address, the list itself, downloads of the run."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from i2g_recon.core.cases import Case, key_of
from i2g_recon.core.findings import FINDING_WORDS
from i2g_recon.core.reasons import REASONS
from i2g_recon.jobs.reconcile import RunView
from i2g_recon.web.days import days_in, grid_format, input_format
from i2g_recon.web.desk_cases import STATE_COLOURS, ask_wanted, case_cells, hidden_words
from i2g_recon.web.desk_causes import FIX, ORDERS, fixes, in_order_of_fixes
from i2g_recon.web.desk_items import (
    BUCKET_COLOURS,
    BUCKETS,
    FIELD_WHY,
    NEEDS_YOU,
    Item,
    filtered,
    money_at_stake,
    present,
    sums,
    why_code,
    words,
    work_list,
)
from i2g_recon.web.desk_tables import badge, money, places_of, selected_rows
from i2g_recon.web.desk_words import count

ALL = "All"
STATUSES: dict[str, Sequence[str]] = {
    "Needs you": NEEDS_YOU,
    ALL: (),
    **{name: (bucket,) for bucket, name in BUCKETS.items()},
}


def ask_period(run: RunView | None) -> tuple[dt.date | None, dt.date | None, bool]:
    """From, to (None for open) and whether they are in order."""
    policy = run.document["policy"] if run else {"period_from": None, "period_to": None}
    left, right = st.columns(2)
    begin = one_day(left, "From", "period_from", policy["period_from"])
    end = one_day(right, "To", "period_to", policy["period_to"])
    if begin and end and begin > end:
        st.error("The period ends before it begins. Change one of the two dates.")
        return begin, end, False
    return begin, end, True


def one_day(place: Any, label: str, key: str, before: str | None) -> dt.date | None:
    """A date that may be left empty."""
    value = dt.date.fromisoformat(before) if before else None
    chosen = place.date_input(
        f"{label} (empty for all)",
        value=value,
        key=key,
        format=input_format(),
        min_value=dt.date(1990, 1, 1),
        bind="query-params",
    )
    return chosen if isinstance(chosen, dt.date) else None


def filter_items(run: RunView, cases: Mapping[str, Case]) -> list[Item]:
    """The items that pass the filters; what the filters say stands in the address."""
    items = run.document["items"]
    reasons = {words(code): [code] for code in present(map(why_code, items), [*REASONS, *FIELD_WHY])}
    currencies = {code: [code] for code in sorted({item["currency"] for item in items})}
    with st.container(horizontal=True, key="filters"):
        kept = filtered(
            items,
            buckets=one_of("Status", "bucket", STATUSES),
            reasons=one_of("Why", "reason", {ALL: [], **reasons}),
            currencies=one_of("Currency", "currency", {ALL: [], **currencies}),
            findings=one_of("Also", "finding", {ALL: [], **{FINDING_WORDS[code]: [code] for code in FINDING_WORDS}}),
            search=st.text_input("Search", key="search", placeholder="Number, client, amount", bind="query-params")
            or "",
        )
    with st.container(horizontal=True, key="case_filters", vertical_alignment="bottom"):
        wanted = ask_wanted(cases, choice)
        order = choice("Order by", "order", ORDERS)
    kept = [item for item in kept if wanted.passes(item, cases.get(key_of(item)), run.created_at)]
    if left_out := hidden_words(items, cases, wanted):
        st.caption(left_out)
    about = sums(money_at_stake(kept))
    st.text(f"{len(kept):,} of {count(len(items), 'line', 'lines')} shown" + (f", {about} to look at" if about else ""))
    return in_order_of_fixes(run.document, kept) if order == FIX else kept


def one_of(label: str, key: str, meanings: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """A filter with one choice, the first one being the usual; gives the codes that it lets pass, none for all."""
    return meanings.get(choice(label, key, list(meanings)), ())  # one that a new run no longer offers lets all pass


def choice(label: str, key: str, options: Sequence[str]) -> str:
    """One choice that is kept in the address."""
    return str(st.selectbox(label, list(options), key=key, bind="query-params"))


def chosen_items(run: RunView, items: list[Item], cases: Mapping[str, Case]) -> list[Item]:
    """The work list; gives the items whose rows are ticked."""
    if not items:
        st.info("Nothing passes these filters.")
        return []
    table = work_list(items)
    cells = [case_cells(item, cases.get(key_of(item)), run.created_at) for item in items]
    table.insert(1, "State", [row["State"] for row in cells])
    table = table.assign(**{name: [row[name] for row in cells] for name in ("With", "Days")})
    table["What clears it"] = [days_in(words) for words in fixes(run.document, items)]
    places = max(places_of(table[name]) for name in ("Invoice2go", "Xero"))
    columns = {name: money(name, places) for name in ("Invoice2go", "Xero", "Difference")}
    columns |= {
        "Status": badge("Status", dict(zip(BUCKETS.values(), BUCKET_COLOURS, strict=True))),
        "Date": st.column_config.DateColumn("Date", format=grid_format()),
        "Why": st.column_config.TextColumn("Why", width="large"),
        "State": badge("State", STATE_COLOURS),
        "What clears it": st.column_config.TextColumn("What clears it", width="large"),
        "Days": st.column_config.NumberColumn("Days", help="Since a comparison first showed it."),
    }
    rows = selected_rows(table, key=list_key(run, items), alt="The work list", many=True, columns=columns)
    if not rows:
        st.caption("Tick a line to see both invoices side by side, or several to do the same with all of them.")
    return [items[row] for row in rows]


def list_key(run: RunView, items: list[Item]) -> str:
    """A key of its own for every content of the list, so that a tick never moves to another invoice."""
    ids = "|".join(",".join([*item["source_ids"], *item["target_ids"]]) for item in items)
    return f"work_list_{run.id}_{zlib.crc32(ids.encode()):08x}"
