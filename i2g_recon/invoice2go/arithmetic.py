"""Does an invoice add up? The export's own figures, tried in every form they are known or likely to take.

In the plain case the lines make the subtotal, and subtotal plus tax makes the total. Nobody has told whether the
subtotal holds inclusive tax, where a discount is taken off, or whether shipping and withholding are inside the total,
so each is tried with and without. A form closes when it is right within one cent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from i2g_recon.core.invoice import ZERO, LineItem
from i2g_recon.core.money import half_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one row says, in major units. tax_inside: the part of `tax` whose taxes are inclusive."""

    lines: tuple[LineItem, ...]
    subtotal: Decimal | None
    tax: Decimal
    tax_inside: Decimal
    discount: Decimal
    shipping: Decimal
    withheld: Decimal
    total: Decimal
    places: int  # decimals of the currency

    @property
    def cent(self) -> Decimal:
        """The smallest amount of the currency."""
        return Decimal(1).scaleb(-self.places)


def adds_up(figures: Figures) -> bool:
    """True when some form of the arithmetic closes within a cent.

    >>> line = LineItem(description="Hinge", quantity=Decimal(3), unit_price=Decimal("14.5"))
    >>> sums = dict(lines=(line,), subtotal=Decimal("43.5"), tax=Decimal("4.35"), tax_inside=ZERO, places=2)
    >>> rest = dict(discount=ZERO, shipping=ZERO, withheld=ZERO)
    >>> [adds_up(Figures(**sums, **rest, total=Decimal(total))) for total in ("47.85", "47.90")]
    [True, False]
    """
    cent = figures.cent
    for base in line_sums(figures):
        for subtotal, open_discount, open_tax in subtotals(figures, base):
            net = subtotal + open_tax - open_discount
            for shipping, withheld in product({ZERO, figures.shipping}, {ZERO, figures.withheld}):
                if abs(net + shipping - withheld - figures.total) <= cent:
                    return True
    return False


def line_sums(figures: Figures) -> Iterator[Decimal]:
    """What the lines come to: after their discounts (per line, per unit), and each line rounded before adding."""
    gross = [line.quantity * line.unit_price for line in figures.lines]
    yield sum(gross, ZERO)
    yield sum((half_up(amount, figures.places) for amount in gross), ZERO)
    if has_line_discounts(figures):
        for per_unit in (False, True):
            net = [after_discount(line, per_unit=per_unit) for line in figures.lines]
            yield sum(net, ZERO)
            yield sum((half_up(amount, figures.places) for amount in net), ZERO)


def after_discount(line: LineItem, *, per_unit: bool) -> Decimal:
    """A line less its own discount."""
    off = line.discount_amount * (line.quantity if per_unit else 1)
    return line.quantity * line.unit_price * (1 - line.discount_rate / 100) - off


def subtotals(figures: Figures, base: Decimal) -> Iterator[tuple[Decimal, Decimal, Decimal]]:
    """Subtotals that agree with the lines, each with the discount and the tax still to come on the way to the total."""
    outside = figures.tax - figures.tax_inside
    for taken, inside in product({ZERO, figures.discount}, {ZERO, figures.tax_inside}):
        expected = base - taken - inside
        if figures.subtotal is not None and abs(figures.subtotal - expected) > figures.cent:
            continue
        subtotal = expected if figures.subtotal is None else figures.subtotal
        tax = outside + inside
        yield subtotal, figures.discount - taken, tax
        if has_line_discounts(figures):  # the document's discount may just repeat those of its lines
            yield subtotal, ZERO, tax


def document_discount(figures: Figures) -> Decimal:
    """The part of the stated discount that is not the lines' own; the stated one when the figures do not tell.

    DiscountAmount may hold all discounts of the invoice. The lines after their discounts, less the document's, must
    come to the total.
    """
    if not figures.discount or not has_line_discounts(figures):
        return figures.discount
    net = sum((after_discount(line, per_unit=False) for line in figures.lines), ZERO)
    own = half_up(sum((line.quantity * line.unit_price for line in figures.lines), ZERO) - net, figures.places)
    reached = figures.total - figures.tax + figures.tax_inside
    for discount in (figures.discount, figures.discount - own):
        for shipping, withheld in product({ZERO, figures.shipping}, {ZERO, figures.withheld}):
            if discount >= 0 and abs(net - discount + shipping - withheld - reached) <= figures.cent:
                return discount
    return figures.discount


def has_line_discounts(figures: Figures) -> bool:
    """True when some line carries a discount of its own."""
    return any(line.discount_rate or line.discount_amount for line in figures.lines)
