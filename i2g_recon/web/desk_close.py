"""Signing a period off on the page: the period, the names, what was signed off, and what changed since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

import pandas as pd
import streamlit as st

from i2g_recon.core.money import D, from_minor, money_text, to_minor
from i2g_recon.core.stake import at_stake_minor
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.beside import Progress
from i2g_recon.jobs.close_period import Alarm, SignOff, alarms, prepare, review, sign_offs, since, withdraw
from i2g_recon.jobs.materiality import materiality, save_materiality
from i2g_recon.jobs.pull import known_organisation
from i2g_recon.jobs.roll_forward import Carried
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.beside import done
from i2g_recon.web.days import day_text, days_in, input_format
from i2g_recon.web.desk_drift import show_changes, show_totals
from i2g_recon.web.desk_items import why
from i2g_recon.web.desk_tables import money_told, plain_table
from i2g_recon.web.parts import local_time, plain, sentence_on_failure

OTHER = "Other dates"
MONTHS = 15  # that are offered by name


def ask_period(ws: Workspace, connection: Connection) -> None:
    """A period, a name and, where invoices are open, a note; signs off when asked."""
    choices = usual_periods(ws.clock().date())
    with st.container(border=True):
        with st.container(horizontal=True):
            named = st.selectbox("Period", [*choices, OTHER], key="close_period")
            who = st.text_input("Signed off by", key="close_who", max_chars=100)
        first, last = choices[named] if named in choices else ask_dates()
        note = st.text_input(
            "Note",
            key="close_note",
            max_chars=500,
            help="Needed when invoices of the period are still open: why it can be signed off all the same.",
        )
        label = "Read Xero, compare and sign off"
        pressed = st.button(
            label, key="close_now", type="primary", icon=":material/draw:", disabled=not (first and last)
        )

    def sign(progress: Progress) -> SignOff:
        if first is None or last is None:
            raise NeedsAPerson("Choose the first and the last day of the period.")
        return prepare(ws, connection, first, last, who=who, note=note, progress=progress)

    with sentence_on_failure():
        words = "Reading everything in Xero and comparing"
        signed = done(pressed, f"sign off {connection.tenant_id}", words, sign, units="invoices read")
        if signed is not None:
            st.session_state["close_said"] = "Signed off. Somebody else reviews it now."
            st.rerun()


def ask_dates() -> tuple[dt.date | None, dt.date | None]:
    """Two days of one's own."""
    with st.container(horizontal=True):
        first = st.date_input("From", None, key="close_from", format=input_format())
        last = st.date_input("To", None, key="close_to", format=input_format())
    return first if isinstance(first, dt.date) else None, last if isinstance(last, dt.date) else None


def usual_periods(today: dt.date) -> dict[str, tuple[dt.date, dt.date]]:
    """What is usually signed off, newest first: the last quarters that are over, then the last months."""
    month = today.replace(day=1)
    months = [month]
    while len(months) < MONTHS:
        months.append((months[-1] - dt.timedelta(days=1)).replace(day=1))
    ends = [one - dt.timedelta(days=1) for one in months]
    quarters = {f"{first_of(end, 3):%b} to {end:%b %Y}": (first_of(end, 3), end) for end in ends if end.month % 3 == 0}
    return {**quarters, **{f"{end:%B %Y}": (end.replace(day=1), end) for end in ends}}


def first_of(end: dt.date, months: int) -> dt.date:
    """The first day of so many months that end on this day."""
    first = end.replace(day=1)
    for _ in range(months - 1):
        first = (first - dt.timedelta(days=1)).replace(day=1)
    return first


def show_said() -> None:
    """What was done a moment ago, once."""
    said = st.session_state.pop("close_said", "")
    if said:
        st.success(plain(said))


def show_alarms(found: list[Alarm]) -> None:
    """The periods in which something changed since they were signed off."""
    for one in found:
        st.error(plain(days_in(one.words)), icon=":material/notification_important:")


def show_sign_offs(ws: Workspace, connection: Connection) -> None:
    """What was signed off, newest first, each with its review and what changed since."""
    known = sign_offs(ws, connection)
    loud = {one.sign_off.id for one in alarms(ws, connection)}
    for one in known:
        with st.container(border=True):
            show_sign_off(ws, connection, one, changed=one.id in loud)
    if not known:
        st.info("No period is signed off yet.")


