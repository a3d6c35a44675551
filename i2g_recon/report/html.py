"""The working paper as one page that needs nothing else: no script, no link, no font, no request.

Everything that came from a file or from Xero is escaped. The page's own policy forbids it to load anything.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from html import escape

from i2g_recon.report.shapes import Block, Cell, Column, Paper, Row, Sheet
from i2g_recon.report.words import legible

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6775; --line: #d5dce4; --head: #eef2f6; --page: #ffffff;
  --good: #14713d; --look: #8a5200; --bad: #a3182b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #a3afbb; --line: #38434f; --head: #232c36;
  --page: #151b21; --good: #6fd39b; --look: #f0b866; --bad: #ff8f9c; } }
@media print { :root { --ink: #000000; --soft: #444444; --line: #bbbbbb; --head: #eeeeee; --page: #ffffff;
  --good: #14713d; --look: #8a5200; --bad: #a3182b; } }
@page { size: A4 landscape; margin: 12mm; @bottom-right { content: counter(page) " / " counter(pages); } }
body { margin: 2rem auto; max-width: 110rem; padding: 0 1.5rem; background: var(--page); color: var(--ink);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .25rem; }
p { margin: .25rem 0 .75rem; color: var(--soft); } .verdict { font-size: 1.05rem; font-weight: 600; }
.all_clear { color: var(--good); } .needs_a_person, .nothing_compared { color: var(--look); }
.red { color: var(--bad); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 0 0 1.25rem; } thead { display: table-header-group; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { background: var(--head); font-weight: 600; } tr { break-inside: avoid; }
td { overflow-wrap: anywhere; min-width: 4rem; max-width: 34rem; unicode-bidi: isolate; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } .day { white-space: nowrap; }
.below { color: var(--bad); }
footer { margin-top: 2rem; color: var(--soft); font-size: .85em; }
@media print { section { break-before: page; } section:first-of-type { break-before: auto; }
  body { margin: 0; padding: 0; max-width: none; font-size: 7pt; } .wide { overflow: visible; }
  th, td { padding: .1rem .25rem; } td { min-width: 0; max-width: none; } .mark { font-size: 5pt; } }
"""


def page_bytes(paper: Paper) -> bytes:
    """The page as a file's content."""
    sections = "\n".join(section(sheet) for sheet in paper.sheets)
    run = escape(legible(paper.run) or "not stored")
    return whole_page(
        paper.title,
        f"""<header>
<h1>{escape(paper.title)}</h1>
<p class="verdict {escape(paper.standing)}">{escape(paper.verdict)}</p>
</header>
<main>
{sections}
</main>
<footer>Run {run}</footer>""",
    )


def whole_page(title: str, body: str, style: str = "") -> bytes:
    """A page around a body that is HTML already; style: rules beside the usual ones."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>{STYLE}{style}</style>
</head>
<body>
{body}
</body>
</html>
""".encode()


def section(sheet: Sheet) -> str:
    """One sheet with its tables."""
    tables = "\n".join(table(block) for block in sheet.blocks)
    return f"<section>\n<h2>{escape(sheet.name)}</h2>\n{tables}\n</section>"


def table(block: Block) -> str:
    """A note and a table, or the note and 'None' where there is nothing to list."""
    note = f"<p>{escape(block.note)}</p>\n" if block.note else ""
    if not block.rows:
        return f"{note}<p>None.</p>"
    titles = "".join(f'<th scope="col" class="{column.kind}">{escape(column.title)}</th>' for column in block.columns)
    head = f"<thead><tr>{titles}</tr></thead>\n" if any(column.title for column in block.columns) else ""
    body = "\n".join(row(block.columns, cells) for cells in block.rows)
    return f'{note}<div class="wide"><table>\n{head}<tbody>\n{body}\n</tbody></table></div>'


def row(columns: tuple[Column, ...], cells: Row) -> str:
    """One row; text decides its own direction of writing."""
    return "<tr>" + "".join(cell(column, value) for column, value in zip(columns, cells, strict=True)) + "</tr>"


def cell(column: Column, value: Cell) -> str:
    """One cell: an amount below zero is marked, text is escaped."""
    below = " below" if isinstance(value, Decimal) and value < 0 else ""
    direction = ' dir="auto"' if isinstance(value, str) and value else ""
    return f'<td class="{column.kind}{below}"{direction}>{escape(shown(value))}</td>'


def shown(value: Cell) -> str:
    """A cell's value for a person."""
    if value is None:
        return ""
    if isinstance(value, (Decimal, int)):
        return f"{value:,}"
    return value.isoformat() if isinstance(value, dt.date) else legible(value)
