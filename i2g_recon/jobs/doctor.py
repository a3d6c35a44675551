"""Doctor: configuration, database, connection and mapping, each with its remedy. It changes nothing in Xero."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from i2g_recon.errors import ReconError
from i2g_recon.jobs.connect import noticing_loss, open_session
from i2g_recon.jobs.setup_steps import setup_view
from i2g_recon.jobs.workspace import Workspace, open_workspace
from i2g_recon.settings import Settings
from i2g_recon.store.records import Connection
from i2g_recon.xero.reader import read_organisation


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    ok: bool
    sentence: str
    remedy: str = ""


def examine(settings: Settings, organisation: str = "") -> list[Finding]:
    """Every finding; a failed one does not stop the others that do not need it."""
    findings = [app_finding(settings)]
    try:
        ws = open_workspace(settings)
    except ReconError as failure:
        return [*findings, Finding("database", ok=False, sentence=str(failure))]
    try:
        findings.append(
            Finding("database", ok=True, sentence=f"The workspace in {settings.home} can be read and written.")
        )
        return [*findings, *examine_organisations(ws, organisation)]
    finally:
        ws.close()


def app_finding(settings: Settings) -> Finding:
    """Whether the app's own credentials are there."""
    if settings.client_id and settings.client_secret:
        return Finding("configuration", ok=True, sentence=f"Client id and secret are set; grant {settings.grant}.")
    return Finding(
        "configuration",
        ok=False,
        sentence="XERO_CLIENT_ID or XERO_CLIENT_SECRET is not set.",
        remedy="Make an app at developer.xero.com and set both; reconciling two files works without.",
    )


def examine_organisations(ws: Workspace, wanted: str) -> Iterator[Finding]:
    """Each connected organisation, or the wanted one."""
    connections = [ws.organisation(wanted)] if wanted else ws.store.connections()
    if not connections:
        yield Finding("connection", ok=False, sentence="No organisation is connected.", remedy="Open page Connect.")
    for connection in connections:
        yield tried(f"connection {connection.name}", partial(reached, ws, connection))
        yield tried(f"set-up {connection.name}", partial(set_up, ws, connection))


def tried(subject: str, look: Callable[[], tuple[bool, str]]) -> Finding:
    """A finding, failures included."""
    try:
        ok, sentence = look()
    except ReconError as failure:
        ok, sentence = False, str(failure)
    return Finding(subject, ok=ok, sentence=sentence)


def reached(ws: Workspace, connection: Connection) -> tuple[bool, str]:
    """Ask Xero for the organisation."""
    with noticing_loss(ws, connection):
        organisation = read_organisation(open_session(ws, connection))
    left = ws.transport.quota_of(connection.tenant_id).day_left
    return True, f"Xero answers for '{organisation.name}'" + (
        f"; {left} calls left today." if left is not None else "."
    )


def set_up(ws: Workspace, connection: Connection) -> tuple[bool, str]:
    """What the walk-through still lacks."""
    view = setup_view(ws, connection)
    if view.missing:
        return False, " ".join(view.missing)
    return (
        view.setup.completed,
        "Complete." if view.setup.completed else "Everything is chosen; press Complete on page Review.",
    )
