"""Activity: who did what, when; whether the log is as it was written; the log as a file."""

from __future__ import annotations

import streamlit as st

from i2g_recon.jobs.activity import activity, check, check_words, detail_words, table
from i2g_recon.report.safe_csv import csv_bytes
from i2g_recon.web.desk_tables import plain_table
from i2g_recon.web.parts import (
    current_connection,
    local_time,
    page_header,
    plain,
    sentence_on_failure,
    workspace,
)

SHOWN = 1000

with sentence_on_failure():
    ws = workspace()
    connection = current_connection(ws)
    page_header("Activity", ws, connection)
    lines = activity(ws, connection, SHOWN)
    kinds = sorted({one.what for one in lines})
    with st.container(horizontal=True, key="activity_tools", vertical_alignment="bottom"):
        wanted = st.multiselect("Show only", kinds, key="activity_kinds", placeholder="Everything")
        if st.button("Check the log", key="check_log", icon=":material/verified:"):
            st.session_state["log_checked"] = True
        st.download_button(
            "Download (CSV)",
            lambda: csv_bytes(table(activity(ws, connection, 10**9))),
            "activity.csv",
            "text/csv",
            key="activity_csv",
            on_click="ignore",
        )
    if st.session_state.pop("log_checked", False):
        found = check(ws)
        (st.success if found.intact else st.error)(plain(check_words(found)))
    shown = [one for one in lines if not wanted or one.what in wanted]
    if not shown:
        st.info("Nothing has been done yet." if not lines else "Nothing of this kind has been done.")
        st.stop()
    view = table(shown).drop(columns="Hash")
    view["When"] = [local_time(one.at) for one in shown]
    view["Details"] = [detail_words(one) for one in shown]
    plain_table(
        view[["When", "Who", "What", "About", "Details"]],
        key="activity",
        alt="What was done, newest first",
        columns={"Details": st.column_config.TextColumn("Details", width="large")},
    )
    if len(lines) == SHOWN:
        st.caption(f"The newest {SHOWN:,} lines; the file has all of them.")
