from decimal import Decimal

import pytest
from fixtures_books import line
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.discount import common_rate, discount_lines, line_net, shares
from i2g_recon.core.invoice import LineItem
from i2g_recon.core.money import D


@pytest.mark.parametrize(
    ("prices", "discount", "rate"),
    [
        ("60 40", "10.00", "10.00"),
        ("60 40", "12.50", "12.50"),
        ("99.99", "10.00", None),  # no percentage of two decimals
        ("33.33 66.67", "5.00", None),  # 5 % leaves parts of a cent
        ("0.00", "1.00", None),
        ("50 50", "-5.00", None),
        ("50 50", "200.00", None),
    ],
)
def test_a_percentage_only_when_it_is_exact(prices: str, discount: str, rate: str | None) -> None:
    found = common_rate([line("1", price) for price in prices.split()], D(discount), "AUD")
    assert found == (None if rate is None else D(rate))


def test_no_percentage_on_top_of_a_discount_of_a_line() -> None:
    assert common_rate([line("1", "100", discount_rate=D("5"))], D("9.50"), "AUD") is None


def test_a_line_per_tax_takes_its_share() -> None:
    lines = discount_lines([line("1", "75"), line("1", "25", tax="")], D("10.00"), "AUD")
    assert [(each.description, each.unit_price, each.tax_rate) for each in lines] == [
        ("Discount", D("-7.50"), D("10")),
        ("Discount", D("-2.50"), D("0")),
    ]


def test_nothing_to_divide_by_gives_no_lines() -> None:
    assert discount_lines([line("1", "0")], D("1.00"), "AUD") == ()


priced = st.builds(
    lambda cents, tax: line("1", f"{Decimal(cents) / 100:f}", tax=tax),
    st.integers(1, 500_000),
    st.sampled_from(["10", "15", ""]),
)


@given(st.lists(priced, min_size=1, max_size=6), st.integers(0, 100_000))
def test_shares_add_up_to_the_discount(lines: list[LineItem], cents: int) -> None:
    discount = Decimal(cents) / 100
    parts = shares(lines, discount, "AUD")
    assert sum(parts.values(), Decimal(0)) == discount
    assert parts == shares(lines[::-1], discount, "AUD")
    assert all(part == part.quantize(D("0.01")) for part in parts.values())
    assert sum((line_net(each, "AUD") for each in discount_lines(lines, discount, "AUD")), Decimal(0)) == -discount
