"""Which organisation a browser tab is about. Each tab has its own, and nothing done in another tab changes it.

The choice lies in the tab's session and, while several organisations are connected, in its address, so that reloading
keeps it. A new tab begins with the workspace's latest choice. A tab whose organisation was disconnected elsewhere shows
none until somebody chooses: it never slides over to another client's books.
"""

from __future__ import annotations

import streamlit as st

from i2g_recon.errors import NotConnected
from i2g_recon.jobs.workspace import Connection, Workspace

TAB = "organisation_of_this_tab"
ADDRESS = "organisation"


def organisation_of_tab(ws: Workspace) -> Connection | None:
    """The organisation this tab works on; None when none is chosen, or its connection has gone."""
    known = {one.tenant_id: one for one in ws.store.connections()}
    if TAB in st.session_state:
        return known.get(st.session_state[TAB])
    chosen = known.get(st.query_params.get(ADDRESS, "")) or usual(ws)
    if chosen is not None:
        st.session_state[TAB] = chosen.tenant_id
    return chosen


def usual(ws: Workspace) -> Connection | None:
    """The workspace's latest choice, or the only organisation."""
    try:
        return ws.organisation()
    except NotConnected:
        return None


def keep_in_address(ws: Workspace) -> None:
    """Let the address name the tab's organisation while there is more than one."""
    tenant_id = st.session_state.get(TAB, "")
    if tenant_id and len(ws.store.connections()) > 1 and st.query_params.get(ADDRESS) != tenant_id:
        st.query_params[ADDRESS] = tenant_id


def work_on(ws: Workspace, tenant_id: str) -> None:
    """Choose for this tab, and for tabs opened later. Nothing typed or ticked for another organisation stays.

    Whoever calls it leaves the page with a switch to another one: that is what empties the page's fields.
    """
    ws.store.choose_organisation(tenant_id)
    st.session_state.clear()
    st.session_state[TAB] = tenant_id
    st.query_params.clear()


def leave() -> None:
    """The tab's organisation was disconnected here: begin anew with whatever is usual."""
    st.session_state.clear()
    st.query_params.clear()