def period_of(one: SignOff) -> str:
    """Its first and last day."""
    return f"{day_text(one.period_from)} to {day_text(one.period_to)}"


def show_sign_off(ws: Workspace, connection: Connection, one: SignOff, *, changed: bool) -> None:
    """One sign-off."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{period_of(one)}**", width="content")
        word, colour = standing_of(one)
        st.badge(word, color=colour)
        if changed:
            st.badge("Changed since", color="red")
    st.text(f"Signed off by {one.preparer}, {local_time(one.prepared_at)}. Run {one.run_id}.")
    if one.reviewer and one.reviewed_at:
        st.text(f"Reviewed by {one.reviewer}, {local_time(one.reviewed_at)}.")
    if one.note:
        st.text(f"Note: {one.note}")
    st.caption(f"Evidence {one.evidence[:16]}")
    if one.withdrawn_at:
        return
    if changed and st.button("What changed since?", key=f"since_{one.id}", icon=":material/compare_arrows:"):
        with sentence_on_failure():
            found = since(ws, connection, one)
            show_totals(found)
            show_changes(found)
    with st.expander("Review, or open the period again", key=f"next_{one.id}"):
        ask_next(ws, connection, one)


def standing_of(one: SignOff) -> tuple[str, Literal["gray", "green", "orange"]]:
    """Word and colour of its badge."""
    if one.withdrawn_at:
        return "Withdrawn", "gray"
    return ("Reviewed", "green") if one.reviewer else ("To be reviewed", "orange")


def ask_next(ws: Workspace, connection: Connection, one: SignOff) -> None:
    """Who reviews it; or who opens it again, and why."""
    who = st.text_input("Your name", key=f"who_{one.id}", max_chars=100)
    if not one.reviewer and st.button("Reviewed", key=f"review_{one.id}", type="primary", icon=":material/check:"):
        with sentence_on_failure():
            review(ws, connection, one.id, who=who)
            st.session_state["close_said"] = "Reviewed."
            st.rerun()
    reason = st.text_input("Why is it opened again?", key=f"reason_{one.id}", max_chars=500)
    if st.button("Open the period again", key=f"withdraw_{one.id}", icon=":material/lock_open:"):
        with sentence_on_failure():
            withdraw(ws, connection, one.id, who=who, reason=reason)
            st.session_state["close_said"] = "The period is open again; the sign-off stays on record."
            st.rerun()


def show_carried(found: Sequence[Carried]) -> None:
    """What sign-offs left open and is open still, as a table."""
    if not found:
        return
    st.header("Carried forward", anchor=False)
    st.caption(
        "Open when its period was signed off, and open still. A comparison that no longer shows it takes it off."
    )
    rows = [
        {
            "Period": period_of(one.sign_off),
            "Number": one.item["number"] or one.item["reference"] or "(no number)",
            "Client": one.item["contact"],
            "Amount": money_text(at_stake_minor(one.item), one.item["currency"]),
            "Why": why(one.item),
            "State": one.case.state.capitalize(),
            "With": one.case.assignee,
        }
        for one in found
    ]
    table, columns = pd.DataFrame(rows, dtype=object), {"Amount": money_told("Amount")}
    plain_table(table, key="carried", alt=f"{len(rows)} lines carried forward", columns=columns)


def ask_materiality(ws: Workspace, connection: Connection) -> None:
    """The sum below which open lines need no note."""
    organisation, _ = known_organisation(ws, connection)
    currency, now = organisation.base_currency, materiality(ws, connection)
    with st.expander(f"Materiality: {money_text(now, currency)}" if now else "Materiality: none"):
        st.caption(
            "Open lines that come to no more than this together need no note; the sign-off says so by itself. "
            "Nothing is left out of a count for it."
        )
        wanted = st.number_input(
            f"At most ({currency})",
            0.0,
            value=float(from_minor(now, currency)),
            step=10.0,
            key="materiality",
            width=260,
        )
        who = st.text_input("Decided by", key="materiality_who", max_chars=100)
        if st.button("Keep this sum", key="materiality_keep"):
            with sentence_on_failure():
                minor = to_minor(D(str(wanted)), currency)
                save_materiality(ws, connection, minor, who=who)
                st.session_state["close_said"] = f"Materiality is {money_text(minor, currency)} now."
                st.rerun()
