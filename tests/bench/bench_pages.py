"""Xero's pages to frames, beside `json.loads` merely parsing them. Run by hand.

python tests/bench/bench_pages.py [pages]
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

import pyarrow as pa  # noqa: E402 - the path must be set first

from i2g_recon.xero.answers import Reading  # noqa: E402 - as above
from i2g_recon.xero.quick_pages import quick_page  # noqa: E402 - as above

INVOICES, LINES, ROUNDS = 1000, 5, 5
NAMESPACE = uuid.UUID("6b1d5b0e-6d1f-4c0a-9d59-5f3f1f1f0a02")
RATES = {"OUTPUT": Decimal(10)}


def invoice(page: int, n: int) -> dict[str, Any]:
    """One invoice as Xero writes it, with what nobody here reads."""
    net = [round(10 + (page * 7 + n * 3 + line) % 900 + 0.25 * line, 2) for line in range(LINES)]
    contact = {"ContactID": key("c", 0, n % 300), "Name": f"Client {n % 300} Pty Ltd", "HasValidationErrors": False}
    return {
        "Type": "ACCREC",
        "InvoiceID": key("i", page, n),
        "InvoiceNumber": f"INV-{page:03}{n:04}",
        "Reference": f"HT-{page:03}{n:04}",
        "Payments": [],
        "CreditNotes": [],
        "AmountDue": round(sum(net) * 1.1, 2),
        "AmountPaid": 0.0,
        "AmountCredited": 0.0,
        "CurrencyRate": 1.0,
        "IsDiscounted": False,
        "HasAttachments": False,
        "HasErrors": False,
        "Contact": {**contact, "ContactGroups": [], "ContactPersons": [], "Addresses": [], "Phones": []},
        "DateString": "2026-03-02T00:00:00",
        "Date": "/Date(1772409600000+0000)/",
        "DueDateString": "2026-03-16T00:00:00",
        "DueDate": "/Date(1773619200000+0000)/",
        "Status": "AUTHORISED",
        "LineAmountTypes": "Exclusive",
        "LineItems": [
            {
                "Description": f"Labour and parts, visit {line}",
                "UnitAmount": amount,
                "TaxType": "OUTPUT",
                "TaxAmount": round(amount / 10, 2),
                "LineAmount": amount,
                "AccountCode": "200",
                "Tracking": [],
                "Quantity": 1.0,
                "LineItemID": key("l", page, n * LINES + line),
                "ValidationErrors": [],
            }
            for line, amount in enumerate(net)
        ],
        "SubTotal": round(sum(net), 2),
        "TotalTax": round(sum(net) / 10, 2),
        "Total": round(sum(net) * 1.1, 2),
        "UpdatedDateUTC": "/Date(1772409600000+0000)/",
        "CurrencyCode": "AUD",
    }


def key(kind: str, page: int, n: int) -> str:
    """An id."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}{page}/{n}"))


def seconds(work: Callable[[], object]) -> float:
    """One run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ours(pages: list[bytes]) -> None:
    """Pages to frames, as a pull does it."""
    reading = Reading(RATES)
    for page in pages:
        quick = quick_page(page, RATES)
        assert quick
        reading.take_frames(quick.invoices, quick.lines)
    side = reading.invoices()
    assert len(side.invoices) == INVOICES * len(pages)
    assert len(side.lines) == INVOICES * LINES * len(pages)


def main() -> None:
    """Prints the ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    pages = [json.dumps({"Invoices": [invoice(p, n) for n in range(INVOICES)]}).encode() for p in range(count)]
    took = [
        (seconds(lambda: ours(pages)), seconds(lambda: [json.loads(page) for page in pages])) for _ in range(ROUNDS)
    ]
    mine, yardstick = (statistics.median(column) for column in zip(*took, strict=True))
    figures = [
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, pyarrow {pa.__version__}",
        f"{count} pages of {INVOICES:,} invoices x {LINES} lines, {sum(map(len, pages)) / 1e6:.1f} MB",
        f"frames {mine:.2f} s, json.loads {yardstick:.2f} s, ratio {mine / yardstick:.2f} (must 1.0, goal 0.6)",
    ]
    sys.stdout.write("\n".join(figures) + "\n")


if __name__ == "__main__":
    main()
