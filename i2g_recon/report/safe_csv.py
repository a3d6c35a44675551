"""Tables as CSV files that a spreadsheet program opens without running anything in them.

Text that begins with = + - @, a tab or a line end may be taken for a formula, so it gets an apostrophe in front
(OWASP, CSV injection). Amounts come in as text of digits and are left alone.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet program takes for a formula.

    >>> harmless("=HYPERLINK(1)")
    "'=HYPERLINK(1)"
    >>> harmless("-12.50")
    '-12.50'
    """
    if isinstance(value, str) and value.startswith(RISKY) and not PLAIN_NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as UTF-8 with a byte order mark, which Excel needs to read accents; lists become one cell."""
    flat = table.map(lambda value: ", ".join(map(str, value)) if isinstance(value, list | tuple) else value)
    named = flat.map(harmless).rename(columns=harmless)
    return named.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
