"""Rows into frames: accepted, or refused with every reason; of several copies of one invoice the newest is kept.

Copies are told apart by Id and LastUpdated, whatever their order in the file. Two copies with the same time stamp and
other content dispute each other, and neither is taken: nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from i2g_recon.core import frame
from i2g_recon.core.frame import Invoices
from i2g_recon.core.invoice import Invoice, RowError
from i2g_recon.core.money import NotAnAmount
from i2g_recon.invoice2go.findings import EXPORT_AGAIN, Problem, RowReading
from i2g_recon.invoice2go.records import read_invoice
from i2g_recon.invoice2go.rows import BrokenRow, Row

BATCH_INVOICES = 4_000  # dicts of rows are ten times as large as frames, so they are turned into frames early
SAMPLE_NAMES = 3
EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)
NEWER_COUNTS = "Nothing to do: the newer copy is the one that counts."


@dataclass(frozen=True, slots=True)
class Holder:
    """The row that holds an Id so far. position: its place among the accepted rows, None when two rows dispute it."""

    position: int | None
    line: int
    updated: dt.datetime
    content: int  # hash of its cells
    amount: str


@dataclass(slots=True)
class Gathering:
    """A file on its way into frames."""

    file: str
    batches: list[Invoices] = field(default_factory=list)
    invoice_rows: list[dict[str, Any]] = field(default_factory=list)
    line_rows: list[dict[str, Any]] = field(default_factory=list)
    lines_per_invoice: list[int] = field(default_factory=list)
    kept: list[bool] = field(default_factory=list)  # per accepted row: False once a newer copy replaced it
    holders: dict[str, Holder] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    rows: int = 0
    refused: int = 0
    mangled: int = 0
    accounts: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)  # with letters beyond ASCII, to check a guessed encoding by

    def take(self, row: Row | BrokenRow) -> None:
        """One row of the file: accepted, or refused with its reasons."""
        self.rows += 1
        if isinstance(row, BrokenRow):
            self.note(broken_row(self.file, row))
            return
        reading = RowReading(self.file, row.line, row.cells)
        record = read_invoice(reading)
        if record is not None:
            self.accept(record, reading)
        self.mangled += any(problem.mangled for problem in reading.problems)
        for error in reading.errors():
            self.note(error)

    def note(self, error: RowError) -> None:
        """Keeps a finding."""
        self.errors.append(error)
        self.refused += error.refused

    def accept(self, record: Invoice, reading: RowReading) -> None:
        """Adds a record to the frames unless a newer copy of it is there already."""
        try:
            row = frame.invoice_row(record)
            lines = [frame.line_row(record, position) for position in range(len(record.lines))]
        except NotAnAmount:
            reading.refuse(Problem("TotalTaxAmount", "", "the row's amounts add up to more than can be held."))
            return
        if not self.newest(record, reading):
            return
        self.invoice_rows.append(row)
        self.line_rows += lines
        self.lines_per_invoice.append(len(lines))
        self.kept.append(True)
        self.accounts.add(record.account)
        if len(self.names) < SAMPLE_NAMES and not record.contact.name.isascii():
            self.names.append(record.contact.name[:40])
        if len(self.invoice_rows) >= BATCH_INVOICES:
            self.close_batch()

    def newest(self, record: Invoice, reading: RowReading) -> bool:
        """Decides between copies of one Id; True when this one is to be kept for now."""
        updated = record.updated or EARLIEST
        content = hash(tuple(reading.cells.values()))
        here = Holder(len(self.kept), reading.line, updated, content, reading.text("TotalAmount"))
        other = self.holders.get(record.id)
        if other is None or updated > other.updated:
            self.holders[record.id] = here
            if other is not None and other.position is not None:
                self.drop(other, replaced(record.id, here.line))
            return True
        if updated < other.updated:
            reading.refuse(replaced(record.id, other.line))
        elif content == other.content:
            reading.refuse(identical(record.id, other.line))
        else:
            reading.refuse(disputed(record.id, other.line))
            if other.position is not None:
                self.drop(other, disputed(record.id, here.line))
                self.holders[record.id] = replace(other, position=None)
        return False

    def drop(self, holder: Holder, problem: Problem) -> None:
        """Takes an accepted row back and reports it as refused."""
        if holder.position is None:
            return
        self.kept[holder.position] = False
        late = RowReading(self.file, holder.line, {"TotalAmount": holder.amount})
        late.refuse(problem)
        self.note(late.refusal())

    def close_batch(self) -> None:
        """Turns the gathered dicts into frames."""
        self.batches.append(frame.from_rows(self.invoice_rows, self.line_rows))
        self.invoice_rows, self.line_rows = [], []

    def frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Invoices and lines of all batches, without the rows that newer copies replaced."""
        self.close_batch()
        invoices = pd.concat([batch.invoices for batch in self.batches], ignore_index=True)
        lines = pd.concat([batch.lines for batch in self.batches], ignore_index=True)
        if all(self.kept):
            return invoices, lines
        kept = pd.Series(self.kept, dtype="bool")
        of_lines = kept.repeat(self.lines_per_invoice).reset_index(drop=True)
        return invoices[kept].reset_index(drop=True), lines[of_lines].reset_index(drop=True)


def broken_row(file: str, row: BrokenRow) -> RowError:
    """A row whose cells cannot be told apart, as a refusal; its amount is not known."""
    reading = RowReading(file, row.line, {})
    reading.refuse(Problem("", row.value, f"{row.problem}.", EXPORT_AGAIN))
    return reading.refusal()


def replaced(identity: str, line: int) -> Problem:
    """An older copy."""
    return Problem("Id", identity, f"a newer copy of this invoice stands in line {line}.", NEWER_COUNTS)


def identical(identity: str, line: int) -> Problem:
    """The same row once more."""
    return Problem("Id", identity, f"the row repeats line {line}.", "Nothing to do: the invoice was taken once.")


def disputed(identity: str, line: int) -> Problem:
    """Two rows of which neither is newer."""
    text = f"line {line} holds the same invoice with other content and the same time stamp, so neither is taken."
    return Problem("Id", identity, text, EXPORT_AGAIN)
