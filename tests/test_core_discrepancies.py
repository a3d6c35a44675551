import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.discrepancies import decimal_texts
from i2g_recon.core.money import decimal_text, exponent


@pytest.mark.parametrize("currency", ["JPY", "AUD", "KWD"])
@given(st.lists(st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(-1000, 1000)))
def test_many_amounts_are_told_as_each_by_itself(currency: str, minor: list[int]) -> None:
    told = decimal_texts(np.array(minor, dtype="int64"), exponent(currency))
    assert told == [decimal_text(one, currency) for one in minor]
