"""Xero's arithmetic of `tax` for many lines at once, in whole numbers: the same amounts to the cent.

Quantities, prices and percentages are ten-thousandths, amounts minor units. What could leave 64 bits is not computed
but named: `safe` is False there, and such lines are for `tax` itself.
"""

from __future__ import annotations

import numpy as np

PERCENT = 1_000_000  # 100 % in ten-thousandths
LARGEST = 2**61


def per_minor(places: np.ndarray) -> np.ndarray:
    """How many hundred-millionths (quantity times price) make one minor unit of a currency with so many decimals."""
    return np.power(np.int64(10), 8 - places.astype("int64"))


def line_amounts(
    quantity: np.ndarray, price: np.ndarray, off: np.ndarray, off_minor: np.ndarray, unit: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Each line after its discount, rounded half away from zero; and where that is safe. unit: as `per_minor`.

    >>> one = np.ones(1, dtype="int64")
    >>> line_amounts(one * 30000, one * 333333, one * 0, one * 0, one * 1_000_000)[0].tolist()
    [10000]
    """
    safe = (np.abs(quantity) <= LARGEST // np.maximum(np.abs(price), 1)) & (off >= 0) & (off <= PERCENT)
    safe &= np.abs(off_minor) <= LARGEST // unit
    quantity, price, off, off_minor = (np.where(safe, each, 0) for each in (quantity, price, off, off_minor))
    gross = quantity * price
    if not off.any() and not off_minor.any():
        return np.sign(gross) * ((np.abs(gross) + unit // 2) // unit), safe
    coarse, fine = np.divmod(np.abs(gross), PERCENT)
    kept, part = np.divmod(fine * (PERCENT - off), PERCENT)
    sign = np.sign(gross)
    whole = sign * (coarse * (PERCENT - off) + kept) - off_minor * unit
    tail = sign * (part > 0)  # a fraction of a hundred-millionth, on this side of zero
    size = np.abs(whole) - ((np.sign(whole) * tail) < 0)
    side = np.where(whole == 0, tail, np.sign(whole))
    return side * ((size + unit // 2) // unit), safe


def line_taxes(amount: np.ndarray, rate: np.ndarray, inclusive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The tax on, or inside, each line amount, rounded half away from zero; and where that is safe.

    >>> one = np.ones(1, dtype="int64")
    >>> line_taxes(one * 125, one * 100_000, one == 0)[0].tolist()
    [13]
    >>> line_taxes(one * 10000, one * 150_000, one == 1)[0].tolist()
    [1304]
    """
    safe = (np.abs(amount) <= LARGEST // (np.abs(rate) + 1)) & (rate > -PERCENT)
    amount, rate = np.where(safe, amount, 0), np.where(safe, rate, 0)
    base = np.where(inclusive, PERCENT + rate, PERCENT)
    return halved(amount * rate, base), safe


def halved(number: np.ndarray, base: np.ndarray) -> np.ndarray:
    """A number divided by a base above zero, rounded half away from zero."""
    whole, left = np.divmod(np.abs(number), base)
    return np.sign(number) * (whole + (2 * left >= base))
