"""The set-up of one organisation: what the walk-through asks, and the rules that say when it is complete.

Page and command line share these rules; neither has its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The choices of the walk-through. tax_map: tax key of a source line to Xero tax type."""

    revenue_account: str = ""
    status: str = "DRAFT"  # or AUTHORISED
    auto_export: bool = False
    tax_map: Mapping[str, str] = field(default_factory=dict)
    held_taxes: tuple[str, ...] = ()
    taxes_confirmed: bool = False
    currency_confirmed: bool = False
    completed: bool = False
