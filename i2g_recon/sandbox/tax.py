"""Xero's arithmetic: the price is rounded first, then the line, then the tax of each line half up, then all is summed.

>>> from decimal import Decimal as D
>>> [str(line_tax(D(text), D(10), "Exclusive")) for text in ("18.43", "7.77", "40.03", "40.03")]
['1.84', '0.78', '4.00', '4.00']

Source: developer.xero.com, "Rounding in Xero". How ties on negative lines round is not documented; half up here means
away from zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from i2g_recon.core.money import half_up

ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Totals:
    """What an invoice adds up to, in major units."""

    sub_total: Decimal
    total_tax: Decimal
    total: Decimal


def line_amount(
    quantity: Decimal, unit_amount: Decimal, *, discount_rate: Decimal = ZERO, discount_amount: Decimal = ZERO
) -> Decimal:
    """Quantity times price less the line's discount, half up to cents."""
    gross = quantity * unit_amount
    return half_up(gross - gross * discount_rate / HUNDRED - discount_amount)


def line_tax(amount: Decimal, rate: Decimal, line_amount_types: str) -> Decimal:
    """Tax of one line amount at `rate` percent. Inclusive amounts hold their tax already."""
    if line_amount_types == "NoTax":
        return ZERO
    base = HUNDRED + rate if line_amount_types == "Inclusive" else HUNDRED
    return half_up(amount * rate / base)


def add_up(amounts: Sequence[Decimal], taxes: Sequence[Decimal], line_amount_types: str) -> Totals:
    """Line amounts and their taxes to the invoice's totals."""
    lines, tax = sum(amounts, ZERO), sum(taxes, ZERO)
    if line_amount_types == "Inclusive":
        return Totals(lines - tax, tax, lines)
    return Totals(lines, tax, lines + tax)
