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
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Command
from i2g_recon.xero import reader, writer
from i2g_recon.xero.failures import explain
from i2g_recon.xero.session import XeroSession
from i2g_recon.xero.transport import soon

TRIES = 3


def resolve_contacts(ws: Workspace, session: XeroSession, commands: Sequence[Command]) -> list[Command]:
    """The commands with their ContactID; one whose contact cannot be had is rejected with Xero's words and left out."""
    wanted = {contact_key(client_of(one)): client_of(one) for one in commands if not one.contact_id}
    if not wanted:
        return list(commands)
    found, refused = found_or_created(ws, session, wanted)
    resolved = []
    for one in commands:
        key = contact_key(client_of(one))
        if one.contact_id:
            resolved.append(one)
        elif key in found:
            ws.outbox.mark_contact(one.id, found[key])
            ws.store.link_contact(one.tenant_id, key, found[key])
            resolved.append(replace(one, contact_id=found[key]))
        else:
            reject(ws, one, refused.get(key, ()))
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
        refused |= create(session, absent)
        found |= find(ws, session, absent)
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


def create(session: XeroSession, absent: Mapping[str, Contact]) -> dict[str, tuple[str, ...]]:
    """Create them in one call; Xero's words about each that it refused.

    A lost answer, or one that asks for a short pause, is left to the reading after, which waits as long as Xero asked.
    """
    try:
        outcomes = writer.create_contacts(session, list(absent.values()), idempotency_key=uuid.uuid4().hex)
    except AnswerLost:
        return {}
    except LimitReached as limit:
        if not soon(limit):
            raise
        return {}
    return {key: one.messages for key, one in zip(absent, outcomes, strict=True) if not one.ok}


def reject(ws: Workspace, command: Command, messages: Sequence[str]) -> None:
    """No contact, no invoice: the command ends here and can be approved again."""
    words = list(messages) or ["The client could not be created in Xero; nothing was sent."]
    remedy = " ".join(dict.fromkeys(explain(one).remedy for one in words))
    ws.outbox.settle(command.id, "rejected", ws.clock(), messages=words, remedy=remedy)
