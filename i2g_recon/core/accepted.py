"""Pairs that a person accepted: they stand as long as the facts the person saw are still the facts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SEEN = ("number", "reference", "contact", "currency", "total_minor", "date", "state")
NOT_THERE = "one of the two is not there any more, or was voided or deleted"
ELSEWHERE = "one of the two has found its partner by its reference, or became ambiguous"
CHANGED = "what the two say has changed since"


@dataclass(frozen=True, slots=True)
class AcceptedPair:
    """Two invoices that a person took for one. facts: what they said then (`facts_of`)."""

    source_id: str
    target_id: str
    facts: str


@dataclass(frozen=True, slots=True)
class ReopenedPair:
    """An accepted pair that does not stand any more, and why."""

    source_id: str
    target_id: str
    why: str


def facts_of(source: Mapping[str, Any], target: Mapping[str, Any]) -> str:
    """A hash of what two invoices say of themselves; any change of it reopens the pair."""
    text = "\x1f".join(str(one[name]) for one in (source, target) for name in SEEN)
    return hashlib.sha256(text.encode()).hexdigest()
