"""What a mapping of taxes would make of the invoices of the last days: to the cent, before anything is posted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import localcontext

import pandas as pd

from i2g_recon.core import frame
from i2g_recon.core.draft import nearest_draft, tax_treatment
from i2g_recon.core.frame import Invoices
from i2g_recon.core.invoice import NO_TAX_KEY, State
from i2g_recon.core.money import to_minor
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.setup import Setup
from i2g_recon.core.tax import WIDE

DAYS = 90
MOST = 300  # invoices, the newest: a page does not wait longer


@dataclass(frozen=True, slots=True)
class TaxPreview:
    """One tax. invoices: how many use it; agree: come to the same total in Xero; held: cannot be taxed as mapped.

    apart: by currency what the others would come to in Xero less what Invoice2go says, in minor units.
    """

    invoices: int = 0
    agree: int = 0
    held: int = 0
    apart: tuple[tuple[str, int], ...] = ()

    @property
    def differ(self) -> int:
        """Invoices whose total would be another one."""
        return self.invoices - self.agree - self.held


def tax_previews(source: Invoices, organisation: Organisation, setup: Setup) -> Mapping[str, TaxPreview]:
    """By tax key, for live invoices of the last DAYS days before the newest one, at most MOST of them.

    An invoice with several taxes counts for each. Nothing here depends on the clock.
    """
    recent = latest(source.invoices)
    found: dict[str, TaxPreview] = {}
    apart: dict[str, dict[str, int]] = {}
    with localcontext(WIDE):
        for invoice in frame.records(source, recent["id"]):
            treatment = tax_treatment(invoice, organisation, setup)
            keys = dict.fromkeys(line.tax_key or NO_TAX_KEY for line in invoice.lines)
            off = None
            if not treatment.holds:
                total = nearest_draft(invoice, treatment, setup).totals.total
                off = to_minor(total - invoice.total, invoice.currency)
            for key in keys:
                seen = found.get(key, TaxPreview())
                found[key] = replace(
                    seen,
                    invoices=seen.invoices + 1,
                    agree=seen.agree + (off == 0),
                    held=seen.held + (off is None),
                )
                if off:
                    sums = apart.setdefault(key, {})
                    sums[invoice.currency] = sums.get(invoice.currency, 0) + off
    return {key: replace(seen, apart=tuple(sorted(apart.get(key, {}).items()))) for key, seen in found.items()}


def latest(invoices: pd.DataFrame) -> pd.DataFrame:
    """The invoices to look at, the newest first."""
    live = invoices[(invoices["state"] == State.LIVE) & invoices["date"].notna() & invoices["adds_up"]]
    since = live["date"].max() - dt.timedelta(days=DAYS)
    return live[live["date"] >= since].sort_values(["date", "id"], ascending=[False, True], kind="stable").head(MOST)
