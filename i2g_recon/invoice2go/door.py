"""Any file that Invoice2go gives to the source side: its export, or a report-style table, told apart by content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from i2g_recon.core.answers import NEEDED, NOTHING_SAID, Answers, Look
from i2g_recon.core.frame import Invoices
from i2g_recon.errors import NeedsAnswer, UnreadableFile
from i2g_recon.invoice2go.container import HEAD_BYTES, Export, open_export, refuse_size
from i2g_recon.invoice2go.listing import find_table, read_listing
from i2g_recon.invoice2go.listing_cells import Cells, is_workbook
from i2g_recon.invoice2go.listing_heading import columns_of, field_of, fingerprint
from i2g_recon.invoice2go.reader import Progress, no_progress, read_opened

ROWS_SHOWN = 5
Remembered = Mapping[str, Answers]


def read_file(
    data: bytes,
    name: str,
    *,
    progress: Progress | None = None,
    answers: Answers = NOTHING_SAID,
    remembered: Remembered | None = None,
) -> Invoices:
    """The invoices of a file. answers: about a table; remembered: what was said about tables of the same layout.

    Raises NeedsAnswer for what a table leaves open, UnreadableFile for a file that cannot be used.
    """
    export = opened(data, name)
    if export is not None and is_export(export):
        return read_opened(export, data, name, progress=progress)
    cells, said = table_in(export, data, name, answers, remembered or {})
    if cells is None:
        return refuse(export, data, name)
    (progress or no_progress)(len(data), len(data))
    try:
        return read_listing(cells, data, name, said)
    except NeedsAnswer as problem:
        raise NeedsAnswer(problem.question, with_name(name, problem)) from None
    except UnreadableFile as problem:
        raise UnreadableFile(with_name(name, problem)) from None


def with_name(name: str, problem: UnreadableFile) -> str:
    """A sentence that says which file it is about."""
    return str(problem) if name in str(problem) else f"{name}: {problem}"


def read_path(
    path: Path,
    *,
    progress: Progress | None = None,
    answers: Answers = NOTHING_SAID,
    remembered: Remembered | None = None,
) -> Invoices:
    """As `read_file`, from disk; a file that is too large is refused before it is read."""
    data = bytes_of(path)
    return read_file(data, path.name, progress=progress, answers=answers, remembered=remembered)


def bytes_of(path: Path) -> bytes:
    """A file's content. Raises UnreadableFile when it cannot be opened or is too large."""
    try:
        refuse_size(path.stat().st_size, path.name)
        return path.read_bytes()
    except OSError as problem:
        reason = problem.strerror or "it cannot be opened"
        raise UnreadableFile(f"{path.name} cannot be read ({reason}); choose the file again") from problem


def look(data: bytes, name: str, answers: Answers = NOTHING_SAID, remembered: Remembered | None = None) -> Look | None:
    """A table as far as it is understood; None for Invoice2go's own export and for a file without a table.

    Raises UnreadableFile for a file that cannot be opened.
    """
    export = opened(data, name)
    if export is not None and is_export(export):
        return None
    cells, said = table_in(export, data, name, answers, remembered or {})
    if cells is None:
        return None
    try:
        places = columns_of(cells.headings, said).places
    except NeedsAnswer:
        places = {name: (at,) for at, heading in enumerate(cells.headings) if (name := field_of(heading)[0])}
    question, sentence = "", ""
    try:
        read_listing(cells, data, name, said)
    except NeedsAnswer as problem:
        question, sentence = problem.question, str(problem)
    except UnreadableFile as problem:
        sentence = str(problem)
    return Look(
        headings=cells.headings,
        understood={field: " + ".join(cells.headings[at] for at in own) for field, own in places.items()},
        rows=tuple(zip(*(column.slice(0, ROWS_SHOWN).to_pylist() for column in cells.columns), strict=True)),
        fingerprint=fingerprint(cells.headings),
        question=question,
        sentence=sentence,
    )


def opened(data: bytes, name: str) -> Export | None:
    """A csv with its encoding proven; None for a workbook."""
    return None if is_workbook(data) else open_export(data, name)


def is_export(export: Export) -> bool:
    """Whether a csv is Invoice2go's own export: its first lines name the column DocumentNumber."""
    head = export.data[:HEAD_BYTES].decode(export.encoding, errors="ignore").casefold()
    return "documentnumber" in head.split("\n", 2)[0] or "documentnumber" in head[:500]


def table_in(
    export: Export | None, data: bytes, name: str, answers: Answers, remembered: Remembered
) -> tuple[Cells | None, Answers]:
    """The table of a file, and what is known about its layout: what was said now, or else about the same one before."""
    cells = find_table(export, data, name, answers, remembered)
    if cells is None or answers != NOTHING_SAID:
        return cells, answers
    return cells, remembered.get(fingerprint(cells.headings), answers)


def refuse(export: Export | None, data: bytes, name: str) -> Invoices:
    """Raises the sentence for a file without a table of invoices."""
    if export is None:
        raise UnreadableFile(
            f"{name} is a workbook in which no row names the columns {', '.join(NEEDED[:-1])} and {NEEDED[-1]}; say "
            "which they are with --map, or choose the zip or csv that Invoice2go writes"
        )
    return read_opened(export, data, name)
