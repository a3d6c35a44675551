"""The working paper as Markdown: for a ticket, a mail or a diff. Tables without rows are left out.

Every cell is text on one line: what could be read as markup is escaped.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from i2g_recon.report.shapes import Block, Cell, Column, Paper, Sheet
from i2g_recon.report.words import legible

MARKS = re.compile(r"([\\`*_{}\[\]<>|#~$])")


def markdown_bytes(paper: Paper) -> bytes:
    """The paper as a file's content; the same paper gives the same bytes."""
    parts = [f"# {paper.title}", f"**{escaped(paper.verdict)}**", *filter(None, map(section, paper.sheets))]
    return ("\n\n".join(parts) + "\n").encode(errors="backslashreplace")


def section(sheet: Sheet) -> str:
    """One sheet with its tables, nothing when none of them has a row."""
    blocks = [block for block in sheet.blocks if block.rows]
    return "\n\n".join([f"## {sheet.name}", *map(table, blocks)]) if blocks else ""


def table(block: Block) -> str:
    """One table under its sentence."""
    lines = [f"{escaped(block.note)}\n"] if block.note else []
    lines.append(row_of([escaped(column.title) for column in block.columns]))
    lines.append(row_of([rule(column) for column in block.columns]))
    lines += [row_of([told(cell) for cell in row]) for row in block.rows]
    return "\n".join(lines)


def row_of(cells: list[str]) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"


def rule(column: Column) -> str:
    """The line under a heading, which aligns the column."""
    return "---:" if column.kind == "number" else "---"


def told(cell: Cell) -> str:
    """One cell."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:,f}"
    if isinstance(cell, int):
        return f"{cell:,}"
    return cell.isoformat() if isinstance(cell, dt.date) else escaped(cell)


def escaped(text: str) -> str:
    r"""Text on one line in which nothing is markup.

    >>> print(escaped("a|b *c*"))
    a\|b \*c\*
    """
    return MARKS.sub(r"\\\1", " ".join(legible(text).split()))
