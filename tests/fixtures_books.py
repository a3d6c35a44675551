"""An invented Australian organisation and invoices for it, shared by the tests of set-up, plan and causes."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from i2g_recon.core.invoice import NO_TAX_KEY, Contact, Invoice, LineAmountTypes, LineItem
from i2g_recon.core.money import D
from i2g_recon.core.organisation import Account, Organisation, TaxRate
from i2g_recon.core.setup import Setup
from i2g_recon.core.tax import predict

REVENUE, OTHER = frozenset({"REVENUE"}), frozenset({"EXPENSES", "ASSETS"})
GST = "GST 10%"


def account(code: str, name: str, **changes: Any) -> Account:
    return replace(
        Account(code=code, name=name, type="REVENUE", klass="REVENUE", status="ACTIVE", tax_type="OUTPUT"), **changes
    )


def rate(tax_type: str, percentage: str, **changes: Any) -> TaxRate:
    plain = TaxRate(name=tax_type.title(), tax_type=tax_type, rate=D(percentage), status="ACTIVE", applies_to=REVENUE)
    return replace(plain, **changes)


ROUNDING = account(
    "860", "Rounding", klass="LIABILITY", type="CURRLIAB", system_account="ROUNDING", tax_type="BASEXCLUDED"
)
ORGANISATION = Organisation(
    tenant_id="t-1",
    name="Harbour Trades Pty Ltd",
    base_currency="AUD",
    country="AU",
    currencies=("AUD", "NZD"),
    accounts=(
        account("200", "Sales"),
        account("260", "Other Revenue"),
        account("280", "Old Sales", status="ARCHIVED"),
        account("400", "Advertising", klass="EXPENSE", type="EXPENSE"),
        ROUNDING,
    ),
    tax_rates=(
        rate("OUTPUT", "10.0000", name="GST on Income"),
        rate("EXEMPTOUTPUT", "0", name="GST Free Income"),
        rate("BASEXCLUDED", "0", name="BAS Excluded"),
        rate("INPUT", "10", name="GST on Expenses", applies_to=OTHER),
        rate("OLDOUTPUT", "12.5", name="Old GST", status="DELETED"),
        rate("OUTPUT15", "15", name="Imagined GST"),
    ),
)
SETUP = Setup(
    revenue_account="200",
    tax_map={GST: "OUTPUT", NO_TAX_KEY: "EXEMPTOUTPUT"},
    taxes_confirmed=True,
    currency_confirmed=True,
    completed=True,
)


def line(quantity: str, price: str, text: str = "Hinge", tax: str = "10", **changes: Any) -> LineItem:
    """One line taxed with GST of `tax` per cent; no tax when that is empty."""
    key = f"GST {tax}%" if tax else NO_TAX_KEY
    plain = LineItem(description=text, quantity=D(quantity), unit_price=D(price), tax_key=key, tax_rate=D(tax or "0"))
    return replace(plain, **changes)


def invoice(*lines: LineItem, **changes: Any) -> Invoice:
    """A sent invoice with the totals Xero would compute, unless they are among the changes."""
    types = changes.get("line_amount_types", LineAmountTypes.EXCLUSIVE)
    replayed = LineAmountTypes.EXCLUSIVE if types is LineAmountTypes.MIXED else types
    currency = changes.get("currency", "AUD")
    totals = predict(lines, [each.tax_rate or Decimal(0) for each in lines], replayed, currency)
    plain = Invoice(
        id="8c1e5f0a-1111-4a5b-9c00-000000000001",
        number="HT-0007",
        reference="HT-0007",
        contact=Contact(name="Marlin Cafe", email="office@marlin.example"),
        currency=currency,
        total=totals.total,
        subtotal=totals.subtotal,
        tax=totals.tax,
        date=dt.date(2026, 3, 2),
        due_date=dt.date(2026, 3, 16),
        due_date_derived=True,
        status="sent",
        line_amount_types=types,
        lines=lines,
    )
    return replace(plain, **changes)
