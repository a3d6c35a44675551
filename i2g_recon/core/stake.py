"""The money an exception is about."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from i2g_recon.core.money import D, to_minor


def at_stake_minor(item: Mapping[str, Any]) -> int:
    """What is missing, what is surplus, or by how much the totals differ, in minor units of the item's currency.

    >>> at_stake_minor({"source_total": "110.00", "target_total": "99.00", "currency": "AUD"})
    1100
    """
    source, target = (amount(item, side) for side in ("source_total", "target_total"))
    if source is None or target is None:
        only = target if source is None else source
        return 0 if only is None else abs(to_minor(only, item["currency"]))
    return abs(to_minor(target - source, item["currency"]))


def amount(item: Mapping[str, Any], side: str) -> Decimal | None:
    """One side's total in major units, None when that side has none."""
    return None if item[side] is None else D(item[side])
