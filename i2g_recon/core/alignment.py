"""Which line of the source is which line of the target.

Lines have no common id, so they are paired by what they say, the surest likeness first: equal in all, equal but for the
tax, equal text, equal amounts. What is left is paired by position only when both sides have equally many lines left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from i2g_recon.core.invoice import LineItem
from i2g_recon.core.reference import match_key

Lines = tuple[LineItem, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """partner: position of a source line to its target line; a position without partner is missing in the target."""

    partner: Mapping[int, LineItem]
    extra: Lines  # lines of the target without a source line


def align(source: Sequence[LineItem], target: Sequence[LineItem]) -> Alignment:
    """Pair the lines of two invoices, each at most once.

    >>> from decimal import Decimal
    >>> hinge = LineItem(description="Hinge", quantity=Decimal(1), unit_price=Decimal(9))
    >>> labour = LineItem(description="Labour", quantity=Decimal(1), unit_price=Decimal(9))
    >>> align([hinge, labour], [labour]).partner == {1: labour}
    True
    """
    left, right = list(range(len(source))), list(range(len(target)))
    found: dict[int, int] = {}
    for likeness in LIKENESSES:
        waiting: dict[Any, list[int]] = {}
        for at in right:
            waiting.setdefault(likeness(target[at]), []).append(at)
        found |= {at: waiting[key].pop(0) for at in left if waiting.get(key := likeness(source[at]))}
        left = [at for at in left if at not in found]
        right = [at for at in right if at not in found.values()]
    if len(left) == len(right):
        found |= dict(zip(left, right, strict=True))
        right = []
    return Alignment({at: target[other] for at, other in found.items()}, tuple(target[at] for at in right))


def text_of(line: LineItem) -> Any:
    """Description and code, as one reads them."""
    return match_key(line.description), match_key(line.code)


def amount_of(line: LineItem) -> Any:
    """Quantity, price and discount."""
    return line.quantity, line.unit_price, line.discount_rate, line.discount_amount


def text_and_amount(line: LineItem) -> Any:
    """Everything but the tax."""
    return text_of(line), amount_of(line)


def whole_line(line: LineItem) -> Any:
    """Everything both sides may state."""
    return text_of(line), amount_of(line), line.tax_rate


LIKENESSES: tuple[Callable[[LineItem], Any], ...] = (whole_line, text_and_amount, text_of, amount_of)
