"""The receipts of a push as one page that prints and needs nothing else."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from i2g_recon.report.html import page_bytes
from i2g_recon.report.shapes import Block, Cell, Column, Paper, Sheet


def receipts_page(title: str, verdict: str, table: pd.DataFrame, *, push: str, fine: bool) -> bytes:
    """The table under its sentence, as the content of an HTML file. Columns of Decimal stand to the right."""
    columns = tuple(Column(str(name), "number" if of_amounts(table[name]) else "text") for name in table)
    rows = tuple(tuple(cell(value) for value in row) for row in table.itertuples(index=False, name=None))
    sheet = Sheet("Receipts", (Block("", columns, rows),))
    return page_bytes(Paper(title, "all_clear" if fine else "needs_a_person", verdict, push, (sheet,)))


def of_amounts(column: pd.Series) -> bool:
    """Whether a column holds amounts."""
    return bool(len(column)) and all(isinstance(value, Decimal) for value in column)


def cell(value: object) -> Cell:
    """A value as a cell: amounts stay, lists become their words, nothing becomes an empty cell."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
