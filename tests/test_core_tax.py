from decimal import Decimal

import pytest
from fixtures_books import line
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.invoice import LineAmountTypes
from i2g_recon.core.money import D
from i2g_recon.core.tax import predict, xero_line

EXCLUSIVE, INCLUSIVE, NO_TAX = LineAmountTypes.EXCLUSIVE, LineAmountTypes.INCLUSIVE, LineAmountTypes.NO_TAX


@pytest.mark.parametrize(
    ("amounts", "percentage", "types", "subtotal", "tax_total", "total"),
    [
        ("18.43 7.77 40.03 40.03", "10", EXCLUSIVE, "106.26", "10.62", "116.88"),  # on the sum it would be 10.63
        ("25.06 25.61 25.63", "15", EXCLUSIVE, "76.30", "11.44", "87.74"),  # Xero's own example, not 11.45
        ("100.00", "15", INCLUSIVE, "86.96", "13.04", "100.00"),
        ("1.25", "10", EXCLUSIVE, "1.25", "0.13", "1.38"),  # half up; half even would give 0.12
        ("-1.25", "10", EXCLUSIVE, "-1.25", "-0.13", "-1.38"),
        ("100.00 50.00", "10", NO_TAX, "150.00", "0.00", "150.00"),
        ("0.00", "10", EXCLUSIVE, "0.00", "0.00", "0.00"),
        ("", "10", EXCLUSIVE, "0.00", "0.00", "0.00"),
    ],
)
def test_totals(
    amounts: str, percentage: str, types: LineAmountTypes, subtotal: str, tax_total: str, total: str
) -> None:
    lines = [line("1", amount) for amount in amounts.split()]
    totals = predict(lines, [D(percentage)] * len(lines), types, "AUD")
    assert (str(totals.subtotal), str(totals.tax), str(totals.total)) == (subtotal, tax_total, total)


@pytest.mark.parametrize(
    ("quantity", "price", "rate", "amount", "unitdp", "line_amount"),
    [
        ("3", "33.3333", "0", "0", 4, "100.00"),
        ("3", "33.3333", "0", "0", 2, "99.99"),  # prices are rounded before the line is computed
        ("2", "50", "12.5", "0", 4, "87.50"),
        ("2", "50", "0", "0.01", 4, "99.99"),
        ("1", "0.125", "0", "0", 4, "0.13"),
        ("0", "50", "0", "0", 4, "0.00"),
    ],
)
def test_line_amounts(quantity: str, price: str, rate: str, amount: str, unitdp: int, line_amount: str) -> None:
    result = xero_line(D(quantity), D(price), D(rate), D(amount), D("10"), EXCLUSIVE, unitdp)
    assert str(result.line_amount) == line_amount


@pytest.mark.parametrize(("currency", "total"), [("AUD", "1.11"), ("JPY", "1"), ("KWD", "1.106")])
def test_a_currency_has_its_own_decimals(currency: str, total: str) -> None:
    assert str(predict([line("1", "1.005")], [D("10")], EXCLUSIVE, currency).total) == total


def test_mixed_prices_cannot_be_replayed() -> None:
    with pytest.raises(ValueError, match="both with and without tax"):
        predict([line("1", "1")], [D("10")], LineAmountTypes.MIXED, "AUD")


amounts = st.decimals(min_value=-9999, max_value=9999, places=2)
rates = st.sampled_from([Decimal(0), Decimal(5), Decimal("12.5"), Decimal(15), Decimal(20)])


@given(st.lists(st.tuples(amounts, rates), max_size=8), st.sampled_from([EXCLUSIVE, INCLUSIVE, NO_TAX]))
def test_totals_add_up_and_order_does_not_matter(priced: list[tuple[Decimal, Decimal]], types: LineAmountTypes) -> None:
    lines = [line("1", f"{amount:f}") for amount, _ in priced]
    used = [each for _, each in priced]
    totals = predict(lines, used, types, "AUD")
    assert totals.subtotal + totals.tax == totals.total
    assert totals == predict(lines[::-1], used[::-1], types, "AUD")


@given(amounts, rates)
def test_inclusive_tax_is_within_half_a_cent_of_the_exact_one(amount: Decimal, percentage: Decimal) -> None:
    result = xero_line(Decimal(1), amount, Decimal(0), Decimal(0), percentage, INCLUSIVE)
    assert abs((amount - result.tax_amount) * (100 + percentage) / 100 - amount) <= Decimal("0.005") * (
        1 + percentage / 100
    )
