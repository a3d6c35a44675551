"""A report-style table as columns of text: csv in any encoding and with any separator, or the sheet of a workbook.

Nothing is interpreted here: '0012', '1E5' and 'NA' stay what they are. A clean csv is read by Arrow in one go; as soon
as a row of it is unusual (blank, too short or long, a line break in a cell), it is read row by row instead.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from i2g_recon.core.invoice import RowError
from i2g_recon.errors import UnreadableFile
from i2g_recon.invoice2go.container import (
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    RATIO_MATTERS_FROM_BYTES,
    ZIP_MARKS,
    Export,
)

SEPARATORS = ",;\t|"
MOST_ABOVE = 50  # rows of a title above the heading
HEAD_CHARACTERS = 65_536
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
WORD_TOTAL = ("total", "totals", "grand total", "sum", "subtotal")
IsHeading = Callable[[Sequence[str]], bool]
Known = Callable[[Iterable[str]], int]


@dataclass(frozen=True, eq=False)
class Cells:
    """A table as it stands in the file.

    columns: text per heading, all of one length. lines: where each row begins in the file. above: what stood over the
    heading. errors: rows whose cells cannot be told apart.
    """

    headings: tuple[str, ...]
    columns: tuple[pa.LargeStringArray, ...]
    lines: np.ndarray
    above: tuple[str, ...] = ()
    errors: tuple[RowError, ...] = ()
    notes: tuple[str, ...] = ()


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are an Excel workbook, whatever the file is called."""
    if data.startswith(OLD_WORKBOOK):
        return True
    if not data.startswith(ZIP_MARKS):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def from_workbook(data: bytes, name: str, is_heading: IsHeading) -> Cells | None:
    """The first sheet that has a heading, None without one. Raises UnreadableFile for a damaged or locked workbook."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - only who opens a workbook waits for it

    refuse_bomb(data, name)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for sheet in book.sheet_names:
                cells = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
                rows = ((n, [text_of(cell) for cell in row]) for n, row in enumerate(cells, start=1))
                found = table_of(rows, name, is_heading, even=True)
                if found:
                    return found
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile) as problem:
        raise UnreadableFile(
            f"{name} is a workbook that cannot be opened: it is damaged or locked with a password; save it again as a "
            "workbook without a password, or as csv"
        ) from problem
    return None


def refuse_bomb(data: bytes, name: str) -> None:
    """Raises UnreadableFile for a workbook that would unpack to more than a table of invoices can be."""
    if data.startswith(ZIP_MARKS):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > MAX_UNPACKED_BYTES or (size > RATIO_MATTERS_FROM_BYTES and size > MAX_RATIO * len(data)):
            raise UnreadableFile(f"{name} would unpack to {size / 1e6:,.0f} MB, more than a table of invoices can be")


def text_of(cell: Any) -> str:
    """A cell of a workbook as text. Numbers have the 15 digits that Excel keeps and shows, dates are ISO.

    >>> text_of(1234.5600000000001), text_of(12.0), text_of("0012"), text_of(dt.date(2026, 3, 2))
    ('1234.56', '12', '0012', '2026-03-02')
    """
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, (int, float)):
        text = f"{cell:.15g}"
        return f"{int(cell)}" if "e" in text and float(cell).is_integer() else text
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ") if cell.time() != dt.time() else cell.date().isoformat()
    return str(cell) if not isinstance(cell, dt.date) else cell.isoformat()


def from_csv(export: Export, is_heading: IsHeading, known: Known) -> Cells | None:
    """The table of a csv, None when no row of it is a heading. Raises UnreadableFile naming a line that breaks it."""
    data = export.data
    if b"\n" not in data and b"\r" in data:
        data = data.replace(b"\r", b"\n")
    head = data[: 4 * HEAD_CHARACTERS].decode(export.encoding, errors="ignore")[:HEAD_CHARACTERS]
    separator, place = separator_of(head, is_heading, known)
    if not separator:
        return None
    quick = at_once(data, export, separator, place)
    if quick:
        return quick
    text = data.decode(export.encoding)
    found = table_of(csv_rows(text, separator, export.file), export.file, is_heading, even=False)
    return found and replace(found, notes=cut_off(ended=text.endswith(("\n", "\r"))))


def separator_of(head: str, is_heading: IsHeading, known: Known) -> tuple[str, int]:
    """The separator under which a row names most fields, and at which line that row ends; blank without a heading."""
    best = (0, "", 0)
    for separator in SEPARATORS:
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
        for _ in range(MOST_ABOVE):
            try:
                row = next(reader, None)
            except csv.Error:
                break
            if row is None:
                break
            if is_heading(row):
                if max(known(row), 1) > best[0]:
                    best = (max(known(row), 1), separator, reader.line_num)
                break
    return best[1:]


def at_once(data: bytes, export: Export, separator: str, heading_line: int) -> Cells | None:
    """The whole table by Arrow; None as soon as anything about a row is unusual."""
    if export.encoding not in {"utf-8", "utf-8-sig"}:
        return None
    start = 0
    for _ in range(heading_line):
        start = data.find(b"\n", start) + 1
        if not start:
            return None
    head = data[:start].decode(export.encoding)
    rows = list(csv.reader(io.StringIO(head, newline=""), delimiter=separator))
    headings = tuple(cell.strip() for cell in rows[-1])
    names = [f"c{n}" for n in range(len(headings))]
    try:
        read = pyarrow.csv.read_csv(
            pa.BufferReader(pa.py_buffer(data).slice(start)),
            pyarrow.csv.ReadOptions(column_names=names, block_size=1 << 22),
            pyarrow.csv.ParseOptions(delimiter=separator, ignore_empty_lines=False),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False, null_values=[]
            ),
        )
    except pa.ArrowInvalid:
        return None
    ends = data.count(b"\n", start) + (not data.endswith(b"\n"))
    if read.num_rows != ends or not read.num_rows:
        return None
    columns = tuple(column.combine_chunks() for column in read.columns)
    return Cells(
        headings=headings,
        columns=columns,
        lines=np.arange(heading_line + 1, heading_line + 1 + len(read)),
        above=told_above(rows[:-1]),
        notes=cut_off(ended=data.endswith((b"\n", b"\r"))),
    )


def csv_rows(text: str, separator: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with the line it begins on. Raises UnreadableFile where a quote is never closed."""
    csv.field_size_limit(max(len(text), 1))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as problem:
            raise UnreadableFile(
                f"{file}: the row that begins on line {line} opens a quote that is not closed, or not doubled; correct "
                "that line, or export the table again"
            ) from problem
        if row is None:
            return
        yield line, row


