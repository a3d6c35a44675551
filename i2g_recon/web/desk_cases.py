"""Cases on the work list: their columns and filters, and what can be done with the ticked ones at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import streamlit as st

from i2g_recon.core.cases import OPEN, Case, is_exception, key_of
from i2g_recon.core.money import exponent
from i2g_recon.core.stake import at_stake_minor
from i2g_recon.jobs.accept import accept_all
from i2g_recon.jobs.cases import CaseNote, CaseState, assign, comment, move
from i2g_recon.jobs.change_plan import keep_back
from i2g_recon.jobs.plan import plan
from i2g_recon.jobs.reconcile import RunView
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.desk_items import Item
from i2g_recon.web.desk_plan import confirm_push
from i2g_recon.web.desk_words import count
from i2g_recon.web.parts import can_write, local_time, sentence_on_failure

STATE_COLOURS = {
    "New": "red",
    "In review": "blue",
    "Waiting": "orange",
    "Fixed": "violet",
    "Accepted": "gray",
    "Closed": "green",
}
STATES: dict[str, Sequence[str]] = {
    "Open": OPEN,
    "All": (),
    "New": ("new",),
    "In review": ("in review",),
    "Waiting": ("waiting",),
    "Fixed": ("fixed",),
    "Accepted": ("accepted",),
}
AGES = {"All": 0, "7 days and more": 7, "30 days and more": 30, "90 days and more": 90}
ANYBODY, NOBODY = "Anybody", "Nobody"
TO_STATE: dict[str, CaseState] = {
    "I am looking at it": "in review",
    "It waits for somebody else": "waiting",
    "It is fixed in Xero": "fixed",
    "It is right as it is": "accepted",
    "It is open again": "new",
}
GIVE, SAY, KEEP_OUT, SAME, SEND = (
    "Give it to somebody",
    "Say something about it",
    "Do not send it",
    "It is the near match in Xero",
    "Push it",
)
ASKS = {
    "It is right as it is": "Why",
    KEEP_OUT: "Why",
    GIVE: "To whom (empty for nobody)",
    SAY: "Comment",
    "It waits for somebody else": "For what",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the filters about cases let pass. least: of money at stake, in major units; days: since first seen."""

    states: Sequence[str] = ()
    assignee: str = ANYBODY
    days: int = 0
    least: Decimal = Decimal(0)

    def passes(self, item: Item, case: Case | None, now: dt.datetime) -> bool:
        """Whether an item is shown; what is no exception has no case and passes where no other state is asked for."""
        if self.least and Decimal(at_stake_minor(item)).scaleb(-exponent(item["currency"])) < self.least:
            return False
        if case is None or not is_exception(item):
            return self.assignee == ANYBODY and not self.days and (not self.states or self.states is OPEN)
        return (
            (not self.states or state_of(case) in self.states)
            and (self.assignee == ANYBODY or case.assignee == ("" if self.assignee == NOBODY else self.assignee))
            and (now - case.first_seen).days >= self.days
        )


def ask_wanted(cases: Mapping[str, Case], one_of: Callable[[str, str, Sequence[str]], str]) -> Wanted:
    """The filters about cases; one_of asks for one choice and keeps it in the address."""
    people = sorted({case.assignee for case in cases.values() if case.state != "closed"} - {""})
    state, assignee = one_of("State", "state", list(STATES)), one_of("With", "with", [ANYBODY, NOBODY, *people])
    age = one_of("Open for", "age", list(AGES))
    least = st.number_input("At least", 0.0, step=100.0, key="least", bind="query-params", width=140)
    return Wanted(
        states=STATES.get(state, OPEN), assignee=assignee, days=AGES.get(age, 0), least=Decimal(str(least or 0))
    )


def case_cells(item: Item, case: Case | None, now: dt.datetime) -> dict[str, object]:
    """The columns that a case adds to the work list; empty for what is no exception."""
    if case is None or not is_exception(item):
        return {"State": [], "With": "", "Days": None}
    return {"State": [state_of(case).capitalize()], "With": case.assignee, "Days": (now - case.first_seen).days}


