"""The parts of a difference as items tell them: cause, amount, tax, line, and one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from i2g_recon.core.compared import Compared
from i2g_recon.core.money import decimal_text, from_scaled, plain

CHANGED = {"quantity": "quantity", "price": "price", "price_rounding": "price", "tax_rate": "tax"}
WHOLE = {
    "inclusive_exclusive": "Prices include tax on one side and not on the other.",
    "tax_rate": "Taxed on one side and not on the other.",
    "tax_rounding": "Xero rounds the tax of each line, Invoice2go the tax of their sum.",
    "line_rounding": "Xero rounds each line, Invoice2go the sum of the lines.",
    "discount": "A discount on the whole invoice is on one side only.",
    "unknown": "Nothing that both sides state explains this.",
}


def told_parts(compared: Compared, wanted: np.ndarray) -> dict[int, list[dict[str, Any]]]:
    """By position of the pair its parts as plain values, for the wanted pairs (a mask).

    amount and tax are decimal strings, tax is None where a side states none. line counts from 1 in the source's lines,
    in the target's for a line that only Xero has, and is None for what concerns the whole invoice.
    """
    parts = compared.parts[wanted[compared.parts["pair"]]]
    currencies = compared.pairs.source.few("currency", parts["pair"].to_numpy())
    left = named_lines(compared.pairs.source_lines, parts["line"])
    right = named_lines(compared.pairs.target_lines, parts["other"])
    told: dict[int, list[dict[str, Any]]] = {}
    for part, currency, own, other in zip(parts.to_dict("records"), currencies, left, right, strict=True):
        number = own[0] or other[0]
        told.setdefault(part["pair"], []).append(
            {
                "cause": part["cause"],
                "amount": decimal_text(part["amount_minor"], currency),
                "tax": decimal_text(part["tax_minor"], currency) if part["taxed"] else None,
                "line": number or None,
                "words": words(part, own, other),
            }
        )
    return told


def named_lines(lines: pd.DataFrame, rows: pd.Series) -> list[tuple[int, str]]:
    """Number and description of the line at each row; (0, "") for -1."""
    at = rows.to_numpy()
    real = np.flatnonzero(at >= 0)
    named = [(0, "")] * len(at)
    few = lines[["position", "description"]].iloc[at[real]]
    for n, position, text in zip(real.tolist(), few["position"], few["description"], strict=True):
        named[n] = (int(position) + 1, str(text))
    return named


def words(part: Mapping[str, Any], own: tuple[int, str], other: tuple[int, str]) -> str:
    """One part as a sentence.

    >>> words({"cause": "quantity", "was_e4": 20000, "now_e4": 30000}, (1, "Hinge"), (1, "Hinge"))
    'Line 1 (Hinge): quantity 2, in Xero 3.'
    >>> words({"cause": "line_extra"}, (0, ""), (3, "Call-out"))
    'Line 3 (Call-out) is only in Xero.'
    """
    cause = part["cause"]
    changed = "was_e4" in part and part["was_e4"] != part["now_e4"]
    if changed and not own[0]:  # a discount on the whole document, told as a line
        was, now = (price_text(abs(from_scaled(part[name], 4))) for name in ("was_e4", "now_e4"))
        return f"The discount on the whole invoice is {was}, in Xero {now}: {line_name(other)}."
    if own[0] and other[0]:
        return f"{line_name(own)}: {change_words(part) if changed else 'another ' + cause.replace('_', ' ')}."
    if own[0]:
        return f"{line_name(own)} is not in Xero."
    return f"{line_name(other)} is only in Xero." if other[0] else WHOLE.get(cause, "")


def change_words(part: Mapping[str, Any]) -> str:
    """A changed number of a line."""
    was, now = (from_scaled(part[name], 4) for name in ("was_e4", "now_e4"))
    name = CHANGED.get(part["cause"], "amount")
    if name == "tax":
        return f"tax {plain(was)} %, in Xero {plain(now)} %"
    text = plain if name == "quantity" else price_text
    return f"{name} {text(was)}, in Xero {text(now)}"


def price_text(price: Decimal) -> str:
    """A price with two decimals, or as many as it has.

    >>> price_text(Decimal("33.3333")), price_text(Decimal("50.0000"))
    ('33.3333', '50.00')
    """
    return f"{price:,.2f}" if price == price.quantize(Decimal("0.01")) else f"{price.normalize():,f}"


def line_name(line: tuple[int, str]) -> str:
    """A line by number and the beginning of its text."""
    text = " ".join(line[1].split())
    shown = text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 - as much as a sentence bears
    return f"Line {line[0]} ({shown})" if shown else f"Line {line[0]}"
