"""Xero's own sales-invoice export, `SalesInvoices.csv`: 44 columns, a row per line, day-first dates, status words.

Voided and deleted invoices are not in it, which is why a comparison of two files cannot see them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

COLUMNS = tuple(
    "ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,POPostalCode,"
    "POCountry,SAAddressLine1,SAAddressLine2,SAAddressLine3,SAAddressLine4,SACity,SARegion,SAPostalCode,SACountry,"
    "InvoiceNumber,Reference,InvoiceDate,DueDate,PlannedDate,Total,TaxTotal,InvoiceAmountPaid,InvoiceAmountDue,"
    "InventoryItemCode,Description,Quantity,UnitAmount,Discount,LineAmount,AccountCode,TaxType,TaxAmount,"
    "TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,Currency,Type,Sent,Status".split(",")
)
STATUS_WORDS = {
    "DRAFT": "Draft",
    "SUBMITTED": "Awaiting Approval",
    "AUTHORISED": "Awaiting Payment",
    "PAID": "Paid",
}


def sales_invoices_csv(seed: Mapping[str, Any]) -> bytes:
    """The export of an organisation given in Xero's shape (Invoices, Contacts, TaxRates); UTF-8, CRLF line ends."""
    contacts = {contact["ContactID"]: contact for contact in seed["Contacts"]}
    rates = {rate["TaxType"]: rate["Name"] for rate in seed["TaxRates"]}
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows(seed["Invoices"], contacts, rates))
    return text.getvalue().encode("utf-8")


def rows(
    invoices: Iterable[Mapping[str, Any]], contacts: Mapping[str, Any], rates: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """One row per line of every invoice that the export shows."""
    for invoice in invoices:
        if invoice["Status"] in STATUS_WORDS:
            shared = {**contact_cells(contacts[invoice["Contact"]["ContactID"]]), **invoice_cells(invoice)}
            yield from (shared | line_cells(line, rates) for line in invoice["LineItems"])


def contact_cells(contact: Mapping[str, Any]) -> dict[str, str]:
    """Name, e-mail and postal address."""
    postal = contact["Addresses"][0] if contact["Addresses"] else {}
    return {
        "ContactName": contact["Name"],
        "EmailAddress": contact.get("EmailAddress", ""),
        "POAddressLine1": postal.get("AddressLine1", ""),
        "POCity": postal.get("City", ""),
        "PORegion": postal.get("Region", ""),
        "POPostalCode": postal.get("PostalCode", ""),
        "POCountry": postal.get("Country", ""),
    }


def invoice_cells(invoice: Mapping[str, Any]) -> dict[str, str]:
    """What is repeated on every line of an invoice, its totals included."""
    return {
        "InvoiceNumber": invoice["InvoiceNumber"],
        "Reference": invoice["Reference"],
        "InvoiceDate": day_first(invoice["Date"]),
        "DueDate": day_first(invoice["DueDate"]),
        "Total": places(invoice["Total"], 2),
        "TaxTotal": places(invoice["TotalTax"], 2),
        "InvoiceAmountPaid": places(invoice["AmountPaid"], 2),
        "InvoiceAmountDue": places(invoice["AmountDue"], 2),
        "Currency": invoice["CurrencyCode"],
        "Type": "Sales invoice",
        "Sent": "Sent" if invoice["SentToContact"] else "Unsent",
        "Status": STATUS_WORDS[invoice["Status"]],
    }


def line_cells(line: Mapping[str, Any], rates: Mapping[str, str]) -> dict[str, str]:
    """One line; the discount is a percentage, the tax rate goes by its display name."""
    return {
        "Description": line["Description"],
        "Quantity": places(line["Quantity"], 4),
        "UnitAmount": places(line["UnitAmount"], 4),
        "Discount": discount_text(line),
        "LineAmount": places(line["LineAmount"], 2),
        "AccountCode": line["AccountCode"],
        "TaxType": rates[line["TaxType"]],
        "TaxAmount": places(line["TaxAmount"], 2),
    }


def discount_text(line: Mapping[str, Any]) -> str:
    """The discount in percent; an amount is turned into the percentage it comes to."""
    if "DiscountAmount" in line:
        return places(line["DiscountAmount"] * 100 / (line["Quantity"] * line["UnitAmount"]), 2)
    return places(line["DiscountRate"], 2) if "DiscountRate" in line else ""


def day_first(day: str) -> str:
    """An ISO day as Australia writes it: 2026-06-11 is 11/06/2026."""
    return dt.date.fromisoformat(day).strftime("%d/%m/%Y")


def places(amount: Decimal, digits: int) -> str:
    """A plain decimal with so many places."""
    return f"{amount:.{digits}f}"
