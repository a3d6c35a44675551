"""Taking the last push back: looked up first, with what goes and what stays, then asked once more."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from i2g_recon.jobs.undo import UndoPlan, approve_undo, undo_plan
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.beside import computed
from i2g_recon.web.desk_tables import badge, plain_table
from i2g_recon.web.desk_words import count
from i2g_recon.web.parts import plain, sentence_on_failure

COLOURS = {"Goes": "orange", "Stays": "gray"}


def show_undo(ws: Workspace, connection: Connection, push_id: str) -> bool:
    """The button under the receipts, and what it would do; True when a person has said yes and it is to be sent."""
    if st.button("Take this push back", key="undo_look", icon=":material/undo:"):
        st.session_state["undo_shown"] = push_id
    if st.session_state.get("undo_shown") != push_id:
        return False
    with sentence_on_failure(), st.container(border=True):
        words = "Looking in Xero what can still be taken back"
        planned = computed(f"undo {push_id}", words, lambda: undo_plan(ws, connection, push_id))
        possible = len(planned.possible)
        st.markdown(plain(f"{possible:,} of {count(len(planned.invoices), 'invoice', 'invoices')} can be taken back."))
        plain_table(
            undo_table(planned),
            key="undo_table",
            alt="What happens to each invoice of the push",
            columns={
                "What": badge("What", COLOURS),
                "Why": st.column_config.TextColumn("Why", width="large"),
            },
        )
        with st.container(horizontal=True, key="undo_answer"):
            label = f"Take {count(possible, 'invoice', 'invoices')} out of Xero"
            said_yes = st.button(label, key="undo_yes", type="primary", disabled=not possible)
            said_no = st.button("Leave them", key="undo_no")
        if said_yes or said_no:
            del st.session_state["undo_shown"]
        if said_yes:
            approve_undo(ws, connection, planned)
            return True
        if said_no:
            st.rerun()
    return False


def undo_table(planned: UndoPlan) -> pd.DataFrame:
    """One row per invoice of the push."""
    rows = [
        {
            "What": ["Goes" if one.action else "Stays"],
            "Number": one.command.number,
            "Xero number": one.command.xero_invoice_number,
            "Client": one.command.contact_name,
            "Why": one.words,
        }
        for one in planned.invoices
    ]
    return pd.DataFrame(rows, dtype=object)
