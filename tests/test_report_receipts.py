"""Receipts as a page: complete, escaped, and without a request to anywhere."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from i2g_recon.report.receipts import receipts_page

TABLE = pd.DataFrame(
    {
        "Outcome": [["In Xero"], ["Refused"]],
        "Number": ["T-1", "T-2"],
        "Client": ["<b>Marlin</b>", "Dune & Sons"],
        "Total": [Decimal("1234.50"), Decimal("0.05")],
        "Xero": ["https://go.xero.com/app/!a/invoicing/view/1", None],
    },
    dtype=object,
)


def test_every_receipt_stands_on_the_page_and_text_is_escaped() -> None:
    page = receipts_page("Receipts", "Pushed: 1 of 2.", TABLE, push="p-1", fine=False).decode()
    for words in ("T-1", "T-2", "In Xero", "Refused", "1,234.50", "Dune &amp; Sons", "Pushed: 1 of 2.", "Run p-1"):
        assert words in page
    assert "<b>" not in page
    assert "<script" not in page
    assert "needs_a_person" in page
    assert '<td class="number">1,234.50</td>' in page


def test_an_empty_push_is_a_page_too() -> None:
    assert "None." in receipts_page("Receipts", "", TABLE.head(0), push="p-1", fine=True).decode()
