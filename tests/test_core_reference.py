"""Match keys: what two spellings of one number may differ in, and what they may not."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.reference import (
    RULE_NAMES,
    RULES,
    SPELLING_RULES,
    USUAL_RULES,
    Rule,
    key_by,
    match_key,
    reference_key,
    rules_between,
    rules_named,
)
from i2g_recon.core.reference_keys import keys_by, match_keys, perhaps_with, tail_numbers, text_array

WRITTEN = st.text(alphabet="hHtTiInNvVoOlL017 -_.#:\u2013\u0422\uff28\u200b\u00a0\n\t\x1f", max_size=10)
SERIES = st.builds(
    lambda before, letters, gap, zeros, number, after: f"{before}{letters}{gap}{zeros}{number}{after}",
    st.sampled_from(["", "Invoice ", "INV#", "inv-", " ", "Tax Invoice No. "]),
    st.sampled_from(["", "HT", "ht", "Q"]),
    st.sampled_from(["", "-", " ", " - ", "\u2013"]),
    st.sampled_from(["", "0", "000"]),
    st.integers(0, 2_000_000),
    st.sampled_from(["", " ", "-1", "a", " .", "\u200b"]),
)
TEXTS = st.one_of(WRITTEN, SERIES, st.text(max_size=12))
CHOICES = st.sets(st.sampled_from(RULE_NAMES))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_has_a_reason_and_an_example_that_needs_it(rule: Rule) -> None:
    first, second = rule.example
    active = SPELLING_RULES if rule.spelling else RULE_NAMES
    others = [name for name in active if name != rule.name]
    assert rule.reason
    assert reference_key(first, active) == reference_key(second, active)
    assert reference_key(first, others) != reference_key(second, others)
    assert rule.name in rules_between(first, second, active)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HT-0007", "ht7"),
        ("Invoice HT-7", "HT-7"),
        ("INV# HT-7", "HT-7"),
        ("Tax Invoice No: 0007", "7"),
        ("inv7", "INV-007"),
        ("#7", "No. 7"),
        ("\uff28\uff34\uff0d\uff17", "HT-7"),
        ("\u041d\u0422\u2014\u0667", "ht 7"),
        ("2026 / 007", "2026/7"),
        ("Invoice Invoice 7", "7"),
    ],
)
def test_two_spellings_of_one_number_meet(one: str, other: str) -> None:
    assert reference_key(one) == reference_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HT-1", "HT-10"),
        ("1-2", "12"),
        ("1 2", "12"),
        ("HT-1-2", "HT-12"),
        ("A", ""),
        ("1E5", "100000"),
        ("\u00e9", "e"),
        ("HT-1O", "HT-10"),
        ("HT-l", "HT-1"),
        ("invest 7", "est 7"),
        ("Invoice", ""),
        ("---", "- -x"),
        ("0", ""),
        ("North 7", "rth 7"),
    ],
)
def test_different_numbers_stay_different(one: str, other: str) -> None:
    assert reference_key(one) != reference_key(other)


@pytest.mark.parametrize(("one", "other"), [("0012", "12"), ("HT-1", "HT1"), ("INV 5", "INV5"), ("Invoice 5", "5")])
def test_the_spelling_keeps_apart_what_xero_keeps_apart(one: str, other: str) -> None:
    assert match_key(one) != match_key(other)


@given(st.lists(TEXTS), CHOICES)
def test_a_column_has_the_keys_of_its_values(texts: list[str], names: set[str]) -> None:
    rules = rules_named(names)
    assert keys_by(pd.Series(texts, dtype="str"), rules).tolist() == [key_by(text, rules) for text in texts]


@given(TEXTS, CHOICES)
def test_a_key_is_never_empty_unless_the_text_is_blank(text: str, names: set[str]) -> None:
    visible = match_key(text)
    assert bool(visible) <= bool(reference_key(text, names | set(SPELLING_RULES)))


@given(st.text(max_size=20))
def test_a_spelling_is_its_own_spelling(text: str) -> None:
    assert match_key(match_key(text)) == match_key(text)


@given(TEXTS, TEXTS)
def test_whoever_meets_by_spelling_meets_by_key(one: str, other: str) -> None:
    assert (match_key(one) != match_key(other)) or (reference_key(one) == reference_key(other))


@given(st.lists(TEXTS, min_size=1, max_size=8), TEXTS, CHOICES)
def test_equal_keys_are_never_told_apart_by_their_tails(texts: list[str], wanted: str, names: set[str]) -> None:
    rules = rules_named(names)
    for one in (wanted, *texts):
        key = key_by(one, rules)
        perhaps = perhaps_with(tail_numbers(text_array(pd.Series(texts, dtype="str"))), pd.Index([key]), rules)
        assert all(may for may, text in zip(perhaps, texts, strict=True) if key_by(text, rules) == key)


def test_tails_tell_most_numbers_apart() -> None:
    tails = tail_numbers(text_array(pd.Series(["HT-0012", "x", "12", "1234567890", "7 ", "", "\u00e97", "9-1"])))
    assert tails.tolist() == [12, 0, 12, 567890, -1, -1, -1, 1]
    perhaps = perhaps_with(tails, pd.Index(["ht12"]), rules_named(USUAL_RULES))
    assert perhaps.tolist() == [True, False, True, False, True, True, True, False]


def test_the_rules_between_two_spellings_are_named() -> None:
    assert rules_between("HT-7", "HT-7") == ()
    assert rules_between("HT-7", "ht-7") == ("case",)
    assert rules_between("Invoice ht-007", "HT-7") == ("case", "prefixes", "leading_zeros")
    assert "confusions" not in USUAL_RULES


def test_missing_values_have_no_key() -> None:
    assert match_keys(pd.Series(["A", None], dtype="str")).tolist() == ["a", ""]
