"""What can be taken away from a run: working papers, and notebooks as a page or for Jupyter."""

from __future__ import annotations

from functools import partial

import streamlit as st

from i2g_recon.jobs.decisions import decisions_of
from i2g_recon.jobs.notebooks import ABOUT_A_RUN, notebook_for, read_as_page
from i2g_recon.jobs.reconcile import RunView
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.report.paper import Kind, paper_bytes
from i2g_recon.web.beside import done
from i2g_recon.web.parts import sentence_on_failure

MIME: dict[Kind, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
    "json": "application/json",
}
LABELS: dict[Kind, str] = {"xlsx": "Excel", "html": "Web page", "json": "Data (JSON)"}


def show_downloads(ws: Workspace, run: RunView) -> None:
    """The run as a working paper; it is made when the button is pressed."""
    st.header("Working paper", anchor=False)
    with st.container(horizontal=True, key="downloads"):
        for kind, label in LABELS.items():
            st.download_button(
                label,
                partial(paper_now, ws, run, kind),
                f"reconciliation-{run.id}.{kind}",
                MIME[kind],
                key=f"paper_{kind}",
                on_click="ignore",
                icon=":material/download:",
            )
    show_notebooks(ws, run)


def paper_now(ws: Workspace, run: RunView, kind: Kind) -> bytes:
    """The paper of a run with everything that was decided about it by now."""
    return paper_bytes(run.contract_document(all_items=True), kind, decisions_of(ws, run))


def show_notebooks(ws: Workspace, run: RunView) -> None:
    """A notebook about the run: as a page that is made here, or as a file for Jupyter."""
    shown = "notebook_shown" in st.session_state or f"doing notebook {run.tenant_id}" in st.session_state
    with st.expander("Open as a notebook", expanded=shown):
        st.caption(
            "As a page it runs here and shows its tables and charts. For Jupyter it is a copy that reads this "
            "comparison from your workspace, with room for your own questions."
        )
        name = st.selectbox("Notebook", ABOUT_A_RUN, format_func=ABOUT_A_RUN.__getitem__, key="notebook_name")
        with st.container(horizontal=True, key="notebooks"):
            pressed = st.button("Make the page", key="notebook_page", icon=":material/menu_book:")
            st.download_button(
                "Download for Jupyter",
                partial(notebook_for, ws, run, name),
                f"{name}-{run.id}.ipynb",
                "application/x-ipynb+json",
                key="notebook_file",
                on_click="ignore",
                icon=":material/download:",
            )
        with sentence_on_failure():
            page = done(
                pressed,
                f"notebook {run.tenant_id}",
                "Running the notebook",
                lambda progress: (name, read_as_page(ws, run, name, progress)),
                units="boxes",
                stoppable=True,
            )
            if page is not None:
                st.session_state["notebook_shown"] = (run.id, *page)
        run_id, made_of, made = st.session_state.get("notebook_shown", ("", "", b""))
        if run_id == run.id:
            st.download_button(
                f"Save the page: {ABOUT_A_RUN[made_of]}",
                made,
                f"{made_of}-{run.id}.html",
                "text/html",
                key="notebook_html",
                on_click="ignore",
                type="primary",
                icon=":material/download:",
            )