def state_of(case: Case) -> CaseState:
    """The state of an exception's case: one that is shown here is open, whatever another comparison made of it."""
    return "new" if case.state == "closed" else case.state


def hidden_words(items: Iterable[Item], cases: Mapping[str, Case], wanted: Wanted) -> str:
    """How many accepted exceptions the filter leaves out; they stay in every count and verdict."""
    accepted = sum(
        is_exception(item) and (case := cases.get(key_of(item))) is not None and case.state == "accepted"
        for item in items
    )
    if not accepted or not wanted.states or "accepted" in wanted.states:
        return ""
    return f"{count(accepted, 'exception is', 'exceptions are')} accepted and not shown."


def act_on(ws: Workspace, connection: Connection, run: RunView, items: Sequence[Item]) -> None:
    """One thing done to all ticked lines; what came of it is said after the page is shown anew."""
    needing = [item for item in items if is_exception(item)]
    if not needing:
        return
    with st.popover(f"Do something with {count(len(needing), 'line', 'lines')}", icon=":material/checklist:"):
        what = st.radio("What", possible(ws, connection, needing), key="act_what")
        if what == SAME:
            st.text("\n".join(f"{one['number']} is {near_of(one)}" for one in needing))
        words = st.text_input(ASKS[what], key="act_words", max_chars=500) if what in ASKS else ""
        who = ""
        if what in TO_STATE or what in (GIVE, SAY):
            who = st.text_input("Your name", value=ws.store.preference("who"), key="act_who", max_chars=80)
        if st.button("Do it", key="act_now", type="primary"):
            with sentence_on_failure():
                done = do(ws, connection, run, needing, what, words, who)
                if who.strip():
                    ws.store.prefer("who", who.strip())
                if done:
                    st.session_state["decided"] = done
                    st.rerun()


def near_of(item: Item) -> str:
    """The best near match of a line, and why."""
    near = item["proposals"][0]
    return f"{near['number'] or 'one without a number'}: {near['why']}"


def possible(ws: Workspace, connection: Connection, items: Sequence[Item]) -> list[str]:
    """What can be done with all of these."""
    missing = all(item["bucket"] == "missing" for item in items)
    near = missing and all(item["proposals"] for item in items)
    may_push = missing and can_write(ws, connection) and ws.store.setup(connection.tenant_id).completed
    return [*TO_STATE, GIVE, SAY, *([SAME] if near else []), *([SEND, KEEP_OUT] if may_push else [])]


def do(
    ws: Workspace, connection: Connection, run: RunView, items: Sequence[Item], what: str, words: str, who: str
) -> str:
    """Do it; what was done, or '' where a dialog asks further. Raises NeedsAPerson."""
    ids = [one["source_ids"][0] for one in items if one["source_ids"]]
    if what in TO_STATE:
        move(ws, connection, items, TO_STATE[what], who=who, reason=words)
        done = f"marked: {what}"
    elif what == GIVE:
        assign(ws, connection, items, words, who=who)
        done = f"given to {words.strip() or 'nobody'}"
    elif what == SAY:
        comment(ws, connection, items, words, who=who)
        done = "with your comment"
    elif what == SAME:
        accept_all(ws, connection, run, [(one["source_ids"][0], one["proposals"][0]["target_id"]) for one in items])
        done = "taken for one with the near match in Xero"
    elif what == KEEP_OUT:
        keep_back(ws, connection, plan(ws, connection), ids, words)
        done = "kept out of Xero"
    else:
        return ask_to_push(ws, connection, ids)
    return f"{count(len(items), 'line', 'lines')} {done}."


def ask_to_push(ws: Workspace, connection: Connection, ids: Sequence[str]) -> str:
    """The dialog that page Push has too; a sentence when none of these can be pushed."""
    ready = tuple(one for one in plan(ws, connection).pushable if one.source_id in ids)
    if not ready:
        return "None of these can be pushed now; page Push says why."
    confirm_push(connection.tenant_id, ready, ws.store.setup(connection.tenant_id).status)
    return ""


def show_notes(notes: Sequence[CaseNote]) -> None:
    """What was said and done about a line, oldest first."""
    for note in notes:
        st.text(f"{local_time(note.at)}  {note.who or 'i2g-recon'}: {note.words}")
