"""What the set-up pages share: the set-up as it stands, which steps are finished, disconnecting asked twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from i2g_recon.core.setup import usable_rate
from i2g_recon.jobs.already_pushed import WHAT_TO_DO, Consequence
from i2g_recon.jobs.connect import disconnect
from i2g_recon.jobs.pull import last_pull
from i2g_recon.jobs.setup_steps import SetupView, TaxRow, setup_view
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.beside import computed
from i2g_recon.web.parts import current_connection, page_header, plain, show_steps, workspace
from i2g_recon.web.places import STEPS, page, place
from i2g_recon.web.tab import leave

ASKED = "asked_to_disconnect"
STATUSES = {
    "DRAFT": "Draft",
    "AUTHORISED": "Approved",
}
STATUS_MEANINGS = {
    "DRAFT": "Safe: a draft changes no report and no tax return until somebody approves it in Xero.",
    "AUTHORISED": "Counts at once in receivables, sales and the tax return.",
}
ROUNDING_MEANING = (
    "Xero rounds each line by itself, so some invoices would come out a cent or two off. A line named Rounding makes "
    "them equal, and the plan says so for each. With 0 there is no such line, and those invoices wait for you."
)
AUTO_EXPORT_MEANING = (
    "On: sent invoices that Xero lacks are pushed without asking after each import. Off: you approve each push."
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the walk-through with everything it shows."""

    ws: Workspace
    connection: Connection
    view: SetupView


def begin_step(name: str) -> Step:
    """Head, steps and data of a set-up page; reads the organisation from Xero the first time."""
    ws = workspace()
    connection = current_connection(ws)
    head = st.container()
    if last_pull(ws, connection.tenant_id) is None:
        words = f"Reading {plain(connection.name)} from Xero"
        view = computed(f"organisation {connection.tenant_id}", words, lambda: setup_view(ws, connection))
    else:
        view = setup_view(ws, connection)
    with head:
        page_header(place(name).title, ws, connection)
        show_steps(STEPS.index(name) + 1, finished_steps(view))
    return Step(ws, connection, view)


def finished_steps(view: SetupView) -> frozenset[str]:
    """The names of the steps that need nothing more."""
    setup, settled = view.setup, all(is_settled(row, view) for row in view.taxes) or not view.organisation.pays_tax
    account = any(account.code == setup.revenue_account for account in view.accounts)
    currency = setup.currency_confirmed and not any(finding.blocks for finding in view.currencies)
    finished = {
        "connect": True,
        "revenue-account": account,
        "taxes": (setup.taxes_confirmed and settled) or not view.organisation.pays_tax,
        "currency": currency,
        "review": setup.completed and not view.missing,
    }
    return frozenset(name for name, done in finished.items() if done)


def is_settled(row: TaxRow, view: SetupView) -> bool:
    """A tax that is mapped to a rate that can be used, held by choice, or needs neither."""
    return row.held or not (row.needed or row.tax_type) or usable_rate(row.tax_type, view.organisation) is not None


def show_disconnect(ws: Workspace, connection: Connection) -> None:
    """The way out of a connection, asked twice."""
    if st.session_state.get(ASKED) != connection.tenant_id:
        if st.button("Disconnect", key=f"disconnect_{connection.tenant_id}", icon=":material/link_off:"):
            st.session_state[ASKED] = connection.tenant_id
            st.rerun()
        return
    st.warning(
        f"Disconnect {plain(connection.name)}? Xero forgets the permission at once. "
        "Set-up, imports and receipts stay here, and connecting again brings them back."
    )
    with st.container(horizontal=True):
        if st.button("Yes, disconnect", key=f"disconnect_now_{connection.tenant_id}", type="primary"):
            disconnect(ws, connection)
            leave()
            st.switch_page(page("connect"))
        if st.button("Keep it connected", key=f"keep_{connection.tenant_id}"):
            del st.session_state[ASKED]
            st.rerun()


def show_consequences(found: Sequence[Consequence]) -> None:
    """What the choices mean for invoices that were pushed before, and which those are."""
    if not found:
        return
    st.warning(
        "What is in Xero already is not changed by this:\n\n" + "\n".join(f"- {plain(one.sentence)}" for one in found)
    )
    with st.expander("Which invoices"):
        for one in found:
            st.text(f"{one.words.capitalize()}\n{', '.join(one.numbers)}")
        st.caption(WHAT_TO_DO)
