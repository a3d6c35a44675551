"""Step 1: what Xero will be asked for, the way there, and the organisations that are connected."""

from __future__ import annotations

import streamlit as st

from i2g_recon.jobs.connect import connect_custom, login_address
from i2g_recon.jobs.setup_steps import setup_view
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.browser import visitors_browser
from i2g_recon.web.parts import LOST, can_write, page_header, plain, show_steps, since, workspace
from i2g_recon.web.places import page
from i2g_recon.web.sign_in import CONNECTED, MOVED, sentence
from i2g_recon.web.tab import leave, organisation_of_tab, work_on
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
QUIET_LINK = """
<a href="{address}" target="_self" style="color:inherit">{label}</a>
"""
PROMISE = (
    "Your Xero password stays with Xero; the permission is kept encrypted on this computer "
    "and you can end it at any time."
)


def show() -> None:
    """The page."""
    ws = workspace()
    connections, chosen = ws.store.connections(), organisation_of_tab(ws)
    page_header("Connect", ws, chosen)
    known = chosen is not None and ws.store.organisation(chosen.tenant_id) is not None
    show_steps(1, finished_steps(setup_view(ws, chosen)) if chosen and known else {"connect"} if chosen else ())
    show_ending()
    if not connections:
        show_way_to_xero(ws, "Connect Xero")
        return
    if chosen is None:
        st.info("Choose the organisation to work on. Nothing is read from any of them, or written, until you do.")
    for connection in connections:
        show_connection(ws, connection, is_chosen=connection == chosen)
    if chosen and st.button("Next", key="next", type="primary", icon=":material/arrow_forward:"):
        st.switch_page(page("revenue-account"))
    with st.expander("Connect another organisation, or this one again", expanded=chosen_is_lost(chosen)):
        show_way_to_xero(ws, "Connect Xero again")


def chosen_is_lost(chosen: Connection | None) -> bool:
    """Whether connecting again is what this visit is for."""
    return chosen is not None and chosen.state != "connected"


def show_ending() -> None:
    """How the sign-in ended, said once: the address forgets it."""
    code = st.query_params.get("xero")
    if code is None:
        return
    del st.query_params["xero"]
    if code == CONNECTED:
        st.success(sentence(code), icon=":material/check_circle:")
    elif code == MOVED:
        st.info(sentence(code), icon=":material/info:")
    else:
        st.error(sentence(code), icon=":material/error:")


def show_way_to_xero(ws: Workspace, label: str) -> None:
    """What will be asked for, and the way to it: through Xero's pages in this same tab, or by the app's own secret."""
    if ws.settings.grant == "client_credentials":
        show_custom_connection(ws, label)
        return
    st.markdown(f"You sign in at Xero, choose the organisation and allow access. {PROMISE}")
    st.markdown(ASKED_FOR)
    browser = visitors_browser()
    st.html(LINK.format(address=login_address(ws, browser), label=label))
    st.caption(
        "For an audit the permission to read is enough. Then nothing on these pages can change anything in Xero."
    )
    st.html(QUIET_LINK.format(address=login_address(ws, browser, read_only=True), label="Connect to read only"))


def show_custom_connection(ws: Workspace, label: str) -> None:
    """A custom connection belongs to the app and to one organisation: no page of Xero's, two buttons."""
    st.markdown(f"This app has a custom connection: Xero lets it into one organisation without a sign-in. {PROMISE}")
    with st.container(horizontal=True):
        full = st.button(label, key="connect_custom", type="primary", icon=":material/link:")
        audit = st.button("Connect to read only", key="connect_custom_audit", icon=":material/visibility:")
    if full or audit:
        connect_custom(ws, read_only=audit)
        leave()
        st.query_params["xero"] = CONNECTED
        st.rerun()


def show_connection(ws: Workspace, connection: Connection, *, is_chosen: bool) -> None:
    """One organisation: since when, by whom, in what state, and what can be done with it."""
    with st.container(border=True):
        lost = LOST.get(connection.state)
        badge = f":red-badge[{lost[0]}]" if lost else ":green-badge[Connected]"
        badge += "" if lost or can_write(ws, connection) else " :violet-badge[Audit: read only]"
        marker = " :blue-badge[Working on this one]" if is_chosen else ""
        st.markdown(f"**{plain(connection.name)}** {badge}{marker}")
        st.text(since(connection).replace("connected", "Connected", 1))
        with st.container(horizontal=True):
            if not is_chosen and st.button("Work on this one", key=f"choose_{connection.tenant_id}"):
                work_on(ws, connection.tenant_id)
                st.rerun()
            show_disconnect(ws, connection)


show()
