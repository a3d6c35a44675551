"""Which Xero contact an invoice goes to: remembered, by e-mail, by name, or a new one. Never a guess.

    remembered link -> one active contact with the e-mail address -> one with the name -> only archived: held -> new

When e-mail and name point to two different contacts, or one of them to several, a person chooses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from i2g_recon.core.holds import Hold, hold, warning
from i2g_recon.core.invoice import Contact
from i2g_recon.core.reference import collapse_spaces, match_key, unify_characters

LONGEST_NAME = LONGEST_EMAIL = 255
EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+")


@dataclass(frozen=True, slots=True)
class ChosenContact:
    """The answer for one invoice. contact.id is empty for a contact that has to be created."""

    contact: Contact
    holds: tuple[Hold, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactBook:
    """The organisation's contacts, indexed once. Archived ones are kept: they explain why a client cannot be used."""

    by_id: Mapping[str, Contact] = field(default_factory=dict)
    by_email: Mapping[str, Sequence[Contact]] = field(default_factory=dict)
    by_name: Mapping[str, Sequence[Contact]] = field(default_factory=dict)


def contact_key(contact: Contact) -> str:
    """A client's name without case, surplus spaces and invisible characters: the key of remembered links.

    >>> contact_key(Contact(name=" Harbour\u200b  Cafe "))
    'harbour cafe'
    """
    return match_key(contact.name)


def contact_book(contacts: Iterable[Contact]) -> ContactBook:
    """Index the contacts of Xero by id, e-mail address and name."""
    by_id: dict[str, Contact] = {}
    by_email: dict[str, list[Contact]] = {}
    by_name: dict[str, list[Contact]] = {}
    for contact in contacts:
        by_id[contact.id] = contact
        by_name.setdefault(contact_key(contact), []).append(contact)
        if email := match_key(contact.email):
            by_email.setdefault(email, []).append(contact)
    return ContactBook(by_id, by_email, by_name)


def choose_contact(client: Contact, book: ContactBook, links: Mapping[str, str]) -> ChosenContact:
    """The Xero contact for one client of Invoice2go. links: contact key to ContactID, as remembered."""
    if not contact_key(client):
        return ChosenContact(client, (hold("contact_name_empty"),))
    remembered = links.get(contact_key(client))
    if remembered:
        return linked_contact(client, book.by_id.get(remembered))
    mailed = list(book.by_email.get(match_key(client.email), ()))
    named = list(book.by_name.get(contact_key(client), ()))
    active_mailed, active_named = only_active(mailed), only_active(named)
    if not active_mailed and not active_named:
        return ChosenContact(client, (hold("contact_archived"),)) if mailed or named else new_contact(client)
    return active_contact(client, active_mailed, active_named)


@dataclass(frozen=True, slots=True)
class ClientToChoose:
    """A client whose Xero contact a person has to name. fitting: the contacts that come close, active ones first."""

    name: str
    email: str
    why: str
    invoices: int
    fitting: tuple[Contact, ...]


def clients_to_choose(
    clients: Iterable[Contact], book: ContactBook, links: Mapping[str, str]
) -> tuple[ClientToChoose, ...]:
    """The clients of these invoices that wait for a choice, each once, the one with most invoices first."""
    found: dict[str, ClientToChoose] = {}
    for client in clients:
        key = contact_key(client)
        if key in found:
            found[key] = replace(found[key], invoices=found[key].invoices + 1)
            continue
        holds = choose_contact(client, book, links).holds
        if holds and key:
            near = [*book.by_name.get(key, ()), *book.by_email.get(match_key(client.email), ())]
            fitting = tuple({one.id: one for one in sorted(near, key=lambda one: one.status != "ACTIVE")}.values())
            found[key] = ClientToChoose(client.name, client.email, holds[0].sentence, 1, fitting)
    return tuple(sorted(found.values(), key=lambda one: (-one.invoices, one.name)))


def only_active(contacts: Sequence[Contact]) -> list[Contact]:
    """The contacts that may be used."""
    return [contact for contact in contacts if contact.status == "ACTIVE"]


def linked_contact(client: Contact, contact: Contact | None) -> ChosenContact:
    """The remembered contact, if it can still be used."""
    if contact is None:
        return ChosenContact(client, (hold("contact_gone"),))
    return ChosenContact(contact, () if contact.status == "ACTIVE" else (hold("contact_archived"),))


def active_contact(client: Contact, mailed: Sequence[Contact], named: Sequence[Contact]) -> ChosenContact:
    """Choose among active contacts with the client's e-mail address and with its name; two answers are none."""
    both = [contact for contact in mailed if contact in named]
    fitting = both or [*mailed, *(contact for contact in named if contact not in mailed)]
    if len(fitting) != 1:
        return ChosenContact(client, (hold("contact_ambiguous"),))
    (contact,) = fitting
    same_name = contact_key(contact) == contact_key(client)
    return ChosenContact(contact, warnings=() if same_name else (warning("contact_name_differs", name=contact.name),))


def new_contact(client: Contact) -> ChosenContact:
    """A contact to create, as Xero takes it: no surplus spaces, no angle brackets, a real e-mail address or none."""
    name, email = collapse_spaces(unify_characters(client.name)), client.email.strip()
    if "<" in name or ">" in name or len(name) > LONGEST_NAME:
        return ChosenContact(client, (hold("contact_name_unusable"),))
    if not email or (EMAIL.fullmatch(email) and len(email) <= LONGEST_EMAIL):
        return ChosenContact(Contact(name=name, email=email))
    return ChosenContact(Contact(name=name), warnings=(warning("email_left_out"),))
