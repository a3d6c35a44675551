"""The demo's invoices for its tests, with arithmetic worked out here and not taken from the demo."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from i2g_recon.sandbox import demo
from i2g_recon.sandbox.i2g_export import ExportInvoice, ExportLine

SOURCES = demo.source_invoices()
SEED = demo.demo_seed()
TARGETS: list[dict[str, Any]] = SEED["Invoices"]
PLANTS = demo.planted()
DEAD = {"VOIDED", "DELETED"}
BY_SOURCE = {source.id: source for source in SOURCES}
BY_TARGET = {target["InvoiceID"]: target for target in TARGETS}


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def net(line: ExportLine) -> Decimal:
    off = {
        "percentage": line.quantity * line.unit_price * line.discount_percentage / 100,
        "amount": line.discount_amount,
    }
    return line.quantity * line.unit_price - off.get(line.discount_type, Decimal(0))


def tax_of(source: ExportInvoice) -> Decimal:
    return sum((total.total for total in source.tax_totals), Decimal(0))


def is_inclusive(source: ExportInvoice) -> bool:
    return all(tax.inclusive for tax in source.taxes)


def adds_up(source: ExportInvoice) -> bool:
    printed = cents(sum((line.quantity * line.unit_price for line in source.lines), Decimal(0)))
    if is_inclusive(source):
        forms = {(printed, Decimal(0)), (printed - tax_of(source), tax_of(source))}
    else:
        forms = {(printed, tax_of(source))}
    return any(
        source.subtotal == subtotal and subtotal - source.discount_amount + tax == source.total
        for subtotal, tax in forms
    )


def xero_sums(source: ExportInvoice) -> tuple[Decimal, Decimal]:
    """Total and tax as Xero works them out: tax per line, rounded half up, then added."""
    amounts = [cents(net(line)) for line in source.lines]
    rates = [line.taxes[0][0] for line in source.lines]
    inside = is_inclusive(source)
    parts = [
        cents(amount * rate / (100 + rate if inside else 100)) for amount, rate in zip(amounts, rates, strict=True)
    ]
    tax = sum(parts, Decimal(0))
    return sum(amounts, Decimal(0)) + (Decimal(0) if inside else tax), tax


def live(targets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [target for target in targets if target["Status"] not in DEAD]


def pairs(kind: str) -> list[tuple[ExportInvoice, dict[str, Any]]]:
    """Every planted pair of a kind; each must be exactly one source and one live target."""
    found = []
    for plant in (plant for plant in PLANTS if plant.kind == kind):
        (source,) = (BY_SOURCE[i] for i in plant.source_ids)
        (target,) = live([BY_TARGET[i] for i in plant.target_ids])
        found.append((source, target))
    return found


def differing(source: ExportInvoice, target: dict[str, Any]) -> set[str]:
    """The fields that differ, compared in the plainest way there is."""
    net_subtotal = source.total - tax_of(source)
    due = (
        source.date + dt.timedelta(days=int(source.terms)) if source.terms else dt.date.fromisoformat(target["DueDate"])
    )
    client = next(c for c in SEED["Contacts"] if c["ContactID"] == target["Contact"]["ContactID"])
    checks = {
        "total": source.total != target["Total"],
        "subtotal": net_subtotal != target["SubTotal"],
        "tax": tax_of(source) != target["TotalTax"],
        "currency": source.currency != target["CurrencyCode"],
        "date": source.date.isoformat() != target["Date"],
        "due_date": due.isoformat() != target["DueDate"],
        "contact": source.client.casefold() != client["Name"].casefold(),
        "status": source.output_status == "unsent",
        "lines": Counter(map(source_line, source.lines)) != Counter(map(target_line, target["LineItems"])),
    }
    return {field for field, differs in checks.items() if differs}


def source_line(line: ExportLine) -> tuple[Decimal, Decimal, Decimal]:
    return line.quantity, line.unit_price, cents(net(line))


def target_line(line: dict[str, Any]) -> tuple[Decimal, Decimal, Decimal]:
    return line["Quantity"], line["UnitAmount"], line["LineAmount"]


def of_kind(kind: str) -> list[demo.Plant]:
    return [plant for plant in PLANTS if plant.kind == kind]
