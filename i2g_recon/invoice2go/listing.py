"""Report-style tables: what Invoice2go's screens export, without ids and lines, as the source side.

    bytes -> text columns (listing_cells) -> which is which (listing_heading) -> dates, amounts (listing_rows) -> frame

Every row is accepted, refused, or set aside by name (quotes, credits, the sum at the foot), and the sums prove it. What
the table leaves open is asked (`NeedsAnswer`), never guessed. There is no Id: number, date, total and client stand for
it, so an invoice that changes one of them is another invoice to us.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Sequence

import numpy as np

from i2g_recon.core.answers import Answers
from i2g_recon.core.frame import LINE_COLUMNS, Invoices, Origin, empty_frame
from i2g_recon.core.invoice import RowError
from i2g_recon.core.money import exponent, money_text
from i2g_recon.errors import UnreadableFile
from i2g_recon.invoice2go.container import Export
from i2g_recon.invoice2go.listing_amounts import amounts_of
from i2g_recon.invoice2go.listing_cells import Cells, from_csv, from_workbook
from i2g_recon.invoice2go.listing_heading import columns_of, fingerprint, is_heading, known
from i2g_recon.invoice2go.listing_rows import FOOT, Listing, Reading

IDENTITY = (
    "The table has no ids: number, date, total and client stand for them, so an invoice that changes one of them "
    "counts as another one."
)
NO_LINES = "The table has no lines: its invoices can be compared, and a push holds them."
SHOWN = 3


def find_table(
    export: Export | None, data: bytes, name: str, answers: Answers, layouts: Container[str] = ()
) -> Cells | None:
    """The table of a csv (export) or of a workbook (data); None when no row of it is a heading.

    layouts: fingerprints of headings that were settled before.
    """

    def heading(cells: Sequence[str]) -> bool:
        return is_heading(cells, answers) or fingerprint([cell.strip() for cell in cells]) in layouts

    return from_workbook(data, name, heading) if export is None else from_csv(export, heading, known)


def read_listing(cells: Cells, data: bytes, name: str, answers: Answers) -> Invoices:
    """The invoices of a table. Raises NeedsAnswer for what it leaves open, UnreadableFile when nothing can be used."""
    listing = Listing(cells, columns_of(cells.headings, answers), answers)
    if not len(cells.lines) and not cells.errors:
        raise UnreadableFile(f"There are no invoices in this file: {name} holds column names only; export it again")
    reading = Reading(name, listing)
    invoices = reading.invoices()
    errors = sorted([*cells.errors, *reading.errors, *wrong_sums(reading)], key=lambda error: error.row)
    refused = sum(error.refused for error in errors)
    if not len(invoices) and refused:
        raise UnreadableFile(
            f"None of the {refused:,} rows of {name} can be used; the first problem is on line {errors[0].row}: "
            f"{errors[0].problem.rstrip('.')}"
        )
    if not len(invoices):
        raise UnreadableFile(f"There are no invoices in this file: {name} holds {'; '.join(aside_words(reading))}")
    return Invoices(
        invoices=invoices,
        lines=empty_frame(LINE_COLUMNS),
        row_errors=tuple(errors),
        origin=Origin(name=name, sha256=hashlib.sha256(data).hexdigest(), rows=len(invoices) + refused),
        notes=(*cells.notes, *notes_on(listing, reading), IDENTITY, NO_LINES),
    )


def notes_on(listing: Listing, reading: Reading) -> Iterator[str]:
    """What was understood, and what was left out, for a person to check."""
    cells, columns = listing.cells, listing.columns
    named = ", ".join(
        f"{name.replace('_', ' ')} from '{' and '.join(cells.headings[at] for at in places)}'"
        for name, places in columns.places.items()
    )
    yield f"Understood: {named}."
    used = {at for places in columns.places.values() for at in places}
    if unused := [heading for at, heading in enumerate(cells.headings) if at not in used and heading]:
        yield f"Columns this version does not use: {', '.join(unused[:10])}."
    if cells.above:
        yield f"Skipped above the heading: {'; '.join(cells.above[:SHOWN])}."
    if reading.style.note:
        yield reading.style.note
    if "status" not in columns.places:
        yield "The table has no status, so nobody knows which invoices were sent; a push holds those that are missing."
    yield from (f"Left out are {words}." for words in aside_words(reading))
    yield from right_sums(reading)
    if reading.repeats:
        yield f"{reading.repeats:,} rows share their number with another row."


def aside_words(reading: Reading) -> Iterator[str]:
    """What was left out, with its money."""
    for n, word in enumerate(reading.aside.texts):
        mine = reading.aside.codes == n
        if word not in {"", FOOT} and mine.any():
            yield f"{word}, {int(mine.sum()):,} of them ({', '.join(sums_of(reading, mine))})"


def sums_of(reading: Reading, mine: np.ndarray) -> list[str]:
    """What some rows come to in each currency."""
    codes = reading.currency.codes
    return [
        money_text(int(reading.total_minor[mine & (codes == n)].sum()), code)
        for n, code in enumerate(reading.currency.texts)
        if (mine & (codes == n)).any()
    ]


def sums_at_foot(reading: Reading) -> Iterator[tuple[int, str, int, set[int]]]:
    """The row that states the sum of the table: line, the text, its minor units, and the sums that would agree with it.

    Only where the whole table is in one currency, and only the last such row: those before it are sums of a part.
    """
    foot = reading.aside.codes == reading.aside.texts.index(FOOT)
    codes = {reading.currency.texts[n] for n in np.unique(reading.currency.codes[~foot])} if foot.any() else set()
    if len(codes) != 1:
        return
    row, (code,) = int(np.flatnonzero(foot)[-1]), codes
    column = reading.listing.cells.columns[reading.listing.columns.places["total"][0]]
    stated = amounts_of(column.slice(row, 1), np.array([exponent(code)]), reading.sign, lambda _: code)
    if stated.stated[0]:
        sums = {int(reading.total_minor[mask].sum()) for mask in (reading.invoice, ~foot)}
        yield int(reading.listing.cells.lines[row]), column[row].as_py().strip(), int(stated.minor[0]), sums


def right_sums(reading: Reading) -> Iterator[str]:
    """The sum at the foot, where it agrees."""
    for line, text, minor, sums in sums_at_foot(reading):
        if minor in sums:
            yield f"The sum at the foot (line {line}: {text}) is that of the rows."


def wrong_sums(reading: Reading) -> Iterator[RowError]:
    """The sum at the foot, where it does not: rows are missing, or were misread."""
    for line, text, minor, sums in sums_at_foot(reading):
        if minor not in sums:
            yield RowError(
                file=reading.name,
                row=line,
                column=reading.listing.cells.headings[reading.listing.columns.places["total"][0]],
                value=text[:80],
                problem=f"The sum at the foot is not that of the rows, which come to {told_sum(reading)}.",
                remedy="Look whether the table is complete, and export it again.",
            )


def told_sum(reading: Reading) -> str:
    """What the invoices of the table come to."""
    return ", ".join(sums_of(reading, reading.invoice))
