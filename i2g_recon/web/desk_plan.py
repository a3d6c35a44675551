"""The plan on the page: a light per invoice, what can be chosen, and the confirmation that names the money.

What is confirmed is remembered by fingerprint: an invoice that has changed between the question and the answer is not
sent on the strength of the old answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
import streamlit as st

from i2g_recon.core.money import exponent, from_minor, money_text
from i2g_recon.core.plan import ENDED, PushCommand
from i2g_recon.core.preflight import PlanSummary, calls_for, summary
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.accept import adopt
from i2g_recon.jobs.change_plan import change_plan, keep_back, let_go
from i2g_recon.jobs.plan import PlanView, plan
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.desk_items import sums
from i2g_recon.web.desk_tables import badge, money, places_of, selected_rows
from i2g_recon.web.desk_words import count
from i2g_recon.web.parts import plain

LIGHTS = {"green": "Ready", "amber": "Ready, please read", "red": "Held"}
DONE, OPEN = "Already in Xero", "No outcome yet"
COLOURS = {"Ready": "green", "Ready, please read": "orange", "Held": "red", DONE: "gray", OPEN: "violet"}
ARRIVAL = {
    "DRAFT": "They arrive as drafts: nothing reaches the ledger until you approve them in Xero.",
    "AUTHORISED": "They arrive approved: they are in the ledger and in the tax return at once.",
}
LINK_MEANING = (
    "Nothing is sent: the two are taken for one from now on, and opened again when one of them changes. "
    "It can be taken back on page Reconcile."
)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person said yes to: the organisation, and the fingerprint of each invoice by its source id.

    fields: of invoices that differ, what to change. again: of invoices whose copy is gone, which to copy anew.
    """

    tenant_id: str
    fingerprints: Mapping[str, str]
    fields: tuple[str, ...] = ()
    again: tuple[str, ...] = ()


def ask_what_to_push(ws: Workspace, connection: Connection, view: PlanView) -> tuple[PushCommand, ...]:
    """The plan and its buttons; gives what a person has just asked to push."""
    if not view.commands:
        st.info("Nothing is missing in Xero.")
        return ()
    st.text(plan_words(view))
    if view.month:
        st.text(view.month.words())
    table = plan_table(view)
    columns = {
        "Light": badge("Light", COLOURS),
        "Total": money("Total", places_of(table["Total"])),
        "What happens": st.column_config.TextColumn("What happens", width="large"),
        "What to do": st.column_config.TextColumn("What to do", width="large"),
    }
    rows = selected_rows(
        table, key=f"plan_{view.run.id}", alt="The invoices missing in Xero", many=True, columns=columns
    )
    ticked = {view.commands[row].source_id for row in rows}
    some = tuple(one for one in view.pushable if one.source_id in ticked)
    if ticked and len(some) < len(ticked):
        st.text(f"{count(len(ticked) - len(some), 'ticked invoice', 'ticked invoices')} cannot be pushed now.")
    ended = tuple(one.source_id for one in view.commands if one.source_id in ticked and one.reason in ENDED)
    kept = {one.source_id for one in view.commands if one.reason == "kept_back"}
    with st.container(horizontal=True, key="push_buttons"):
        named = f"Push {count(len(some), 'invoice', 'invoices')}" if some else "Push ticked invoices"
        few = st.button(named, key="push_some", disabled=not some)
        label = f"Push all {count(len(view.pushable), 'invoice', 'invoices')}"
        every = st.button(label, key="push_all", type="primary", disabled=not view.pushable)
        links = sorted(one.source_id for one in view.commands if one.source_id in ticked and one.action == "link")
        if links and st.button("It is the one in Xero", key="push_link", help=LINK_MEANING, icon=":material/link:"):
            adopt(ws, connection, view, links)
            st.rerun()
        if ended and st.button("Copy again under a new number", key="push_again"):
            ask_again(ws, connection, view, ended)
        if ticked - kept and not ticked & set(view.standing):
            ask_to_keep_back(ws, connection, view, sorted(ticked - kept))
        if ticked & kept and st.button("Let ticked ones go again", key="let_go"):
            let_go(ws, connection, sorted(ticked & kept))
            st.rerun()
    if len(ticked) == 1:
        show_exactly(next(one for one in view.commands if one.source_id in ticked))
    return some if few else view.pushable if every else ()


def show_exactly(command: PushCommand) -> None:
    """What would be sent for one invoice, as Xero's API takes it, and the total that Xero makes of it."""
    if not command.body:
        return
    with st.expander("Exactly what would be sent"):
        if command.predicted_minor is not None:
            st.text(f"Xero will make the total {money_text(command.predicted_minor, command.currency)} of it.")
        client = command.contact_id or f"a new contact, {command.contact_name}"
        st.text(f"Contact: {client}")
        st.json(command.body)


