"""The demo's Xero side: each Invoice2go invoice as its copy arrived, and what people did to the copy since.

A copy goes through four steps: taken over as it was, edited where the plan says so, totalled as Xero totals (tax per
line, half up), and put into its status. Dates are ISO text and amounts Decimal; the server writes both as Xero does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from i2g_recon.sandbox import demo_business as business
from i2g_recon.sandbox.countries import record_id
from i2g_recon.sandbox.demo_edits import EDITS, REFERENCE_SPELLINGS, overtype
from i2g_recon.sandbox.demo_plan import KIND_OF, NOT_IN_XERO
from i2g_recon.sandbox.demo_source import GST_FREE, source_invoice, source_invoices
from i2g_recon.sandbox.i2g_export import ExportInvoice, ExportLine
from i2g_recon.sandbox.i2g_totals import cents

Record = dict[str, Any]

FIRST_SEQUENCE = 2001  # Xero's own numbers, INV-2001 and up, which never line up with Invoice2go's
RATES = {"OUTPUT": Decimal(10), "EXEMPTOUTPUT": Decimal(0)}
RECENT = dt.date(2026, 9, 15)  # later copies may still be drafts or wait for approval
OLD_STAMP = "2010-03-04T05:06:07Z"  # an invoice of 2025 whose change date is nonsense, as real demo companies have
OLD_STAMP_NUMBER = "HT-1006"
# Kinds whose copies are not one plain copy: (edit, status) for each, blank for none and for the usual status.
COPIES: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        **dict.fromkeys(NOT_IN_XERO, ()),
        "voided_in_target": (("", "VOIDED"),),
        "missing_archived_contact": (("", "VOIDED"),),
        "deleted_in_target": (("", "DELETED"),),
        "voided_and_copied_again": (("price", "VOIDED"), ("", "")),
        "reference_repeats_in_target": (("", ""), ("", "")),
    }
)
NEVER_COPIED = frozenset({"HT-1170"})  # a repeated number that never reached Xero at all
SOLD_IN_XERO = MappingProxyType(
    {1020: "HT-0977", 1113: "HT-0998", 1191: "CASH-SALE", 1278: ""}
)  # after position: reference


def target_invoices() -> list[Record]:
    """All sales invoices of the demo organisation in the order of Xero's numbers."""
    found: list[Record] = []
    copied: set[str] = set()
    for invoice, kind in to_copy():
        first_holder, copied = invoice.number not in copied, {*copied, invoice.number}
        for edit, status in COPIES.get(kind, ((kind, ""),)) if first_holder else ():
            found.append(copy_of(invoice, edit=edit, status=status, sequence=FIRST_SEQUENCE + len(found)))
    return found


def to_copy() -> Iterable[tuple[ExportInvoice, str]]:
    """Invoices in the order in which they reach Xero, each with its kind; those keyed in Xero stand among them."""
    for position, invoice in enumerate(source_invoices(), start=1001):
        if invoice.number not in NEVER_COPIED:
            yield invoice, KIND_OF.get(invoice.number, "")
        if position in SOLD_IN_XERO:
            keyed = replace(source_invoice(position), number=SOLD_IN_XERO[position], status="sent", payments=())
            yield keyed, "keyed_in_xero"


def copy_of(invoice: ExportInvoice, *, edit: str, status: str, sequence: int) -> Record:
    """One invoice as Xero holds it. status: VOIDED, DELETED or blank for the usual one."""
    record = taken_over(invoice, sequence)
    if edit in EDITS:
        EDITS[edit](record)
    settle(record)
    if edit == "unknown":
        overtype(record)
    record["LineItems"] = [with_ids(line, record["InvoiceNumber"], n) for n, line in enumerate(record["LineItems"])]
    put_into_status(record, status or usual_status(invoice, edit, sequence), invoice)
    return record


def taken_over(invoice: ExportInvoice, sequence: int) -> Record:
    """The copy as it arrives: lines, dates and client of the source, Xero's own number, the source's as Reference."""
    number = f"INV-{sequence}"
    inclusive = any(tax.inclusive for tax in invoice.taxes)
    due = invoice.date + dt.timedelta(days=int(invoice.terms or 14))
    return {
        "Type": "ACCREC",
        "InvoiceID": record_id("demo", "invoice", number),
        "InvoiceNumber": number,
        "Reference": REFERENCE_SPELLINGS.get(invoice.number, invoice.number),
        "Contact": contact_of(business.CLIENTS[invoice.client].xero_name),
        "DateString": invoice.date.isoformat(),
        "Date": invoice.date.isoformat(),
        "DueDateString": due.isoformat(),
        "DueDate": due.isoformat(),
        "LineAmountTypes": "Inclusive" if inclusive else "Exclusive",
        "CurrencyCode": "AUD",
        "CurrencyRate": Decimal(1),
        "SentToContact": False,
        "UpdatedDateUTC": stamp(invoice),
        "LineItems": [taken_line(line) for line in invoice.lines],
    }


