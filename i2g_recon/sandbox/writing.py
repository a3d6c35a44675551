"""The writing endpoints: contacts, invoices and their notes, by PUT (creates only) and POST (creates or updates).

`summarizeErrors` absent or true: one bad element refuses the whole call with 400 and nothing is kept. False: always
200, a verdict per element, the good ones kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from i2g_recon.sandbox import contacts, ledger, messages, records, wire
from i2g_recon.sandbox.answer import Answer, Refused, bad_request, not_found
from i2g_recon.sandbox.call import Call
from i2g_recon.sandbox.contacts import ContactDraft
from i2g_recon.sandbox.drafting import Draft, Drafting
from i2g_recon.sandbox.tokens import PERSON
from i2g_recon.sandbox.wire import Json

LONGEST_NOTE = 2500
LARGEST_BODY = 3_500_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one element."""

    element: Json
    accepted: bool


def invoices(call: Call) -> Answer:
    """Creates (PUT) or creates and updates (POST) invoices."""
    drafting = Drafting(call.books, call.now_ms, call.client_id, places(call))
    compose = drafting.create if call.method == "PUT" else drafting.upsert
    return each(call, "Invoices", lambda asked, alone: _settled(call, drafting, asked, compose(asked), alone=alone))


def invoice(call: Call) -> Answer:
    """Updates the invoice of the address; 404 for an id that is not there."""
    existing = ledger.find(call.state, call.tenant_id, call.segments[1])
    if existing is None:
        return not_found()
    drafting = Drafting(call.books, call.now_ms, call.client_id, places(call))
    return each(
        call,
        "Invoices",
        lambda asked, alone: _settled(call, drafting, asked, drafting.update(asked, existing), alone=alone),
    )


def places(call: Call) -> int:
    """Decimals of UnitAmount: four under unitdp=4, else two."""
    return 4 if call.query.get("unitdp") == "4" else 2


def _settled(call: Call, drafting: Drafting, asked: Json, draft: Draft, *, alone: bool) -> Verdict:
    if draft.errors:
        return Verdict(records.refused(asked, draft.existing, unique(draft.errors), per_element=alone), accepted=False)
    record, contact = drafting.save(draft)
    note(call, record["InvoiceID"], "Created" if draft.existing is None else "Edited", "")
    return Verdict(records.written(record, contact, per_element=alone), accepted=True)


def contact_elements(call: Call) -> Answer:
    """Creates (PUT) or creates and updates (POST) contacts."""
    return each(call, "Contacts", lambda asked, alone: _settled_contact(call, asked, alone=alone))


def contact(call: Call) -> Answer:
    """Updates the contact of the address."""
    if call.books.contact(call.segments[1]) is None:
        return not_found()
    named = {"ContactID": call.segments[1]}
    return each(call, "Contacts", lambda asked, alone: _settled_contact(call, {**asked, **named}, alone=alone))


def _settled_contact(call: Call, asked: Json, *, alone: bool) -> Verdict:
    draft = _contact_draft(call, asked)
    if draft.errors:
        echo = contacts.refused(asked, draft.existing, unique(draft.errors), per_element=alone)
        return Verdict(echo, accepted=False)
    saved = contacts.store(call.books, draft, now_ms=call.now_ms)
    verdict = {"StatusAttributeString": "OK"} if alone else {}
    return Verdict({**saved, **verdict, "ValidationErrors": []}, accepted=True)


def _contact_draft(call: Call, asked: Json) -> ContactDraft:
    found = contacts.find(call.books, asked)
    if found.errors:
        return found
    creating = call.method == "PUT"
    return contacts.revised(call.books, asked, None if creating else found.existing)


def history(call: Call) -> Answer:
    """Adds notes to an invoice."""
    if ledger.find(call.state, call.tenant_id, call.segments[1]) is None:
        return not_found()
    notes = [str(one.get("Details") or "")[:LONGEST_NOTE] for one in call.elements("HistoryRecords")]
    return call.ok("HistoryRecords", [note(call, call.segments[1].lower(), "Note", text) for text in notes])


def note(call: Call, document_id: str, change: str, details: str) -> str:
    """Stores one entry of a document's history and gives its JSON text."""
    body = wire.dump(
        {
            "Changes": change,
            "DateUTCString": wire.iso_second(call.now_ms),
            "DateUTC": wire.stamp(call.now_ms),
            "User": f"{PERSON['given_name']} {PERSON['family_name']}",
            "Details": details,
        }
    )
    insert = "INSERT INTO history (tenant_id, document_id, body) VALUES (?, ?, ?)"
    call.state.run(insert, call.tenant_id, document_id, body)
    return body


def each(call: Call, resource: str, settle: Callable[[Json, bool], Verdict]) -> Answer:
    """Settles every element, all or nothing unless summarizeErrors=false."""
    alone = not call.flag("summarizeerrors", default=True)
    with call.state.attempt() as attempt:
        verdicts = [settle(asked, alone) for asked in call.elements(resource)]
        failed = [verdict.element for verdict in verdicts if not verdict.accepted]
        if failed and not alone:
            attempt.give_up()
    if failed and not alone:
        return bad_request(10, "ValidationException", messages.VALIDATION, failed)
    return call.ok(resource, [wire.dump(verdict.element) for verdict in verdicts])


def unique(errors: list[str]) -> list[str]:
    """The objections, each once, in order."""
    return list(dict.fromkeys(errors))


def refuse_large(body: bytes) -> None:
    """Raises Refused for a body above 3.5 MB."""
    if len(body) > LARGEST_BODY:
        raise Refused(Answer(413, media=""))
