"""Dates as the organisation's country writes them, in English. What machines read stays ISO: files, JSON, addresses.

The formats are those of the Unicode CLDR, which Babel carries.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

import streamlit as st
from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from i2g_recon.jobs.pull import last_pull
from i2g_recon.jobs.workspace import Connection, Workspace

COUNTRY = "country"  # in the session: that of the organisation the page is about
ANYWHERE = "001"  # the world: day, month by name, year
COUNTRY_CODE = re.compile(r"[A-Za-z]{2}")
ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
GRID_TOKENS = {"d": "D", "dd": "DD", "M": "M", "MM": "MM", "MMM": "MMM", "MMMM": "MMMM", "y": "YYYY", "yy": "YY"}
PATTERN_PART = re.compile(r"'[^']*'|([dMy])\1*|[^dMy']+")


def remember_country(ws: Workspace, connection: Connection | None) -> None:
    """Whose dates the page shows."""
    st.session_state[COUNTRY] = country_of(ws, connection) if connection else ""


def country_of(ws: Workspace, connection: Connection) -> str:
    """What the last look at Xero said, '' before the first one."""

    def read() -> str:
        kept = ws.store.organisation(connection.tenant_id)
        return kept[0].country if kept else ""

    return ws.memory.recall("country", (connection.tenant_id, last_pull(ws, connection.tenant_id)), read)


def country() -> str:
    """The country of the organisation the page is about; '' where none is known."""
    return str(st.session_state.get(COUNTRY, ""))


@cache
def locale_of(code: str) -> Locale:
    """English as it is written in a country, the world's where that is not known."""
    try:
        return Locale.parse(f"en_{code.upper() if COUNTRY_CODE.fullmatch(code) else ANYWHERE}")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(f"en_{ANYWHERE}")


def day_text(day: dt.date | None, code: str | None = None) -> str:
    """A day for a person: 3 May 2026, or May 3, 2026; '' for none. code: a country, that of the page by default.

    >>> day_text(dt.date(2026, 5, 3), "AU"), day_text(dt.date(2026, 5, 3), "US")
    ('3 May 2026', 'May 3, 2026')
    """
    return format_date(day, "medium", locale=locale_of(country() if code is None else code)) if day else ""


def days_in(text: str, code: str | None = None) -> str:
    """A sentence of ours with its ISO days as a person writes them; what only looks like a day stays.

    >>> days_in("Nothing arrived since 2026-05-03.", "AU"), days_in("2026-99-99", "AU")
    ('Nothing arrived since 3 May 2026.', '2026-99-99')
    """

    def written(found: re.Match[str]) -> str:
        try:
            return day_text(dt.date.fromisoformat(found[0]), code)
        except ValueError:
            return found[0]

    return ISO_DAY.sub(written, text)


def grid_format(code: str | None = None) -> str:
    """The same format as the columns of a grid want it.

    >>> grid_format("AU"), grid_format("US")
    ('D MMM YYYY', 'MMM D, YYYY')
    """
    pattern = locale_of(country() if code is None else code).date_formats["medium"].pattern
    parts = [found[0] for found in PATTERN_PART.finditer(pattern)]
    return "".join(GRID_TOKENS.get(part, part.strip("'")) for part in parts)


def input_format(code: str | None = None) -> str:
    """The order of the parts in a field for a date, of those that Streamlit knows.

    >>> input_format("AU"), input_format("US"), input_format("CA")
    ('DD/MM/YYYY', 'MM/DD/YYYY', 'YYYY-MM-DD')
    """
    pattern = locale_of(country() if code is None else code).date_formats["short"].pattern
    order = "".join(sorted("dMy", key=pattern.index))
    return {"dMy": "DD/MM/YYYY", "Mdy": "MM/DD/YYYY"}.get(order, "YYYY-MM-DD")
