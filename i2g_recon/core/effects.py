"""What lines add to an invoice, by Xero's arithmetic (`tax`), and what both sides say about their prices and rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from i2g_recon.core.alignment import Lines
from i2g_recon.core.discount import discount_lines, line_net
from i2g_recon.core.invoice import ZERO, Invoice, LineAmountTypes, LineItem
from i2g_recon.core.money import exponent, half_up
from i2g_recon.core.tax import xero_line

EXCLUSIVE, INCLUSIVE = LineAmountTypes.EXCLUSIVE, LineAmountTypes.INCLUSIVE
STATED = (EXCLUSIVE, INCLUSIVE)
RATE_STEP = Decimal("0.125")  # every sales tax we know is a multiple; a tax typed over by hand hardly ever is


@dataclass(frozen=True, slots=True)
class Effect:
    """What something adds to an invoice: to its total, tax included, and to its tax. Major units."""

    amount: Decimal
    tax: Decimal

    def __add__(self, other: Effect) -> Effect:
        """Both together."""
        return Effect(self.amount + other.amount, self.tax + other.tax)

    def __sub__(self, other: Effect) -> Effect:
        """What this has more."""
        return Effect(self.amount - other.amount, self.tax - other.tax)

    def __bool__(self) -> bool:
        """Moves anything at all."""
        return bool(self.amount or self.tax)


NOTHING = Effect(ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a difference. line, other: positions in source and target; was, now: the two values, if numbers."""

    cause: str
    effect: Effect
    line: int | None = None
    other: int | None = None
    was: Decimal = ZERO
    now: Decimal = ZERO


def gap(source: Invoice, target: Invoice) -> Effect:
    """What the target has more than the source; no tax where one side does not state it."""
    taxed = source.tax is not None and target.tax is not None
    return Effect(target.total - source.total, (target.tax or ZERO) - (source.tax or ZERO) if taxed else ZERO)


def replayable(invoice: Invoice) -> bool:
    """Prices of one kind and rates that an amount can have."""
    sane = all(line.tax_rate is None or line.tax_rate > -100 for line in invoice.lines)  # noqa: PLR2004 - per cent
    return sane and invoice.line_amount_types is not LineAmountTypes.MIXED


def price_types(source: LineAmountTypes, target: LineAmountTypes) -> tuple[LineAmountTypes, LineAmountTypes]:
    """Whether prices hold tax on either side; a side without tax, or that does not say, follows the other."""
    before = source if source in STATED else target if target in STATED else EXCLUSIVE
    return before, target if target in STATED else before


def own_rate(line: LineItem, invoice: Invoice) -> Decimal:
    """The percentage a source line bears: as stated, else as its tax shows."""
    if invoice.line_amount_types is LineAmountTypes.NO_TAX:
        return ZERO
    return line.tax_rate if line.tax_rate is not None else implied_rate(line, invoice) or ZERO


def own_rates(source: Invoice, lines: Lines) -> list[Decimal]:
    """The percentages of lines the source is told in."""
    return [own_rate(line, source) for line in lines]


def told_in_ways(source: Invoice, lines: Lines) -> Iterator[Lines]:
    """The lines with the discount on the whole document: as a percentage, or as lines of their own."""
    whole = sum((line_net(line, source.currency) for line in lines), ZERO)
    if not source.discount or whole == 0:
        yield lines
        return
    if not any(line.discount_rate or line.discount_amount for line in lines):
        yield tuple(replace(line, discount_rate=source.discount * 100 / whole) for line in lines)
    yield (*lines, *discount_lines(lines, source.discount, source.currency))


def effect_of(line: LineItem, rate: Decimal, types: LineAmountTypes, currency: str) -> Effect:
    """What one line adds to total and tax by Xero's arithmetic."""
    numbers = (line.quantity, line.unit_price, line.discount_rate, line.discount_amount)
    result = xero_line(*numbers, rate, types, places=exponent(currency))
    inside = types is INCLUSIVE
    return Effect(result.line_amount if inside else result.line_amount + result.tax_amount, result.tax_amount)


def total_of(lines: Lines, rates: Sequence[Decimal], types: LineAmountTypes, currency: str) -> Effect:
    """What lines come to together."""
    return sum((effect_of(line, rate, types, currency) for line, rate in zip(lines, rates, strict=True)), NOTHING)


def implied_rate(line: LineItem, invoice: Invoice) -> Decimal | None:
    """The percentage, a multiple of 0.125, that gives the stated tax of a line exactly, or None."""
    if line.tax_amount is None:
        return None
    amount = line_net(line, invoice.currency)
    amount -= line.tax_amount if invoice.line_amount_types is INCLUSIVE else ZERO
    if amount == 0:
        return ZERO if line.tax_amount == 0 else None
    rate = half_up(line.tax_amount * 100 / amount / RATE_STEP, 0) * RATE_STEP
    types = INCLUSIVE if invoice.line_amount_types is INCLUSIVE else EXCLUSIVE
    given = effect_of(line, rate, types, invoice.currency).tax if rate >= 0 else None
    return rate if given == line.tax_amount else None
