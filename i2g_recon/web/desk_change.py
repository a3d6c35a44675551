"""Invoices that are in Xero and differ: what can be done about each, the fields to change, and the button."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from i2g_recon.core.money import exponent, from_minor
from i2g_recon.core.plan import PushCommand
from i2g_recon.jobs.change_plan import FIELDS, ChangeView, change_plan
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.desk_plan import Confirmed, remember
from i2g_recon.web.desk_tables import badge, money, places_of, selected_rows
from i2g_recon.web.desk_words import count
from i2g_recon.web.parts import plain

NAMES = {"date": "Date", "due_date": "Due date", "contact": "Client", "lines": "Lines and amounts"}
ACTIONS = {"update": "Change the draft", "replace": "Void and copy again", "hold": "Change it in Xero"}
UNDER_WAY = "Under way"
COLOURS = {
    "Change the draft": "green",
    "Void and copy again": "orange",
    "Change it in Xero": "gray",
    UNDER_WAY: "violet",
}


def show_changes(ws: Workspace, connection: Connection, everything: ChangeView) -> None:
    """The list of invoices that differ, with what a change would do; everything: about all fields.

    Raises what `change_plan` raises.
    """
    if not everything.commands:
        return
    st.header("In Xero, but different", anchor=False)
    said = st.pills(
        "Change only these fields",
        FIELDS,
        selection_mode="multi",
        default=FIELDS,
        format_func=NAMES.__getitem__,
        key="change_fields",
        help="Of a draft only these fields are changed. An approved invoice is voided and copied again as a whole.",
    )
    fields = tuple(field for field in FIELDS if field in said)
    view = everything if fields == FIELDS else change_plan(ws, connection, run=everything.run, fields=fields)
    table = change_table(view)
    rows = selected_rows(
        table,
        key=f"changes_{view.run.id}",
        alt="The invoices that differ in Xero",
        many=True,
        columns={
            "What can be done": badge("What can be done", COLOURS),
            "Total after": money("Total after", places_of(table["Total after"])),
            "Changes": st.column_config.TextColumn("Changes", width="large"),
            "Why not from here": st.column_config.TextColumn("Why not from here", width="large"),
            "Xero": st.column_config.LinkColumn("Xero", display_text="Open in Xero"),
        },
    )
    ticked = {view.commands[row].source_id for row in rows}
    some = tuple(one for one in view.possible if one.source_id in ticked)
    label = f"Change {count(len(some), 'invoice', 'invoices')} in Xero" if some else "Change ticked invoices in Xero"
    if st.button(label, key="change_some", disabled=not some):
        confirm_change(connection.tenant_id, some, fields)


def change_table(view: ChangeView) -> pd.DataFrame:
    """One row per invoice that differs, in the order of the comparison."""
    places = max((exponent(one.currency) for one in view.commands), default=2)
    rows = [
        {
            "What can be done": [UNDER_WAY if one.source_id in view.standing else ACTIONS[one.action]],
            "Number": one.number,
            "Client": one.contact_name,
            "Total after": from_minor(one.total_minor, one.currency).quantize(Decimal(1).scaleb(-places)),
            "Currency": one.currency,
            "Changes": "; ".join(one.changes),
            "Why not from here": f"{one.message} {one.remedy}".strip() if one.action == "hold" else "",
            "Xero": view.links.get(one.target_id) or None,
        }
        for one in view.commands
    ]
    return pd.DataFrame(rows, dtype=object)


@st.dialog("Change in Xero", width="medium")
def confirm_change(tenant_id: str, commands: Sequence[PushCommand], fields: Sequence[str]) -> None:
    """Asks once more: how many drafts are changed, how many approved invoices are voided and copied again."""
    drafts = sum(one.action == "update" for one in commands)
    again = len(commands) - drafts
    if drafts:
        changed = ", ".join(NAMES[field].lower() for field in fields)
        st.markdown(plain(f"{count(drafts, 'draft is', 'drafts are')} changed in Xero: {changed} as in Invoice2go."))
    if again:
        words = count(again, "approved invoice is voided", "approved invoices are voided")
        st.markdown(plain(f"{words} and copied again under a new number, with the same reference."))
    with st.container(horizontal=True, key="change_answer"):
        said_yes = Confirmed(tenant_id, {one.source_id: one.fingerprint for one in commands}, fields=tuple(fields))
        if st.button("Change now", key="change_yes", type="primary", on_click=remember, args=(said_yes,)):
            st.rerun()
        if st.button("Cancel", key="change_no"):
            st.rerun()
