"""Comparing from a page: the work with its progress, and the sentence that stands above the result."""

from __future__ import annotations

import streamlit as st

from i2g_recon.core.policy import Policy
from i2g_recon.jobs.reconcile import RunView, reconcile
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.desk_words import Standing
from i2g_recon.web.parts import plain


def compare_now(ws: Workspace, connection: Connection, policy: Policy | None = None) -> RunView:
    """Read Xero afresh and compare, showing how far it is. Raises what `reconcile` raises."""
    with st.status("Reading Xero and comparing", type="compact") as status:
        bar = st.progress(0.0)

        def progress(done: int, total: int) -> None:
            bar.progress(min(done / total, 1.0) if total else 0.0, text=f"{done:,} of {total:,} invoices read")

        run = reconcile(ws, connection, policy, refresh="always", progress=progress)
        bar.empty()
        status.update(label="Compared", state="complete")
    return run


def show_standing(said: Standing) -> None:
    """The one sentence, in the colour of what it means."""
    show = {"calm": st.success, "attention": st.warning, "alarm": st.error}[said.tone]
    show(plain(said.sentence))
