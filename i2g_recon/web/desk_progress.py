"""A push under way: how far it is, the pause that Xero asked for, and the button that stops it.

Everything is read from the store each second, so a reload and a second viewer see the same.
"""

from __future__ import annotations

import streamlit as st

from i2g_recon.jobs.background import Progress, progress, stop_after_batch
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.desk_words import count
from i2g_recon.web.parts import plain

EVERY_S = 1.0


@st.fragment(run_every=EVERY_S)
def show_progress(ws: Workspace, connection: Connection) -> None:
    """The bar of the push under way; when it has ended, the whole page is shown anew."""
    found = progress(ws, connection)
    if found is None or not found.running:
        st.rerun(scope="app")
        return
    st.progress(found.done / found.of_all, text=progress_words(found))
    st.caption("You can leave this page or close the browser; it goes on.")
    if found.wait_s:
        st.text(f"Xero asked for a pause: it goes on in {count(found.wait_s, 'second', 'seconds')}.")
    if found.cancelled:
        st.text("Stopping after the batch under way; what was not sent yet is skipped.")
    elif st.button("Stop after this batch", key="push_stop", icon=":material/stop_circle:"):
        stop_after_batch(ws, connection, found.push_id)
        st.rerun(scope="fragment")


def progress_words(found: Progress) -> str:
    """How many are done; when all are, Xero is being read again."""
    if found.done == found.of_all:
        return "All sent. Reading Xero again and comparing."
    return f"{found.done:,} of {count(found.of_all, 'invoice has its outcome', 'invoices have their outcome')}."


def show_waits(words: str) -> None:
    """Why a push does not go on."""
    if words:
        st.warning(plain(words), icon=":material/hourglass_empty:")
