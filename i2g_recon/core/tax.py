"""Xero's tax replayed: per line, on the rounded line amount, half up to the cent, and only then added up.

    10 % exclusive        18.43   7.77  40.03  40.03     sum 106.26
    tax of each line       1.84   0.78   4.00   4.00     Xero's tax 10.62
    tax on the sum                                       10.63, what many invoicing programs write

Source of the rule: developer.xero.com/documentation/api-guides/rounding-in-xero. How Xero rounds a tie on a negative
line is not documented; half away from zero is assumed, and every invoice that was sent is read back and compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

from i2g_recon.core.invoice import ZERO, LineAmountTypes, LineItem
from i2g_recon.core.money import exponent, half_up

WIDE = Context(prec=80)  # for localcontext: a mistyped quantity times a mistyped price is held, it never ends the run
UNIT_DECIMALS = 4  # sent with unitdp=4; without it Xero rounds prices to 2 decimals first


@dataclass(frozen=True, slots=True)
class LineResult:
    """What Xero makes of one line, major units. line_amount holds the tax when prices are inclusive."""

    line_amount: Decimal
    tax_amount: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """The three totals of an invoice, major units."""

    subtotal: Decimal
    tax: Decimal
    total: Decimal


def gross_amount(quantity: Decimal, unit_price: Decimal, unitdp: int = UNIT_DECIMALS) -> Decimal:
    """Quantity times price before any discount, unrounded; the price is rounded first, as Xero does.

    >>> gross_amount(Decimal(3), Decimal("33.3333"), unitdp=2)
    Decimal('99.99')
    """
    return quantity * half_up(unit_price, unitdp)


def xero_line(
    quantity: Decimal,
    unit_price: Decimal,
    discount_rate: Decimal,
    discount_amount: Decimal,
    rate: Decimal,
    types: LineAmountTypes,
    unitdp: int = UNIT_DECIMALS,
    places: int = 2,
) -> LineResult:
    """One line as Xero computes it. rate and discount_rate are percentages, places the decimals of the currency.

    >>> xero_line(Decimal(1), Decimal("1.25"), ZERO, ZERO, Decimal(10), LineAmountTypes.EXCLUSIVE).tax_amount
    Decimal('0.13')
    >>> xero_line(Decimal(1), Decimal(100), ZERO, ZERO, Decimal(15), LineAmountTypes.INCLUSIVE).tax_amount
    Decimal('13.04')
    """
    gross = gross_amount(quantity, unit_price, unitdp)
    line_amount = half_up(gross - gross * discount_rate / 100 - discount_amount, places)
    return LineResult(line_amount, half_up(line_tax(line_amount, rate, types), places))


def line_tax(line_amount: Decimal, rate: Decimal, types: LineAmountTypes) -> Decimal:
    """The tax on or inside one line amount, unrounded. Unstated counts as exclusive, Xero's default.

    Raises ValueError for mixed prices: a Xero invoice cannot hold them, so there is nothing to replay.
    """
    match types:
        case LineAmountTypes.EXCLUSIVE | LineAmountTypes.UNSTATED:
            return line_amount * rate / 100
        case LineAmountTypes.INCLUSIVE:
            return line_amount * rate / (100 + rate)
        case LineAmountTypes.NO_TAX:
            return ZERO
        case LineAmountTypes.MIXED:
            raise ValueError("An invoice with prices both with and without tax cannot be computed as Xero would.")


def replay(
    lines: Sequence[LineItem], rates: Sequence[Decimal], types: LineAmountTypes, currency: str
) -> list[LineResult]:
    """Every line as Xero computes it, in order. rates: the percentage of each line. Raises ValueError as `line_tax`."""
    places = exponent(currency)
    return [
        xero_line(line.quantity, line.unit_price, line.discount_rate, line.discount_amount, rate, types, places=places)
        for line, rate in zip(lines, rates, strict=True)
    ]


def predict(lines: Sequence[LineItem], rates: Sequence[Decimal], types: LineAmountTypes, currency: str) -> Totals:
    """The totals Xero will show for these lines. Raises ValueError for mixed prices.

    >>> sale = [LineItem(description="Hinge", quantity=Decimal(1), unit_price=Decimal(price)) for price in (25, 26)]
    >>> predict(sale, [Decimal(10)] * 2, LineAmountTypes.EXCLUSIVE, "AUD").total
    Decimal('56.10')
    """
    with localcontext(WIDE):
        results = replay(lines, rates, types, currency)
        nothing = half_up(ZERO, exponent(currency))
        amount = sum((result.line_amount for result in results), nothing)
        tax = sum((result.tax_amount for result in results), nothing)
        inside = types is LineAmountTypes.INCLUSIVE
        return Totals(amount - tax if inside else amount, tax, amount if inside else amount + tax)
