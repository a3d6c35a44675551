"""The router: which pages there are and where a visitor without an address lands.

Called from the server's main script and from `streamlit_app.py` run as a bare script. It must lie inside the package:
see `places`.
"""

from __future__ import annotations

import streamlit as st

from i2g_recon.errors import ReconError
from i2g_recon.web.beside import forget_computed
from i2g_recon.web.desk_views import forget_filters
from i2g_recon.web.parts import HERE, can_write, sentence_on_failure, workspace
from i2g_recon.web.places import PLACES, ROOT, Place, page
from i2g_recon.web.tab import keep_in_address, organisation_of_tab

ICON = ROOT / "i2g_recon" / "icon.png"


def show() -> None:
    """Draw the navigation and the page the address names."""
    st.set_page_config(page_title="i2g-recon", page_icon=str(ICON), layout="wide")
    # A home of its own keeps every page at its own address, whichever of them is the right start.
    home = st.Page(start, title="Start", url_path="start", default=True, visibility="hidden")
    chosen = st.navigation([home, *(page(each.name) for each in offered())], position="top")
    if st.session_state.get(HERE) != chosen.title:
        forget_computed()
        forget_filters()
    st.session_state[HERE] = chosen.title
    with sentence_on_failure():
        chosen.run()


def offered() -> tuple[Place, ...]:
    """The pages of this tab; those that write are absent for an audit. What is wrong with the home the page says."""
    try:
        ws = workspace()
        connection = organisation_of_tab(ws)
        keep_in_address(ws)
    except ReconError:
        return PLACES
    audit = connection is not None and not can_write(ws, connection)
    return tuple(each for each in PLACES if not (audit and each.writes))


def start() -> None:
    """The page to begin with: the overview once an organisation is connected, else Connect."""
    st.switch_page(page("overview" if is_connected() else "connect"))


def is_connected() -> bool:
    """Whether there is an organisation to show."""
    return organisation_of_tab(workspace()) is not None
