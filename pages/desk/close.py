"""Close: a period is signed off by one person and reviewed by another; what changes in it afterwards is said aloud."""

from __future__ import annotations

import streamlit as st

from i2g_recon.jobs.close_period import alarms
from i2g_recon.jobs.overview import overview
from i2g_recon.jobs.roll_forward import carried_forward
from i2g_recon.web.desk_close import ask_materiality, ask_period, show_alarms, show_carried, show_said, show_sign_offs
from i2g_recon.web.parts import current_connection, empty_state, page_header, sentence_on_failure, workspace

with sentence_on_failure():
    ws = workspace()
    connection = current_connection(ws)
    page_header("Close", ws, connection)
    if not overview(ws, connection).imports:
        empty_state("Nothing has been imported yet, so there is nothing to sign off.", "import", "Import invoices")
        st.stop()
    with st.container(key="close_told"):  # one place, filled or not: what stands below stays open where it was opened
        show_said()
        show_alarms(alarms(ws, connection))
    st.header("Sign a period off", anchor=False)
    ask_period(ws, connection)
    ask_materiality(ws, connection)
    show_carried(carried_forward(ws, connection))
    st.header("Signed off", anchor=False)
    show_sign_offs(ws, connection)
