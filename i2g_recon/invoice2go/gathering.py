"""Rows into frames: accepted, or refused with every reason; of several copies of one invoice the newest is kept.

Copies are told apart by Id and LastUpdated, whatever their order in the file. Two copies with the same time stamp and
other content dispute each other, and neither is taken: nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from i2g_recon.core import frame
from i2g_recon.core.invoice import RowError
from i2g_recon.core.money import NotAnAmount
from i2g_recon.invoice2go.findings import EXPORT_AGAIN, Problem, RowReading
from i2g_recon.invoice2go.plain_rows import nothing, read_plain
from i2g_recon.invoice2go.records import read_invoice
from i2g_recon.invoice2go.rows import BrokenRow, Row

PLAIN_FROM = 100  # rows: for fewer the steps over whole columns take longer than the rows one by one
EARLIEST = dt.datetime.min  # noqa: DTZ901 - like all moments here in UTC, without saying so
NEWER_COUNTS = "Nothing to do: the newer copy is the one that counts."


class Holder(NamedTuple):
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
    plain_from: int = PLAIN_FROM
    batches: list[tuple[pd.DataFrame, pd.DataFrame]] = field(default_factory=list)
    lines_per_invoice: list[int] = field(default_factory=list)
    kept: list[bool] = field(default_factory=list)  # per accepted row: False once a newer copy replaced it
    holders: dict[str, Holder] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    rows: int = 0
    refused: int = 0
    mangled: int = 0

    def take(self, rows: Sequence[Row | BrokenRow]) -> None:
        """The next rows of the file, each accepted or refused with its reasons: plain ones together, others singly."""
        whole = [row for row in rows if isinstance(row, Row)]
        plain = read_plain(whole) if len(whole) >= self.plain_from else nothing(len(whole))
        is_plain = iter(plain.read.tolist())
        moments = iter(plain.invoices["updated"].to_numpy().tolist())
        among_plain: list[bool] = []  # whether each plain row is accepted
        order: list[bool] = []  # whether each accepted row is a plain one
        invoice_rows: list[dict[str, Any]] = []
        line_rows: list[list[dict[str, Any]]] = []
        for row in rows:
            self.rows += 1
            if isinstance(row, BrokenRow):
                self.note(broken_row(self.file, row))
            elif next(is_plain):
                among_plain.append(self.accept_plain(row, next(moments)))
                order += [True] * among_plain[-1]
            elif made := self.accept(row):
                invoice_rows.append(made[0])
                line_rows.append(made[1])
                order.append(False)
        accepted = np.array(among_plain, dtype=bool)
        counts = [*plain.lines_per_invoice[accepted].tolist(), *map(len, line_rows)]
        invoices, lines = plain.invoices[accepted], plain.lines[accepted.repeat(plain.lines_per_invoice)]
        if invoice_rows:
            singly = frame.from_rows(invoice_rows, list(chain.from_iterable(line_rows)))
            invoices, lines = joined(invoices, singly.invoices), joined(lines, singly.lines)
        self.add(invoices, lines, np.array(counts, dtype="int64"), np.array(order, dtype=bool))

    def add(self, invoices: pd.DataFrame, lines: pd.DataFrame, counts: np.ndarray, order: np.ndarray) -> None:
        """A batch of accepted rows, plain ones first, brought into the order of the file.

        counts: lines of each invoice. order: for each row in the file's order whether it is a plain one.
        """
        if order.any() and not order.all():
            places = np.argsort(np.concatenate([np.flatnonzero(order), np.flatnonzero(~order)]))
            ranks = np.argsort(places)
            invoices = invoices.take(places)
            lines = lines.take(np.argsort(ranks.repeat(counts), kind="stable"))
            counts = counts[places]
        self.lines_per_invoice += counts.tolist()
        self.batches.append((invoices, lines))

    def note(self, error: RowError) -> None:
        """Keeps a finding."""
        self.errors.append(error)
        self.refused += error.refused

    def accept(self, row: Row) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
        """One row as the columns of both frames; None when it is refused."""
        reading = RowReading(self.file, row.line, row.cells)
        record = read_invoice(reading)
        made = None
        if record is not None:
            try:
                made = frame.invoice_row(record), [frame.line_row(record, at) for at in range(len(record.lines))]
            except NotAnAmount:
                text = "the row's amounts add up to more than can be held."
                reading.refuse(Problem("TotalTaxAmount", "", text))
        if record is not None and made is not None:
            older = self.older(record.id, record.updated and record.updated.replace(tzinfo=None), row)
            if older is not None:
                reading.refuse(older)
        self.mangled += any(problem.mangled for problem in reading.problems)
        for error in reading.errors():
            self.note(error)
        return None if reading.problems else made

    def accept_plain(self, row: Row, updated: dt.datetime | None) -> bool:
        """Whether a plain row is accepted: there is no newer copy."""
        older = self.older(row.cells["Id"], updated, row)
        if older is not None:
            reading = RowReading(self.file, row.line, row.cells)
            reading.refuse(older)
            self.note(reading.refusal())
        return older is None

    def older(self, identity: str, updated: dt.datetime | None, row: Row) -> Problem | None:
        """Decides between copies of one Id: None when this row is to be kept for now, else why not."""
        content, updated = hash(tuple(row.cells.values())), updated or EARLIEST
        here = Holder(len(self.kept), row.line, updated, content, row.cells.get("TotalAmount", ""))
        other = self.holders.get(identity)
        if other is None or updated > other.updated:
            self.holders[identity] = here
            self.kept.append(True)
            if other is not None and other.position is not None:
                self.drop(other, replaced(identity, here.line))
            return None
        if updated < other.updated:
            return replaced(identity, other.line)
        if content == other.content:
            return identical(identity, other.line)
        if other.position is not None:
            self.drop(other, disputed(identity, here.line))
            self.holders[identity] = other._replace(position=None)
        return disputed(identity, other.line)

    def drop(self, holder: Holder, problem: Problem) -> None:
        """Takes an accepted row back and reports it as refused."""
        if holder.position is None:
            return
        self.kept[holder.position] = False
        late = RowReading(self.file, holder.line, {"TotalAmount": holder.amount})
        late.refuse(problem)
        self.note(late.refusal())

    def frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Invoices and lines of all batches, without the rows that newer copies replaced."""
        empty = frame.from_rows([], [])
        invoices = joined(*(batch for batch, _ in self.batches), empty.invoices)
        lines = joined(*(batch for _, batch in self.batches), empty.lines)
        if all(self.kept):
            return invoices, lines
        kept = np.array(self.kept, dtype=bool)
        of_lines = kept.repeat(self.lines_per_invoice)
        return invoices[kept].reset_index(drop=True), lines[of_lines].reset_index(drop=True)


def joined(*frames: pd.DataFrame) -> pd.DataFrame:
    """Frames of one schema below each other."""
    some = [each for each in frames if len(each)] or list(frames[:1])
    return pd.concat(some, ignore_index=True) if len(some) > 1 else some[0].reset_index(drop=True)


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
