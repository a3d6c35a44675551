"""Rules that cannot be meant are refused with a sentence that says what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from i2g_recon.core.policy import Policy
from i2g_recon.errors import NotConfigured


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"fields": ("totl",)}, "'totl' cannot be compared: choose from total, subtotal"),
        ({"tolerance_minor": {"date": 1}}, "A tolerance for 'date' is not possible"),
        ({"tolerance_minor": {"total/yen": 1}}, "names no currency: write it as 'total/JPY'"),
        ({"tolerance_minor": {"total/": 1}}, "names no currency"),
        ({"tolerance_minor": {"total": -1}}, "is -1: give whole minor units"),
        ({"tolerance_minor": {"total": 0.5}}, "is 0.5: give whole minor units"),
        ({"tolerance_minor": {"total": True}}, "is True: give whole minor units"),
        ({"date_tolerance_days": -2}, "is -2: give whole days"),
    ],
)
def test_what_cannot_be_meant(rules: dict[str, Any], sentence: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        Policy(**rules)
    assert sentence in str(refused.value)


def test_tolerances_stand_in_what_is_stored() -> None:
    rules = {"total": 1, "tax/JPY": 2}
    assert Policy(tolerance_minor=rules).to_dict()["tolerance_minor"] == rules
