"""Contacts: names unique among the active ones, archived ones out of reach, created by name from an invoice."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from i2g_recon.sandbox import ledger, messages, wire
from i2g_recon.sandbox.books import Books
from i2g_recon.sandbox.filters import Column
from i2g_recon.sandbox.state import State
from i2g_recon.sandbox.wire import Json

EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>.]+(\.[^@\s<>.]+)+")
PLAIN = tuple(
    "ContactNumber AccountNumber Name FirstName LastName CompanyNumber EmailAddress TaxNumber BankAccountDetails "
    "DefaultCurrency AccountsReceivableTaxType AccountsPayableTaxType SalesDefaultAccountCode".split()
)
LISTS = ("Addresses", "Phones", "ContactPersons")
KEYS = frozenset(("ContactID", "Name", "ContactNumber"))
_TEXT = "lower(json_extract(body, '$.{0}'))"
FIELDS = {
    "contactid": Column("contact_id"),
    "name": Column("name_key"),
    "contactnumber": Column("number_key"),
    "emailaddress": Column("email_key"),
    "contactstatus": Column("lower(status)"),
    "updateddateutc": Column("updated_ms", "moment"),
    "firstname": Column(_TEXT.format("FirstName")),
    "lastname": Column(_TEXT.format("LastName")),
    "accountnumber": Column(_TEXT.format("AccountNumber")),
    "iscustomer": Column("json_extract(body, '$.IsCustomer')", "flag"),
    "issupplier": Column("json_extract(body, '$.IsSupplier')", "flag"),
}
SAVE = (
    "INSERT INTO contacts (tenant_id, contact_id, name_key, number_key, email_key, search_key, status, updated_ms, "
    "body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (tenant_id, contact_id) DO UPDATE SET name_key = excluded.name_key, "
    "number_key = excluded.number_key, email_key = excluded.email_key, search_key = excluded.search_key, "
    "status = excluded.status, updated_ms = excluded.updated_ms, body = excluded.body"
)


@dataclass(slots=True)
class ContactDraft:
    """A contact found or composed. changed: it has to be saved; existing: as it was, None for a new one."""

    record: Json = field(default_factory=dict)
    existing: Json | None = None
    changed: bool = False
    errors: list[str] = field(default_factory=list)


def compose(facts: Json, *, existing: Json | None = None, contact_id: str = "") -> Json:
    """The contact as it goes out: the existing one with the facts laid over it."""
    base = existing or {
        "ContactID": contact_id or str(uuid.uuid4()),
        "ContactStatus": "ACTIVE",
        "EmailAddress": "",
        "BankAccountDetails": "",
        "Addresses": [{"AddressType": kind} for kind in ("STREET", "POBOX")],
        "Phones": [{"PhoneType": kind} for kind in ("DEFAULT", "DDI", "FAX", "MOBILE")],
        "ContactGroups": [],
        "ContactPersons": [],
        "IsSupplier": False,
        "IsCustomer": False,
        "HasAttachments": False,
        "HasValidationErrors": False,
    }
    texts = {name: str(facts[name]).strip() for name in PLAIN if facts.get(name) is not None}
    lists = {name: facts[name] for name in LISTS if isinstance(facts.get(name), list)}
    status = {"ContactStatus": facts["ContactStatus"]} if facts.get("ContactStatus") else {}
    return {**base, **texts, **lists, **status}


def save(state: State, tenant_id: str, contact: Json, *, updated_ms: int) -> Json:
    """Stores a contact and gives it back with its update moment."""
    record = {**contact, "UpdatedDateUTC": wire.stamp(updated_ms)}
    searched = ("Name", "FirstName", "LastName", "ContactNumber", "EmailAddress")
    state.run(
        SAVE,
        tenant_id,
        record["ContactID"],
        record["Name"].casefold(),
        record.get("ContactNumber", "").casefold() or None,
        record.get("EmailAddress", "").casefold() or None,
        "\n".join(str(record.get(name, "")) for name in searched).casefold(),
        record["ContactStatus"],
        updated_ms,
        wire.dump(record),
    )
    return record


def for_invoice(books: Books, asked: Any) -> ContactDraft:
    """The contact an invoice names: by id, number or name; an unknown name makes a new contact.

    Whether Xero matches a bare existing name or doubles it is reported both ways; the sandbox matches it. Further
    fields change the contact, as in Xero.
    """
    if asked is None:
        return ContactDraft(errors=[messages.NO_CONTACT])
    if not isinstance(asked, dict) or not KEYS & asked.keys():
        return ContactDraft(errors=[messages.CONTACT_WITHOUT_KEY])
    draft = find(books, asked)
    if draft.errors:
        return draft
    if draft.existing is None and not str(asked.get("Name") or "").strip():
        return ContactDraft(errors=[messages.CONTACT_EMPTY])
    if draft.existing is not None and not _brings_more(asked):
        return ContactDraft(record=draft.existing, existing=draft.existing)
    return revised(books, asked, draft.existing)


def _brings_more(asked: Json) -> bool:
    named_by_id = bool(asked.get("ContactID"))
    return any(asked.get(name) for name in (*PLAIN, *LISTS) if name not in KEYS or (named_by_id and name == "Name"))


def find(books: Books, asked: Json) -> ContactDraft:
    """The existing contact that is meant, if any; archived ones are an objection."""
    contact_id, number = str(asked.get("ContactID") or ""), str(asked.get("ContactNumber") or "")
    name = str(asked.get("Name") or "")
    found = None
    if contact_id and contact_id != wire.ZERO_ID:
        found = books.contact(contact_id)
        if found is None:
            return ContactDraft(errors=[messages.NOT_FOUND])
    elif number:
        found = books.contact_numbered(number)
    if found is None and name:
        found = books.contact_named(name, "ACTIVE") or books.contact_named(name, "ARCHIVED")
    if found is not None and found["ContactStatus"] != "ACTIVE":
        return ContactDraft(existing=found, errors=[messages.CONTACT_ARCHIVED])
    return ContactDraft(existing=found)


def revised(books: Books, asked: Json, existing: Json | None) -> ContactDraft:
    """A new contact, or the existing one with the asked-for changes, and what speaks against it."""
    record = compose(asked, existing=existing)
    return ContactDraft(record, existing, changed=True, errors=_objections(books, record))


def _objections(books: Books, record: Json) -> list[str]:
    name, email = str(record.get("Name") or ""), record.get("EmailAddress") or ""
    errors = []
    if not name:
        errors.append(messages.NAME_MISSING)
    if "<" in name or ">" in name:
        errors.append(messages.NAME_BRACKETS)
    other = books.contact_named(name, "ACTIVE")
    if other is not None and other["ContactID"] != record["ContactID"] and record["ContactStatus"] == "ACTIVE":
        errors.append(messages.name_taken(name))
    if email and not EMAIL.fullmatch(email):
        errors.append(messages.EMAIL)
    return errors


def store(books: Books, draft: ContactDraft, *, now_ms: int, as_customer: bool = False) -> Json:
    """Saves what the draft changed; a contact that gets a sales invoice becomes a customer."""
    becomes = as_customer and not draft.record.get("IsCustomer")
    if not draft.changed and not becomes:
        return draft.record
    record = {**draft.record, "IsCustomer": True} if becomes else draft.record
    saved = save(books.state, books.tenant_id, record, updated_ms=now_ms)
    if draft.existing is not None and draft.existing["Name"] != saved["Name"]:
        ledger.rename_contact(books.state, books.tenant_id, saved)
    return saved


def refused(asked: Json, existing: Json | None, errors: list[str], *, per_element: bool) -> Json:
    """The answer to a contact that was refused."""
    return {
        "ContactID": existing["ContactID"] if existing else wire.ZERO_ID,
        **{name: value for name, value in asked.items() if name != "ContactID"},
        **{name: asked.get(name) or [] for name in (*LISTS, "ContactGroups")},
        "HasValidationErrors": True,
        "ValidationErrors": [{"Message": message} for message in errors],
        **({"StatusAttributeString": "ERROR"} if per_element else {}),
    }
