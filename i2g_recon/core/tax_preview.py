"""What a mapping of taxes would make of the invoices of the last days: to the cent, before anything is posted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import localcontext

from i2g_recon.core import frame
from i2g_recon.core.draft import nearest_draft, tax_treatment
from i2g_recon.core.frame import Invoices
from i2g_recon.core.invoice import NO_TAX_KEY, Invoice, State
from i2g_recon.core.money import to_minor
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.reference import match_key
from i2g_recon.core.setup import Setup
from i2g_recon.core.tax import WIDE

DAYS = 90
MOST = 5000  # invoices, the newest: a page does not wait for longer than a second


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
    with localcontext(WIDE):
        return previews_of(latest(source), organisation, setup)


def compared_rates(
    source: Invoices, organisation: Organisation, setup: Setup, candidates: Mapping[str, Sequence[str]]
) -> Mapping[str, Mapping[str, TaxPreview]]:
    """By tax key and tax type: what each candidate would make of the same invoices, the other taxes left as they are.

    candidates: tax key to the tax types that may stand for it.
    """
    invoices = latest(source)
    with localcontext(WIDE):
        return {
            key: {
                tax_type: previews_of(own, organisation, with_choice(setup, key, tax_type)).get(key, TaxPreview())
                for tax_type in tax_types
            }
            for key, tax_types in candidates.items()
            for own in [[invoice for invoice in invoices if key in keys_of(invoice)]]
        }


def with_choice(setup: Setup, key: str, tax_type: str) -> Setup:
    """The set-up with one tax mapped, and not held."""
    others = {name: value for name, value in setup.tax_map.items() if match_key(name) != match_key(key)}
    held = tuple(one for one in setup.held_taxes if match_key(one) != match_key(key))
    return replace(setup, tax_map={**others, key: tax_type}, held_taxes=held)


def keys_of(invoice: Invoice) -> tuple[str, ...]:
    """The tax keys of an invoice's lines, each once."""
    return tuple(dict.fromkeys(line.tax_key or NO_TAX_KEY for line in invoice.lines))


def previews_of(invoices: Iterable[Invoice], organisation: Organisation, setup: Setup) -> dict[str, TaxPreview]:
    """By tax key what a set-up makes of these invoices."""
    found: dict[str, TaxPreview] = {}
    apart: dict[str, dict[str, int]] = {}
    for invoice in invoices:
        treatment = tax_treatment(invoice, organisation, setup)
        off = None
        if not treatment.holds:
            total = nearest_draft(invoice, treatment, setup).totals.total
            off = to_minor(total - invoice.total, invoice.currency)
        for key in keys_of(invoice):
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


def latest(source: Invoices) -> list[Invoice]:
    """The invoices to look at, the newest first."""
    invoices = source.invoices
    live = invoices[(invoices["state"] == State.LIVE) & invoices["date"].notna() & invoices["adds_up"]]
    since = live["date"].max() - dt.timedelta(days=DAYS)
    recent = live[live["date"] >= since].sort_values(["date", "id"], ascending=[False, True], kind="stable").head(MOST)
    return frame.records(source, recent["id"])
