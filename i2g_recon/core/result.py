"""Reconciliation: the result of one comparison, and its JSON.

Counts are of invoices: of the source for agrees, differs and missing, of the target for extra, of both for ambiguous.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from i2g_recon.core.bridge import build_bridge_by_month, control_totals_by_month
from i2g_recon.core.compared import Compared
from i2g_recon.core.duplicates import duplicates_of
from i2g_recon.core.explained import unknown_of
from i2g_recon.core.findings import findings_of, findings_table
from i2g_recon.core.frame import Invoices
from i2g_recon.core.gaps import Gap, gaps_of
from i2g_recon.core.money import decimal_text
from i2g_recon.core.policy import Policy
from i2g_recon.core.propose import MOST_LEFTOVERS, candidates, frame_of, near_matches
from i2g_recon.core.result_items import ITEM_COLUMNS, items_of, not_compared_counts
from i2g_recon.core.result_json import (
    document_text,
    told_duplicates,
    told_findings,
    told_gap,
    told_root_cause,
    told_steps,
)
from i2g_recon.core.root_causes import RootCause, root_causes_of

SCHEMA = 1


@dataclass(frozen=True, eq=False, kw_only=True)
class Reconciliation:
    """Both sides as compared, in the order they came in, and what was found.

    discrepancies: one row per differing field. moved: every step with its invoices, in no order (see `movements`).
    bridge: currency, reason, count, amount_minor. totals: one row per currency, `bridge.TOTAL_COLUMNS`. items: one row
    per item, columns as in the JSON.
    """

    source: Invoices
    target: Invoices
    policy: Policy
    compared: Compared = field(repr=False)
    discrepancies: pd.DataFrame
    moved: pd.DataFrame = field(repr=False)
    bridge: pd.DataFrame
    totals: pd.DataFrame

    @cached_property
    def movements(self) -> pd.DataFrame:
        """Every step of the bridge with its invoices, by currency, month and reason: `bridge.MOVEMENT_COLUMNS`."""
        keys = ["currency", "month", "reason", "source_id", "target_id"]
        return self.moved.sort_values(keys, kind="stable", ignore_index=True)

    @cached_property
    def items(self) -> pd.DataFrame:
        """Every item, the agreeing ones included; made at the first look."""
        return pd.DataFrame(self.item_rows, columns=ITEM_COLUMNS, dtype=object)  # None stays None

    @cached_property
    def exceptions(self) -> pd.DataFrame:
        """The items that do not agree."""
        return pd.DataFrame(self.exception_rows, columns=ITEM_COLUMNS, dtype=object)

    @cached_property
    def item_rows(self) -> list[dict[str, Any]]:
        """`items` as plain values, not to be changed."""
        return items_of(self.compared, self.discrepancies, self.proposals, self.signs, agreeing=True)

    @cached_property
    def exception_rows(self) -> list[dict[str, Any]]:
        """`exceptions` as plain values, not to be changed."""
        return items_of(self.compared, self.discrepancies, self.proposals, self.signs, agreeing=False)

    @cached_property
    def proposals(self) -> pd.DataFrame:
        """Near matches among the rows without partner, as `propose.near_matches` gives them.

        Made at the first look at items; none where either side has too many such rows, which `notes` then say.
        """
        return frame_of({}) if self.notes else near_matches(self.compared, self.policy)

    @cached_property
    def signs(self) -> dict[str, np.ndarray]:
        """Per kind of finding the mask of the pairs that have it (`findings`)."""
        return findings_of(self.compared)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What is no difference and still worth knowing: `findings.FINDING_COLUMNS`, by kind and currency of Xero."""
        return findings_table(self.compared, self.signs)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Runs of missing invoices that have one cause, oldest first."""
        return gaps_of(self.compared)

    @cached_property
    def root_causes(self) -> tuple[RootCause, ...]:
        """The exceptions grouped by the one fix that clears them, most money first."""
        return root_causes_of(self.compared, self.gaps)

    @cached_property
    def duplicates(self) -> pd.DataFrame:
        """Every copy of every reference that Xero has several live invoices for: `duplicates.MEMBER_COLUMNS`."""
        return duplicates_of(self.compared)

    @cached_property
    def notes(self) -> list[str]:
        """Sentences for the person about the result as a whole."""
        most = max(len(side) for side in candidates(self.compared))
        if most <= MOST_LEFTOVERS:
            return []
        return [f"{most:,} invoices of one side have no partner; near matches are not looked for among so many."]

    @cached_property
    def not_compared(self) -> pd.DataFrame:
        """What could not be compared: field, reason, count of pairs. Never counted as a difference."""
        return not_compared_counts(self.compared.pairs, self.compared.found)

    @property
    def counts(self) -> dict[str, int]:
        """Invoices per bucket, as the contract counts them."""
        source = Counter(self.compared.placed.source_bucket.tolist())
        target = Counter(self.compared.placed.target_bucket.tolist())
        return {
            "source": len(self.source.invoices),
            "target": len(self.target.invoices),
            "agrees": source["agrees"],
            "differs": source["differs"],
            "missing": source["missing"],
            "extra": target["extra"],
            "ambiguous": source["ambiguous"] + target["ambiguous"],
            "excluded_source": source["excluded"],
            "excluded_target": target["excluded"],
        }

    @cached_property
    def bridge_by_month(self) -> pd.DataFrame:
        """The bridge of every currency and month: `bridge.MONTH_COLUMNS`; the month is blank for what is not dated."""
        return build_bridge_by_month(self.moved)

    @cached_property
    def totals_by_month(self) -> pd.DataFrame:
        """One row per currency and month: `bridge.MONTH_TOTAL_COLUMNS`."""
        return control_totals_by_month(self.source.invoices, self.target.invoices, self.bridge_by_month)

    @cached_property
    def unknown(self) -> pd.DataFrame:
        """What nobody has explained: currency, count of pairs, amount_minor, and absolute_minor without signs."""
        return unknown_of(self.compared)

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
        if any((totals["unexplained_minor"] != 0).any() for totals in (self.totals, self.totals_by_month)):
            return "red"
        if self.refused_rows or any(counts[name] for name in ("differs", "missing", "extra", "ambiguous")):
            return "needs_a_person"
        return "all_clear" if counts["agrees"] else "nothing_compared"

    def to_dict(
        self, *, run: str = "", organisation: dict[str, str] | None = None, all_items: bool = False
    ) -> dict[str, Any]:
        """The contract's JSON document as plain values; agreeing items only when asked for."""
        items = self.item_rows if all_items else self.exception_rows
        return {
            "schema": SCHEMA,
            "run": run,
            "organisation": organisation or {"name": "", "tenant_id": "", "base_currency": ""},
            "verdict": self.verdict,
            "policy": self.policy.to_dict(),
            "inputs": [self.input_of("source", self.source), self.input_of("target", self.target)],
            "counts": self.counts,
            "totals": [self.total_of(row) for row in self.totals.to_dict("records")],
            "not_compared": self.not_compared.to_dict("records"),
            "findings": told_findings(self.findings),
            "gaps": [told_gap(gap) for gap in self.gaps],
            "root_causes": [told_root_cause(cause) for cause in self.root_causes],
            "duplicates": told_duplicates(self.duplicates),
            "reopened": [asdict(one) for one in self.compared.pairing.reopened],
            "notes": self.notes,
            "items": [dict(one) for one in items],
        }

    def to_json(self, *, run: str = "", organisation: dict[str, str] | None = None, all_items: bool = False) -> str:
        """`to_dict` as text; the same input gives the same bytes."""
        document = self.to_dict(run=run, organisation=organisation, all_items=all_items)
        return document_text(document)

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
        unknown = self.unknown[self.unknown["currency"] == currency]
        return {
            "currency": currency,
            "source": decimal_text(row["source_minor"], currency),
            "target": decimal_text(row["target_minor"], currency),
            "bridge": told_steps(self.bridge[self.bridge["currency"] == currency], currency),
            "unexplained": decimal_text(row["unexplained_minor"], currency),
            "unknown": {
                "count": int(unknown["count"].sum()),
                "amount": decimal_text(int(unknown["amount_minor"].sum()), currency),
                "absolute": decimal_text(int(unknown["absolute_minor"].sum()), currency),
            },
            "not_counted": {  # voided and deleted invoices
                "source": decimal_text(row["source_gone_minor"], currency),
                "target": decimal_text(row["target_gone_minor"], currency),
            },
            "months": self.months_of(currency),
        }

    def months_of(self, currency: str) -> list[dict[str, Any]]:
        """One currency's months, each with its own bridge."""
        totals, bridge = (each[each["currency"] == currency] for each in (self.totals_by_month, self.bridge_by_month))
        by_month = dict(iter(bridge.groupby("month")))
        return [
            {
                "month": row["month"],
                "source": decimal_text(row["source_minor"], currency),
                "target": decimal_text(row["target_minor"], currency),
                "bridge": told_steps(by_month.get(row["month"], bridge.iloc[:0]), currency),
                "unexplained": decimal_text(row["unexplained_minor"], currency),
            }
            for row in totals.to_dict("records")
        ]
