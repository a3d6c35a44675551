import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.amount_texts import amount_texts, day_texts, decimal_texts
from i2g_recon.core.money import decimal_text, exponent


@pytest.mark.parametrize("currency", ["JPY", "AUD", "KWD"])
@given(st.lists(st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(-1000, 1000)))
def test_many_amounts_are_told_as_each_by_itself(currency: str, minor: list[int]) -> None:
    told = decimal_texts(np.array(minor, dtype="int64"), exponent(currency))
    assert told == [decimal_text(one, currency) for one in minor]


def test_each_amount_has_the_decimals_of_its_own_currency() -> None:
    told = amount_texts(np.array([5, -5, 1234, 0]), pd.Series(["AUD", "JPY", "KWD", "AUD"]))
    assert told == ["0.05", "-5", "1.234", "0.00"]
    assert amount_texts(np.array([], dtype="int64"), pd.Series([], dtype="str")) == []


@given(st.lists(st.dates() | st.none()))
def test_days_are_told_as_each_by_itself(days: list[dt.date | None]) -> None:
    column = pd.Series(np.array(days, dtype="datetime64[D]").astype("datetime64[s]"))
    assert day_texts(column) == [day.isoformat() if day else "" for day in days]
