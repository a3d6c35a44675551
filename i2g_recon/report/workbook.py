"""The working paper as an Excel workbook, made in memory; the same document gives the same bytes.

No text becomes a formula, a link or a number, whatever it begins with: each cell is written by its own type. An amount
goes to its cell as the Decimal it is; Excel itself keeps 15 digits, so a longer amount is written as text rather than
rounded. Rows beyond what a sheet can hold go on in a sheet of the same name with a number.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from i2g_recon.report.shapes import Block, Cell, Paper, Row, Sheet
from i2g_recon.report.words import legible

MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)  # a fixed date: the time of making is no content
SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
MOST_ROWS = 1_000_000  # Excel takes 1,048,576 with the headings
MOST_DIGITS = 15
MOST_SIGNS, KEPT_SIGNS = 16_000, 15_900  # a cell takes 32,767 UTF-16 units, and a sign has at most two
GUARDED = tuple("=+-@\t\r\n")  # marked as text, so that editing the cell in Excel does not make it a formula either
FIRST_YEAR = 1901  # Excel counts days from 1900 and takes that year for a leap year
PAPER_A4 = 9
HEAD = {"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "valign": "top", "text_wrap": True}
LOOKS: dict[str, dict[str, object]] = {
    "head": HEAD,
    "head number": {**HEAD, "align": "right"},
    "title": {"bold": True, "font_size": 14},
    "note": {"italic": True, "font_color": "#555555"},
    "text": {"valign": "top", "text_wrap": True},
    "guarded text": {"valign": "top", "text_wrap": True, "quote_prefix": True},
    "number text": {"valign": "top", "align": "right", "num_format": "@"},
    "count": {"valign": "top", "num_format": "#,##0"},
    "day": {"valign": "top", "num_format": "yyyy-mm-dd", "align": "left"},
}


@dataclass(eq=False)
class Looks:
    """The cell formats of one workbook, each made once."""

    book: xlsxwriter.Workbook
    made: dict[str, Format] = field(default_factory=dict)

    def of(self, name: str) -> Format:
        """A format by name; `money 2` is an amount with two decimals."""
        if name not in self.made:
            self.made[name] = self.book.add_format(LOOKS.get(name) or money_look(int(name.split()[1])))
        return self.made[name]


def money_look(places: int) -> dict[str, object]:
    """An amount with as many decimals as its currency has, below zero in red with its sign."""
    digits = "#,##0" + ("." + "0" * places if places else "")
    return {"valign": "top", "num_format": f"{digits};[Red]-{digits}"}


def workbook_bytes(paper: Paper) -> bytes:
    """The workbook as a file's content."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, SAFE) as book:
        book.set_properties({"title": paper.title, "comments": f"Run {run_of(paper)}", "created": MADE})
        looks = Looks(book)
        for sheet in paper.sheets:
            for name, blocks in parts(sheet):
                write_sheet(book.add_worksheet(name), looks, paper, name, blocks)
    return target.getvalue()


def parts(sheet: Sheet) -> Iterator[tuple[str, tuple[Block, ...]]]:
    """The sheet, or as many as its rows need when it is one long block."""
    block, rows = sheet.blocks[0], sheet.blocks[0].rows
    if len(rows) <= MOST_ROWS:
        yield sheet.name, sheet.blocks
        return
    for number, start in enumerate(range(0, len(rows), MOST_ROWS), start=1):
        name = sheet.name if number == 1 else f"{sheet.name} {number}"
        yield name, (Block(block.note, block.columns, rows[start : start + MOST_ROWS]),)


def write_sheet(page: Worksheet, looks: Looks, paper: Paper, name: str, blocks: tuple[Block, ...]) -> None:
    """Title, then every block below the one before; one block alone gets filter, frozen headings and repeated ones."""
    set_up_print(page, paper, name)
    page.write_string(0, 0, f"{paper.title}: {name}", looks.of("title"))
    row = 1
    for block in blocks:
        row = write_block(page, looks, block, row)
    widths = {
        at: max(block.columns[at].width for block in blocks if at < len(block.columns)) for at in range(most(blocks))
    }
    for at, width in widths.items():
        page.set_column(at, at, width)
    if len(blocks) == 1:
        page.freeze_panes(3, 1)
        page.repeat_rows(2)
        page.autofilter(2, 0, max(2 + len(blocks[0].rows), 3), len(blocks[0].columns) - 1)


def run_of(paper: Paper) -> str:
    """The run's name for a person."""
    return legible(paper.run) or "not stored"


def most(blocks: tuple[Block, ...]) -> int:
    """Columns of the widest block."""
    return max(len(block.columns) for block in blocks)


def set_up_print(page: Worksheet, paper: Paper, name: str) -> None:
    """Landscape A4, as wide as the page, with run and page number below."""
    page.set_landscape()
    page.set_paper(PAPER_A4)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    run = run_of(paper).replace("&", "&&")  # & begins a code in headers and footers
    page.set_footer(f"&L{name}&CRun {run}&RPage &P of &N")


def write_block(page: Worksheet, looks: Looks, block: Block, row: int) -> int:
    """Note, headings, rows; gives the row where the next block may begin."""
    page.write_string(row, 0, block.note, looks.of("note"))
    for at, column in enumerate(block.columns):
        page.write_string(row + 1, at, column.title, looks.of("head number" if column.kind == "number" else "head"))
    for down, cells in enumerate(block.rows, start=row + 2):
        write_row(page, looks, down, cells)
    return row + 2 + len(block.rows) + 1


def write_row(page: Worksheet, looks: Looks, row: int, cells: Row) -> None:
    """One row, every cell by its own type; nothing stays an empty cell."""
    for at, cell in enumerate(cells):
        if cell is not None and cell != "":
            write_cell(page, looks, row, at, cell)


def write_cell(page: Worksheet, looks: Looks, row: int, at: int, cell: Cell) -> None:
    """An amount or count as a number, a date as a date, the rest as text."""
    if isinstance(cell, Decimal):
        if len(cell.as_tuple().digits) > MOST_DIGITS:
            page.write_string(row, at, f"{cell:f}", looks.of("number text"))
        else:
            page.write_number(row, at, cell, looks.of(f"money {places_of(cell)}"))
    elif isinstance(cell, int):
        page.write_number(row, at, cell, looks.of("count"))
    elif isinstance(cell, dt.date) and cell.year >= FIRST_YEAR:
        page.write_datetime(row, at, cell, looks.of("day"))
    else:
        text = fitting(legible(str(cell)))
        page.write_string(row, at, text, looks.of("guarded text" if text.startswith(GUARDED) else "text"))


def places_of(amount: Decimal) -> int:
    """Decimals of an amount."""
    return max(0, -int(amount.as_tuple().exponent))


def fitting(text: str) -> str:
    """Text as a cell can hold it; what is cut says so."""
    return text if len(text) <= MOST_SIGNS else f"{text[:KEPT_SIGNS]} ... (cut: {len(text)} characters in all)"
