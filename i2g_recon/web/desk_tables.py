"""What every table of the desk looks like: badges, money to the right, links, and how they are shown.

A table's cells are drawn, never read as Markdown or HTML, so text from data goes into tables as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from i2g_recon.web.parts import plain
from i2g_recon.web.places import page

ROW_PX, MOST_ROWS = 35, 14
MONEY_PX = 110


def link(name: str, label: str, **filters: str) -> None:
    """A link to another page of ours, with its filters already set."""
    st.page_link(page(name), label=f"**{plain(label)}**", icon=":material/arrow_forward:", query_params=filters or None)


def badge(label: str, colours: Mapping[str, str]) -> Any:
    """A column of one-word lists, each word in its colour."""
    return st.column_config.MultiselectColumn(label, options=list(colours), color=list(colours.values()))


def money(label: str, places: int) -> Any:
    """A column of Decimal amounts with their places, wide enough for millions: one that is cut off reads as another."""
    return st.column_config.NumberColumn(label, format=f"%,.{places}f", alignment="right", width=MONEY_PX)


def money_told(label: str) -> Any:
    """A column of amounts as text, each with its currency, under one another like the others."""
    return st.column_config.TextColumn(label, alignment="right")


def places_of(column: pd.Series) -> int:
    """The decimal places of a Decimal column; 2 when it is empty."""
    found = [-int(value.as_tuple().exponent) for value in column if isinstance(value, Decimal)]
    return max(found, default=2)


def height(rows: int) -> Any:
    """As high as the rows, up to a screenful, which then scrolls."""
    return "content" if rows <= MOST_ROWS else ROW_PX * (MOST_ROWS + 1)


def plain_table(
    table: pd.DataFrame,
    *,
    key: str,
    alt: str,
    columns: Mapping[str, Any] | None = None,
    row_style: Callable[[pd.Series], list[str]] | None = None,
) -> None:
    """A table that is only read. row_style: the CSS of each cell of a row."""
    st.dataframe(
        table.style.apply(row_style, axis="columns") if row_style else table,
        key=key,
        alt=alt,
        hide_index=True,
        height=height(len(table)),
        placeholder="",
        column_config=dict(columns or {}),
    )


def selected_rows(
    table: pd.DataFrame, *, key: str, alt: str, many: bool, columns: Mapping[str, Any] | None = None
) -> list[int]:
    """A table whose rows can be ticked; gives the positions of those that are, as they stand in the table."""
    state = st.dataframe(
        table,
        key=key,
        alt=alt,
        hide_index=True,
        height=height(len(table)),
        placeholder="",
        column_config=dict(columns or {}),
        on_select="rerun",
        selection_mode="multi-row" if many else "single-row",
    )
    rows = state["selection"]["rows"]
    return [int(row) for row in rows if 0 <= int(row) < len(table)]
