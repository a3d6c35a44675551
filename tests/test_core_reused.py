"""A number used for several invoices: which facts settle it, and which leave it to a person."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from i2g_recon.core.intake import frame
from i2g_recon.core.pairing import pair

ADA = {"total_minor": 100, "date": "2026-03-02", "contact": "Ada Lowe", "currency": "AUD"}
BEN = {"total_minor": 250, "date": "2026-03-09", "contact": "Ben Ok", "currency": "AUD"}
TABLE: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], list[tuple[int, int]]]] = {
    "two invoices, each with its own copy": ([ADA, BEN], [BEN, ADA], [(0, 1), (1, 0)]),
    "two invoices, one copied": ([ADA, BEN], [BEN], [(1, 0)]),
    "the same client in other letters": ([ADA, BEN], [{**ADA, "contact": "ADA  LOWE"}], [(0, 0)]),
    "twins in Invoice2go": ([ADA, ADA], [ADA], []),
    "more copies than invoices": ([ADA, BEN], [ADA, BEN, BEN], []),
    "one copy fits nobody": ([ADA, BEN], [ADA, {**BEN, "total_minor": 251}], []),
    "another total": ([ADA, BEN], [{**ADA, "total_minor": 101}], []),
    "another date": ([ADA, BEN], [{**ADA, "date": "2026-03-03"}], []),
    "another client": ([ADA, BEN], [{**ADA, "contact": "Cy Dee"}], []),
    "another currency": ([ADA, BEN], [{**ADA, "currency": "NZD"}], []),
    "no client named": ([{**ADA, "contact": ""}, BEN], [{**ADA, "contact": ""}], []),
    "no date": ([{**ADA, "date": None}, BEN], [{**ADA, "date": None}], []),
}


def side(prefix: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    made = pd.DataFrame(rows).assign(reference="HT-1", status="sent", id=[f"{prefix}{n}" for n in range(len(rows))])
    return frame(made).invoices


@pytest.mark.parametrize("case", TABLE)
def test_one_possibility_or_a_person(case: str) -> None:
    sources, targets, pairs = TABLE[case]
    found = pair(side("s", sources), side("t", targets))
    assert sorted(zip(found.source_pairs.tolist(), found.target_pairs.tolist(), strict=True)) == pairs
    if pairs:
        assert not found.source_ambiguous.any()
        assert found.source_reused.tolist() == [n not in dict(pairs) for n in range(len(sources))]
    else:
        assert found.source_ambiguous.all()
        assert found.target_ambiguous.all()


def test_the_same_address_names_the_same_client() -> None:
    left = side("s", [ADA, BEN]).assign(email=["ada@example.com", "ben@example.com"])
    right = side("t", [{**ADA, "contact": "A. Lowe Pty Ltd"}]).assign(email=["ADA@example.com"])
    assert pair(left, right).source_pairs.tolist() == [0]
