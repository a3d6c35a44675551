"""Where the books stand: one sentence, the counts, the money on both sides and what lies between, what to do next."""

from __future__ import annotations

import streamlit as st

from i2g_recon.jobs.close_period import alarms
from i2g_recon.jobs.overview import overview
from i2g_recon.web.desk_close import show_alarms
from i2g_recon.web.desk_drift import show_drift
from i2g_recon.web.desk_health import show_health
from i2g_recon.web.desk_overview import (
    show_bridges,
    show_counts,
    show_findings,
    show_next_action,
    show_root_causes,
)
from i2g_recon.web.desk_run import compare_now, show_standing
from i2g_recon.web.desk_words import standing
from i2g_recon.web.parts import (
    can_write,
    current_connection,
    empty_state,
    local_time,
    page_header,
    sentence_on_failure,
    workspace,
)
from i2g_recon.web.tour import offer_tour

with sentence_on_failure():
    ws = workspace()
    connection = current_connection(ws)
    page_header("Overview", ws, connection)
    offer_tour(ws)

    if not overview(ws, connection).imports:
        empty_state("Nothing has been imported yet, so nothing is known about the books.", "import", "Import invoices")
        st.stop()

    show_alarms(alarms(ws, connection))
    place_of_sentence = st.container()
    pressed = st.button("Reconcile now", key="reconcile_now", icon=":material/sync:")
    with sentence_on_failure():
        compare_now(ws, connection, pressed=pressed)

    view = overview(ws, connection)
    with place_of_sentence:
        show_standing(standing(view, local_time(view.run.created_at) if view.run else ""))

    if view.run is not None:
        show_next_action(view, may_push=can_write(ws, connection))
        show_counts(view.run)
        show_health(ws, connection, view.run)
        show_findings(view.run)
        show_root_causes(view.run)
        show_bridges(view.run)
        show_drift(ws, connection)
