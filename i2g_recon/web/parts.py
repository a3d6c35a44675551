"""What every page is made of: the workspace, the organisation, the head of the page, amounts and failures.

A failure ends as one sentence on the page. What the log keeps of it is where it happened and of which kind, never the
values: an error's text may hold a client's name.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import traceback
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from i2g_recon import settings as configuration
from i2g_recon.core.money import money_text
from i2g_recon.errors import NotConfigured, NotConnected, ReadOnly, ReconError, ReconnectNeeded, SetupIncomplete
from i2g_recon.jobs.access import may_write
from i2g_recon.jobs.beside import Stopped
from i2g_recon.jobs.pull import last_pull
from i2g_recon.jobs.workspace import Connection, Workspace, open_workspace
from i2g_recon.settings import Settings
from i2g_recon.web.days import day_text, remember_country
from i2g_recon.web.places import STEPS, page, place
from i2g_recon.web.tab import organisation_of_tab

LOG = logging.getLogger(__name__)
Colour = Literal["blue", "red", "violet"]
HERE = "page_title"  # where the router says which page this is
MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|$~:<>])")
UNEXPECTED = (
    "Something went wrong on this page. What was done before is kept, and trying again repeats nothing. "
    "If it happens again, restart i2g-recon."
)
REMEDIES = (
    (ReconnectNeeded, "connect"),
    (NotConnected, "connect"),
    (ReadOnly, "connect"),
    (SetupIncomplete, "review"),
)
LOST = {  # state of a connection -> badge, sentence
    "reconnect": ("Reconnect needed", "Xero no longer accepts the connection to {}; everything else is kept."),
    "disconnected": (
        "Disconnected in Xero",
        "Somebody disconnected {} in Xero. Set-up, imports and receipts are kept.",
    ),
}


# --- The workspace and the organisation


def workspace() -> Workspace:
    """The workspace that the environment names, opened once per process. Raises NotConfigured."""
    settings = configuration.load()
    key = (str(settings.home), settings.database_url, settings.api_url, settings.client_id, settings.redirect_uri)
    return opened(key, settings)


@st.cache_resource(show_spinner=False, on_release=Workspace.close)
def opened(key: tuple[str, ...], _settings: Settings) -> Workspace:  # noqa: ARG001 - the key is the cache's
    """One workspace per key; closed when the cache is cleared."""
    return open_workspace(_settings)


def current_connection(ws: Workspace) -> Connection:
    """The organisation this page is about; without one the page says what to do and ends."""
    connection = organisation_of_tab(ws)
    if connection is None:
        page_header(st.session_state.get(HERE, "i2g-recon"), ws, None)
        show_no_organisation(ws)
        st.stop()
    return connection


def can_write(ws: Workspace, connection: Connection | None) -> bool:
    """Whether this page may offer what changes anything in Xero; never when that cannot be told."""
    try:
        return connection is not None and may_write(ws, connection)
    except NotConfigured:
        return False


def show_no_organisation(ws: Workspace) -> None:
    """The way to an organisation, from a page that needs one."""
    if ws.store.connections():
        sentence, label = (
            "Nothing is read or written until you choose the organisation to work on.",
            "Choose organisation",
        )
    else:
        sentence, label = "No organisation is connected yet. Connect Xero to begin.", "Connect Xero"
    empty_state(sentence, "connect", label)


def empty_state(sentence: str, target: str, label: str) -> None:
    """What to do next when there is nothing to show."""
    with st.container(border=True):
        st.markdown(sentence)
        st.page_link(page(target), label=f"**{label}**", icon=":material/arrow_forward:")


# --- Failures


@contextmanager
def sentence_on_failure() -> Iterator[None]:
    """Ends a failure inside as one sentence on the page, with a link to where it is mended."""
    try:
        yield
    except ReconError as problem:
        show_sentence(problem)
    except Exception as problem:  # noqa: BLE001 - whatever went wrong, a bookkeeper never sees a traceback
        note(problem)
        st.error(UNEXPECTED, icon=":material/error:")


def show_sentence(problem: ReconError) -> None:
    """The failure's own words, and the page that mends it."""
    if isinstance(problem, Stopped):  # a person wanted it so
        st.info(plain(str(problem)), icon=":material/stop_circle:")
        return
    st.error(plain(str(problem) or str(type(problem).__doc__)), icon=":material/error:")
    for kind, target in REMEDIES:
        if isinstance(problem, kind):
            st.page_link(page(target), label=f"Go to {place(target).title}", icon=":material/arrow_forward:")


