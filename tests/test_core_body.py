import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.body import canonical

values = st.recursive(
    st.text() | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_canonical_text_reads_back_exactly(value: Any) -> None:
    text = canonical(value)
    assert json.loads(text, parse_float=Decimal, parse_int=Decimal) == value
    assert canonical(json.loads(text, parse_float=Decimal, parse_int=Decimal)) == text


def test_the_order_of_fields_and_trailing_zeros_change_nothing() -> None:
    assert canonical({"a": Decimal("1.50"), "b": "x"}) == canonical({"b": "x", "a": Decimal("1.5")})
