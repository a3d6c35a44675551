"""Clients whose Xero contact a person has to name: one line each, above the plan."""

from __future__ import annotations

import streamlit as st

from i2g_recon.core.invoice import Contact
from i2g_recon.jobs.clients import active_contacts, choose_client
from i2g_recon.jobs.plan import PlanView
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.desk_words import count
from i2g_recon.web.parts import plain, sentence_on_failure


def ask_clients(ws: Workspace, connection: Connection, view: PlanView) -> None:
    """A choice for each; what is chosen holds for every later push."""
    if not view.clients:
        return
    with st.expander(f"{count(len(view.clients), 'client waits', 'clients wait')} for your choice", expanded=True):
        known = active_contacts(ws, connection)
        for number, client in enumerate(view.clients):
            told, choice, button = st.columns((3, 3, 1), vertical_alignment="bottom")
            told.text(f"{client.name}\n{client.why} {count(client.invoices, 'invoice', 'invoices')}.")
            near = {one.id for one in client.fitting}
            options = sorted(known, key=lambda one: one.id not in near)
            picked = choice.selectbox(
                f"Xero contact for {client.name}",
                options,
                index=None,
                format_func=words_of,
                key=f"client_{number}",
                placeholder="Choose the contact",
                label_visibility="collapsed",
            )
            if button.button("Use it", key=f"client_use_{number}", disabled=picked is None) and picked:
                with sentence_on_failure():
                    choose_client(ws, connection, client.name, picked.id)
                    st.rerun()
        st.caption(plain("Is the right one archived? Restore it in Xero, then reconcile again."))


def words_of(contact: Contact) -> str:
    """A contact in the list."""
    return f"{contact.name} ({contact.email})" if contact.email else contact.name
