"""Xero's side from files, without an account: the sales-invoice CSV export, and saved API pages.

The CSV has one row per line item and repeats the invoice on each; there is no InvoiceID, so an invoice is its number.
Rows of one number that disagree about the invoice itself are two invoices.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from i2g_recon.core.dates import DateStyle, decide
from i2g_recon.core.frame import Invoices, Origin, from_rows
from i2g_recon.core.invoice import LineAmountTypes, RowError, State
from i2g_recon.core.money import exponent
from i2g_recon.errors import UnreadableFile
from i2g_recon.xero.answers import STATES, Figures, Reading, decimal
from i2g_recon.xero.export_rows import FileRow, read_table
from i2g_recon.xero.paging import count
from i2g_recon.xero.session import parse

SALES_INVOICE = "sales invoice"
STATUSES = {  # as on screen -> as the API says it
    "draft": "DRAFT",
    "awaiting approval": "SUBMITTED",
    "awaiting payment": "AUTHORISED",
    "paid": "PAID",
    "voided": "VOIDED",
    "deleted": "DELETED",
}
SAME_INVOICE = ("ContactName", "Reference", "InvoiceDate", "DueDate", "Total", "Currency", "Status")
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
VOIDED_UNSEEN = "The file holds no voided or deleted invoices: copies that were voided in Xero cannot be seen here."


def read_sales_csv(data: bytes, name: str, *, day_first: bool | None = None, currency: str = "") -> Invoices:
    """Xero's SalesInvoices.csv as one side; ids are invoice numbers. currency stands in where the file names none.

    Raises UnreadableFile for other files, for the bills export, and when nothing tells whether dates are day first
    (then pass day_first).
    """
    table = read_table(data, name)
    notes = list(table.notes)
    sales = only_sales(table.rows, notes)
    if not sales and not table.row_errors:
        raise UnreadableFile("There are no sales invoices in this file.")
    style = decide(
        ((row.line, row.get(column)) for row in sales for column in ("InvoiceDate", "DueDate")), day_first=day_first
    )
    reading = CsvReading(name, style, currency)
    for key, rows in grouped(sales).items():
        reading.take(key, rows)
    read = len(reading.rows) + len(table.row_errors)
    notes += [note for note in (style.note, reading.rounding_note(), unseen(reading.rows)) if note]
    return from_rows(
        reading.rows,
        reading.lines,
        row_errors=[*table.row_errors, *reading.errors],
        origin=Origin(name=name, sha256=hashlib.sha256(data).hexdigest(), rows=read),
        notes=notes,
    )


def only_sales(rows: Iterable[FileRow], notes: list[str]) -> list[FileRow]:
    """The rows of sales invoices; what else the file holds goes into the notes. Raises UnreadableFile for bills."""
    kept: list[FileRow] = []
    aside: Counter[str] = Counter()
    for row in rows:
        kind = row.get("Type")
        if kind.casefold().startswith("bill"):
            raise UnreadableFile(
                "This is Xero's bills export (purchases). In Xero choose Business > Invoices > Export for the sales."
            )
        if kind and kind.casefold() != SALES_INVOICE:
            aside[kind] += 1
        else:
            kept.append(row)
    notes.extend(f"{times} rows of type '{kind}' were set aside." for kind, times in sorted(aside.items()))
    return kept


def grouped(rows: Iterable[FileRow]) -> dict[str, list[FileRow]]:
    """Rows by invoice: by number and by what repeats on each row.

    The key is the id: the number, made different where one number stands for two invoices.
    """
    invoices: dict[tuple[str, ...], list[FileRow]] = {}
    for row in rows:
        invoices.setdefault((row.get("InvoiceNumber"), *(row.get(column) for column in SAME_INVOICE)), []).append(row)
    times: Counter[str] = Counter()
    named: dict[str, list[FileRow]] = {}
    for (number, *_), own in invoices.items():
        name = number or f"(no number) row {own[0].line}"
        times[name] += 1
        named[name if times[name] == 1 else f"{name} ({times[name]})"] = own
    return named


def unseen(rows: list[dict[str, Any]]) -> str:
    """The warning for a file without voided copies."""
    gone = {str(State.VOID), str(State.DELETED)}
    return "" if any(row["state"] in gone for row in rows) else VOIDED_UNSEEN


class CsvReading:
    """Groups of file rows to frame rows; odd cells become row errors that keep the invoice."""

    def __init__(self, name: str, style: DateStyle, currency: str) -> None:
        self._name, self._style, self._currency = name, style, currency
        self._figures = Figures()
        self.rows: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []
        self.errors: list[RowError] = []

    def take(self, key: str, rows: list[FileRow]) -> None:
        """One invoice from its rows."""
        first = rows[0]
        currency = first.get("Currency").upper() or self._currency
        status = STATUSES.get(first.get("Status").casefold(), first.get("Status"))
        total, tax = self._money(first, "Total", currency), self._money(first, "TaxTotal", currency)
        lines = [self._line(key, position, row, currency) for position, row in enumerate(rows)]
        self.rows.append(
            {
                "id": key,
                "number": first.raw("InvoiceNumber"),
                "reference": first.raw("Reference"),
                "contact": first.raw("ContactName"),
                "email": first.get("EmailAddress"),
                "date": self._date(first, "InvoiceDate"),
                "due_date": self._date(first, "DueDate"),
                "currency": currency,
                "total_minor": 0 if total is None else total,
                "subtotal_minor": None if total is None or tax is None else total - tax,
                "tax_minor": tax,
                "paid_minor": self._money(first, "InvoiceAmountPaid", currency),
                "outstanding_minor": self._money(first, "InvoiceAmountDue", currency),
                "status": status,
                "state": str(STATES.get(status, State.UNKNOWN)),
                "line_amount_types": str(amount_types(lines, total, tax)),
                "adds_up": True,
            }
        )
        self.lines.extend(lines)
        if total is None and not first.get("Total"):
            self._complain(first, "Total", "The invoice has no total; 0 stands in.")

    def rounding_note(self) -> str:
        """The note about numbers with too many decimals."""
        many = self._figures.rounded
        return f"{many} numbers had more decimals than money has; they were rounded half up." if many else ""

    def _line(self, key: str, position: int, row: FileRow, currency: str) -> dict[str, Any]:
        return {
            "invoice_id": key,
            "position": position,
            "code": row.get("InventoryItemCode"),
            "description": row.raw("Description"),
            "quantity_e4": self._number(row, "Quantity", 4) or 0,
            "unit_price_e4": self._number(row, "UnitAmount", 4) or 0,
            "discount_rate_e4": self._number(row, "Discount", 4) or 0,
            "tax_type": row.get("TaxType"),
            "account_code": row.get("AccountCode"),
            "line_minor": self._money(row, "LineAmount", currency),
            "tax_minor": self._money(row, "TaxAmount", currency),
        }

    def _money(self, row: FileRow, column: str, currency: str) -> int | None:
        return self._number(row, column, exponent(currency))

    def _number(self, row: FileRow, column: str, places: int) -> int | None:
        """A cell's number; an unreadable one is a row error, an empty one is simply not stated."""
        cell = row.get(column)
        if not cell:
            return None
        scaled = self._figures.scaled(amount(cell), places)
        if scaled is None:
            self._complain(row, column, "This is not an amount.")
        return scaled

    def _date(self, row: FileRow, column: str) -> object:
        cell = row.get(column)
        parsed = self._style.parse(cell) if cell else None
        if cell and parsed is None:
            self._complain(row, column, "This is not a date.")
        return parsed

    def _complain(self, row: FileRow, column: str, problem: str) -> None:
        self.errors.append(
            RowError(
                file=self._name,
                row=row.line,
                column=column,
                value=row.get(column)[:80],
                problem=problem,
                remedy="Open the invoice in Xero and check it, or export it again.",
                refused=False,
            )
        )


