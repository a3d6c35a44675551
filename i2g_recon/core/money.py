"""Text to Decimal and Decimal to minor units: the only door for money.

Records hold `Decimal` in major units (12.34); frames hold `int64` in minor units (1234). A currency's exponent
(ISO 4217) ties the two. A float never holds money.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
LARGEST_MINOR = 2**53  # far beyond any invoice, and a thousand such still fit an int64
LARGEST_SHIFT = 100  # powers of ten; beyond it no amount is meant
ISO_EXPONENTS = {  # ISO 4217, everything that is not 2
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}


class NotAnAmount(ValueError):
    """The text is not a plain decimal number."""


def D(text: str) -> Decimal:  # noqa: N802 - the short name the field knows from ledgers
    """Plain decimal text to Decimal: optional sign, digits, at most one point. Raises NotAnAmount for anything else.

    >>> D("138.6")
    Decimal('138.6')
    """
    text = text.strip()
    if not PLAIN.fullmatch(text):
        raise NotAnAmount(f"'{text}' is not an amount")
    return Decimal(text)


@lru_cache(maxsize=512)
def exponent(currency: str) -> int:
    """Digits after the point for a currency code; 2 for codes we do not know."""
    return ISO_EXPONENTS.get(currency.upper(), 2)


def to_scaled(amount: Decimal, places: int) -> int:
    """Decimal to an integer of `places` decimals, exactly. Raises NotAnAmount when digits would be lost.

    >>> to_scaled(Decimal("1.25"), 4)
    12500
    """
    if not amount:
        return 0
    if not amount.is_finite() or abs(amount.adjusted()) > LARGEST_SHIFT:
        raise NotAnAmount(f"'{str(amount)[:30]}' is not an amount of at most {places} decimals")
    whole, parts = amount.as_integer_ratio()
    value, lost = divmod(whole * 10**places, parts)
    if lost or abs(value) > LARGEST_MINOR:
        raise NotAnAmount(f"'{amount}' has more than {places} decimals or is too large")
    return value


def from_scaled(value: int, places: int) -> Decimal:
    """The Decimal that `to_scaled` was given, with `places` decimals."""
    return Decimal(int(value)).scaleb(-places)


def to_minor(amount: Decimal, currency: str) -> int:
    """Major units to minor units. Raises NotAnAmount when the amount has more decimals than the currency."""
    return to_scaled(amount, exponent(currency))


def from_minor(minor: int, currency: str) -> Decimal:
    """Minor units to major units, with as many decimals as the currency has."""
    return from_scaled(minor, exponent(currency))


def decimal_text(minor: int, currency: str) -> str:
    """Minor units as the JSON's decimal string: `123450` AUD is '1234.50'."""
    return f"{from_minor(minor, currency):f}"


def money_text(minor: int, currency: str) -> str:
    """Minor units for a person: '1,234.50 AUD'."""
    return f"{from_minor(minor, currency):,f} {currency}"


def half_up(amount: Decimal, places: int = 2) -> Decimal:
    """Round half away from zero, as Xero rounds (developer.xero.com, rounding in Xero)."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def plain(amount: Decimal) -> str:
    """A Decimal without exponent or trailing zeros: Decimal('10.00') is '10'."""
    text = f"{amount:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
