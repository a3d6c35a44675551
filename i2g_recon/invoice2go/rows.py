"""The outer CSV: rows by column name, each with the line it begins on, read one at a time.

A row that does not fit its heading becomes a BrokenRow and reading goes on: after a quote that was never closed, at the
next line that begins like an invoice, so that one damaged row does not take the following ones with it.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TextIO

from i2g_recon.errors import UnreadableFile
from i2g_recon.invoice2go.container import AGAIN, kind_of

MAX_CELL_CHARACTERS = 1_000_000
MAX_LINE_CHARACTERS = 4_000_000
COLUMNS = (
    "Id AccountId State LastUpdated CreatedDate DocumentDate DocumentNumber Comment Name EmailRecipient "
    "DocumentStatus OutputStatus PartPayment DocumentRecipientAddress ShipDate ShipAddress ShipAmount "
    "ShipTrackingNumber ShipVia ShipFob StyleName DatePaid CustomField DiscountType Discount DiscountValue Taxes "
    "WithholdingTaxName WithholdingTaxRate TermsOld Payments Items CurrencyCode TotalAmount BalanceDueAmount "
    "AmountPaidAmount DiscountAmount SubtotalAmount TotalTaxAmount WithholdingTaxAmount "
).split()
REQUIRED = ("Id", "DocumentNumber", "DocumentDate", "CurrencyCode", "TotalAmount", "Items")
MATTERING = ("OutputStatus", "Taxes", "TotalTaxAmount", "Payments", "SubtotalAmount", "Name", "LastUpdated", "TermsOld")
SPELLED = {name.casefold(): name for name in COLUMNS}
BEGINS_INVOICE = re.compile(r'"?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"?,', re.IGNORECASE)
SEEMS = (  # headings, how many of them a file must have, what it then seems to be
    ({"*contactname", "contactname", "*invoicenumber", "invoicenumber"}, 1, "a file from Xero"),
    ({"invoice no.", "invoice no", "invoice number", "client", "total"}, 2, "an Invoice2go report with few columns"),
    ({"documentnumber", "documentdate"}, 1, "an invoice export that was cut off or changed"),
    ({"email", "emailrecipient", "phone", "address"}, 1, "an export of clients"),
    ({"code", "description", "unitprice", "unit price", "price"}, 1, "an export of items"),
)


class Row(NamedTuple):
    """One invoice row: the 1-based line it begins on and its cells by column name."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row whose cells cannot be told apart. at_end: the file ends inside a quoted cell of this row."""

    line: int
    value: str
    problem: str
    at_end: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """The columns in file order, known ones in Invoice2go's spelling."""

    columns: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Columns the reader would use and the file lacks."""
        return tuple(name for name in MATTERING if name not in self.columns)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Columns this version does not know."""
        return tuple(name for name in self.columns if name not in COLUMNS)


class Lines:
    """Physical lines one at a time, counted, with the way back to the next invoice after a damaged row."""

    def __init__(self, stream: TextIO, file: str) -> None:
        self.stream, self.file = stream, file
        self.number = 0  # lines handed out
        self.taken: list[str] = []  # lines of the row being read
        self.waiting: deque[str] = deque()
        self.ended = True  # the line handed out last has its line end

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.waiting.popleft() if self.waiting else self.stream.readline(MAX_LINE_CHARACTERS + 1)
        if not line:
            raise StopIteration
        if len(line) > MAX_LINE_CHARACTERS:
            raise UnreadableFile(
                f"{self.file} has a line of over {MAX_LINE_CHARACTERS:,} characters (line {self.number + 1}), "
                f"which no Invoice2go export has; {AGAIN}"
            )
        self.number += 1
        self.taken.append(line)
        self.ended = line[-1] in "\r\n"
        return line

    def begin_row(self) -> int:
        """Forgets the last row; the number of the line that comes next."""
        self.taken.clear()
        return self.number + 1

    def back_to_next_invoice(self) -> bool:
        """Hands the swallowed lines out again from the next one that begins like an invoice, if there is one."""
        for place, line in enumerate(self.taken[1:], start=1):
            if BEGINS_INVOICE.match(line):
                again = self.taken[place:]
                self.waiting.extendleft(reversed(again))
                self.number -= len(again)
                return True
        return False


def read_heading(lines: Lines, file: str) -> Heading:
    """The first row that is not blank. Raises UnreadableFile when it is no heading of an invoice export."""
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    try:
        cells = next((row for row in csv.reader(lines, strict=True) if any(row)), [])
    except csv.Error as problem:
        raise UnreadableFile(
            f"{file} is no invoice export: its first line is no row of column names; {AGAIN}"
        ) from problem
    columns = tuple(SPELLED.get(cell.strip().casefold(), cell.strip()) for cell in cells)
    refuse_heading(columns, file)
    return Heading(columns)


def refuse_heading(columns: tuple[str, ...], file: str) -> None:
    """Raises UnreadableFile naming what is missing and what the file seems to be, or the names that come twice."""
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise UnreadableFile(
            f"{file} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; it seems to be "
            f"{seems_to_be(columns, file)}; choose the invoice export that Invoice2go writes (zip or csv)"
        )
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise UnreadableFile(f"{file} names the column{'s' * (len(twice) > 1)} {', '.join(twice)} twice; {AGAIN}")


def seems_to_be(columns: tuple[str, ...], file: str) -> str:
    """What a file without the required columns most likely is."""
    names = {name.casefold() for name in columns}
    kind = kind_of(file)
    if len(columns) == 1 and any(mark in columns[0] for mark in ";\t") and "documentnumber" in columns[0].casefold():
        return "an export that a spreadsheet program saved again with another separator"
    if kind not in {"", "invoices"}:
        return f"an export of {kind}"
    return next((what for typical, least, what in SEEMS if len(names & typical) >= least), "another kind of file")


def read_rows(lines: Lines, heading: Heading) -> Iterator[Row | BrokenRow]:
    """Every row after the heading, blank ones left out."""
    width = len(heading.columns)
    reader: Iterable[list[str]] = csv.reader(lines, strict=True)
    while True:
        line = lines.begin_row()
        try:
            cells = next(iter(reader), None)
        except csv.Error as problem:
            yield broken(lines, line, str(problem))
            reader = csv.reader(lines, strict=True)
            continue
        if cells is None:
            return
        if len(cells) == width:
            if any(cells):
                yield Row(line, dict(zip(heading.columns, cells, strict=False)))
        elif any(cells):
            yield BrokenRow(
                line, f"{len(cells)} cells", f"the row has {len(cells)} cells where the heading names {width} columns"
            )


def broken(lines: Lines, line: int, problem: str) -> BrokenRow:
    """The row that a quote (or a cell without end) spoilt; reading goes on at the next invoice."""
    value = lines.taken[0][:80].rstrip()
    found_next = lines.back_to_next_invoice()
    if problem.startswith("field larger"):
        return BrokenRow(line, value, f"a cell has more than {MAX_CELL_CHARACTERS:,} characters")
    at_end = problem.startswith("unexpected end") and not found_next
    return BrokenRow(line, value, "a quote in the row is opened and never closed, or not doubled", at_end)
