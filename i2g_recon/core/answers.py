"""What a person says about a file that leaves something open."""

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
