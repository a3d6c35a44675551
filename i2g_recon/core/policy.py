"""What a run compares and how strictly: one frozen value, stored with the run."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from i2g_recon.core.reference import RULE_NAMES, USUAL_RULES
from i2g_recon.errors import NotConfigured

FIELDS = ("total", "subtotal", "tax", "currency", "date", "due_date", "contact", "status", "lines")
AMOUNTS = ("total", "subtotal", "tax")
CURRENCY_CODE = re.compile("[A-Z]{3}")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The rules of a run. Raises NotConfigured with a sentence when one of them cannot be.

    fields: which comparisons are made, of FIELDS. tolerance_minor: the largest difference in minor units that still
    agrees, per amount field ("total") or per amount field and currency ("total/JPY"), which goes before the field
    alone. date_tolerance_days: likewise for date and due date. period_from, period_to: inclusive; pairing never looks
    at them, only the result does. key_rules: what two spellings of one reference may differ in, of `reference.RULES`.
    invoice_number_pairs: Xero's InvoiceNumber may pair, too, where the Reference is blank or names no invoice; without
    it such pairs are only proposed.

    >>> Policy(tolerance_minor={"total": 1, "total/JPY": 0}).tolerance("total", "JPY")
    0
    """

    fields: tuple[str, ...] = FIELDS
    tolerance_minor: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    date_tolerance_days: int = 0
    period_from: dt.date | None = None
    period_to: dt.date | None = None
    key_rules: tuple[str, ...] = USUAL_RULES
    invoice_number_pairs: bool = False

    def __post_init__(self) -> None:
        """Refuse rules that cannot be meant."""
        for problem in problems_of(self):
            raise NotConfigured(problem)

    def tolerance(self, name: str, currency: str) -> int:
        """Minor units that an amount field may be off in a currency."""
        return self.tolerance_minor.get(f"{name}/{currency}", self.tolerance_minor.get(name, 0))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for storing beside the run."""
        return {
            "fields": list(self.fields),
            "tolerance_minor": dict(self.tolerance_minor),
            "date_tolerance_days": self.date_tolerance_days,
            "period_from": str(self.period_from) if self.period_from else None,
            "period_to": str(self.period_to) if self.period_to else None,
            "key_rules": list(self.key_rules),
            "invoice_number_pairs": self.invoice_number_pairs,
        }


def problems_of(policy: Policy) -> Iterator[str]:
    """What cannot be meant, each as one sentence."""
    for name in policy.fields:
        if name not in FIELDS:
            yield f"'{name}' cannot be compared: choose from {', '.join(FIELDS)}."
    for name in policy.key_rules:
        if name not in RULE_NAMES:
            yield f"There is no key rule '{name}'; the rules of the policy are: {', '.join(RULE_NAMES)}."
    for key, minor in policy.tolerance_minor.items():
        name, slash, currency = key.partition("/")
        if name not in AMOUNTS:
            yield f"A tolerance for '{key}' is not possible: amounts have one, which are {', '.join(AMOUNTS)}."
        if slash and not CURRENCY_CODE.fullmatch(currency):
            yield f"The tolerance '{key}' names no currency: write it as '{name}/JPY', three capital letters."
        if not whole(minor):
            yield f"The tolerance for '{key}' is {minor!r}: give whole minor units (cents), 0 or more."
    if not whole(policy.date_tolerance_days):
        yield f"The tolerance for dates is {policy.date_tolerance_days!r}: give whole days, 0 or more."


def whole(number: object) -> bool:
    """A whole number from 0 on."""
    return isinstance(number, int) and not isinstance(number, bool) and number >= 0