def table_of(rows: Iterator[tuple[int, list[str]]], file: str, is_heading: IsHeading, *, even: bool) -> Cells | None:
    """The table below the first row that is a heading. even: rows of a sheet, which all have one length."""
    above: list[list[str]] = []
    for _, row in rows:
        if is_heading(row):
            break
        above.append(row)
        if len(above) > MOST_ABOVE:
            return None
    else:
        return None
    headings = tuple(cell.strip() for cell in row)
    width = len(headings)
    kept: list[list[str]] = []
    lines: list[int] = []
    errors: list[RowError] = []
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        filled = cells + [""] * (width - len(cells)) if even or is_total(cells) else cells
        if len(filled) == width:
            kept.append(filled)
            lines.append(line)
        else:
            errors.append(wrong_length(file, line, cells, width))
    columns = tuple(pa.array(column, type=pa.large_string()) for column in zip(*kept, strict=True)) if kept else ()
    return Cells(
        headings=headings,
        columns=columns or tuple(pa.array([], type=pa.large_string()) for _ in headings),
        lines=np.array(lines, dtype="int64"),
        above=told_above(above),
        errors=tuple(errors),
    )


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row is the sum at the foot: its first words say so."""
    first = next((cell.strip().casefold().rstrip(":") for cell in cells if cell.strip()), "")
    return first in WORD_TOTAL


def wrong_length(file: str, line: int, cells: Sequence[str], width: int) -> RowError:
    """A row with too few or too many cells."""
    return RowError(
        file=file,
        row=line,
        column="",
        value=f"{len(cells)} cells",
        problem=f"The row has {len(cells)} cells where the heading names {width} columns.",
        remedy="Look for a comma without quotes in a name, or for a cut-off line, and export the table again.",
    )


def told_above(rows: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """What stood over the heading, one text a row."""
    texts = (" ".join(cell.strip() for cell in row if cell.strip()) for row in rows)
    return tuple(text[:80] for text in texts if text)


def cut_off(*, ended: bool) -> tuple[str, ...]:
    """A warning when the file ends without a line end: its last amount may be cut short."""
    return () if ended else ("The file has no line end after its last row: look whether that row is complete.",)
