"""What people did in Xero to copies of the demo: one small function per planted kind, before the sums are made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from i2g_recon.sandbox.countries import record_id
from i2g_recon.sandbox.i2g_totals import cents

Record = dict[str, Any]

REFERENCE_SPELLINGS = MappingProxyType(
    {"HT-1103": "ht-1103", "HT-1120": " HT-1120", "HT-1131": "Ht-1131 ", "HT-1140": "\u00a0HT-1140  "}
)
OVERTYPED = Decimal("3.17")  # no rate, price or quantity explains this figure
SURCHARGE_RATE = Decimal("0.0175")
GENERAL_CONTACT = "Pemberly Property Group"
OTHER_CONTACT = "Marlow & Finch Pty Ltd"


def lose_tax(record: Record) -> None:
    """The first line becomes GST free."""
    record["LineItems"][0]["TaxType"] = "EXEMPTOUTPUT"


def lose_discount(record: Record) -> None:
    """The first line's discount is gone."""
    del record["LineItems"][0]["DiscountRate"]


def lose_line(record: Record) -> None:
    """The last line is gone."""
    record["LineItems"].pop()


def add_line(record: Record) -> None:
    """Somebody added a line."""
    record["LineItems"].append(one_piece("Travel, added by the office", Decimal(35), "OUTPUT"))


def add_surcharge(record: Record) -> None:
    """The card surcharge, which Invoice2go keeps with the payment, was added as a line without GST."""
    before_tax = sum((line["Quantity"] * line["UnitAmount"] for line in record["LineItems"]), Decimal(0))
    fee = cents(before_tax * Decimal("1.1") * SURCHARGE_RATE)  # what the card was charged on top
    record["LineItems"].append(one_piece("Card surcharge", fee, "EXEMPTOUTPUT"))


def one_piece(description: str, price: Decimal, tax_type: str) -> Record:
    """A line of one piece on the sales account."""
    return {
        "Description": description,
        "Quantity": Decimal(1),
        "UnitAmount": price,
        "AccountCode": "200",
        "TaxType": tax_type,
    }


def more_pieces(record: Record) -> None:
    """One more of the first line."""
    record["LineItems"][0]["Quantity"] += 1


def other_price(record: Record) -> None:
    """The first line costs 10.00 more."""
    record["LineItems"][0]["UnitAmount"] += 10


def half_the_price(record: Record) -> None:
    """Twice as many at half the price: the amount stays."""
    first = record["LineItems"][0]
    first["Quantity"], first["UnitAmount"] = first["Quantity"] * 2, first["UnitAmount"] / 2


def prices_hold_tax(record: Record) -> None:
    """The same prices, taken to hold GST."""
    record["LineAmountTypes"] = "Inclusive"


def later_date(record: Record) -> None:
    """The invoice date moved by four days, the due date stayed."""
    move(record, "Date", 4)


def later_dates(record: Record) -> None:
    """Both dates moved, each by its own number of days."""
    move(record, "Date", 3)
    move(record, "DueDate", 17)


def later_due_date(record: Record) -> None:
    """Only the due date moved."""
    move(record, "DueDate", 16)


def move(record: Record, field: str, days: int) -> None:
    """A date and its text, later by some days."""
    moved = dt.date.fromisoformat(record[field]) + dt.timedelta(days=days)
    record[field] = record[f"{field}String"] = moved.isoformat()


def other_contact(record: Record) -> None:
    """The invoice stands under somebody else."""
    name = OTHER_CONTACT if record["Contact"]["Name"] != OTHER_CONTACT else GENERAL_CONTACT
    record["Contact"] = {"ContactID": record_id("demo", "contact", name), "Name": name}


def overtype(record: Record) -> None:
    """The tax of the first line typed over by hand; applied after the sums, which follow it."""
    record["LineItems"][0]["TaxAmount"] += OVERTYPED
    record["TotalTax"] += OVERTYPED
    record["Total"] += OVERTYPED


EDITS: Mapping[str, Callable[[Record], None]] = MappingProxyType(
    {
        "tax_rate": lose_tax,
        "discount": lose_discount,
        "line_missing": lose_line,
        "line_extra": add_line,
        "surcharge": add_surcharge,
        "quantity": more_pieces,
        "price": other_price,
        "lines_only": half_the_price,
        "inclusive_exclusive": prices_hold_tax,
        "date": later_date,
        "due_date": later_dates,
        "due_date_alone": later_due_date,
        "contact": other_contact,
    }
)