def amount(cell: str) -> Decimal | None:
    """A plain number, with or without thousands separators, or a percentage."""
    cell = cell.removesuffix("%").strip()
    return decimal(cell.replace(",", "") if GROUPED.fullmatch(cell) else cell)


def amount_types(lines: list[dict[str, Any]], total: int | None, tax: int | None) -> LineAmountTypes:
    """Whether line amounts hold the tax, from the sums; the file does not say it."""
    amounts = [line["line_minor"] for line in lines]
    if total is None or not tax or None in amounts:
        return LineAmountTypes.UNSTATED
    sums = {total: LineAmountTypes.INCLUSIVE, total - tax: LineAmountTypes.EXCLUSIVE}
    return sums.get(sum(amounts), LineAmountTypes.UNSTATED)


def read_api_pages(data: bytes, name: str) -> Invoices:
    """Saved answers of the Invoices address: one page, a list of pages, or a list of invoices.

    Raises UnreadableFile when it is none of these, or when the pages hold fewer invoices than they say there are.
    """
    payload = parse(data.removeprefix(b"\xef\xbb\xbf"))
    saved = payload if isinstance(payload, list) else [payload]
    if not saved or not all(isinstance(one, dict) for one in saved):
        raise UnreadableFile("The file does not hold saved pages of Xero's invoices.")
    reading, promised = Reading(source=name), 0
    for page in saved:
        reading.take(elements_in(page))
        promised = max(promised, item_count(page))
    if reading.distinct < promised:
        raise UnreadableFile(
            f"The file holds {reading.distinct} of {promised} invoices; save the remaining pages into it too."
        )
    return reading.invoices(sha256=hashlib.sha256(data).hexdigest())


def elements_in(page: Mapping[str, Any]) -> list[Any]:
    """The invoices of one saved page, or the one invoice that it is."""
    elements = page.get("Invoices")
    if isinstance(elements, list):
        return elements
    if "InvoiceID" in page:
        return [page]
    raise UnreadableFile("The file does not hold saved pages of Xero's invoices.")


def item_count(page: Mapping[str, Any]) -> int:
    """How many invoices the page says there are in all; 0 when it does not."""
    pagination = page.get("pagination")
    return (count(pagination.get("itemCount")) if isinstance(pagination, dict) else 0) or 0