def ask_again(ws: Workspace, connection: Connection, view: PlanView, ended: tuple[str, ...]) -> None:
    """The dialog for invoices whose copy in Xero was voided or deleted."""
    anew = plan(ws, connection, run=view.run, again=ended)
    ready = tuple(one for one in anew.pushable if one.source_id in ended)
    if ready:
        confirm_push(connection.tenant_id, ready, ws.store.setup(connection.tenant_id).status, ended)
    else:
        held = next(one for one in anew.commands if one.source_id in ended)
        st.warning(plain(f"{held.message} {held.remedy}"))


def ask_to_keep_back(ws: Workspace, connection: Connection, view: PlanView, ids: Sequence[str]) -> None:
    """Do not send these, and why."""
    with st.popover("Do not send", icon=":material/block:"):
        reason = st.text_input("Why", key="keep_back_reason", max_chars=200)
        if st.button("Keep them out of Xero", key="keep_back", disabled=not reason.strip()):
            keep_back(ws, connection, view, ids, reason)
            st.rerun()


def plan_words(view: PlanView) -> str:
    """How many can be pushed, how many are held, with their money."""
    ready, held = summary(view.pushable), [one for one in view.commands if one.is_held]
    said = f"{count(ready.create, 'invoice', 'invoices')} can be pushed"
    return f"{said}{money_of(ready)}. {count(len(held), 'is', 'are')} held{money_of(summary(held), held=True)}."


def money_of(plan: PlanSummary, *, held: bool = False) -> str:
    """The sums of a plan per currency, ', 1.00 AUD'; '' without any."""
    totals = {one.currency: one.hold_minor if held else one.create_minor for one in plan.currencies}
    return f", {sums(totals)}" if totals else ""


def plan_table(view: PlanView) -> pd.DataFrame:
    """One row per missing invoice, in the order of the plan."""
    places = max((exponent(one.currency) for one in view.commands), default=2)
    rows = []
    for command, verdict in zip(view.commands, view.verdicts, strict=True):
        standing = view.standing.get(command.source_id)
        light = LIGHTS[verdict.colour] if standing is None else DONE if standing.state == "confirmed" else OPEN
        rows.append(
            {
                "Light": [light],
                "Number": command.number or "(no number)",
                "Client": command.contact_name,
                "Total": from_minor(command.total_minor, command.currency).quantize(Decimal(1).scaleb(-places)),
                "Currency": command.currency,
                "What happens": what_happens(command, verdict.sentences, light),
                "What to do": "" if standing else verdict.remedy,
            }
        )
    return pd.DataFrame(rows, dtype=object)


def what_happens(command: PushCommand, sentences: Sequence[str], light: str) -> str:
    """One cell: what a push would do with this invoice."""
    if light == DONE:
        return "An earlier push put it into Xero; reconcile again to see it agree."
    if light == OPEN:
        return "An earlier push has no outcome yet; finish that first."
    if command.is_held:
        return " ".join(sentences)
    new = "" if command.contact_id else " The client is new in Xero and is created."
    return f"Becomes invoice {command.invoice_number} in Xero.{new} {' '.join(sentences)}".rstrip()


def agreed(ws: Workspace, connection: Connection, confirmed: Confirmed) -> tuple[PushCommand, ...]:
    """The commands a person said yes to, planned anew. Raises NeedsAPerson when any is not what it was then."""
    if confirmed.fields:
        commands = change_plan(ws, connection, fields=confirmed.fields).commands
    else:
        commands = plan(ws, connection, again=confirmed.again).commands
    same = tuple(one for one in commands if confirmed.fingerprints.get(one.source_id) == one.fingerprint != "")
    if connection.tenant_id != confirmed.tenant_id or len(same) != len(confirmed.fingerprints):
        raise NeedsAPerson("The plan has changed since you looked at it, so nothing was sent. Look at it again.")
    return same


@st.dialog("Push into Xero", width="medium")
def confirm_push(tenant_id: str, commands: Sequence[PushCommand], status: str, again: tuple[str, ...] = ()) -> None:
    """Asks once more, naming counts, money, status, new clients and the calls it costs."""
    plan = summary(commands)
    st.markdown(plain(f"{count(plan.create, 'invoice', 'invoices')}{money_of(plan)}."))
    st.markdown(plain(ARRIVAL.get(status, status)))
    if plan.new_contacts:
        st.markdown(plain(f"{count(plan.new_contacts, 'new client is', 'new clients are')} created in Xero."))
    if plan.by_colour["amber"]:
        st.markdown(plain(f"{count(plan.by_colour['amber'], 'invoice has', 'invoices have')} a remark in the list."))
    if again:
        st.markdown("Each gets a new number; its reference stays, and the voided or deleted copy stays as it is.")
    st.caption(f"At most {count(calls_for(commands), 'call', 'calls')} of Xero's daily allowance.")
    with st.container(horizontal=True, key="push_answer"):
        said_yes = Confirmed(tenant_id, {one.source_id: one.fingerprint for one in commands}, again=again)
        if st.button("Push now", key="push_yes", type="primary", on_click=remember, args=(said_yes,)):
            st.rerun()
        if st.button("Cancel", key="push_no"):
            st.rerun()


def remember(confirmed: Confirmed) -> None:
    """Keep the yes for the run of the page that follows."""
    st.session_state["push_confirmed"] = confirmed
