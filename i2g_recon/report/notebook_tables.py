"""What the notebooks share: a plain table, the rows of a bridge, and the two sides of a check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from i2g_recon.core.money import from_minor
from i2g_recon.report.words import reason_words

BRIDGE_COLUMNS = ["Currency", "Step", "Invoices", "Amount"]
OPEN_COLUMNS = ["Group", "Number", "Client", "Date", "Currency", "Invoice2go", "Xero", "Why"]


def table(frame: pd.DataFrame, amounts: tuple[str, ...] = (), counts: tuple[str, ...] = ()) -> Styler:
    """A plain table: no row numbers, amounts and counts to the right with their thousands marked, text as it is."""

    def shown(value: object) -> str:
        return "" if value is None or pd.isna(value) else f"{Decimal(str(value)):,}"

    numbers = [*amounts, *counts]
    left = [column for column in frame.columns if column not in numbers]
    return (
        frame.style.hide(axis="index")
        .format(shown, subset=numbers)
        .format(str, subset=left, escape="html")
        .set_properties(subset=numbers, **{"text-align": "right", "font-variant-numeric": "tabular-nums"})
        .set_properties(subset=left, **{"text-align": "left"})
    )


def bridge_rows(totals: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """BRIDGE_COLUMNS: for each currency the Invoice2go total, each step, the Xero total and what is unexplained."""
    rows: list[tuple[str, str, int | None, str]] = []
    for total in totals:
        currency = total["currency"]
        rows.append((currency, "Invoice2go total", None, total["source"]))
        rows += [(currency, reason_words(one["reason"]), one["count"], one["amount"]) for one in total["bridge"]]
        rows.append((currency, "Xero total", None, total["target"]))
        rows.append((currency, "Unexplained", None, total["unexplained"]))
    return pd.DataFrame(rows, columns=BRIDGE_COLUMNS, dtype=object)


def major(minor: pd.Series, currency: pd.Series) -> list[Decimal]:
    """Whole minor units as amounts of their currency."""
    return [from_minor(int(one), code) for one, code in zip(minor, currency, strict=True)]


def open_lines(items: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """OPEN_COLUMNS: the items of a comparison that need a person, as they stand in its JSON."""
    rows = [
        (
            one["bucket"].capitalize(),
            one["number"] or one["reference"],
            one["contact"],
            one["date"],
            one["currency"],
            one["source_total"],
            one["target_total"],
            reason_words(one["reason"]),
        )
        for one in items
        if one["bucket"] in ("missing", "differs", "ambiguous", "extra")
    ]
    return pd.DataFrame(rows, columns=OPEN_COLUMNS, dtype=object)
