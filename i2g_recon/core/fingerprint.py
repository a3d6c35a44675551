"""A hash of what a person saw of an invoice in Xero: when it moves, the invoice was changed there."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal

from i2g_recon.core.invoice import Invoice, LineItem
from i2g_recon.core.money import plain


def fingerprint(invoice: Invoice) -> str:
    """A hash of what a person saw of an invoice; when it moves, the invoice was changed in Xero.

    Left out: the time of the last change, which also moves without one, and the contact's name and e-mail, which some
    answers leave out.
    """
    seen = [
        *(invoice.id, invoice.number, invoice.reference, invoice.contact.id, invoice.currency, invoice.status),
        *(stated(amount) for amount in (invoice.total, invoice.subtotal, invoice.tax, invoice.paid)),
        *(stated(invoice.outstanding), str(invoice.date), str(invoice.due_date), str(invoice.line_amount_types)),
        [seen_line(line) for line in invoice.lines],
    ]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def seen_line(line: LineItem) -> list[str]:
    """One line as it was seen."""
    figures = (line.quantity, line.unit_price, line.discount_rate, line.discount_amount, line.line_amount)
    words = [line.line_id, line.code, line.description, line.tax_type, line.account_code]
    return [*words, *(stated(amount) for amount in figures), stated(line.tax_amount)]


def stated(amount: Decimal | None) -> str:
    """An amount without trailing zeros; '' when it is not stated."""
    return "" if amount is None else plain(amount)
