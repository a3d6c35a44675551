"""Doctor: configuration, database, connection and mapping, each with its remedy. It changes nothing in Xero."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from i2g_recon.errors import ReconError
from i2g_recon.jobs.connect import noticing_loss, open_session
from i2g_recon.jobs.readiness import Finding, readiness
from i2g_recon.jobs.setup_steps import setup_view
from i2g_recon.jobs.workspace import Workspace, open_workspace
from i2g_recon.settings import Settings
from i2g_recon.store.records import Connection
from i2g_recon.xero.reader import read_organisation
from i2g_recon.xero.standing import read_standing


def examine(settings: Settings, organisation: str = "") -> list[Finding]:
    """Every finding; a failed one does not stop the others that do not need it."""
    findings = [app_finding(settings)]
    try:
        ws = open_workspace(settings)
    except ReconError as failure:
        return [*findings, Finding("database", "red", str(failure))]
    try:
        return [*findings, database_finding(ws), *examine_organisations(ws, organisation)]
    finally:
        ws.close()


def readiness_of(ws: Workspace, connection: Connection) -> list[Finding]:
    """Everything that could stand in the way of one organisation: this computer, Xero and the set-up."""
    return [app_finding(ws.settings), database_finding(ws), *organisation_findings(ws, connection)]


def database_finding(ws: Workspace) -> Finding:
    """That the workspace was opened, which reads, writes and upgrades it where needed, and where it lies."""
    return Finding("database", "green", f"The workspace in {ws.settings.home} can be read and written.")


def app_finding(settings: Settings) -> Finding:
    """Whether the app's own credentials are there."""
    if settings.client_id and settings.client_secret:
        return Finding("configuration", "green", f"Client id and secret are set; grant {settings.grant}.")
    return Finding(
        "configuration",
        "red",
        "XERO_CLIENT_ID or XERO_CLIENT_SECRET is not set.",
        "Make an app at developer.xero.com and set both; reconciling two files works without.",
    )


def examine_organisations(ws: Workspace, wanted: str) -> Iterator[Finding]:
    """Each connected organisation, or the wanted one."""
    connections = [ws.organisation(wanted)] if wanted else ws.store.connections()
    if not connections:
        yield Finding("connection", "red", "No organisation is connected.", "Open page Connect.")
    for connection in connections:
        yield from organisation_findings(ws, connection)


def organisation_findings(ws: Workspace, connection: Connection) -> Iterator[Finding]:
    """One organisation: whether Xero answers, whether the set-up is finished, and what else could stand in the way."""
    subject = f"connection {connection.name}"
    try:
        with noticing_loss(ws, connection):
            session = open_session(ws, connection)
            organisation, standing = read_organisation(session), read_standing(session)
    except ReconError as failure:
        yield Finding(subject, "red", str(failure))
        yield tried(f"set-up {connection.name}", partial(set_up, ws, connection))
        return
    yield Finding(subject, "green", f"Xero answers for '{organisation.name}'.")
    yield tried(f"set-up {connection.name}", partial(set_up, ws, connection))
    yield from readiness(ws, connection, organisation, standing)


def tried(subject: str, look: Callable[[], tuple[bool, str]]) -> Finding:
    """A finding, failures included."""
    try:
        ok, sentence = look()
    except ReconError as failure:
        ok, sentence = False, str(failure)
    return Finding(subject, "green" if ok else "red", sentence)


def set_up(ws: Workspace, connection: Connection) -> tuple[bool, str]:
    """What the walk-through still lacks."""
    view = setup_view(ws, connection)
    if view.missing:
        return False, " ".join(view.missing)
    return (
        view.setup.completed,
        "Complete." if view.setup.completed else "Everything is chosen; press Complete on page Review.",
    )
