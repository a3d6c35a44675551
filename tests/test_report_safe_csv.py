"""CSV files that no spreadsheet program runs."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from i2g_recon.report.safe_csv import RISKY, csv_bytes, harmless


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-1+1", "@SUM(A1)", "\tx", "\r=1", "\n=1", "-", "+61 400"])
def test_what_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("value", ["-12.50", "+3", "HT-1001", "", None, 5, "0.00"])
def test_what_cannot_be_one_stays(value: object) -> None:
    assert harmless(value) == value


@given(some.lists(some.text(some.characters(codec="utf-8", exclude_characters="\x00\r")), min_size=1, max_size=5))
def test_every_cell_comes_back_as_it_was_or_with_an_apostrophe(texts: list[str]) -> None:
    written = csv_bytes(pd.DataFrame({"Number": texts}, dtype=object))
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert [row[0] if row else "" for row in rows[1:]] == [harmless(text) for text in texts]
    assert not any(row and row[0].startswith(RISKY[3:]) for row in rows)


def test_a_badge_is_one_cell_and_the_file_says_it_is_utf_8() -> None:
    written = csv_bytes(pd.DataFrame({"State": [["In Xero"], ["Refused"]]}))
    assert written == b"\xef\xbb\xbfState\r\nIn Xero\r\nRefused\r\n"
