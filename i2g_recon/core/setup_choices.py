"""The choices of the walk-through, as they are kept. The rules about them are in `setup`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from i2g_recon.core.reference import match_key

PLANS = ("", "starter", "other")  # not said; Starter or Lite; a plan with Invoice2go's own link to Xero
LARGEST_ROUNDING_MINOR = 5  # five cents is what peers and accountants accept
NO_LINK_OF_ITS_OWN = (
    "Invoice2go's own link to Xero is probably not available on Starter and Lite; i2g-recon does not need it: it puts "
    "the invoices into Xero itself, from the export."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The choices of the walk-through. tax_map: tax key of a source line to Xero tax type.

    invoice2go_plan changes nothing but what is said: some plans lack Invoice2go's own link to Xero. item_accounts,
    client_accounts: match key of an item code or a client's name to the account that is used instead of the usual one.
    rounding_minor: how many cents a line on Xero's Rounding account may add or take off, 0 to LARGEST_ROUNDING_MINOR;
    with 0 there is no such line, and an invoice that Xero would make a cent more or less waits for a person.
    """

    revenue_account: str = ""
    status: str = "DRAFT"  # or AUTHORISED
    auto_export: bool = False
    tax_map: Mapping[str, str] = field(default_factory=dict)
    held_taxes: tuple[str, ...] = ()
    taxes_confirmed: bool = False
    currency_confirmed: bool = False
    completed: bool = False
    invoice2go_plan: str = ""  # one of PLANS
    rounding_minor: int = LARGEST_ROUNDING_MINOR
    item_accounts: Mapping[str, str] = field(default_factory=dict)
    client_accounts: Mapping[str, str] = field(default_factory=dict)

    def account_for(self, code: str, client: str) -> str:
        """The account a line posts to: that of its item code, else that of the client, else the usual one."""
        of_item = self.item_accounts.get(match_key(code)) if code.strip() else None
        return of_item or self.client_accounts.get(match_key(client)) or self.revenue_account

    def accounts(self) -> tuple[str, ...]:
        """Every account that something posts to, the usual one first."""
        return tuple(
            dict.fromkeys([self.revenue_account, *self.item_accounts.values(), *self.client_accounts.values()])
        )
