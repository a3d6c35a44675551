"""Step 1: what Xero will be asked for, the way there, and the organisations that are connected."""

from __future__ import annotations

import streamlit as st

from i2g_recon.errors import NotConnected
from i2g_recon.jobs.connect import login_address
from i2g_recon.jobs.setup_steps import setup_view
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.parts import local_time, page_header, plain, show_steps, workspace
from i2g_recon.web.places import page
from i2g_recon.web.sign_in import CONNECTED, sentence
from i2g_recon.web.walk_through import finished_steps, show_disconnect

ASKED_FOR = """
| Permission | Why |
|---|---|
| Sales invoices: read and write | To compare them with Invoice2go and to add the missing ones you approve |
| Contacts: read and write | To find the customer of an invoice, or to add one that is missing |
| Settings: read only | Revenue accounts, tax rates, currencies and lock dates |
| Your name and e-mail address | To show who connected |
"""
# A link of our own: Streamlit's opens a new tab, and the sign-in belongs in this one. White on the accent is readable
# in light and dark.
LINK = """
<a href="{address}" target="_self" style="display:inline-block;padding:.45rem 1rem;border-radius:6px;
background:#0B6E4F;color:#fff;text-decoration:none;font-weight:600">{label}</a>
"""


def show() -> None:
    """The page."""
    ws = workspace()
    connections, chosen = ws.store.connections(), chosen_one(ws)
    page_header("Connect", ws, chosen)
    known = chosen is not None and ws.store.organisation(chosen.tenant_id) is not None
    show_steps(1, finished_steps(setup_view(ws, chosen)) if chosen and known else {"connect"} if chosen else ())
    show_ending()
    if not connections:
        show_way_to_xero(ws, "Connect Xero")
        return
    for connection in connections:
        show_connection(ws, connection, is_chosen=connection == chosen)
    if chosen and st.button("Next", key="next", type="primary", icon=":material/arrow_forward:"):
        st.switch_page(page("revenue-account"))
    with st.expander("Connect another organisation, or this one again", expanded=chosen_is_lost(chosen)):
        show_way_to_xero(ws, "Connect Xero again")


def chosen_is_lost(chosen: Connection | None) -> bool:
    """Whether connecting again is what this visit is for."""
    return chosen is not None and chosen.state != "connected"


def chosen_one(ws: Workspace) -> Connection | None:
    """The organisation that is worked on, if that is clear."""
    try:
        return ws.organisation()
    except NotConnected:
        return None


def show_ending() -> None:
    """How the sign-in ended, said once: the address forgets it."""
    code = st.query_params.get("xero")
    if code is None:
        return
    del st.query_params["xero"]
    if code == CONNECTED:
        st.success(sentence(code), icon=":material/check_circle:")
    else:
        st.error(sentence(code), icon=":material/error:")


def show_way_to_xero(ws: Workspace, label: str) -> None:
    """What will be asked for and the link that leads there in this same tab."""
    st.markdown(
        "You sign in at Xero, choose the organisation and allow access. Your Xero password stays with Xero; "
        "the permission is kept encrypted on this computer and you can end it at any time."
    )
    st.markdown(ASKED_FOR)
    st.html(LINK.format(address=login_address(ws), label=label))


def show_connection(ws: Workspace, connection: Connection, *, is_chosen: bool) -> None:
    """One organisation: since when, by whom, in what state, and what can be done with it."""
    with st.container(border=True):
        healthy = connection.state == "connected"
        badge = ":green-badge[Connected]" if healthy else ":red-badge[Reconnect needed]"
        marker = " :blue-badge[Working on this one]" if is_chosen else ""
        st.markdown(f"**{plain(connection.name)}** {badge}{marker}")
        by = f" by {connection.connected_by}" if connection.connected_by else ""
        st.text(f"Connected {local_time(connection.connected_at)}{by}")
        with st.container(horizontal=True):
            if not is_chosen and st.button("Work on this one", key=f"choose_{connection.tenant_id}"):
                ws.store.choose_organisation(connection.tenant_id)
                st.rerun()
            show_disconnect(ws, connection)


show()
