"""An Invoice2go export file to the source side of a reconciliation.

    bytes -> the invoice table (container) -> rows (rows, nested) -> records (records) -> frames, in batches

Every row of the file is accepted or refused, none is lost: accepted + refused = rows in the file. A file of which
nothing can be used raises UnreadableFile with one sentence; a row that cannot be used is a RowError.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import islice

import pandas as pd

from i2g_recon.core.frame import Invoices, Origin
from i2g_recon.errors import UnreadableFile
from i2g_recon.invoice2go.container import AGAIN, Export, open_export, text_lines
from i2g_recon.invoice2go.gathering import Gathering
from i2g_recon.invoice2go.rows import BrokenRow, Heading, Lines, Row, read_heading, read_rows

SAMPLE_NAMES = 3  # with letters beyond ASCII, to check a guessed encoding by
MOST_REFUSED = 10_000  # a file that refuses this many rows and more than it accepts is not worth finishing
BATCH_ROWS = 2_000  # a tenth of a second, and little memory
RESAVED = (
    "looks changed by a spreadsheet program, which drops leading zeros of invoice numbers; "
    "download the export from Invoice2go again and import it without opening it"
)

Progress = Callable[[int, int], None]


def read_export(data: bytes, name: str, *, progress: Progress | None = None) -> Invoices:
    """The invoices of one export file (zip or csv, told apart by content).

    name: the file's name as the person knows it. progress: called with (bytes done, bytes in all). Origin counts every
    row of the file and carries the sha256 of `data`. Raises UnreadableFile with one sentence when nothing can be used.
    """
    return read_opened(open_export(data, name), data, name, progress=progress)


def read_opened(export: Export, data: bytes, name: str, *, progress: Progress | None = None) -> Invoices:
    """As `read_export`, when the file was opened already."""
    gathering, heading = read_table(export, progress or no_progress)
    refuse_useless(gathering)
    origin = Origin(name=name, sha256=hashlib.sha256(data).hexdigest(), rows=gathering.rows)
    invoices, lines = gathering.frames()
    errors = sorted(gathering.errors, key=lambda error: error.row)
    notes = (*export.notes, *notes_on(export, gathering, heading, invoices))
    return Invoices(invoices=invoices, lines=lines, row_errors=tuple(errors), origin=origin, notes=notes)


def no_progress(done_bytes: int, total_bytes: int) -> None:
    """Nobody is watching."""


def read_table(export: Export, progress: Progress) -> tuple[Gathering, Heading]:
    """Every row of the table, one at a time."""
    gathering, total = Gathering(export.file), len(export.data)
    last: Row | BrokenRow | None = None
    raw, stream = text_lines(export)
    with raw, stream:
        lines = Lines(stream, export.file)
        heading = read_heading(lines, export.file)
        rows = read_rows(lines, heading)
        while batch := list(islice(rows, BATCH_ROWS)):
            gathering.take(batch)
            last = batch[-1]
            progress(raw.tell(), total)
            refuse_hopeless(gathering)
    refuse_cut_off(last, heading, export.file, ended=lines.ended)
    progress(total, total)
    return gathering, heading


def refuse_cut_off(last: Row | BrokenRow | None, heading: Heading, file: str, *, ended: bool) -> None:
    """Raises UnreadableFile when the file ends in the middle of its last row."""
    if isinstance(last, BrokenRow):
        cut = last.at_end or not ended
    else:
        cut = last is not None and not ended and not last.cells[heading.columns[-1]]
    if cut and last is not None:
        raise UnreadableFile(
            f"{file} is cut off: it ends in the middle of the row that begins on line {last.line}; {AGAIN}"
        )


def refuse_hopeless(gathering: Gathering) -> None:
    """Raises UnreadableFile early for a file that is mostly refusals, before these fill the memory."""
    if gathering.refused >= MOST_REFUSED and gathering.refused * 2 > gathering.rows:
        refuse_all(gathering)


def refuse_useless(gathering: Gathering) -> None:
    """Raises UnreadableFile when no row can be used."""
    if not gathering.rows:
        raise UnreadableFile(
            f"There are no invoices in this file: {gathering.file} holds the column names only; {AGAIN}"
        )
    if gathering.refused == gathering.rows:
        refuse_all(gathering)


def refuse_all(gathering: Gathering) -> None:
    """Raises the sentence for a file without a usable row."""
    if gathering.mangled * 2 > gathering.rows:
        raise UnreadableFile(f"{gathering.file} {RESAVED}")
    first = next(error for error in gathering.errors if error.refused)
    at = f"line {first.row}" + (f", {first.column}" if first.column else "")
    what = "none" if gathering.refused == gathering.rows else "only few"
    raise UnreadableFile(
        f"Of the {gathering.rows:,} rows read from {gathering.file} {what} can be used; the first problem is on {at}: "
        f"{first.problem.rstrip('.')}; {first.remedy[0].lower()}{first.remedy[1:].rstrip('.')}"
    )


def notes_on(export: Export, gathering: Gathering, heading: Heading, invoices: pd.DataFrame) -> list[str]:
    """Sentences about the file as a whole."""
    notes = []
    if export.encoding == "cp1252":
        names = [name[:40] for name in invoices["contact"] if not name.isascii()][:SAMPLE_NAMES]
        shown = f" Check names such as {', '.join(names)}." if names else ""
        notes.append(f"The file is not UTF-8 and was read as Windows-1252.{shown}")
    if heading.missing:
        notes.append(f"The file has no column {', '.join(heading.missing)}; what they say is treated as not known.")
    if heading.unknown:
        shown = ", ".join(name[:40] or "(without a name)" for name in heading.unknown[:5])
        notes.append(f"Columns this version does not use: {shown}.")
    accounts = invoices["account"].nunique()
    if accounts > 1:
        notes.append(f"The file holds invoices of {accounts} Invoice2go accounts.")
    if gathering.mangled:
        notes.append(f"{gathering.mangled:,} of {gathering.rows:,} rows show that the file {RESAVED}.")
    return notes
