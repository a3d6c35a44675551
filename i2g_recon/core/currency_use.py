"""The currencies of the export against those of the organisation.

The currency most invoices are in must be the organisation's own, or the set-up ends here: books of another currency are
the wrong organisation. Other currencies are posted when Xero has them and held when it has not; nothing is converted.
"""

from __future__ import annotations

from dataclasses import dataclass

from i2g_recon.core.frame import Invoices, once_a_side
from i2g_recon.core.invoice import State
from i2g_recon.core.money import money_text
from i2g_recon.core.organisation import Organisation

IN_USE = (State.LIVE, State.UNKNOWN)  # invoices that may travel


@dataclass(frozen=True, slots=True)
class CurrencyInUse:
    """One currency of the source's live invoices."""

    currency: str
    invoices: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class CurrencyFinding:
    """What one currency means for the set-up. kind: base, subscribed or not_subscribed."""

    use: CurrencyInUse
    kind: str
    blocks: bool
    sentence: str


@once_a_side
def currencies_in_use(source: Invoices) -> tuple[CurrencyInUse, ...]:
    """The currencies of live invoices, the most used first."""
    live = source.invoices[source.invoices["state"].isin(IN_USE)]
    grouped = live.groupby("currency", sort=True)["total_minor"].agg(["count", "sum"])
    found = [CurrencyInUse(str(code), int(row["count"]), int(row["sum"])) for code, row in grouped.iterrows()]
    return tuple(sorted(found, key=lambda use: (-use.invoices, use.currency)))


def currency_findings(source: Invoices, organisation: Organisation) -> tuple[CurrencyFinding, ...]:
    """One finding per currency in use; it blocks when the main currency is not the organisation's own."""
    uses = currencies_in_use(source)
    most = max((use.invoices for use in uses), default=0)
    base_is_main = any(use.currency == organisation.base_currency and use.invoices == most for use in uses)
    return tuple(currency_finding(use, organisation, main=use.invoices == most and not base_is_main) for use in uses)


def currency_finding(use: CurrencyInUse, organisation: Organisation, *, main: bool) -> CurrencyFinding:
    """What one currency means; main: it is the most used one and not the base."""
    base = organisation.base_currency
    amount = f"{use.invoices} invoices, {money_text(use.total_minor, use.currency)}"
    if use.currency == base:
        return CurrencyFinding(use, "base", blocks=False, sentence=f"{amount}: the organisation's own currency.")
    subscribed = use.currency in organisation.currencies
    if main:
        sentence = (
            f"{amount}: most invoices are in {use.currency or 'no currency'}, but the organisation keeps its books "
            f"in {base}. Connect the organisation that keeps {use.currency or 'them'}."
        )
    elif subscribed:
        sentence = f"{amount}: posted in {use.currency}; Xero converts at its rate of the day."
    else:
        sentence = f"{amount}: held until {use.currency or 'their currency'} is added to the organisation in Xero."
    return CurrencyFinding(use, "subscribed" if subscribed else "not_subscribed", blocks=main, sentence=sentence)
