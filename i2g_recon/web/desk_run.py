"""Comparing from a page: the work with its progress, and the sentence that stands above the result."""

from __future__ import annotations

import streamlit as st

from i2g_recon.core.policy import Policy
from i2g_recon.jobs.reconcile import reconcile
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.beside import done
from i2g_recon.web.desk_words import Standing
from i2g_recon.web.parts import plain


def compare_now(ws: Workspace, connection: Connection, policy: Policy | None = None, *, pressed: bool) -> None:
    """Read Xero afresh and compare when the button was pressed, showing how far it is. Raises what `reconcile` raises.

    The page ends here meanwhile; the comparison goes on when it is left.
    """
    run = done(
        pressed,
        f"compare {connection.tenant_id}",
        "Reading Xero and comparing",
        lambda progress: reconcile(ws, connection, policy, refresh="always", progress=progress),
        units="invoices read",
    )
    if run is not None:
        st.toast("Compared with Xero as of now.", icon=":material/check:")


def show_standing(said: Standing) -> None:
    """The one sentence, in the colour of what it means."""
    show = {"calm": st.success, "attention": st.warning, "alarm": st.error}[said.tone]
    show(plain(said.sentence))
