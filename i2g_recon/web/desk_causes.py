"""The work list in the order of root causes: together stand the exceptions that one fix clears, most money first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from i2g_recon.web.desk_items import Item

MONEY, FIX = "Most money", "What fixes them"
ORDERS = (MONEY, FIX)


def causes_by_item(document: Mapping[str, Any], items: Sequence[Item]) -> list[int]:
    """Per item the place of its root cause among `root_causes`; for what is no exception a place behind them all."""
    causes = document.get("root_causes", ())
    place: dict[str, int] = {}
    for number, cause in enumerate(causes):
        for side in ("source", "target"):
            place |= {f"{side} {one}": number for one in cause[f"{side}_ids"]}
    return [
        min(
            (place.get(f"{side} {one}", len(causes)) for side in ("source", "target") for one in item[f"{side}_ids"]),
            default=len(causes),
        )
        for item in items
    ]


def in_order_of_fixes(document: Mapping[str, Any], items: Sequence[Item]) -> list[Item]:
    """The items, those of one fix together; within a fix in the order they come in."""
    places = causes_by_item(document, items)
    return [items[at] for at in sorted(range(len(items)), key=places.__getitem__)]


def fixes(document: Mapping[str, Any], items: Sequence[Item]) -> list[str]:
    """Per item what clears it, in words; empty for what is no exception."""
    told = [f"{cause['words']}. {cause['remedy']}" for cause in document.get("root_causes", ())]
    return [told[place] if place < len(told) else "" for place in causes_by_item(document, items)]
