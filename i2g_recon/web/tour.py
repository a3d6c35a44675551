"""The tour for a first visit: five steps in a dialog, offered once for a workspace and found again under Settings."""

from __future__ import annotations

import streamlit as st

from i2g_recon.jobs.workspace import Workspace
from i2g_recon.web.places import page, place

SEEN = "tour seen"  # of the workspace
AT = "tour_step"
STEPS: tuple[tuple[str, str, str], ...] = (
    (
        "overview",
        "Where the books stand",
        (
            "One sentence says how many invoices need you and how much money they are about. The bars lead from "
            "the Invoice2go total to the Xero total; press one to see its invoices. What is unexplained must be "
            "0.00."
        ),
    ),
    (
        "import",
        "Bring the export in",
        (
            "Drop the file as Invoice2go gave it. Every row is read or named with what is wrong and what to do. "
            "The same file twice does no harm, and an import can be taken back."
        ),
    ),
    (
        "reconcile",
        "Work through what needs you",
        (
            "Tick one line to see both invoices side by side, or several to do the same with all of them. Lines "
            "close by themselves when the next comparison no longer shows them."
        ),
    ),
    (
        "push",
        "Put what is missing into Xero",
        (
            "Each invoice has a light: green posts, amber posts with a remark, red waits and says why. Nothing is "
            "sent before you say yes, each invoice goes once, and a push can be taken back while nobody has "
            "touched it."
        ),
    ),
    (
        "close",
        "Sign the period off",
        (
            "One person signs, another reviews. The evidence is kept, and whatever changes in the period "
            "afterwards is said aloud on the overview."
        ),
    ),
)


def offer_tour(ws: Workspace) -> None:
    """A line above the page, until somebody took the tour or said no."""
    if ws.store.preference(SEEN):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="tour_offer"):
        sample = " with the sample organisation" if ws.settings.demo else ""
        st.text(f"New here? Two minutes show the way{sample}.")
        if st.button("Show me", key="tour_start", icon=":material/explore:"):
            st.session_state[AT] = 0
            show_tour(ws)
        if st.button("No, thank you", key="tour_no"):
            ws.store.prefer(SEEN, "no")
            st.rerun()


@st.dialog("The way through", width="medium")
def show_tour(ws: Workspace) -> None:
    """One step at a time, each with its page."""
    ws.store.prefer(SEEN, "yes")
    at = min(int(st.session_state.get(AT, 0)), len(STEPS) - 1)
    name, title, words = STEPS[at]
    st.subheader(title, anchor=False)
    st.text(words)
    st.page_link(page(name), label=f"Open page {place(name).title}", icon=":material/arrow_forward:")
    st.progress((at + 1) / len(STEPS), text=f"{at + 1} of {len(STEPS)}")
    with st.container(horizontal=True, key="tour_buttons"):
        if st.button("Back", key="tour_back", disabled=at == 0):
            st.session_state[AT] = at - 1
            st.rerun(scope="fragment")
        if at + 1 < len(STEPS):
            if st.button("Next", key="tour_next", type="primary"):
                st.session_state[AT] = at + 1
                st.rerun(scope="fragment")
        elif st.button("Done", key="tour_done", type="primary"):
            st.rerun()
