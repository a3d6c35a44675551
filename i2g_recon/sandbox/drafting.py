"""An asked-for invoice to a stored one: numbers, dates, currency, lines, statuses, locks; every objection at once.

(new)            -> DRAFT, SUBMITTED, AUTHORISED
DRAFT, SUBMITTED -> each other, AUTHORISED, DELETED
AUTHORISED       -> AUTHORISED (edited), VOIDED; PAID by itself when nothing is due
PAID, VOIDED, DELETED are final
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from i2g_recon.sandbox import contacts, ledger, messages, roles, tax, wire
from i2g_recon.sandbox.books import Books
from i2g_recon.sandbox.contacts import ContactDraft
from i2g_recon.sandbox.lines import Line, LineRules, amount, overlaid
from i2g_recon.sandbox.records import facts_of, invoice_record
from i2g_recon.sandbox.wire import Json

OPEN = frozenset(("DRAFT", "SUBMITTED"))
NEW = OPEN | {"AUTHORISED"}
AFTER_OPEN = NEW | {"DELETED"}
ENDINGS = frozenset(("VOIDED", "DELETED"))
LINE_AMOUNT_TYPES = ("Exclusive", "Inclusive", "NoTax")
EMPTY: Json = {"LineItems": [], "SubTotal": tax.ZERO, "TotalTax": tax.ZERO, "Total": tax.ZERO}
TEXTS = ("InvoiceNumber", "Reference", "Url", "BrandingThemeID")


@dataclass(slots=True)
class Draft:
    """An invoice composed from a request. existing: as stored before; errors empty means it may be saved."""

    facts: Json = field(default_factory=dict)
    contact: ContactDraft = field(default_factory=ContactDraft)
    existing: Json | None = None
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Drafting:
    """How the invoices of one request are read. places: decimals of UnitAmount (`unitdp`)."""

    books: Books
    now_ms: int
    client_id: str
    places: int = 2

    def create(self, asked: Json) -> Draft:
        """A new invoice. A taken number is an objection, voided and deleted holders included."""
        draft = self._composed(asked, None)
        number = draft.facts.get("InvoiceNumber")
        if number and draft.facts["Type"] == "ACCREC" and self._holder(number) is not None:
            draft.errors.insert(0, messages.NUMBER_TAKEN)
        return draft

    def upsert(self, asked: Json) -> Draft:
        """An update by InvoiceID or by an existing InvoiceNumber, otherwise a new invoice."""
        invoice_id = str(asked.get("InvoiceID") or "")
        if invoice_id and invoice_id != wire.ZERO_ID:
            existing = ledger.find(self.books.state, self.books.tenant_id, invoice_id)
            if existing is None:
                return Draft(errors=[messages.NOT_FOUND])
            return self.update(asked, existing)
        number = str(asked.get("InvoiceNumber") or "")
        holder = self._holder(number) if number and asked.get("Type") != "ACCPAY" else None
        return self.create(asked) if holder is None else self.update(asked, holder)

    def update(self, asked: Json, existing: Json) -> Draft:
        """Changes to an existing invoice."""
        problem = transition_problem(existing, str(asked.get("Status") or existing["Status"]))
        if problem:
            return Draft(existing=existing, errors=[problem])
        if asked.get("Status") in ENDINGS:
            return self._ended(asked["Status"], existing)
        draft = self._composed(asked, existing)
        number = str(draft.facts.get("InvoiceNumber") or "")
        holder = self._holder(number) if number else None
        if holder is not None and holder["InvoiceID"] != existing["InvoiceID"]:
            draft.errors.insert(0, messages.NUMBER_TAKEN)
        return draft

    def save(self, draft: Draft) -> tuple[Json, Json]:
        """Stores an unobjected draft; the invoice's record and its contact's."""
        facts, books = draft.facts, self.books
        sales = facts["Type"] == "ACCREC"
        contact = contacts.store(books, draft.contact, now_ms=self.now_ms, as_customer=sales)
        if sales and not facts.get("InvoiceNumber"):
            facts["InvoiceNumber"] = ledger.next_number(books.state, books.tenant_id)
        if facts["Status"] == "AUTHORISED" and facts["Total"] == facts.get("AmountPaid", tax.ZERO):
            facts |= {"Status": "PAID", "FullyPaidOnDate": facts["Date"]}
        record = invoice_record(facts, contact, updated_ms=self.now_ms)
        number = str(contact.get("ContactNumber", ""))
        ledger.save(books.state, books.tenant_id, [(record, self.now_ms, self.client_id, number)])
        return record, contact

    def _holder(self, number: str) -> Json | None:
        return ledger.find_numbered(self.books.state, self.books.tenant_id, number)

    def _ended(self, status: str, existing: Json) -> Draft:
        """Voided or deleted: nothing else changes, AmountDue stays."""
        facts = {**facts_of(existing), "Status": status}
        errors = self._lock_problems(facts["Date"]) if status == "VOIDED" else []
        contact = self.books.contact(existing["Contact"]["ContactID"]) or existing["Contact"]
        return Draft(facts, ContactDraft(contact, contact), existing, errors)

    def _composed(self, asked: Json, existing: Json | None) -> Draft:
        draft = Draft(existing=existing)
        facts: Json = facts_of(existing) if existing else dict(EMPTY, InvoiceID=str(uuid.uuid4()))
        facts |= {name: str(asked[name]) for name in TEXTS if asked.get(name) is not None}
        facts.pop("AmountDue", None)
        facts["SentToContact"] = bool(asked.get("SentToContact", facts.get("SentToContact")))
        draft.facts = facts
        self._kind(asked, facts, draft.errors)
        self._contact(asked, draft)
        self._days(asked, facts, draft.errors)
        self._currency(asked, facts, draft.errors)
        self._lines(asked, facts, draft.errors)
        if facts["Status"] == "AUTHORISED":
            self._approval(facts, draft.errors)
        return draft

    def _kind(self, asked: Json, facts: Json, errors: list[str]) -> None:
        """Type, Status and LineAmountTypes."""
        facts["Type"] = str(asked.get("Type") or facts.get("Type") or "")
        if facts["Type"] not in ("ACCREC", "ACCPAY"):
            errors.append(messages.UNKNOWN_TYPE)
        fresh = "Status" not in facts
        facts["Status"] = str(asked.get("Status") or facts.get("Status") or "DRAFT").upper()
        if fresh and facts["Status"] not in NEW:
            errors.append(messages.NOT_CREATABLE)
        facts["LineAmountTypes"] = str(asked.get("LineAmountTypes") or facts.get("LineAmountTypes") or "Exclusive")
        if facts["LineAmountTypes"] not in LINE_AMOUNT_TYPES:
            errors.append(messages.UNKNOWN_LINE_AMOUNT_TYPES)

    def _contact(self, asked: Json, draft: Draft) -> None:
        named = asked.get("Contact")
        if named is None and draft.existing is not None:
            contact = self.books.contact(draft.existing["Contact"]["ContactID"]) or draft.existing["Contact"]
            draft.contact = ContactDraft(contact, contact)
            return
        draft.contact = contacts.for_invoice(self.books, named)
        draft.errors += draft.contact.errors

    def _days(self, asked: Json, facts: Json, errors: list[str]) -> None:
        for name in ("Date", "DueDate", "ExpectedPaymentDate"):
            if asked.get(name) or asked.get(f"{name}String"):
                try:
                    facts[name] = wire.read_day(asked.get(name) or asked[f"{name}String"])
                except ValueError:
                    errors.append(f"{name} must be a date.")
        facts.setdefault("Date", wire.day_of(self.now_ms))

    def _currency(self, asked: Json, facts: Json, errors: list[str]) -> None:
        base = str(self.books.organisation["BaseCurrency"])
        facts["CurrencyCode"] = str(asked.get("CurrencyCode") or facts.get("CurrencyCode") or base).upper()
        if facts["CurrencyCode"] not in self.books.currencies:
            errors.append(messages.not_subscribed(facts["CurrencyCode"]))
        if facts["CurrencyCode"] == base:
            facts["CurrencyRate"] = Decimal(1)
        elif rate := amount(asked, "CurrencyRate", errors):
            facts["CurrencyRate"] = rate

    def _lines(self, asked: Json, facts: Json, errors: list[str]) -> None:
        rules = LineRules(self.books, facts["LineAmountTypes"], self.places, facts["Status"] == "AUTHORISED")
        kept = {line["LineItemID"]: line for line in facts["LineItems"]}
        sent = asked.get("LineItems")
        if sent is None:
            # Stored lines are looked at again because approving asks more of them; their amounts stay as they are.
            again = [replace(rules, places=4).line(without(line, "LineAmount", "TaxAmount")) for line in kept.values()]
            lines = (
                again
                if "LineAmountTypes" in asked
                else [Line(kept[one.record["LineItemID"]], one.errors) for one in again]
            )
        else:
            lines = [rules.line(overlaid(kept.get(str(one.get("LineItemID"))), one)) for one in _dicts(sent)]
        errors += [error for line in lines for error in line.errors]
        facts["LineItems"] = [line.record for line in lines]
        if sent is not None or "LineAmountTypes" in asked:
            facts |= totals_of(facts)

    def _approval(self, facts: Json, errors: list[str]) -> None:
        """What AUTHORISED asks beyond DRAFT."""
        if not facts["LineItems"]:
            errors.append(messages.NO_LINES)
        if not facts.get("DueDate"):
            errors.append(messages.DUE_DATE_MISSING)
        if facts["Total"] < 0:
            errors.append(messages.NEGATIVE_TOTAL)
        errors += self._lock_problems(facts["Date"])

    def _lock_problems(self, day: str) -> list[str]:
        """Both locks may object, the period's not to an adviser; a date on the lock day itself is locked too."""
        period, year = self.books.lock_day("PeriodLockDate"), self.books.lock_day("EndOfYearLockDate")
        held = period and day <= period and not roles.may(self.books.state, self.books.tenant_id, roles.BEFORE_LOCK)
        found = [messages.period_locked(period)] if held else []
        return found + ([messages.year_locked(year)] if year and day <= year else [])


