"""Where the pages are: one table for the router, for links between pages and for the tests.

Page files lie in subfolders of `pages/`: Streamlit serves a flat `pages/*.py` on a fresh server without the router.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Place:
    """One page. name: its address and how code calls it; file: below `pages/`; writes: of no use to an audit."""

    name: str
    file: str
    title: str
    writes: bool = False

    @property
    def path(self) -> Path:
        """The page's file."""
        return ROOT / "pages" / self.file


PLACES = (
    Place("overview", "desk/overview.py", "Overview"),
    Place("import", "desk/import_files.py", "Import"),
    Place("reconcile", "desk/reconcile.py", "Reconcile"),
    Place("push", "desk/push.py", "Push", writes=True),
    Place("close", "desk/close.py", "Close"),
    Place("connect", "setup/connect.py", "Connect"),
    Place("revenue-account", "setup/revenue_account.py", "Revenue account"),
    Place("taxes", "setup/taxes.py", "Taxes"),
    Place("currency", "setup/currency.py", "Currency"),
    Place("review", "setup/review.py", "Review"),
    Place("settings", "admin/settings.py", "Settings"),
    Place("activity", "admin/activity.py", "Activity"),
)
STEPS = ("connect", "revenue-account", "taxes", "currency", "review")


def place(name: str) -> Place:
    """The place of this name."""
    return next(each for each in PLACES if each.name == name)


def page(name: str) -> StreamlitPage:
    """The page as Streamlit's links and switches take it."""
    found = place(name)
    return st.Page(found.path, title=found.title, url_path=found.name)
