"""The work list: compare, filter, choose an invoice, see both sides of it."""

from __future__ import annotations

import streamlit as st

from i2g_recon.jobs.cases import cases_of, notes_of
from i2g_recon.jobs.overview import overview
from i2g_recon.jobs.policies import policy_of
from i2g_recon.jobs.reconcile import detail
from i2g_recon.web.desk_accept import show_decided, show_decisions, show_reopened
from i2g_recon.web.desk_cases import act_on, show_notes
from i2g_recon.web.desk_detail import show_detail
from i2g_recon.web.desk_papers import show_downloads
from i2g_recon.web.desk_run import compare_now, show_standing
from i2g_recon.web.desk_views import ask_view
from i2g_recon.web.desk_words import standing
from i2g_recon.web.desk_work import ask_period, chosen_items, filter_items
from i2g_recon.web.parts import (
    current_connection,
    empty_state,
    local_time,
    page_header,
    sentence_on_failure,
    workspace,
)
from i2g_recon.web.places import page

with sentence_on_failure():
    ws = workspace()
    connection = current_connection(ws)
    page_header("Reconcile", ws, connection)
    if "push_confirmed" in st.session_state:  # a yes to a push is acted upon where its progress is shown
        st.switch_page(page("push"))

    view = overview(ws, connection)
    if not view.imports:
        empty_state("Nothing has been imported yet, so there is nothing to compare.", "import", "Import invoices")
        st.stop()

    place_of_sentence = st.container()
    period_from, period_to, usable = ask_period(view.run)
    policy = policy_of(ws, connection.tenant_id, period_from, period_to)
    with st.container(horizontal=True, key="list_head"):
        pressed = st.button(
            "Reconcile now", key="reconcile_now", type="primary", icon=":material/sync:", disabled=not usable
        )
        ask_view(ws, connection)
    with sentence_on_failure():
        compare_now(ws, connection, policy, pressed=pressed)
    view = overview(ws, connection)

    with place_of_sentence:
        show_standing(standing(view, local_time(view.run.created_at) if view.run else ""))
    if view.run is None:
        st.stop()
    with st.container(key="list_told"):  # one place, filled or not: what stands below stays open where it was opened
        show_decided()
        show_reopened(view.run)

    cases = cases_of(ws, connection.tenant_id)
    items = filter_items(view.run, cases)
    ticked = chosen_items(view.run, items, cases)
    act_on(ws, connection, view.run, ticked)
    if len(ticked) == 1:
        item = ticked[0]
        st.header("Side by side", anchor=False)
        show_notes(notes_of(ws, connection.tenant_id, item))
        show_decisions(ws, connection, view.run, item, policy)
        show_detail(detail(ws, view.run, item))
    show_downloads(ws, view.run)
