from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.money import (
    D,
    NotAnAmount,
    decimal_text,
    exponent,
    from_minor,
    half_up,
    money_text,
    plain,
    to_minor,
    to_scaled,
)


@pytest.mark.parametrize("text", ["0", "138.6", "-0.01", "+5", ".5", "12.", " 7 ", "007.10"])
def test_plain_decimals_are_amounts(text: str) -> None:
    assert D(text) == Decimal(text.strip())


@pytest.mark.parametrize("text", ["", "1,234.50", "1E5", "inf", "NaN", "£5", "(5)", "5-", "1 000", "١٢", "0x1", "--1"])
def test_anything_else_is_not(text: str) -> None:
    with pytest.raises(NotAnAmount):
        D(text)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("12.34", "AUD", 1234), ("-0.01", "GBP", -1), ("500", "JPY", 500), ("1.234", "KWD", 1234), ("5", "XXX", 500)],
)
def test_minor_units_follow_the_currency(amount: str, currency: str, minor: int) -> None:
    assert to_minor(D(amount), currency) == minor
    assert from_minor(minor, currency) == D(amount)


@pytest.mark.parametrize("amount", ["0.125", "1." + "0" * 29 + "1", "1E+400", "NaN", "Infinity", "99999999999999999"])
def test_digits_are_never_lost(amount: str) -> None:
    with pytest.raises(NotAnAmount):
        to_minor(Decimal(amount), "AUD")


def test_the_yen_has_no_cents() -> None:
    assert exponent("jpy") == 0
    with pytest.raises(NotAnAmount):
        to_minor(Decimal("0.5"), "JPY")


@given(st.integers(-(10**12), 10**12), st.sampled_from(["AUD", "JPY", "KWD"]))
def test_text_and_minor_units_round_trip(minor: int, currency: str) -> None:
    assert to_minor(D(decimal_text(minor, currency)), currency) == minor


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**6), max_value=10**6))
def test_plain_keeps_the_value(amount: Decimal) -> None:
    assert Decimal(plain(amount)) == amount
    assert to_scaled(amount, 4) == amount * 10000


@pytest.mark.parametrize(("amount", "rounded"), [("0.125", "0.13"), ("-0.125", "-0.13"), ("0.124", "0.12")])
def test_halves_go_up(amount: str, rounded: str) -> None:
    assert half_up(Decimal(amount)) == Decimal(rounded)


def test_money_for_a_person() -> None:
    assert money_text(123456789, "AUD") == "1,234,567.89 AUD"
    assert money_text(-5, "AUD") == "-0.05 AUD"
