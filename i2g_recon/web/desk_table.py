"""A table without ids before it is imported: its first rows as they stand, and the questions it leaves open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from i2g_recon.core.answers import NEEDED, NOTHING_SAID, TABLE_FIELDS, Answers, Look
from i2g_recon.web.desk_tables import plain_table
from i2g_recon.web.parts import plain

WORDS = {
    "number": "Invoice number",
    "date": "Date",
    "client": "Client",
    "total": "Total",
    "subtotal": "Subtotal",
    "tax": "Tax",
    "status": "Status",
    "currency": "Currency",
    "email": "E-mail",
    "due_date": "Due date",
    "paid": "Paid",
    "balance": "Balance due",
    "kind": "Type of document",
}
NO_COLUMN = "No column"
DATES = {"Day first, as 25/12/2026": True, "Month first, as 12/25/2026": False}
DECIMALS = {"A point, as 1,234.50": ".", "A comma, as 1.234,50": ","}


def ask(look: Callable[[Answers], Look | None], currencies: Sequence[str]) -> Answers | None:
    """The answers a person has given; None while a question is open. The questions come one after the other."""
    answers, asked = NOTHING_SAID, set[str]()
    while (seen := look(answers)) is not None and seen.question:
        if not asked:
            st.subheader("How is this table to be read?", anchor=False)
            preview = pd.DataFrame(list(seen.rows), columns=named(seen.headings), dtype="str")
            plain_table(preview, key="table_preview", alt=f"The first {len(preview)} rows of the table as they stand")
        if seen.question in asked:  # the answer did not settle it
            st.warning(plain(seen.sentence))
            return None
        asked.add(seen.question)
        given = QUESTIONS[seen.question](seen, currencies)
        if given is None:
            return None
        answers = replace(answers, **given)
    return answers


def which_columns(seen: Look, currencies: Sequence[str]) -> dict[str, Any] | None:  # noqa: ARG001 - asked alike
    """Which column is which; guesses are set, and everything can be changed."""
    st.text("Which column is which?")
    choices = [NO_COLUMN, *dict.fromkeys(heading for heading in seen.headings if heading)]
    columns = {}
    for name in TABLE_FIELDS:
        guess = seen.understood.get(name, NO_COLUMN)
        label = WORDS[name] + (" (needed)" if name in NEEDED else "")
        at = choices.index(guess) if guess in choices else 0
        chosen = st.selectbox(label, choices, index=at, key=f"table_{name}")
        if chosen != NO_COLUMN:
            columns[name] = chosen
    return {"columns": columns} if set(NEEDED) <= set(columns) else None


def which_dates(seen: Look, currencies: Sequence[str]) -> dict[str, Any] | None:  # noqa: ARG001
    """Whether dates are day first."""
    st.text(seen.sentence.split(" Say ", maxsplit=1)[0])
    chosen = st.radio("Dates are written", list(DATES), index=None, key="table_dates")
    return {"day_first": DATES[chosen]} if chosen else None


def which_decimal(seen: Look, currencies: Sequence[str]) -> dict[str, Any] | None:  # noqa: ARG001
    """What stands before the cents."""
    st.text(seen.sentence.split(" Say ", maxsplit=1)[0])
    chosen = st.radio("Before the cents stands", list(DECIMALS), index=None, key="table_decimal")
    return {"decimal": DECIMALS[chosen]} if chosen else None


def which_currency(seen: Look, currencies: Sequence[str]) -> dict[str, Any] | None:  # noqa: ARG001
    """The currency of a table that names none."""
    chosen = st.selectbox("Currency of the table", currencies, index=None, key="table_currency")
    return {"currency": chosen} if chosen else None


QUESTIONS = {"columns": which_columns, "dates": which_dates, "decimal": which_decimal, "currency": which_currency}


def named(headings: Sequence[str]) -> list[str]:
    """Headings as column names, each once."""
    seen: dict[str, int] = {}
    names = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        names.append(heading if seen[heading] == 1 else f"{heading} ({seen[heading]})")
    return names
