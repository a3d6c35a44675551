"""Addresses that open a document in Xero's own pages."""

from __future__ import annotations

from urllib.parse import quote


def deep_link(short_code: str, invoice_id: str) -> str:
    """The address of one sales invoice; '' while the organisation's short code is not known.

    >>> deep_link("!a1B2c", "0b6f0c1e-2222-4a5b-9c00-000000000002")
    'https://go.xero.com/app/!a1B2c/invoicing/view/0b6f0c1e-2222-4a5b-9c00-000000000002'
    """
    if not short_code or not invoice_id:
        return ""
    return f"https://go.xero.com/app/{quote(short_code, safe='!')}/invoicing/view/{quote(invoice_id, safe='')}"