def transition_problem(existing: Json, status: str) -> str:
    """Why the existing invoice may not change or take this status, or nothing."""
    before = existing["Status"]
    has_money = bool(existing["AmountPaid"] or existing.get("AmountCredited"))
    if before in OPEN:
        return "" if status in AFTER_OPEN else messages.NOT_MODIFIABLE
    if before not in ("AUTHORISED", "PAID"):
        return messages.NOT_MODIFIABLE
    if has_money:
        return messages.VOID_HAS_MONEY if status == "VOIDED" else messages.HAS_MONEY
    return "" if before == "AUTHORISED" and status in ("AUTHORISED", "VOIDED") else messages.NOT_MODIFIABLE


def totals_of(facts: Json) -> Json:
    """SubTotal, TotalTax and Total of the facts' lines."""
    amounts = [line.get("LineAmount", tax.ZERO) for line in facts["LineItems"]]
    taxes = [line.get("TaxAmount", tax.ZERO) for line in facts["LineItems"]]
    found = tax.add_up(amounts, taxes, facts["LineAmountTypes"])
    return {"SubTotal": found.sub_total, "TotalTax": found.total_tax, "Total": found.total}


def _dicts(sent: Any) -> list[Json]:
    return [one for one in sent if isinstance(one, dict)] if isinstance(sent, list) else []


def without(line: Json, *names: str) -> Json:
    """The line less some fields."""
    return {name: value for name, value in line.items() if name not in names}
