"""The text of a Xero invoice, as it is approved, stored and sent.

Sorted keys and plain decimals: equal content is equal text, so a fingerprint of the text is one of the content, and no
amount passes through a float.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from i2g_recon.core.draft import Draft
from i2g_recon.core.invoice import Invoice, LineItem
from i2g_recon.core.money import plain


def xero_body(invoice: Invoice, draft: Draft, *, reference: str, invoice_number: str, status: str) -> dict[str, Any]:
    """The invoice as Xero's API takes it, without Contact: only a ContactID is ever added to it."""
    body: dict[str, Any] = {
        "Type": "ACCREC",
        "Status": status,
        "Reference": reference,
        "InvoiceNumber": invoice_number,
        "CurrencyCode": invoice.currency,
        "LineAmountTypes": str(draft.types),
        "LineItems": [xero_line_item(line) for line in draft.lines],
        "Date": invoice.date.isoformat() if invoice.date else None,
        "DueDate": invoice.due_date.isoformat() if invoice.due_date else None,
    }
    return {name: value for name, value in body.items() if value is not None}


def xero_line_item(line: LineItem) -> dict[str, Any]:
    """One line as Xero's API takes it; amounts of line and tax are left for Xero to compute."""
    item: dict[str, Any] = {
        "Description": line.description,
        "Quantity": line.quantity,
        "UnitAmount": line.unit_price,
        "AccountCode": line.account_code,
        "TaxType": line.tax_type or None,
        "DiscountRate": line.discount_rate or None,
        "DiscountAmount": line.discount_amount or None,
    }
    return {name: value for name, value in item.items() if value is not None}


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces and plain decimals, so that equal content is equal text.

    >>> canonical({"b": Decimal("10.00"), "a": ["x"]})
    '{"a":["x"],"b":10}'
    """
    match value:
        case Decimal():
            return plain(value)
        case dict():
            return "{" + ",".join(f"{json.dumps(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
        case list():
            return "[" + ",".join(canonical(each) for each in value) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)
