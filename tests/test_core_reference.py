from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.reference import RULES, match_key, match_keys


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_has_an_example_that_holds(rule: object) -> None:
    first, second = rule.example  # type: ignore[attr-defined]  # a Rule; parametrize hands it on as an object
    assert first != second
    assert match_key(first) == match_key(second)


@pytest.mark.parametrize(
    ("one", "other"),
    [("HT-1", "HT-10"), ("0012", "12"), ("HT-1", "HT1"), ("INV 5", "INV5"), ("A", ""), ("1E5", "100000"), ("é", "e")],
)
def test_different_numbers_stay_different(one: str, other: str) -> None:
    assert match_key(one) != match_key(other)


@given(st.lists(st.text(max_size=12)))
def test_a_column_has_the_keys_of_its_values(texts: list[str]) -> None:
    series = pd.Series(texts, dtype="str")
    assert match_keys(series).tolist() == [match_key(text) for text in texts]


@given(st.text(max_size=20))
def test_a_key_is_its_own_key(text: str) -> None:
    assert match_key(match_key(text)) == match_key(text)


def test_missing_values_have_no_key() -> None:
    assert match_keys(pd.Series(["A", None], dtype="str")).tolist() == ["a", ""]
