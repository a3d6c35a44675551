"""Settings: the organisation to work on, how its invoices arrive, where the data lies, and the way out."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from i2g_recon.core.setup_choices import LARGEST_ROUNDING_MINOR
from i2g_recon.jobs.already_pushed import consequences
from i2g_recon.jobs.doctor import readiness_of
from i2g_recon.jobs.policies import policy_of
from i2g_recon.jobs.settings_file import apply_settings, settings_text
from i2g_recon.jobs.setup_steps import change_setup, complete_setup
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.ask_rules import ask_rules
from i2g_recon.web.beside import done
from i2g_recon.web.parts import can_write, page_header, plain, sentence_on_failure, show_no_organisation, workspace
from i2g_recon.web.places import page
from i2g_recon.web.tab import organisation_of_tab, work_on
from i2g_recon.web.tour import AT, show_tour
from i2g_recon.web.walk_through import (
    AUTO_EXPORT_MEANING,
    ROUNDING_MEANING,
    STATUS_MEANINGS,
    STATUSES,
    show_consequences,
    show_disconnect,
)


def show() -> None:
    """The page."""
    ws = workspace()
    connection = ask_organisation(ws)
    if connection is None:
        show_no_organisation(ws)
        return
    st.header("How invoices arrive in Xero", anchor=False)
    ask_arrival(ws, connection)
    st.header("How invoices are compared", anchor=False)
    ask_rules(ws, connection)
    st.header("The choices as a file", anchor=False)
    ask_file(ws, connection)
    st.header("Will it go well?", anchor=False)
    ask_readiness(ws, connection)
    st.header("Where your data lies", anchor=False)
    st.markdown("Imports, what was read from Xero, results and receipts stay on this computer, in this folder:")
    st.code(str(ws.settings.home), language=None)
    st.caption("The permission for Xero is kept encrypted there. Back the folder up as you do your other books.")
    if st.button("Show the tour", key="tour_again", icon=":material/explore:"):
        st.session_state[AT] = 0
        show_tour(ws)
    st.header("Connection", anchor=False)
    show_disconnect(ws, connection)


def ask_organisation(ws: Workspace) -> Connection | None:
    """The head, and the organisation that every page is about."""
    chosen = organisation_of_tab(ws)
    page_header("Settings", ws, chosen)
    names = {one.tenant_id: one.name for one in ws.store.connections()}
    if len(names) < 2:  # noqa: PLR2004 - one organisation leaves no choice
        return chosen
    ids = list(names)
    picked = st.selectbox(
        "Organisation to work on",
        ids,
        index=ids.index(chosen.tenant_id) if chosen else None,
        format_func=lambda one: names[one],
        key="organisation",
        placeholder="Choose an organisation",
    )
    if picked and (chosen is None or picked != chosen.tenant_id):
        work_on(ws, picked)
        st.switch_page(page("overview"))
    return chosen


def ask_arrival(ws: Workspace, connection: Connection) -> None:
    """Status and automatic export; what the change means is said before it is saved."""
    setup = ws.store.setup(connection.tenant_id)
    codes = list(STATUSES)
    status = st.radio(
        "New invoices arrive as",
        codes,
        index=codes.index(setup.status),
        format_func=lambda code: STATUSES[code],
        captions=[STATUS_MEANINGS[code] for code in codes],
        key="settings_status",
    )
    auto_export = setup.auto_export
    if can_write(ws, connection):
        auto_export = st.toggle("Automatic export of sent invoices", value=auto_export, key="settings_auto")
        st.caption(AUTO_EXPORT_MEANING)
    rounding = st.number_input(
        "Cents that a line on Xero's Rounding account may make up for",
        min_value=0,
        max_value=LARGEST_ROUNDING_MINOR,
        value=setup.rounding_minor,
        key="settings_rounding",
        width=260,
        help=ROUNDING_MEANING,
    )
    wanted = replace(setup, status=status, auto_export=auto_export, rounding_minor=int(rounding))
    if wanted != setup:
        show_consequences(consequences(ws, connection, wanted))
    st.caption("A change holds for the next push. Invoices already in Xero stay as they are.")
    saved = st.button("Save", key="settings_save", type="primary", disabled=wanted == setup)
    if saved:
        view = change_setup(ws, connection, status=status, auto_export=auto_export, rounding_minor=int(rounding))
        if setup.completed and not view.missing:
            complete_setup(ws, connection)
        st.success("Saved.", icon=":material/check_circle:")
    st.page_link(page("review"), label=f"Whole set-up of {plain(connection.name)}", icon=":material/arrow_forward:")


def ask_file(ws: Workspace, connection: Connection) -> None:
    """The choices out as TOML and in again; what they mean for the books is confirmed afterwards as ever."""
    st.caption("To keep the choices with your papers, or to set up several organisations alike.")
    text = settings_text(ws.store.setup(connection.tenant_id), policy_of(ws, connection.tenant_id))
    name = f"i2g-recon-{connection.tenant_id[:8]}.toml"
    st.download_button("Download the choices", text, name, "application/toml", key="settings_out", on_click="ignore")
    given = st.file_uploader("Choices from a file", type=["toml"], key="settings_in")
    if st.button("Take these choices", key="settings_take", disabled=given is None) and given is not None:
        with sentence_on_failure():
            view = apply_settings(ws, connection, given.getvalue().decode("utf-8", errors="replace"), given.name)
            st.success("Taken. Confirm taxes and currency for this organisation, then complete the set-up.")
            for sentence in view.missing:
                st.text(sentence)


def ask_readiness(ws: Workspace, connection: Connection) -> None:
    """Workspace, plan, role, lock dates, currencies, calls and clock, each with its light; three calls to Xero."""
    st.caption("Looks at the workspace, the plan, your role, lock dates, currencies, the calls left and the clock.")
    pressed = st.button("Check now", key="check_readiness", icon=":material/health_and_safety:")
    what = f"readiness {connection.tenant_id}"
    with sentence_on_failure():
        for one in done(pressed, what, "Asking Xero", lambda _: readiness_of(ws, connection)) or ():
            mark = {"green": st.success, "amber": st.warning, "red": st.error}[one.light]
            mark(plain(f"{one.sentence} {one.remedy}".strip()))


show()
