"""The shape of a working paper, before it is a workbook or a page: sheets of blocks of typed cells.

Amounts are Decimal and dates are dates, so that a spreadsheet can add and sort them; everything else is text.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Cell = str | int | Decimal | dt.date | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what it holds (for the alignment) and its width in characters.

    A mark is an id or a code, which a person looks up and does not read: it is small on paper.
    """

    title: str
    kind: Literal["text", "number", "day", "mark"] = "text"
    width: int = 14


@dataclass(frozen=True, slots=True)
class Block:
    """One table: a sentence about it, its columns and its rows."""

    note: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the workbook, one section of the page."""

    name: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole working paper. standing is the verdict's code, verdict its words."""

    title: str
    standing: str
    verdict: str
    run: str
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided or said about an invoice or a period. at: UTC, None where it is not on record."""

    at: dt.datetime | None
    who: str
    words: str
    number: str = ""
    contact: str = ""


def money_columns(*titles: str) -> tuple[Column, ...]:
    """Columns of amounts."""
    return tuple(Column(title, "number", 18) for title in titles)


def number_columns(*titles: str) -> tuple[Column, ...]:
    """Columns of counts."""
    return tuple(Column(title, "number", 16) for title in titles)
