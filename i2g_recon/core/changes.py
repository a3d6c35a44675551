"""What would be changed in Xero: every pair that differs becomes one command, update, replace or hold, with the reason.

    state in Xero                      what can be done
    draft, submitted                   update: the chosen fields only, lines keep their ids
    approved, no money on it           replace: voided, then copied again under a new number with the same Reference
    paid, part-paid, credited, other   hold: change it in Xero; the sentence names the values

A command remembers the invoice in Xero as it was seen (`seen`): if it was changed since, nothing is sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import localcontext
from typing import Any

from i2g_recon.core.body import canonical, xero_body, xero_line_item
from i2g_recon.core.contacts import ChosenContact, choose_contact, contact_book
from i2g_recon.core.draft import Draft, make_draft, tax_treatment
from i2g_recon.core.fingerprint import fingerprint
from i2g_recon.core.frame import Invoices
from i2g_recon.core.holds import Hold, hold
from i2g_recon.core.invoice import Contact, Invoice, LineItem, State
from i2g_recon.core.money import to_minor
from i2g_recon.core.obstacles import PUSHED_REASON, Books, invoice_holds, locked, reason_holds
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.plan import NO_LINKS, PushCommand, held, invoice_number_for, predicted_minor
from i2g_recon.core.reference import match_key
from i2g_recon.core.setup import Setup
from i2g_recon.core.taken import taken_in
from i2g_recon.core.tax import WIDE

FIELDS = ("date", "due_date", "contact", "lines")  # what an update can change
LINES = ("total", "subtotal", "tax", "lines")  # differences that new lines settle
CHANGEABLE = ("DRAFT", "SUBMITTED")
APPROVED = "AUTHORISED"


@dataclass(frozen=True, slots=True)
class Difference:
    """One pair that differs. differing: `field` values of its discrepancies; reason: that of the comparison."""

    source: Invoice
    target: Invoice
    differing: frozenset[str]


def make_changes(
    pairs: Sequence[Difference],
    *,
    target: Invoices,
    organisation: Organisation,
    setup: Setup,
    contacts: Sequence[Contact],
    fields: Collection[str] = FIELDS,
    contact_links: Mapping[str, str] = NO_LINKS,
) -> tuple[PushCommand, ...]:
    """One command per pair, in the order given. fields: of FIELDS, what may be changed. Raises nothing for data."""
    books = Books(organisation, setup, taken_in(target), contact_book(contacts), contact_links, {})
    with localcontext(WIDE):
        return tuple(change(pair, frozenset(fields), books) for pair in pairs)


def change(pair: Difference, fields: frozenset[str], books: Books) -> PushCommand:
    """Decide about one pair."""
    status = pair.target.status.upper()
    unpaid = not pair.target.paid
    if "currency" in pair.differing or not unpaid or status not in (*CHANGEABLE, APPROVED):
        return held(planned(pair), [by_hand(pair)])
    if status == APPROVED:
        return replacement(pair, books)
    return update(pair, fields, books)


def planned(pair: Difference) -> PushCommand:
    """What every command of a pair has."""
    return PushCommand(
        source_id=pair.source.id,
        number=pair.source.number,
        reference=pair.target.reference,
        invoice_number=pair.target.number,
        action="hold",
        contact_id=pair.target.contact.id,
        contact_name=pair.target.contact.name or pair.source.contact.name,
        currency=pair.target.currency,
        total_minor=to_minor(pair.target.total, pair.target.currency),
        target_id=pair.target.id,
        seen=fingerprint(pair.target),
    )


def by_hand(pair: Difference) -> Hold:
    """Xero does not let a program change this one, or not without losing something: the values for a person."""
    values = "; ".join(f"{name}: {after}" for name, _, after in differences(pair))
    return hold("change_in_xero", status=pair.target.status or "unknown", values=values or "see both side by side")


def differences(pair: Difference) -> list[tuple[str, str, str]]:
    """(what, in Xero, in Invoice2go) for each difference, in words."""
    source, target = pair.source, pair.target
    rows = [
        ("currency", target.currency, source.currency),
        ("total", f"{target.total:,f} {target.currency}", f"{source.total:,f} {source.currency}"),
        ("date", str(target.date or "none"), str(source.date or "none")),
        ("due_date", str(target.due_date or "none"), str(source.due_date or "none")),
        ("contact", target.contact.name, source.contact.name),
        ("lines", *line_words(len(target.lines), len(source.lines))),
    ]
    told = {"total": {"total", "subtotal", "tax"}}
    return [
        (name.replace("_", " "), before, after)
        for name, before, after in rows
        if pair.differing & told.get(name, {name})
    ]


def line_words(there: int, wanted: int) -> tuple[str, str]:
    """How the lines differ: in their number, else in what they say."""
    return ("as in Xero", "as in Invoice2go") if there == wanted else (f"{there} in Xero", f"{wanted} in Invoice2go")


# --- Update


def update(pair: Difference, fields: frozenset[str], books: Books) -> PushCommand:
    """The chosen fields among those that differ, as they stand in Invoice2go."""
    wanted = {"lines" if name in LINES else name for name in pair.differing} & fields
    base = replace(planned(pair), changes=tuple(f"{what}: {old} -> {new}" for what, old, new in differences(pair)))
    if not wanted:
        return held(base, [hold("nothing_ticked")])
    body: dict[str, Any] = {"InvoiceID": pair.target.id}
    holds: list[Hold] = []
    for name, key, day in (
        ("date", "Date", pair.source.date),
        ("due_date", "DueDate", pair.source.due_date),
    ):
        if name in wanted and day:
            body[key] = day.isoformat()
    chosen = ChosenContact(Contact(name=base.contact_name, id=base.contact_id))
    if "contact" in wanted:
        chosen = choose_contact(pair.source.contact, books.contacts, books.links)
        holds += chosen.holds or ([] if chosen.contact.id else [hold("contact_not_there")])
        body["Contact"] = {}
    if "lines" in wanted:
        draft, found = lines_of(pair.source, books)
        holds += found
        if draft is not None:
            body |= {"LineAmountTypes": str(draft.types), "LineItems": kept_lines(draft.lines, pair.target.lines)}
            base = replace(
                base,
                total_minor=to_minor(pair.source.total, pair.source.currency),
                predicted_minor=predicted_minor(draft, pair.source.currency),
                warnings=draft.warnings,
            )
    if len(body) == 1 and not holds:
        holds = [hold("nothing_ticked")]
    return held(base, holds) if holds else ready(base, "update", body, chosen)


def lines_of(source: Invoice, books: Books) -> tuple[Draft | None, list[Hold]]:
    """The lines as they would be sent, and what stands in the way of sending them."""
    treatment = tax_treatment(source, books.organisation, books.setup)
    holds = [*reason_holds(source, PUSHED_REASON), *treatment.holds]
    if not source.lines:
        return None, [*holds, hold("no_lines")]
    if treatment.holds:
        return None, holds
    draft = make_draft(source, treatment, books.organisation, books.setup)
    return draft, [*holds, *draft.holds]


def kept_lines(wanted: Sequence[LineItem], there: Sequence[LineItem]) -> list[dict[str, Any]]:
    """The wanted lines, each with the LineItemID of the line in Xero that it is: by content, else by description.

    What is left over of both is matched in order. A line in Xero that nobody wants is left out, which deletes it.
    """
    left = list(there)
    ids = [""] * len(wanted)
    likeness = (
        lambda line: (line.description, line.quantity, line.unit_price),
        lambda line: line.description,
        lambda _: None,
    )
    for alike in likeness:
        for place, line in enumerate(wanted):
            twin = next((one for one in left if not ids[place] and alike(one) == alike(line)), None)
            if twin is not None:
                ids[place] = twin.line_id
                left.remove(twin)
    return [
        {**({"LineItemID": line_id} if line_id else {}), **xero_line_item(line)}
        for line_id, line in zip(ids, wanted, strict=True)
    ]


# --- Void and copy again


def replacement(pair: Difference, books: Books) -> PushCommand:
    """Void the approved invoice, create the right one: its Reference stays, its number is the next free one."""
    source, target = pair.source, pair.target
    numbers = {**books.taken.numbers, match_key(target.number): State.VOID}
    invoice_number = invoice_number_for(source, numbers)
    chosen = choose_contact(source.contact, books.contacts, books.links)
    draft, holds = lines_of(source, books)
    holds += [*invoice_holds(source, books), *chosen.holds]
    holds += [hold("locked_period", **facts) for facts in locked(target, books.organisation)]
    if match_key(invoice_number) in numbers:
        holds.append(hold("number_taken", number=invoice_number, reference=source.number))
    base = replace(
        planned(pair),
        reference=source.number.strip(),
        invoice_number=invoice_number,
        contact_id=chosen.contact.id,
        contact_name=chosen.contact.name,
        contact_email=chosen.contact.email,
        currency=source.currency,
        total_minor=to_minor(source.total, source.currency),
        predicted_minor=predicted_minor(draft, source.currency),
        changes=tuple(f"{what}: {old} -> {new}" for what, old, new in differences(pair)),
        warnings=(*(draft.warnings if draft else ()), *chosen.warnings),
    )
    if holds or draft is None:
        return held(base, holds)
    body = xero_body(source, draft, reference=base.reference, invoice_number=invoice_number, status=books.setup.status)
    return ready(base, "replace", body, chosen)


def ready(base: PushCommand, action: str, body: Mapping[str, Any], chosen: ChosenContact) -> PushCommand:
    """The command with its text and the fingerprint of all that a person says yes to."""
    text = canonical(dict(body))
    agreed = canonical([text, base.seen, chosen.contact.id, chosen.contact.name, chosen.contact.email])
    return replace(
        base,
        action=action,
        body=text,
        contact_id=chosen.contact.id,
        contact_name=chosen.contact.name,
        contact_email=chosen.contact.email,
        fingerprint=hashlib.sha256(agreed.encode()).hexdigest(),
    )
