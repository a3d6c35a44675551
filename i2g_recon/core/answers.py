"""What a person says about a file that leaves something open, and what is shown before the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NEEDED = ("number", "date", "client", "total")
TABLE_FIELDS = (*NEEDED, "subtotal", "tax", "status", "currency", "email", "due_date", "paid", "balance", "kind")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said about a table; blank or None where nothing was said.

    columns: one of TABLE_FIELDS to a heading. day_first: how dates are written. currency: of rows that name none.
    decimal: '.' or ',' before the cents.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    day_first: bool | None = None
    currency: str = ""
    decimal: str = ""


NOTHING_SAID = Answers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A table before it is read. question: what is open (`NeedsAnswer`), blank when nothing is; sentence: in words.

    understood: field to heading. rows: the first ones as they stand. fingerprint: of this layout, to remember it by.
    """

    headings: tuple[str, ...]
    understood: Mapping[str, str]
    rows: tuple[tuple[str, ...], ...]
    fingerprint: str
    question: str = ""
    sentence: str = ""
