"""The same nested cell of many rows at once, column by column: for cells that follow the grammar without a fault.

    ["code,qty;K-7,3;K-8,1", "", "code,qty;K-9,2"]   ->   owner [0, 0, 2], code [K-7, K-8, K-9], qty [3, 1, 2]

All cells become one array of bytes. A separator counts where the number of quotes before it is even, so every field of
every cell is found by a handful of steps over that array. Cells with a fault, or with another heading than most,
are left to `nested.read_table`, which says the same about the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from i2g_recon.invoice2go.nested import read_table

SAMPLE = 100  # cells looked at for their heading
COMMA, SEMICOLON, QUOTE, END = (np.uint8(ord(mark)) for mark in ',;"\0')  # no text file that is read holds a NUL


@dataclass(frozen=True, eq=False)
class NestedColumn:
    """read: which cells were read, shape (cells,). owner: the cell of each record, ascending, shape (records,)."""

    read: np.ndarray
    owner: np.ndarray
    names: tuple[str, ...]
    fields: pa.LargeStringArray  # record by record, quotes not taken off yet

    def text(self, name: str, missing: str = "") -> pa.LargeStringArray:
        """A field of every record, shape (records,); `missing` where the heading does not name it."""
        if name not in self.names:
            return pa.repeat(pa.scalar(missing, pa.large_string()), len(self.owner))
        places = np.arange(self.names.index(name), len(self.fields), len(self.names))
        return unquoted(self.fields.take(pa.array(places)))


def read_column(cells: Sequence[str]) -> NestedColumn:
    """The records of all cells that are empty or have the heading that most have."""
    heading = usual_heading(cells)
    names = names_in(heading)
    read = np.array([not cell for cell in cells], dtype=bool)
    start = f"{heading};"
    alike = [at for at, cell in enumerate(cells) if names and cell.startswith(start) and not cell.count('"') % 2]
    if not alike:
        return NestedColumn(read, np.zeros(0, "int64"), names, pa.array([], pa.large_string()))
    data = np.frombuffer("".join([cells[at][len(start) :] + "\0" for at in alike]).encode(), dtype=np.uint8)
    fields, of_field, good = split(data, len(names), len(alike))
    kept = good[of_field]
    if not kept.all():
        fields, of_field = fields.filter(pa.array(kept)), of_field[kept]
    places = np.array(alike)
    read[places[good]] = True
    return NestedColumn(read, places[of_field[:: len(names)]], names, fields)


def usual_heading(cells: Sequence[str]) -> str:
    """The first row of most cells that are not empty, as far as a sample tells."""
    some = islice((cell.partition(";")[0] for cell in cells if cell), SAMPLE)
    return next((heading for heading, _ in Counter(some).most_common(1)), "")


@lru_cache(maxsize=64)
def names_in(heading: str) -> tuple[str, ...]:
    """The field names of a heading; none for one that must be looked at closely."""
    table = read_table(heading)
    plain = not table.faults and '"' not in heading and len(table.columns) > 1 and all(table.columns)
    return table.columns if plain else ()


def split(data: np.ndarray, width: int, cells: int) -> tuple[pa.LargeStringArray, np.ndarray, np.ndarray]:
    """Every field of the bytes, the cell of each field, and which cells are without a fault.

    data: cells that each end in a NUL and hold an even number of quotes. Fields keep their quotes.
    """
    quotes = np.flatnonzero(data == QUOTE)
    separators = np.flatnonzero((data == COMMA) | (data == SEMICOLON) | (data == END))
    ends = separators[np.searchsorted(quotes, separators) % 2 == 0]
    is_end = np.zeros(len(data), dtype=bool)
    is_end[ends] = True
    marks = data[ends]
    of_field = np.concatenate([[0], np.cumsum(marks == END)[:-1]])
    good = np.ones(cells, dtype=bool)
    last = np.flatnonzero(marks != COMMA)  # the last field of each record
    good[of_field[last[np.diff(last, prepend=-1) != width]]] = False
    good[np.searchsorted(ends[marks == END], stray_quotes(data, quotes, is_end))] = False
    offsets = np.concatenate([[0], ends - np.arange(len(ends))]).astype("int64")  # once the separators are out
    fields = pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(data[~is_end]))
    return fields, of_field, good


def stray_quotes(data: np.ndarray, quotes: np.ndarray, is_end: np.ndarray) -> np.ndarray:
    """Which of the quotes, given by position, neither begin a field nor end one nor stand doubled inside one."""
    opening, closing = quotes[::2], quotes[1::2]
    before = np.maximum(opening - 1, 0)
    begins = (opening == 0) | is_end[before] | (data[before] == QUOTE)
    finishes = is_end[closing + 1] | (data[closing + 1] == QUOTE)
    return np.concatenate([opening[~begins], closing[~finishes]])


def unquoted(column: pa.LargeStringArray) -> pa.LargeStringArray:
    """Fields without the quotes around them, doubled ones inside made single."""
    quoted = pc.starts_with(column, '"')
    if not pc.any(quoted).as_py():
        return column
    inner = pc.replace_substring(pc.utf8_slice_codeunits(column, 1, -1), '""', '"')
    return pc.if_else(quoted, inner, column)
