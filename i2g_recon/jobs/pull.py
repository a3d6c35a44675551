"""Pull: the organisation's settings, contacts and sales invoices from Xero, kept as evidence.

Xero never takes an invoice off its list, so a pull that brings fewer than the one before is not believed unless a
person says so. Which invoices are read is decided in `pull_invoices`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from i2g_recon.core.frame import Invoices
from i2g_recon.core.invoice import Contact
from i2g_recon.core.organisation import Organisation
from i2g_recon.errors import IncompletePull, NotConnected
from i2g_recon.jobs.connect import noticing_loss, open_session
from i2g_recon.jobs.pull_invoices import Progress, Sales, read_sales
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection
from i2g_recon.xero import reader
from i2g_recon.xero.standing import read_may_not

FRESH_FOR = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullReport:
    """What a pull brought. calls: requests it took; day_left: calls Xero still allows today, None when not told."""

    snapshot: int
    invoices: int
    taken_at: dt.datetime
    calls: int
    day_left: int | None
    notes: tuple[str, ...]


def pull(
    ws: Workspace,
    connection: Connection,
    *,
    full: bool = False,
    everything: bool = False,
    progress: Progress | None = None,
) -> PullReport:
    """Read and keep. everything: not only changes, some of which Xero does not date (a due date on a part-paid one).

    full: everything, and believe a pull that brings fewer invoices than the last one.

    Raises IncompletePull, ReconnectNeeded and what the transport raises; nothing is kept then.
    """
    before, started = ws.transport.calls.total, ws.clock()
    if full:  # an organisation that was reset shares nothing with the pages of an earlier try
        ws.store.drop_pages(connection.tenant_id)
    organisation, contacts, sales = read_all(ws, connection, full=full or everything, progress=progress)
    invoices = sales.invoices
    if not full:
        refuse_shrinking(ws, connection, invoices)
    ws.store.save_organisation(connection.tenant_id, organisation, contacts, started)
    snapshot = ws.store.add_snapshot(connection.tenant_id, "target", invoices, taken_at=started, extra=sales.notes)
    ws.store.note_connection(connection, state="connected", name=organisation.name)
    ws.store.log(
        started,
        "",
        "pulled",
        organisation.name,
        tenant_id=connection.tenant_id,
        detail={"invoices": len(invoices.invoices)},
    )
    return PullReport(
        snapshot=snapshot,
        invoices=len(invoices.invoices),
        taken_at=started,
        calls=ws.transport.calls.total - before,
        day_left=ws.transport.quota_of(connection.tenant_id).day_left,
        notes=invoices.notes,
    )


def read_all(
    ws: Workspace, connection: Connection, *, full: bool, progress: Progress | None
) -> tuple[Organisation, tuple[Contact, ...], Sales]:
    """Settings, contacts and invoices; a lost permission is remembered on the connection."""
    session = open_session(ws, connection)
    with noticing_loss(ws, connection):
        organisation = reader.read_organisation(session)
        if ws.store.setup(connection.tenant_id).completed:  # one more call, of no use before anything can be sent
            organisation = replace(organisation, may_not=read_may_not(session))
        contacts = reader.read_contacts(session)
        sales = read_sales(ws, connection, session, organisation, full=full, progress=progress)
        return organisation, contacts, replace(sales, invoices=as_contacts_say(sales.invoices, contacts))


def as_contacts_say(invoices: Invoices, contacts: tuple[Contact, ...]) -> Invoices:
    """The invoices with the name and e-mail address that their contact has now; Xero's list leaves the latter out."""
    frame = invoices.invoices
    emails = frame["contact_id"].map({contact.id: contact.email for contact in contacts if contact.email})
    names = frame["contact_id"].map({contact.id: contact.name for contact in contacts if contact.name})
    return replace(
        invoices,
        invoices=frame.assign(
            email=emails.fillna(frame["email"]).astype("str"), contact=names.fillna(frame["contact"]).astype("str")
        ),
    )


def refuse_shrinking(ws: Workspace, connection: Connection, invoices: Invoices) -> None:
    """Raise IncompletePull when fewer invoices came than last time."""
    earlier = ws.store.snapshots(connection.tenant_id, "target")
    if earlier and len(invoices.invoices) < earlier[0].rows:
        raise IncompletePull(
            f"Xero returned {len(invoices.invoices)} invoices where the last pull had {earlier[0].rows}, and Xero does "
            f"not remove invoices. Pull again; if the organisation was really reset, use `pull --full`."
        )


def last_pull(ws: Workspace, tenant_id: str) -> tuple[int, dt.datetime] | None:
    """Snapshot id and time of the last pull, or None."""
    known = ws.store.snapshots(tenant_id, "target")
    return (known[0].id, known[0].taken_at) if known else None


def is_stale(ws: Workspace, tenant_id: str) -> bool:
    """Whether the last pull is too old to judge by, or we sent something to Xero since."""
    last = last_pull(ws, tenant_id)
    if last is None or ws.clock() - last[1] > FRESH_FOR:
        return True
    kept = ws.store.organisation(tenant_id)
    if kept is not None and kept[0].may_not is None and ws.store.setup(tenant_id).completed:
        return True  # the set-up was completed since: what the role allows is not known yet
    sent = [one.settled_at or one.sent_at for one in ws.outbox.standing_commands(tenant_id)]
    return any(moment is not None and moment >= last[1] for moment in sent)


def known_organisation(ws: Workspace, connection: Connection) -> tuple[Organisation, tuple[Contact, ...]]:
    """What the last pull said of the organisation; reads it from Xero the first time."""
    kept = ws.store.organisation(connection.tenant_id)
    if kept is None:
        pull(ws, connection)
        kept = ws.store.organisation(connection.tenant_id)
    if kept is None:
        raise NotConnected("The organisation's settings could not be read; pull again.")
    return kept[0], kept[1]