def stamp(invoice: ExportInvoice) -> str:
    """When the copy last changed."""
    moment = f"{invoice.updated + dt.timedelta(minutes=2):%Y-%m-%dT%H:%M:%SZ}"
    return OLD_STAMP if invoice.number == OLD_STAMP_NUMBER else moment


def contact_of(name: str) -> Record:
    """The slim contact that stands inside an invoice."""
    return {"ContactID": record_id("demo", "contact", name), "Name": name}


def taken_line(line: ExportLine) -> Record:
    """One line with Xero's account and tax type; an amount stays an amount, a percentage a percentage."""
    record: Record = {
        "Description": line.description,
        "Quantity": line.quantity,
        "UnitAmount": line.unit_price,
        "AccountCode": "200",
        "TaxType": "EXEMPTOUTPUT" if line.taxes[0][1] == GST_FREE else "OUTPUT",
    }
    if line.discount_type == "percentage":
        record["DiscountRate"] = line.discount_percentage
    if line.discount_type == "amount":
        record["DiscountAmount"] = line.discount_amount
    return record


def with_ids(line: Record, number: str, place: int) -> Record:
    """A line with its own id and its account's."""
    account = record_id("AU", "account", line["AccountCode"])
    return {**line, "LineItemID": record_id("demo", "line", number, str(place)), "AccountID": account, "Tracking": []}


def settle(record: Record) -> None:
    """Line amounts, tax per line half up, and the invoice's sums."""
    inclusive = record["LineAmountTypes"] == "Inclusive"
    for line in record["LineItems"]:
        gross = line["Quantity"] * line["UnitAmount"]
        after_rate = gross * (100 - line.get("DiscountRate", 0)) / 100
        line["LineAmount"] = cents(after_rate - line.get("DiscountAmount", 0))
        rate = RATES[line["TaxType"]]
        line["TaxAmount"] = cents(line["LineAmount"] * rate / ((100 + rate) if inclusive else 100))
    amounts = sum((line["LineAmount"] for line in record["LineItems"]), Decimal(0))
    tax = sum((line["TaxAmount"] for line in record["LineItems"]), Decimal(0))
    record |= {"SubTotal": amounts - tax if inclusive else amounts, "TotalTax": tax}
    record["Total"] = record["SubTotal"] + tax


def usual_status(invoice: ExportInvoice, edit: str, sequence: int) -> str:
    """PAID when it is paid on both sides; recent copies may not be approved yet."""
    if edit == "open_but_paid" or (invoice.status == "fully_paid" and edit != "paid_but_open"):
        return "PAID"
    if invoice.output_status == "unsent":
        return "DRAFT"
    if invoice.status == "sent" and invoice.date >= RECENT:
        return ("DRAFT", "SUBMITTED", "AUTHORISED", "AUTHORISED", "AUTHORISED")[sequence % 5]
    return "AUTHORISED"


def put_into_status(record: Record, status: str, invoice: ExportInvoice) -> None:
    """Status and what it makes of paid and due. A voided invoice still shows its whole total as due, as in Xero."""
    half = invoice.status == "partially_paid" and status == "AUTHORISED"
    towards = sum(
        (p.amount - Decimal(p.fee_cents) / 100 for p in invoice.payments if p.status == "succeeded"), Decimal(0)
    )
    paid = record["Total"] if status == "PAID" else towards if half else Decimal(0)
    record |= {
        "Status": status,
        "AmountPaid": paid,
        "AmountDue": record["Total"] - paid,
        "AmountCredited": Decimal(0),
        "IsDiscounted": any("DiscountRate" in line or "DiscountAmount" in line for line in record["LineItems"]),
        "SentToContact": status in {"AUTHORISED", "PAID"} and int(record["InvoiceNumber"][-1]) > 3,  # noqa: PLR2004
    }


def target_contacts() -> list[Record]:
    """The organisation's contacts, one of them archived."""
    return [contact(client) for client in business.CLIENTS.values() if client.xero_name]


def contact(client: business.Client) -> Record:
    """A contact as Xero lists it."""
    country = "New Zealand" if client.suburb == "Dunedin" else "Australia"
    postal = {
        "AddressType": "POBOX",
        "AddressLine1": client.street,
        "City": client.suburb,
        "Region": client.state,
        "PostalCode": client.postcode,
        "Country": country,
    }
    return {
        **contact_of(client.xero_name),
        "ContactStatus": "ARCHIVED" if client.archived else "ACTIVE",
        "EmailAddress": client.email,
        "Addresses": [postal],
        "Phones": [],
        "IsCustomer": True,
        "IsSupplier": False,
        "UpdatedDateUTC": "2025-09-01T00:00:00Z",
    }
