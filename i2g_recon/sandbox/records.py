"""The shapes of an invoice on the wire: as listed, as answered to a write, as refused.

Facts come in under Xero's names with ISO days and Decimal amounts; fields that are not set are left out, never null.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from i2g_recon.sandbox import wire
from i2g_recon.sandbox.tax import ZERO
from i2g_recon.sandbox.wire import Json

OPTIONAL = tuple("InvoiceNumber Reference Url BrandingThemeID RepeatingInvoiceID CurrencyRate".split())
DAYS = ("Date", "DueDate", "ExpectedPaymentDate", "FullyPaidOnDate")
WITH_DAY_TEXT = frozenset(("Date", "DueDate"))
LISTED_ONLY = frozenset(("Payments", "CreditNotes", "HasAttachments", "InvoiceAddresses", "AmountCredited"))
GONE_FROM_REFUSED = frozenset(("InvoiceNumber", "Reference", "UpdatedDateUTC", "UpdatedDateUTCString"))


def invoice_record(facts: Json, contact: Json, *, updated_ms: int) -> Json:
    """The record as a list page shows it, lines included.

    facts: Type, InvoiceID, Status, LineAmountTypes, CurrencyCode, LineItems, SubTotal, TotalTax and Total are needed.
    """
    due = facts["Total"] - facts.get("AmountPaid", ZERO) - facts.get("AmountCredited", ZERO)
    return {
        "Type": facts["Type"],
        "InvoiceID": facts["InvoiceID"],
        **{name: facts[name] for name in OPTIONAL if facts.get(name)},
        "AmountDue": facts.get("AmountDue", due),
        "AmountPaid": facts.get("AmountPaid", ZERO),
        "AmountCredited": facts.get("AmountCredited", ZERO),
        "SentToContact": bool(facts.get("SentToContact")),
        "IsDiscounted": any("DiscountRate" in line or "DiscountAmount" in line for line in facts["LineItems"]),
        "HasAttachments": bool(facts.get("HasAttachments")),
        "HasErrors": False,
        "Contact": slim_contact(contact),
        **_days(facts),
        "UpdatedDateUTCString": wire.iso_second(updated_ms) + "Z",
        "UpdatedDateUTC": wire.stamp(updated_ms),
        "Status": facts["Status"],
        "LineAmountTypes": facts["LineAmountTypes"],
        "CurrencyCode": facts["CurrencyCode"],
        "SubTotal": facts["SubTotal"],
        "TotalTax": facts["TotalTax"],
        "Total": facts["Total"],
        **{name: facts.get(name) or [] for name in ("Payments", "CreditNotes", "Prepayments", "Overpayments")},
        "InvoiceAddresses": [],
        "InvoicePaymentServices": [],
        "LineItems": facts["LineItems"],
    }


def _days(facts: Json) -> Json:
    found: Json = {}
    for name in DAYS:
        if day := facts.get(name):
            found |= {f"{name}String": f"{day}T00:00:00"} if name in WITH_DAY_TEXT else {}
            found[name] = wire.stamp(wire.day_ms(day))
    return found


def facts_of(record: Json) -> Json:
    """A stored record back to facts: days as ISO text."""
    days = {name: wire.read_day(record[name]) for name in DAYS if name in record}
    return {**record, **days}


def slim_contact(contact: Json) -> Json:
    """The contact inside a listed invoice: no ContactStatus, empty collections."""
    return {
        "ContactID": contact["ContactID"],
        "Name": contact["Name"],
        "Addresses": [],
        "Phones": [],
        "ContactGroups": [],
        "ContactPersons": [],
        "HasValidationErrors": False,
    }


def by_id(record: Json, contact: Json) -> Json:
    """The answer to GET by id: full contact, and `Payments` only when there are some."""
    kept = {name: value for name, value in record.items() if name != "Payments" or value}
    return {**kept, "Contact": contact}


def written(record: Json, contact: Json, *, per_element: bool) -> Json:
    """The answer to a write that was accepted."""
    lines = [{**line, "ValidationErrors": []} for line in record["LineItems"]]
    kept = {name: value for name, value in record.items() if name not in LISTED_ONLY}
    verdict = {"StatusAttributeString": "OK"} if per_element else {}
    return {**kept, **verdict, "Contact": contact, "LineItems": lines}


def refused(asked: Json, existing: Json | None, errors: list[str], *, per_element: bool) -> Json:
    """The answer to a write that was refused: what was asked for, its Status too, with Xero's objections.

    Under summarizeErrors=false the number, reference and update moment are missing, as seen on the wire for a failed
    status change; for a failed create nothing public shows it, and a client that counts on them would be fooled.
    """
    totals = {name: existing[name] for name in ("SubTotal", "TotalTax", "Total", "CurrencyCode")} if existing else {}
    echo: Json = {
        "Type": "ACCREC",
        "InvoiceID": existing["InvoiceID"] if existing else wire.ZERO_ID,
        **totals,
        **{name: value for name, value in asked.items() if name not in ("InvoiceID", "HasErrors", "ValidationErrors")},
        "Contact": _refused_contact(asked.get("Contact"), existing),
        "HasErrors": True,
        "ValidationErrors": [{"Message": message} for message in errors],
    }
    if not per_element:
        return echo
    kept = {name: value for name, value in echo.items() if name not in GONE_FROM_REFUSED}
    return {**kept, "Payments": [], "CreditNotes": [], "StatusAttributeString": "ERROR"}


def _refused_contact(asked: Any, existing: Json | None) -> Json:
    given = asked if isinstance(asked, dict) else {"ContactID": existing["Contact"]["ContactID"]} if existing else {}
    return {**given, "HasValidationErrors": False, "ValidationErrors": []}


def payment_of(payment: Json) -> Json:
    """A payment as an invoice lists it."""
    return {
        "PaymentID": payment["PaymentID"],
        "Date": wire.stamp(wire.day_ms(payment["Date"])),
        "Amount": Decimal(payment["Amount"]),
        **({"Reference": payment["Reference"]} if payment.get("Reference") else {}),
        "CurrencyRate": payment.get("CurrencyRate", Decimal(1)),
        "HasAccount": False,
        "HasValidationErrors": False,
    }
