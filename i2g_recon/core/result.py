"""Reconciliation: the result of one comparison, and its JSON.

Counts are of invoices: of the source for agrees, differs and missing, of the target for extra, of both for ambiguous.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from i2g_recon.core.frame import Invoices
from i2g_recon.core.money import decimal_text
from i2g_recon.core.policy import Policy

SCHEMA = 1


@dataclass(frozen=True, eq=False, kw_only=True)
class Reconciliation:
    """Both sides as compared (sorted by id), and what was found.

    items: one row per item, columns as in the JSON. discrepancies: one row per differing field. bridge: currency,
    reason, count, amount_minor. totals: one row per currency, `bridge.TOTAL_COLUMNS`.
    """

    source: Invoices
    target: Invoices
    policy: Policy
    items: pd.DataFrame
    discrepancies: pd.DataFrame
    bridge: pd.DataFrame
    totals: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Invoices per bucket, as the contract counts them."""
        sources, targets = self.items["source_ids"].map(len), self.items["target_ids"].map(len)
        bucket = self.items["bucket"]

        def rows(name: str, sizes: pd.Series) -> int:
            return int(sizes[bucket == name].sum())

        return {
            "source": len(self.source.invoices),
            "target": len(self.target.invoices),
            "agrees": rows("agrees", sources),
            "differs": rows("differs", sources),
            "missing": rows("missing", sources),
            "extra": rows("extra", targets),
            "ambiguous": rows("ambiguous", sources + targets),
            "excluded_source": rows("excluded", sources),
            "excluded_target": rows("excluded", targets),
        }

    @property
    def refused_rows(self) -> int:
        """Rows of either input that could not be read at all."""
        return sum(error.refused for side in (self.source, self.target) for error in side.row_errors)

    @property
    def verdict(self) -> str:
        """all_clear, needs_a_person, nothing_compared or red; only the first lets a bookkeeper go on.

        Nothing compared (an empty side, nothing inside the period) is never all clear; neither is a run with rows
        that could not be read. Red: the bridge does not close.
        """
        counts = self.counts
        if (self.totals["unexplained_minor"] != 0).any():
            return "red"
        if self.refused_rows or any(counts[name] for name in ("differs", "missing", "extra", "ambiguous")):
            return "needs_a_person"
        return "all_clear" if counts["agrees"] else "nothing_compared"

    def to_dict(
        self, *, run: str = "", organisation: dict[str, str] | None = None, all_items: bool = False
    ) -> dict[str, Any]:
        """The contract's JSON document as plain values; agreeing items only when asked for."""
        items = self.items if all_items else self.items[self.items["bucket"] != "agrees"]
        return {
            "schema": SCHEMA,
            "run": run,
            "organisation": organisation or {"name": "", "tenant_id": "", "base_currency": ""},
            "verdict": self.verdict,
            "policy": self.policy.to_dict(),
            "inputs": [self.input_of("source", self.source), self.input_of("target", self.target)],
            "counts": self.counts,
            "totals": [self.total_of(row) for row in self.totals.to_dict("records")],
            "items": items.to_dict("records"),
        }

    def to_json(self, *, run: str = "", organisation: dict[str, str] | None = None, all_items: bool = False) -> str:
        """`to_dict` as text; the same input gives the same bytes."""
        document = self.to_dict(run=run, organisation=organisation, all_items=all_items)
        return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)

    @staticmethod
    def input_of(side: str, invoices: Invoices) -> dict[str, Any]:
        """Where one side came from."""
        origin = invoices.origin
        return {
            "side": side,
            "name": origin.name,
            "sha256": origin.sha256,
            "rows": origin.rows,
            "row_errors": len(invoices.row_errors),
        }

    def total_of(self, row: dict[str, Any]) -> dict[str, Any]:
        """One currency's totals with its bridge."""
        currency = row["currency"]
        steps = self.bridge[self.bridge["currency"] == currency]
        return {
            "currency": currency,
            "source": decimal_text(row["source_minor"], currency),
            "target": decimal_text(row["target_minor"], currency),
            "bridge": [
                {"reason": step.reason, "count": int(step.count_), "amount": decimal_text(step.amount_minor, currency)}
                for step in steps.rename(columns={"count": "count_"}).itertuples(index=False)
            ],
            "unexplained": decimal_text(row["unexplained_minor"], currency),
            "not_counted": {  # voided and deleted invoices
                "source": decimal_text(row["source_gone_minor"], currency),
                "target": decimal_text(row["target_gone_minor"], currency),
            },
        }
