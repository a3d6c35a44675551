"""Many lines at once come to the same cent as one line in Decimal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from i2g_recon.core.invoice import LineAmountTypes
from i2g_recon.core.money import from_scaled
from i2g_recon.core.replay import line_amounts, line_taxes, per_minor
from i2g_recon.core.tax import xero_line

LINE = st.tuples(
    st.integers(-200_000, 200_000),
    st.one_of(st.integers(-50_000_000, 50_000_000), st.integers(-300, 300).map(lambda cents: cents * 50)),
    st.one_of(st.just(0), st.integers(0, 1_000_000)),
    st.one_of(st.just(0), st.integers(-5_000, 5_000)),
    st.sampled_from([0, 50_000, 100_000, 125_000, 150_000, 123_500, 1]),
)


@settings(max_examples=300)
@given(st.lists(LINE, min_size=1, max_size=20), st.sampled_from([0, 2, 3]), st.booleans())
def test_amount_and_tax_are_those_of_the_single_line(
    lines: list[tuple[int, ...]],
    places: int,
    inclusive: bool,  # noqa: FBT001 - drawn
) -> None:
    quantity, price, off, off_minor, rate = np.array(lines, dtype="int64").T
    amounts, safe = line_amounts(quantity, price, off, off_minor, per_minor(np.full(len(lines), places)))
    taxes, taxes_safe = line_taxes(amounts, rate, np.full(len(lines), inclusive))
    assert safe.all()
    assert taxes_safe.all()
    types = LineAmountTypes.INCLUSIVE if inclusive else LineAmountTypes.EXCLUSIVE
    for n, line in enumerate(lines):
        scales = (4, 4, 4, places, 4)
        count, each, percent, less, rated = map(from_scaled, line, scales)
        one = xero_line(count, each, percent, less, rated, types, places=places)
        assert (amounts[n], taxes[n]) == (one.line_amount.scaleb(places), one.tax_amount.scaleb(places))


def test_a_hair_under_half_a_cent_below_zero_is_not_rounded_to_a_cent() -> None:
    quantity, price, off, off_minor = (np.array([value], dtype="int64") for value in (1, 500_001, 1, 1))
    assert line_amounts(quantity, price, off, off_minor, per_minor(np.array([2])))[0].tolist() == [0]


@pytest.mark.parametrize(
    ("line", "tax_safe"),
    [
        ((90_000_000_000, 90_000_000_000, 0, 0, 100_000), True),
        ((10_000, 10_000, 1_000_001, 0, 100_000), True),
        ((10_000, 10_000, -1, 0, 100_000), True),
        ((10_000, 10_000, 0, 2**53, 100_000), True),
    ],
)
def test_what_could_leave_64_bits_is_named(line: tuple[int, ...], tax_safe: bool) -> None:  # noqa: FBT001 - a column
    quantity, price, off, off_minor, rate = (np.array([value], dtype="int64") for value in line)
    amounts, safe = line_amounts(quantity, price, off, off_minor, per_minor(np.array([0])))
    assert not safe[0]
    assert line_taxes(amounts, rate, np.array([False]))[1][0] == tax_safe
    assert not line_taxes(np.array([2**60]), rate, np.array([False]))[1][0]
    assert not line_taxes(amounts, np.array([-1_000_000]), np.array([True]))[1][0]
