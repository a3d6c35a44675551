"""Clients that Xero does not know yet become contacts there, once, before any invoice is sent for them.

Xero keeps the names of active contacts unique, so a creation whose answer was lost is found again by reading: a contact
is looked for before it is made, and after it was refused.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from i2g_recon.core.contacts import choose_contact, contact_book, contact_key
from i2g_recon.core.invoice import Contact
from i2g_recon.errors import AnswerLost, LimitReached
from i2g_recon.jobs.outcomes import rejection, write_down
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Command
from i2g_recon.xero import reader, writer
from i2g_recon.xero.session import XeroSession
from i2g_recon.xero.transport import soon

TRIES = 3
BATCH = 50  # contacts in one call
NOT_CREATED = ("The client could not be created in Xero; nothing was sent.",)


def resolve_contacts(ws: Workspace, session: XeroSession, commands: Sequence[Command]) -> list[Command]:
    """The commands with their ContactID; one whose contact cannot be had is rejected with Xero's words and left out."""
    wanted = {contact_key(client_of(one)): client_of(one) for one in commands if not one.contact_id}
    if not wanted:
        return list(commands)
    found, refused = found_or_created(ws, session, wanted)
    known = ws.store.contact_links(session.tenant_id)
    ws.store.link_contacts(session.tenant_id, {key: one for key, one in found.items() if known.get(key) != one})
    resolved, named, rejected = [], {}, []
    for one in commands:
        key = contact_key(client_of(one))
        if one.contact_id:
            resolved.append(one)
        elif key in found:
            named[one.id] = found[key]
            resolved.append(replace(one, contact_id=found[key]))
        else:
            rejected.append(rejection(one, refused.get(key) or NOT_CREATED))
    ws.outbox.mark_contacts(named)
    write_down(ws, rejected)
    return resolved


def found_or_created(
    ws: Workspace, session: XeroSession, wanted: Mapping[str, Contact]
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Contact key to ContactID, and Xero's words about those it refused; looked for before each of TRIES creations."""
    found, refused = find(ws, session, wanted), dict[str, tuple[str, ...]]()
    for _ in range(TRIES):
        absent = {key: client for key, client in wanted.items() if key not in found and key not in refused}
        if not absent:
            break
        made, said = create(session, absent)
        found |= made
        refused |= said
        unclear = {key: client for key, client in absent.items() if key not in made}
        if unclear:
            found |= find(ws, session, unclear)
    return found, refused


def client_of(command: Command) -> Contact:
    """The client of a command as a contact."""
    return Contact(name=command.contact_name, email=command.contact_email)


def find(ws: Workspace, session: XeroSession, wanted: Mapping[str, Contact]) -> dict[str, str]:
    """Contact key to ContactID for the clients that are in Xero now, by the same rules as the plan."""
    book = contact_book(reader.read_contacts(session))
    links = ws.store.contact_links(session.tenant_id)
    chosen = {key: choose_contact(client, book, links) for key, client in wanted.items()}
    return {key: one.contact.id for key, one in chosen.items() if one.contact.id and not one.holds}


def create(session: XeroSession, absent: Mapping[str, Contact]) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Create them, up to 50 a call: contact key to ContactID, and Xero's words about each that it refused.

    A lost answer, or one that asks for a short pause, is left to the reading after, which waits as long as Xero asked.
    """
    made: dict[str, str] = {}
    refused: dict[str, tuple[str, ...]] = {}
    keys = list(absent)
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH]
        try:
            outcomes = writer.create_contacts(session, [absent[key] for key in some], idempotency_key=uuid.uuid4().hex)
        except AnswerLost:
            continue
        except LimitReached as limit:
            if not soon(limit):
                raise
            continue
        for key, one in zip(some, outcomes, strict=True):
            if one.ok and one.contact is not None and one.contact.id:
                made[key] = one.contact.id
            elif not one.ok:
                refused[key] = one.messages
    return made, refused