def note(problem: BaseException) -> None:
    """One line for the log: kind and place, no values."""
    frames = traceback.extract_tb(problem.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown"
    LOG.error("unexpected %s at %s", type(problem).__name__, where)


# --- The head of a page


def page_header(title: str, ws: Workspace, connection: Connection | None) -> None:
    """The page's title and one quiet line: which organisation, since when, by whom, last pull, calls left today."""
    remember_country(ws, connection)
    st.title(title, anchor=False)
    facts = status_facts(ws, connection) if connection else ["No organisation chosen"]
    with st.container(horizontal=True, vertical_alignment="center", key="status_line"):
        st.caption(" · ".join(facts), width="content")
        for word, colour in badges(ws, connection):
            st.badge(word, color=colour)
    if connection and connection.state in LOST:
        st.warning(LOST[connection.state][1].format(plain(connection.name)))
        st.page_link(page("connect"), label="Connect again", icon=":material/arrow_forward:")


def badges(ws: Workspace, connection: Connection | None) -> list[tuple[str, Colour]]:
    """What must be seen at once about the organisation."""
    found: list[tuple[str, Colour]] = [("Sample organisation", "blue")] if ws.settings.demo else []
    if connection and connection.state in LOST:
        found.append((LOST[connection.state][0], "red"))
    if connection and not can_write(ws, connection) and connection.state not in LOST:
        found.append(("Audit: read only", "violet"))
    return found


def status_facts(ws: Workspace, connection: Connection) -> list[str]:
    """The quiet line's parts."""
    last, left = last_pull(ws, connection.tenant_id), ws.transport.quota_of(connection.tenant_id).day_left
    read = f"read from Xero {local_time(last[1])}" if last else "not read from Xero yet"
    calls = [] if left is None else [f"{left:,} calls left today"]
    return [f"**{plain(connection.name)}**", plain(since(connection)), read, *calls]


def since(connection: Connection) -> str:
    """Since when it is connected, and by whom or how."""
    how = " through a custom connection" if connection.grant == "client_credentials" else ""
    by = f" by {connection.connected_by}" if connection.connected_by else how
    return f"connected {local_time(connection.connected_at)}{by}"


def local_time(moment: dt.datetime) -> str:
    """A moment on the visitor's clock: '22 Nov 2026, 20:14', or as the organisation's country writes it."""
    here = moment.astimezone(visitor_zone())
    return f"{day_text(here.date())}, {here:%H:%M}"


def visitor_zone() -> dt.tzinfo:
    """The time zone of the visitor's browser, UTC when it does not say."""
    try:
        return ZoneInfo(str(st.context.timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def show_steps(position: int, done: Collection[str] = ()) -> None:
    """The walk-through's five steps, position 1 to 5. done: names of steps that are finished."""
    with st.container(horizontal=True, gap="small", key="steps"):
        for number, name in enumerate(STEPS, start=1):
            label = f"{number} {place(name).title}"
            icon = ":material/check_circle:" if name in done else ":material/radio_button_unchecked:"
            st.page_link(page(name), label=f"**{label}**" if number == position else label, icon=icon)


def show_back_and_next(position: int, *, ready: bool = True) -> bool:
    """The buttons under a step; goes back by itself and gives True when the person wants to go on."""
    with st.container(horizontal=True, key="back_and_next"):
        if position > 1 and st.button("Back", key="back", icon=":material/arrow_back:"):
            st.switch_page(page(STEPS[position - 2]))
        return st.button("Next", key="next", type="primary", disabled=not ready, icon=":material/arrow_forward:")


# --- Text


def amount(minor: int, currency: str) -> str:
    """Minor units for a person: '1,234.50 AUD'."""
    return money_text(minor, currency)


def plain(text: str) -> str:
    """Text from outside, safe inside Streamlit's Markdown."""
    return MARKUP.sub(r"\\\1", text)
