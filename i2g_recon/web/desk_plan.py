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

from i2g_recon.core.money import exponent, from_minor
from i2g_recon.core.plan import PushCommand
from i2g_recon.core.preflight import PlanSummary, summary
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.plan import PlanView
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


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person said yes to: the organisation, and the fingerprint of each invoice by its source id."""

    tenant_id: str
    fingerprints: Mapping[str, str]


def ask_what_to_push(view: PlanView) -> tuple[PushCommand, ...]:
    """The plan and its buttons; gives what a person has just asked to push."""
    if not view.commands:
        st.info("Nothing is missing in Xero.")
        return ()
    st.text(plan_words(view))
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
    with st.container(horizontal=True, key="push_buttons"):
        named = f"Push {count(len(some), 'invoice', 'invoices')}" if some else "Push ticked invoices"
        few = st.button(named, key="push_some", disabled=not some)
        label = f"Push all {count(len(view.pushable), 'invoice', 'invoices')}"
        every = st.button(label, key="push_all", type="primary", disabled=not view.pushable)
    return some if few else view.pushable if every else ()


def plan_words(view: PlanView) -> str:
    """How many can be pushed, how many are held, with their money."""
    ready, held = summary(view.pushable), [one for one in view.commands if one.action == "hold"]
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
    if command.action == "hold":
        return " ".join(sentences)
    new = "" if command.contact_id else " The client is new in Xero and is created."
    return f"Becomes invoice {command.invoice_number} in Xero.{new} {' '.join(sentences)}".rstrip()


def confirmed_commands(view: PlanView, confirmed: Confirmed) -> tuple[PushCommand, ...]:
    """The commands a person said yes to. Raises NeedsAPerson when any of them is not what it was then."""
    same = tuple(one for one in view.commands if confirmed.fingerprints.get(one.source_id) == one.fingerprint != "")
    if view.run.tenant_id != confirmed.tenant_id or len(same) != len(confirmed.fingerprints):
        raise NeedsAPerson("The plan has changed since you looked at it, so nothing was sent. Look at it again.")
    return same


@st.dialog("Push into Xero", width="medium")
def confirm_push(tenant_id: str, commands: Sequence[PushCommand], status: str) -> None:
    """Asks once more, naming counts, money, status and new clients."""
    plan = summary(commands)
    st.markdown(plain(f"{count(plan.create, 'invoice', 'invoices')}{money_of(plan)}."))
    st.markdown(plain(ARRIVAL.get(status, status)))
    if plan.new_contacts:
        st.markdown(plain(f"{count(plan.new_contacts, 'new client is', 'new clients are')} created in Xero."))
    if plan.by_colour["amber"]:
        st.markdown(plain(f"{count(plan.by_colour['amber'], 'invoice has', 'invoices have')} a remark in the list."))
    with st.container(horizontal=True, key="push_answer"):
        said_yes = Confirmed(tenant_id, {one.source_id: one.fingerprint for one in commands})
        if st.button("Push now", key="push_yes", type="primary", on_click=remember, args=(said_yes,)):
            st.rerun()
        if st.button("Cancel", key="push_no"):
            st.rerun()


def remember(confirmed: Confirmed) -> None:
    """Keep the yes for the run of the page that follows."""
    st.session_state["push_confirmed"] = confirmed
