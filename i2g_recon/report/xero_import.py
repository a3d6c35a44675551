"""Missing invoices as the CSV that Xero's screen imports (Business > Invoices > Import), for whoever has no connection.

One row per line, invoice fields repeated, columns in the order of Xero's template; * marks what Xero says it needs (not
verified against a live organisation). The screen asks once per file whether prices hold the tax, so invoices of both
kinds make two files. Amounts are what a push would send, so both ways give the same invoice.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from i2g_recon.core.money import plain
from i2g_recon.core.plan import PushCommand
from i2g_recon.errors import NeedsAPerson
from i2g_recon.report.safe_csv import csv_bytes

COLUMNS = (
    "*ContactName EmailAddress *InvoiceNumber Reference *InvoiceDate *DueDate *Description *Quantity *UnitAmount "
    "Discount *AccountCode *TaxType Currency"
).split()
INCLUSIVE = "Inclusive"
MOST_DISCOUNT_DECIMALS = 2


class CannotImport(ValueError):
    """Why the screen could not take an invoice as it is."""


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """exclusive, inclusive: the files, empty without invoices. written: their numbers. left_out: number and why not."""

    exclusive: bytes
    inclusive: bytes
    written: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def write_import(path: Path, files: ImportFiles) -> list[Path]:
    """The files that hold invoices, the one with tax inside its prices under a name of its own. Raises NeedsAPerson."""
    places = {path: files.exclusive, path.with_name(f"{path.stem}-tax-inclusive{path.suffix}"): files.inclusive}
    for place, content in places.items():
        if content:
            try:
                place.write_bytes(content)
            except OSError as problem:
                raise NeedsAPerson(
                    f"{place.name} cannot be written: {problem.strerror}. Choose another place."
                ) from None
    return [place for place, content in places.items() if content]


def check_import(path: Path) -> None:
    """Raises NeedsAPerson for a place that cannot take the file, before any work is done."""
    if path.suffix.lower() != ".csv":
        raise NeedsAPerson(f"'{path.name}' cannot be written: choose a name that ends in .csv.")
    if not path.parent.is_dir():
        raise NeedsAPerson(f"'{path.name}' cannot be written: its folder does not exist.")


def import_files(commands: Iterable[PushCommand], rate_names: Mapping[str, str], *, day_first: bool) -> ImportFiles:
    """The invoices that a push would create. rate_names: tax type to the name Xero shows for it."""
    rows: dict[bool, list[dict[str, str]]] = {False: [], True: []}
    written, left_out = [], []
    for command in commands:
        if command.action != "create":
            left_out.append((command.number, command.message))
            continue
        body = json.loads(command.body, parse_float=Decimal, parse_int=Decimal)
        try:
            own = invoice_rows(command, body, rate_names, day_first=day_first)
        except CannotImport as why:
            left_out.append((command.number, str(why)))
        else:
            rows[body["LineAmountTypes"] == INCLUSIVE] += own
            written.append(command.number)
    exclusive, inclusive = (csv_bytes(pd.DataFrame(own, columns=COLUMNS)) if own else b"" for own in rows.values())
    return ImportFiles(exclusive, inclusive, tuple(written), tuple(left_out))


def invoice_rows(
    command: PushCommand, body: Mapping[str, Any], rate_names: Mapping[str, str], *, day_first: bool
) -> list[dict[str, str]]:
    """One row per line. Raises CannotImport."""
    if not (body.get("Date") and body.get("DueDate")):
        raise CannotImport("It has no date or no due date, which Xero's import needs; enter it in Xero by hand.")
    head = {
        "*ContactName": command.contact_name,
        "EmailAddress": command.contact_email,
        "*InvoiceNumber": command.invoice_number,
        "Reference": command.reference,
        "*InvoiceDate": day(body["Date"], day_first=day_first),
        "*DueDate": day(body["DueDate"], day_first=day_first),
        "Currency": command.currency,
    }
    return [head | line_row(line, rate_names) for line in body["LineItems"]]


def line_row(line: Mapping[str, Any], rate_names: Mapping[str, str]) -> dict[str, str]:
    """The cells of one line. Raises CannotImport for what the screen has no column for."""
    name = rate_names.get(line.get("TaxType", ""), "")
    if not name:
        raise CannotImport("A line has no tax rate, which Xero's import needs; map it in Set-up, step Taxes.")
    return {
        "*Description": line["Description"],
        "*Quantity": plain(line["Quantity"]),
        "*UnitAmount": plain(line["UnitAmount"]),
        "Discount": discount(line),
        "*AccountCode": line["AccountCode"],
        "*TaxType": name,
    }


def discount(line: Mapping[str, Any]) -> str:
    """The discount as a percentage, blank for none. Raises CannotImport when no percentage gives the same amount."""
    rate, amount = line.get("DiscountRate", Decimal(0)), line.get("DiscountAmount", Decimal(0))
    gross = line["Quantity"] * line["UnitAmount"]
    if amount and gross:
        rate = amount * 100 / gross
    if -rate.normalize().as_tuple().exponent > MOST_DISCOUNT_DECIMALS:
        raise CannotImport("A line's discount is no percentage with two decimals, as Xero's import takes it.")
    return plain(rate) if rate else ""


def day(iso: str, *, day_first: bool) -> str:
    """A date as Xero's screens of the country write it."""
    return dt.date.fromisoformat(iso).strftime("%d/%m/%Y" if day_first else "%m/%d/%Y")
