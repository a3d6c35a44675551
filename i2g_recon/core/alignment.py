"""Which line of the source is which line of the target.

Lines have no common id, so they are paired by what they say, the surest likeness first: equal in all, equal but for the
tax, equal text, equal amounts. What is left is paired by position only when both sides have equally many lines left and
none of them is a discount, a surcharge or a rounding line, which replace nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from i2g_recon.core.invoice import LineItem

Lines = tuple[LineItem, ...]
SURCHARGE = re.compile(r"\b(surcharge|(card|credit card|processing|payment|transaction)\s+fees?)\b", re.IGNORECASE)
DISCOUNT = re.compile(r"\bdiscount", re.IGNORECASE)
ROUNDING_LINE, LARGEST_ROUNDING = "rounding", Decimal("0.05")  # what a push may add (`draft`)


@dataclass(frozen=True, slots=True)
class Alignment:
    """partner: position of a source line to that of its target line; a position without one is missing in the target.

    extra: positions of the target's lines without a source line.
    """

    partner: Mapping[int, int]
    extra: tuple[int, ...]


def align(source: Sequence[LineItem], target: Sequence[LineItem]) -> Alignment:
    """Pair the lines of two invoices, each at most once. Linear in the number of lines.

    >>> hinge = LineItem(description="Hinge", quantity=Decimal(1), unit_price=Decimal(9))
    >>> labour = LineItem(description="Labour", quantity=Decimal(1), unit_price=Decimal(9))
    >>> align([hinge, labour], [labour]).partner
    {1: 0}
    """
    left, right = list(range(len(source))), list(range(len(target)))
    found: dict[int, int] = {}
    for likeness in LIKENESSES:
        waiting: dict[Any, list[int]] = {}
        for at in reversed(right):
            waiting.setdefault(likeness(target[at]), []).append(at)
        found |= {at: waiting[key].pop() for at in left if waiting.get(key := likeness(source[at]))}
        taken = set(found.values())
        left = [at for at in left if at not in found]
        right = [at for at in right if at not in taken]
    if len(left) == len(right) and not any(map(special, [source[at] for at in left] + [target[at] for at in right])):
        found |= dict(zip(left, right, strict=True))
        right = []
    return Alignment(found, tuple(right))


def special(line: LineItem) -> str:
    """The cause a line speaks of by itself: surcharge, discount or tax_rounding; nothing for an ordinary line."""
    if SURCHARGE.search(line.description):
        return "surcharge"
    if line.unit_price < 0 and DISCOUNT.search(line.description):
        return "discount"
    small = abs(line.quantity * line.unit_price) <= LARGEST_ROUNDING
    return "tax_rounding" if small and line.description.casefold() == ROUNDING_LINE else ""


def folded(text: str) -> str:
    """Text as one reads it: one case, one width, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def text_of(line: LineItem) -> Any:
    """Description and code, as one reads them."""
    return folded(line.description), folded(line.code)


def amount_of(line: LineItem) -> Any:
    """Quantity, price and discount."""
    return line.quantity, line.unit_price, line.discount_rate, line.discount_amount


def text_and_amount(line: LineItem) -> Any:
    """Everything but the tax."""
    return text_of(line), amount_of(line)


def whole_line(line: LineItem) -> Any:
    """Everything both sides may state."""
    return text_of(line), amount_of(line), line.tax_amount


LIKENESSES: tuple[Callable[[LineItem], Any], ...] = (whole_line, text_and_amount, text_of, amount_of)
