"""What a run compares and how strictly: one frozen value, stored with the run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

FIELDS = ("total", "subtotal", "tax", "currency", "date", "due_date", "contact", "status", "lines")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The rules of a run.

    fields: which comparisons are made, of FIELDS. tolerance_minor: per amount field, the largest difference in minor
    units that still agrees. date_tolerance_days: likewise for date and due date. period_from, period_to: inclusive;
    pairing never looks at them, only the result does.
    """

    fields: tuple[str, ...] = FIELDS
    tolerance_minor: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    date_tolerance_days: int = 0
    period_from: dt.date | None = None
    period_to: dt.date | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for storing beside the run."""
        return {
            "fields": list(self.fields),
            "tolerance_minor": dict(self.tolerance_minor),
            "date_tolerance_days": self.date_tolerance_days,
            "period_from": str(self.period_from) if self.period_from else None,
            "period_to": str(self.period_to) if self.period_to else None,
        }
