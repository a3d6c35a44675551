"""The lines of an invoice as a set: the same lines in another order are the same set."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from i2g_recon.core.alignment import LARGEST_ROUNDING, ROUNDING_LINE
from i2g_recon.core.frame import record
from i2g_recon.core.invoice import ZERO, LineAmountTypes, LineItem
from i2g_recon.core.money import exponent
from i2g_recon.core.tax import xero_line

SIGNATURE = ["quantity_e4", "unit_price_e4", "discount_rate_e4", "discount_minor"]


def signatures(ids: pd.Series, line_frame: pd.DataFrame) -> pd.DataFrame:
    """Per invoice id, in order: the number of lines and a sum of line hashes that no row order changes."""
    hashes = pd.util.hash_pandas_object(line_frame[SIGNATURE], index=False).astype("uint64")
    grouped = hashes.groupby(line_frame["invoice_id"].to_numpy()).agg(["count", "sum"])
    return grouped.astype({"count": "uint64"}).reindex(ids.to_numpy(), fill_value=np.uint64(0))


def line_sets(invoices: pd.DataFrame, line_frame: pd.DataFrame) -> list[list[tuple[Decimal, Decimal, Decimal]]]:
    """Per invoice its lines as sorted (quantity, unit price, amount); our own cent-sized rounding lines left out."""
    own = line_frame[line_frame["invoice_id"].isin(invoices["id"])]
    by_invoice: dict[str, list[dict[str, Any]]] = {}
    for row in own.to_dict("records"):
        by_invoice.setdefault(row["invoice_id"], []).append(row)
    return [
        sorted(
            (line.quantity, line.unit_price, amount)
            for line in record(row, by_invoice.get(row["id"], [])).lines
            for amount in [line_amount(line, row["currency"])]
            if not (line.description.casefold() == ROUNDING_LINE and abs(amount) <= LARGEST_ROUNDING)
        )
        for row in invoices.to_dict("records")
    ]


def line_amount(line: LineItem, currency: str) -> Decimal:
    """What a line comes to: as stored, else by Xero's rule."""
    if line.line_amount is not None:
        return line.line_amount
    return xero_line(
        line.quantity,
        line.unit_price,
        line.discount_rate,
        line.discount_amount,
        ZERO,
        LineAmountTypes.NO_TAX,
        places=exponent(currency),
    ).line_amount
