"""A discount on the whole document, told in the two ways Xero knows.

Xero has discounts on lines only. A percentage is used when it takes off exactly the discount and leaves every line on
a whole cent, so that no rounding can come between; otherwise one negative line per tax, because a discount lowers the
tax too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from i2g_recon.core.invoice import ZERO, LineItem
from i2g_recon.core.money import exponent, half_up
from i2g_recon.core.tax import gross_amount

RATE_DECIMALS = 2  # what Xero's discount column shows


def line_net(line: LineItem, currency: str) -> Decimal:
    """The line after its own discount, rounded to the currency."""
    gross = gross_amount(line.quantity, line.unit_price)
    return half_up(gross - gross * line.discount_rate / 100 - line.discount_amount, exponent(currency))


def common_rate(lines: Sequence[LineItem], discount: Decimal, currency: str) -> Decimal | None:
    """The percentage that takes off the discount exactly, whole cents on every line, or None.

    >>> sale = [LineItem(description="Hinge", quantity=Decimal(1), unit_price=Decimal(price)) for price in (60, 40)]
    >>> common_rate(sale, Decimal("12.50"), "AUD")
    Decimal('12.50')
    """
    nets = [line_net(line, currency) for line in lines]
    whole = sum(nets, ZERO)
    if whole == 0 or any(line.discount_rate or line.discount_amount for line in lines):
        return None
    rate = half_up(discount * 100 / whole, RATE_DECIMALS)
    off = [gross_amount(line.quantity, line.unit_price) * rate / 100 for line in lines]
    exact = all(amount == half_up(amount, exponent(currency)) for amount in off)
    return rate if exact and sum(off, ZERO) == discount and 0 < rate <= 100 else None  # noqa: PLR2004 - per cent


def shares(lines: Sequence[LineItem], discount: Decimal, currency: str) -> Mapping[str, Decimal]:
    """The part of the discount that falls on each tax key, by amount; the parts add up to the discount exactly.

    Whole cents are dealt out by the largest remainder, ties by the name of the tax. Empty when there is nothing to
    divide by.
    """
    nets: dict[str, Decimal] = {}
    for line in lines:
        nets[line.tax_key] = nets.get(line.tax_key, ZERO) + line_net(line, currency)
    whole, cent = sum(nets.values(), ZERO), Decimal(1).scaleb(-exponent(currency))
    if whole == 0:
        return {}
    exact = {key: discount * net / whole for key, net in nets.items()}
    parts = {key: amount.quantize(cent, rounding=ROUND_FLOOR) for key, amount in exact.items()}
    left_over = int((discount - sum(parts.values(), ZERO)) / cent)
    for key in sorted(nets, key=lambda key: (parts[key] - exact[key], key))[:left_over]:
        parts[key] += cent
    return parts


def discount_lines(lines: Sequence[LineItem], discount: Decimal, currency: str) -> tuple[LineItem, ...]:
    """One negative line per tax key that bears a part of the discount; its tax follows the first line of that key."""
    first = {line.tax_key: line for line in reversed(lines)}
    return tuple(
        LineItem(
            description="Discount",
            quantity=Decimal(1),
            unit_price=-part,
            tax_key=key,
            tax_rate=first[key].tax_rate,
            tax_type=first[key].tax_type,
            account_code=first[key].account_code,
        )
        for key, part in shares(lines, discount, currency).items()
        if part
    )
