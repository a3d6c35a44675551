"""Lines find their pair, together or apart, and lines of nobody belong to nobody."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.line_runs import runs_of


@pytest.mark.parametrize(
    ("owners", "counts", "sums", "rows"),
    [
        ("a a b", [2, 1, 0], [3, 3, 0], [0, 1, 2]),
        ("b a b x a", [2, 2, 0], [7, 4, 0], [1, 4, 0, 2]),
        ("x y", [0, 0, 0], [0, 0, 0], []),
        ("", [0, 0, 0], [0, 0, 0], []),
    ],
)
def test_lines_of_three_pairs(owners: str, counts: list[int], sums: list[int], rows: list[int]) -> None:
    lines = pd.DataFrame({"invoice_id": pd.Series(owners.split(), dtype="str")})
    runs = runs_of(lines, pd.Series(["a", "b", "c"], dtype="str"))
    assert runs.counts.tolist() == counts
    assert runs.sums(np.arange(1, len(lines) + 1)).tolist() == sums
    found, pair = runs.rows_of(np.array([True, True, True]))
    assert found.tolist() == rows
    assert pair.tolist() == sorted(pair.tolist())
    assert runs.rows_of(np.array([False, False, False]))[0].tolist() == []


@given(st.lists(st.sampled_from("abcx"), max_size=12), st.lists(st.booleans(), min_size=3, max_size=3))
def test_every_line_of_a_wanted_pair_is_found_once(owners: list[str], wanted: list[bool]) -> None:
    lines = pd.DataFrame({"invoice_id": pd.Series(owners, dtype="str")})
    runs = runs_of(lines, pd.Series(["a", "b", "c"], dtype="str"))
    rows, pair = runs.rows_of(np.array(wanted))
    chosen = {name for name, one in zip("abc", wanted, strict=True) if one}
    assert sorted(rows.tolist()) == [n for n, owner in enumerate(owners) if owner in chosen]
    assert [owners[row] for row in rows] == ["abc"[n] for n in pair]


def test_lines_without_any_pair() -> None:
    runs = runs_of(pd.DataFrame({"invoice_id": pd.Series(["x"], dtype="str")}), pd.Series([], dtype="str"))
    assert runs.rows_of(np.zeros(0, dtype=bool))[0].tolist() == []
    assert runs.counts.tolist() == []
