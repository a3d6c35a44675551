"""The rows of Xero's sales-invoice export as named cells: right file, right columns, nothing dropped unseen."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from i2g_recon.core.invoice import RowError
from i2g_recon.errors import UnreadableFile

NEEDED = ("ContactName", "InvoiceNumber", "InvoiceDate", "Total", "Status")
USED = frozenset(  # addresses and tracking take most of a file and nothing here reads them
    "ContactName EmailAddress InvoiceNumber Reference InvoiceDate DueDate Total TaxTotal InvoiceAmountPaid "
    "InvoiceAmountDue InventoryItemCode Description Quantity UnitAmount Discount LineAmount AccountCode TaxType "
    "TaxAmount Currency Type Status".split()
)
LARGEST_FILE_BYTES = 200_000_000
LONGEST_CELL = 10_000_000  # characters; beyond it a quote was never closed
NOT_A_CSV = {
    b"%PDF": "This is a PDF. In Xero choose Business > Invoices > Export, which writes SalesInvoices.csv.",
    b"PK": "This is a zip or Excel file. Choose the SalesInvoices.csv that Xero writes.",
    b"\xd0\xcf\x11\xe0": "This is an old Excel file. Choose the SalesInvoices.csv that Xero writes.",
    b"{": "This is JSON, not a CSV file; saved API pages need a name that ends in .json.",
    b"<": "This is a web page, not a CSV file. Export the invoices from Xero again.",
}


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row: its first line in the file and its cells by column name. places is shared by all rows of a file."""

    line: int
    cells: tuple[str, ...]
    places: Mapping[str, int]

    def get(self, column: str) -> str:
        """A cell without surrounding blanks; '' when the file has no such column."""
        return self.raw(column).strip()

    def raw(self, column: str) -> str:
        """A cell as it is written; '' when the file has no such column."""
        place = self.places.get(column)
        return "" if place is None else self.cells[place]


@dataclass(slots=True)
class Table:
    """A whole file: rows, rows with the wrong number of cells, and sentences about the reading."""

    columns: tuple[str, ...]
    rows: list[FileRow] = field(default_factory=list)
    row_errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_table(data: bytes, name: str) -> Table:
    """The export as rows by column name. Raises UnreadableFile for anything that is not a sales-invoice export."""
    words, note = decoded(data)
    records = csv_records(words)
    _, header = next(records, (0, []))
    table = Table(columns=tuple(cell.strip().lstrip("*") for cell in header))
    require_columns(table.columns)
    kept = [place for place, column in enumerate(table.columns) if column in USED]
    places = {table.columns[place]: position for position, place in enumerate(kept)}
    for line, cells in records:
        if len(cells) == len(table.columns):
            table.rows.append(FileRow(line, tuple(cells[place] for place in kept), places))
        else:
            table.row_errors.append(wrong_length(name, line, cells, len(table.columns)))
    table.notes.extend([note] if note else [])
    return table


def decoded(data: bytes) -> tuple[str, str]:
    """The text, and a note when its encoding had to be assumed."""
    if not data.strip():
        raise UnreadableFile("The file is empty. Export the invoices from Xero again.")
    if len(data) > LARGEST_FILE_BYTES:
        raise UnreadableFile("The file is larger than 200 MB. Export a shorter period from Xero.")
    for beginning, sentence in NOT_A_CSV.items():
        if data.lstrip(b"\xef\xbb\xbf \r\n").startswith(beginning):
            raise UnreadableFile(sentence)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return strict_text(data, "utf-16"), ""
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return strict_text(data, "cp1252"), "The file is not UTF-8; it was read as Windows text (cp1252)."


def strict_text(data: bytes, encoding: str) -> str:
    """The text in this encoding. Raises UnreadableFile when it is not."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFile("The file is not text. Choose the SalesInvoices.csv that Xero writes.") from None


def csv_records(words: str) -> Iterator[tuple[int, list[str]]]:
    """The line each record begins on, and its cells; empty lines are skipped."""
    if "\0" in words:
        line = words[: words.index("\0")].count("\n") + 1
        raise UnreadableFile(f"The file is damaged: line {line} holds a NUL character.")
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines_of(words), delimiter=delimiter(words), strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error:
        raise UnreadableFile(f"The file is damaged: a quote opened in line {begins} is never closed.") from None


def lines_of(words: str) -> Iterator[str]:
    """The text line by line, without a second copy of it; files of old Macs end their lines with CR alone."""
    words = words if "\n" in words else words.replace("\r", "\n")
    begins = 0
    while ends := words.find("\n", begins) + 1:
        yield words[begins:ends]
        begins = ends
    if begins < len(words):
        yield words[begins:]


def delimiter(words: str) -> str:
    """What separates the cells: spreadsheet programs of some countries write semicolons."""
    first = words.lstrip().split("\n", 1)[0]
    return max(",;\t", key=first.count)


def require_columns(columns: tuple[str, ...]) -> None:
    """Raises UnreadableFile unless the header is that of the sales-invoice export."""
    if "DocumentNumber" in columns:
        raise UnreadableFile("This is an Invoice2go export. Choose the SalesInvoices.csv that Xero writes.")
    if missing := [column for column in NEEDED if column not in columns]:
        raise UnreadableFile(
            f"This is not Xero's sales-invoice export: the columns {', '.join(missing)} are missing. In Xero choose "
            "Business > Invoices > Export."
        )
    if twice := sorted({column for column in columns if column and columns.count(column) > 1}):
        raise UnreadableFile(f"The file names these columns twice: {', '.join(twice)}. Export it again from Xero.")


def wrong_length(name: str, line: int, cells: list[str], wanted: int) -> RowError:
    """A row that cannot be assigned to columns."""
    return RowError(
        file=name,
        row=line,
        column="",
        value=cells[0][:80],
        problem=f"The row has {len(cells)} cells, the header {wanted}.",
        remedy="Export the invoices from Xero again, and do not save the file from a spreadsheet program.",
    )
