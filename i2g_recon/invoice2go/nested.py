"""The small tables that Invoice2go packs into single cells: `;` ends a row, `,` a field, quotes double per level.

The first row names the fields. A field that is a table itself is read by the same rule once its quotes are off:

    code,qty,applied_taxes;K-7,3,"rate,tax_id;10,T1"   ->   one record, applied_taxes is `rate,tax_id;10,T1`

Nothing here fails: what does not fit the grammar is read as well as it can be and named among the faults.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

EXTRA = "(extra)"  # the key under which fields beyond the heading are kept
MOST_FAULTS = 10  # more say nothing new
CACHED_CHARACTERS = 2_000  # longer cells are not kept for reuse: they hardly repeat and would fill memory
# Quoted body, then its closing quote and any text after it; or a bare field. Then the separator.
FIELD = re.compile(r'(?:"([^"]*+(?:""[^"]*+)*+)("[^,;]*+|\Z)|([^,;]*+))([,;]|\Z)')

UNCLOSED = "a quote is opened and never closed"
AFTER_QUOTE = "text follows a closing quote"


@dataclass(frozen=True, slots=True)
class Table:
    """A cell's table. faults are phrases for a person; empty when the cell follows the grammar."""

    columns: tuple[str, ...]
    records: tuple[Mapping[str, str], ...]
    faults: tuple[str, ...] = ()


NOTHING = Table((), ())


def read_table(cell: str) -> Table:
    """The records of one cell, after the outer CSV layer is off. Never raises.

    >>> read_table("rate,tax_id;5,T1;7,T2").records
    ({'rate': '5', 'tax_id': 'T1'}, {'rate': '7', 'tax_id': 'T2'})
    """
    if not cell:
        return NOTHING
    rows, faults = scan(cell)
    if len(rows) > 1 and rows[-1] == [""]:
        rows.pop()
    columns = tuple(name.strip() for name in rows[0])
    if len(set(columns)) < len(columns):
        faults.append("a heading occurs twice")
    records = tuple(as_record(columns, row, number, faults) for number, row in enumerate(rows[1:], start=1))
    return Table(columns, records, tuple(faults))


@lru_cache(maxsize=2_048)
def _read_repeating(cell: str) -> Table:
    return read_table(cell)


def read_repeating(cell: str) -> Table:
    """As `read_table`, for cells that come again and again, such as the taxes of an account."""
    return _read_repeating(cell) if len(cell) <= CACHED_CHARACTERS else read_table(cell)


def scan(text: str) -> tuple[list[list[str]], list[str]]:
    """Rows of fields, and the faults met."""
    if '"' not in text:
        return [row.split(",") for row in text.split(";")], []
    rows: list[list[str]] = []
    row: list[str] = []
    faults: list[str] = []
    for quoted, close, bare, separator in FIELD.findall(text):
        row.append(unquoted(quoted, close, faults) if quoted or close else bare)
        if separator == ";":
            rows.append(row)
            row = []
        elif not separator:
            if text[-1] == '"' and not (quoted or close or bare):
                faults.append(UNCLOSED)
            break
    rows.append(row)
    return rows, faults


def unquoted(quoted: str, close: str, faults: list[str]) -> str:
    """A quoted field's text; `close` is its closing quote and whatever follows that."""
    value = quoted.replace('""', '"')
    if not close:
        faults.append(UNCLOSED)
    elif len(close) > 1:
        faults.append(AFTER_QUOTE)
    return value + close[1:]


def as_record(columns: tuple[str, ...], row: list[str], number: int, faults: list[str]) -> dict[str, str]:
    """One row by field name: short rows are padded with empty text, surplus fields kept under EXTRA."""
    surplus = len(row) - len(columns)
    if not surplus:
        return dict(zip(columns, row, strict=True))
    if len(faults) < MOST_FAULTS:
        faults.append(f"record {number} has {len(row)} fields where the heading names {len(columns)}")
    if surplus < 0:
        return dict(zip(columns, row + [""] * -surplus, strict=True))
    kept = dict(zip(columns, row[: len(columns)], strict=True))
    kept[EXTRA] = ",".join(row[len(columns) :])
    return kept
