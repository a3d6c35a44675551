"""The router: which pages there are and where a visitor without an address lands.

Called from the server's main script and from `streamlit_app.py` run as a bare script. It must lie inside the package:
see `places`.
"""

from __future__ import annotations

import streamlit as st

from i2g_recon.errors import NotConnected
from i2g_recon.web.parts import HERE, sentence_on_failure, workspace
from i2g_recon.web.places import PLACES, ROOT, page

ICON = ROOT / "i2g_recon" / "icon.png"


def show() -> None:
    """Draw the navigation and the page the address names."""
    st.set_page_config(page_title="i2g-recon", page_icon=str(ICON), layout="wide")
    # A home of its own keeps every page at its own address, whichever of them is the right start.
    home = st.Page(start, title="Start", url_path="start", default=True, visibility="hidden")
    chosen = st.navigation([home, *(page(each.name) for each in PLACES)], position="top")
    st.session_state[HERE] = chosen.title
    with sentence_on_failure():
        chosen.run()


def start() -> None:
    """The page to begin with: the overview once an organisation is connected, else Connect."""
    st.switch_page(page("overview" if is_connected() else "connect"))


def is_connected() -> bool:
    """Whether there is an organisation to show."""
    try:
        workspace().organisation()
    except NotConnected:
        return False
    return True
