"""Which Xero contact a client is, where that is for a person to say; remembered for every later push."""

from __future__ import annotations

from i2g_recon.core.contacts import contact_key
from i2g_recon.core.invoice import Contact
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.pull import known_organisation
from i2g_recon.jobs.workspace import Connection, Workspace


def active_contacts(ws: Workspace, connection: Connection) -> list[Contact]:
    """The contacts that an invoice can go to, by name."""
    _, contacts = known_organisation(ws, connection)
    return sorted((one for one in contacts if one.status == "ACTIVE"), key=lambda one: (one.name.casefold(), one.id))


def choose_client(ws: Workspace, connection: Connection, client: str, contact: str) -> Contact:
    """Remember that a client is this contact, named by its ContactID or, where only one has it, by its name.

    Raises NeedsAPerson for a contact that is not there, not active, or not the only one of its name.
    """
    key = contact_key(Contact(name=client))
    if not key:
        raise NeedsAPerson("Name the client as Invoice2go writes it.")
    known = active_contacts(ws, connection)
    found = [one for one in known if one.id == contact.strip()] or [
        one for one in known if contact_key(one) == contact_key(Contact(name=contact))
    ]
    if len(found) != 1:
        many = "several active contacts; name it by its ContactID" if found else "no active contact of that name or id"
        raise NeedsAPerson(f"Xero has {many}: '{contact}'.")
    ws.store.link_contacts(connection.tenant_id, {key: found[0].id})
    ws.store.log(ws.clock(), "", "chose a contact", found[0].id, tenant_id=connection.tenant_id)
    return found[0]


def forget_client(ws: Workspace, connection: Connection, client: str) -> None:
    """Forget what was chosen or remembered for a client. Raises NeedsAPerson when nothing was."""
    if not ws.store.unlink_contact(connection.tenant_id, contact_key(Contact(name=client))):
        raise NeedsAPerson(f"Nothing is remembered for the client '{client}'.")
    ws.store.log(ws.clock(), "", "forgot a contact", "", tenant_id=connection.tenant_id)
