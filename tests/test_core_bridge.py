from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core import bridge
from i2g_recon.core.bridge import summed

KEYS = st.sampled_from(["AUD", "JPY", "", "é", None])
ROWS = st.lists(st.tuples(KEYS, KEYS, st.integers(-(2**40), 2**40)), max_size=30)


@pytest.mark.parametrize("few", [0, bridge.FEW_GROUPS], ids=["sorted", "counted"])
@given(rows=ROWS)
def test_equal_keys_are_summed_and_counted_whichever_way(
    few: int, rows: list[tuple[str | None, str | None, int]]
) -> None:
    first, second, amounts = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bridge, "FEW_GROUPS", few)
        found = summed(
            [pd.Series(first, dtype="str"), np.array(second, dtype=object)], np.array(amounts, dtype="int64")
        )
    told = {tuple("-" if pd.isna(key) else key for key in keys): amount for keys, amount in found.by_key().items()}
    wanted: dict[tuple[str, ...], list[int]] = {}
    for one, other, amount in rows:
        wanted.setdefault(tuple("-" if key is None else key for key in (one, other)), []).append(amount)
    assert told == {keys: sum(each) for keys, each in wanted.items()}
    assert sorted(found.counts.tolist()) == sorted(len(each) for each in wanted.values())
