"""Saved views above the work list: links that set its filters, and the form that saves those of now under a name."""

from __future__ import annotations

import streamlit as st

from i2g_recon.jobs.views import LONGEST, forget_view, save_view, views_of
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.desk_tables import link
from i2g_recon.web.parts import plain, sentence_on_failure

FILTERS = ("bucket", "reason", "currency", "finding", "search", "state", "with", "age", "least", "order")


def forget_filters() -> None:
    """A link that names a filter means that one alone: what was chosen at an earlier visit is forgotten.

    Called when another page is opened, before its widgets are drawn.
    """
    if any(name in st.query_params for name in FILTERS):
        for name in FILTERS:
            st.session_state.pop(name, None)


def ask_view(ws: Workspace, connection: Connection) -> None:
    """The popover with the saved views."""
    views = views_of(ws, connection)
    with st.popover(f"Saved views ({len(views)})" if views else "Saved views", icon=":material/bookmark:"):
        for number, (name, filters) in enumerate(views.items()):
            there, away = st.columns((5, 1), vertical_alignment="center")
            with there:
                link("reconcile", name, **filters)
            if away.button("", icon=":material/delete:", key=f"view_away_{number}", help=plain(f"Forget {name}")):
                forget_view(ws, connection, name)
                st.rerun()
        name = st.text_input("Save these filters as", key="view_name", max_chars=LONGEST)
        if st.button("Save view", key="view_save", disabled=not name.strip()):
            with sentence_on_failure():
                chosen = {one: str(st.query_params[one]) for one in FILTERS if one in st.query_params}
                save_view(ws, connection, name, chosen)
                st.rerun()
