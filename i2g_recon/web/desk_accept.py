"""Two invoices that a person takes for one: the button beside each near match, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from i2g_recon.core.policy import Policy
from i2g_recon.jobs.accept import accept, withdraw
from i2g_recon.jobs.reconcile import RunView
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.parts import plain, sentence_on_failure


def show_decisions(
    ws: Workspace, connection: Connection, run: RunView, item: Mapping[str, Any], policy: Policy
) -> None:
    """What can be decided about an item: take it for one with a near match, or take that back."""
    for n, near in enumerate(item["proposals"]):
        st.text(f"Perhaps the same as {near['number'] or 'one without a number'}: {near['why']}")
        source_id = near.get("source_id") or item["source_ids"][0]
        target_id = near.get("target_id") or item["target_ids"][0]
        if st.button("These two are one invoice", key=f"accept_{n}", icon=":material/link:"):
            with sentence_on_failure():
                accept(ws, connection, run, source_id, target_id, policy)
                st.session_state["decided"] = "Taken for one invoice. It is opened again when one of the two changes."
                st.rerun()
    if item.get("matched_by") == "accepted":
        st.text("A person took these two for one invoice.")
        if st.button("They are two invoices after all", key="withdraw", icon=":material/link_off:"):
            with sentence_on_failure():
                withdraw(ws, connection, item["source_ids"][0], policy)
                st.session_state["decided"] = "They are two invoices again."
                st.rerun()


def show_decided() -> None:
    """What was decided a moment ago, once."""
    if said := st.session_state.pop("decided", ""):
        st.success(plain(said))


def show_reopened(run: RunView) -> None:
    """Pairs that a person accepted and that do not stand any more."""
    reopened = run.document.get("reopened", ())
    for one in reopened:
        number = next((item["number"] for item in run.document["items"] if one["source_id"] in item["source_ids"]), "")
        st.warning(
            plain(f"{number or 'A pair'} was taken for one with an invoice in Xero; it is open again: {one['why']}.")
        )
