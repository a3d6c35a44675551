"""Push what is missing, change what differs: the plan with its lights, a confirmation, progress, receipts."""

from __future__ import annotations

import streamlit as st

from i2g_recon.jobs.background import sending, start_sending
from i2g_recon.jobs.change_plan import change_plan
from i2g_recon.jobs.overview import overview
from i2g_recon.jobs.plan import plan
from i2g_recon.jobs.push import approve
from i2g_recon.jobs.receipts import last_receipts, left_open
from i2g_recon.jobs.setup_steps import require_complete
from i2g_recon.jobs.worker import waits_because
from i2g_recon.web.beside import computed
from i2g_recon.web.desk_change import show_changes
from i2g_recon.web.desk_clients import ask_clients
from i2g_recon.web.desk_plan import agreed, ask_what_to_push, confirm_push
from i2g_recon.web.desk_progress import show_progress, show_waits
from i2g_recon.web.desk_receipts import show_open, show_receipts
from i2g_recon.web.desk_run import compare_now, show_standing
from i2g_recon.web.desk_undo import show_undo
from i2g_recon.web.desk_words import standing
from i2g_recon.web.parts import (
    current_connection,
    empty_state,
    local_time,
    page_header,
    sentence_on_failure,
    workspace,
)

with sentence_on_failure():
    ws = workspace()
    connection = current_connection(ws)
    page_header("Push", ws, connection)
    setup = require_complete(ws, connection)
    if not overview(ws, connection).imports:
        empty_state("Nothing has been imported yet, so there is nothing to push.", "import", "Import invoices")
        st.stop()

    # What was confirmed is taken out of the session before anything is sent: a rerun finds nothing to repeat.
    confirmed = st.session_state.pop("push_confirmed", None)
    if confirmed is not None:
        with sentence_on_failure():
            approve(ws, connection, agreed(ws, connection, confirmed))
            start_sending(ws, connection)

    if sending(ws, connection):
        show_progress(ws, connection)
        st.stop()
    waiting = left_open(ws, connection)
    if waiting:
        show_waits(waits_because(ws, connection.tenant_id))
        if show_open(waiting):
            start_sending(ws, connection)
            st.rerun()

    pressed = st.button("Reconcile again", key="reconcile_now", icon=":material/sync:")
    with sentence_on_failure():
        compare_now(ws, connection, pressed=pressed)
    words = "Working out what a push would do"  # compared anew when an import or a look at Xero came after the run
    planned, changes = computed(
        f"plan {connection.tenant_id}", words, lambda: (plan(ws, connection), change_plan(ws, connection))
    )
    view = overview(ws, connection)
    if view.run is None or view.outdated:
        show_standing(standing(view, local_time(view.run.created_at) if view.run else ""))

    receipts = last_receipts(ws, connection)
    if receipts:
        show_receipts(receipts, view)
        if not receipts.took_out and show_undo(ws, connection, receipts.push_id):
            start_sending(ws, connection)
            st.rerun()
    st.header("Missing in Xero", anchor=False)
    ask_clients(ws, connection, planned)
    chosen = ask_what_to_push(ws, connection, planned)
    if chosen:
        confirm_push(connection.tenant_id, chosen, setup.status)
    show_changes(ws, connection, changes)
