"""One organisation's books: its settings, chart, rates, currencies and contacts as the endpoints need them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from i2g_recon.sandbox import wire
from i2g_recon.sandbox.state import State
from i2g_recon.sandbox.wire import Json

# System accounts nobody may name on a sales line; ROUNDING is meant for it.
LINE_SYSTEM_ACCOUNTS = frozenset(("", "ROUNDING"))


@dataclass(frozen=True)
class Books:
    """Read once per request; contacts are looked up one by one, for there may be thousands."""

    state: State
    tenant_id: str

    @cached_property
    def organisation(self) -> Json:
        """The organisation as it goes out."""
        return self._documents("organisation")[0]

    @cached_property
    def currencies(self) -> frozenset[str]:
        """Subscribed currency codes."""
        return frozenset(str(currency["Code"]) for currency in self._documents("currency"))

    @cached_property
    def accounts(self) -> list[Json]:
        """The chart of accounts, archived ones included."""
        return self._documents("account")

    @cached_property
    def tax_rates(self) -> dict[str, Json]:
        """Rates by tax type, deleted ones included."""
        return {str(rate["TaxType"]): rate for rate in self._documents("tax rate")}

    def account(self, *, code: str = "", account_id: str = "") -> Json | None:
        """The account with this id, or else with this code."""
        if account_id:
            return next((one for one in self.accounts if str(one["AccountID"]).lower() == account_id.lower()), None)
        return next((one for one in self.accounts if code and one.get("Code") == code), None)

    def contact(self, contact_id: str) -> Json | None:
        """The contact with this id."""
        return self._contact("contact_id = ?", contact_id.lower())

    def contact_named(self, name: str, status: str) -> Json | None:
        """The contact with this name, case aside, and this status."""
        return self._contact("name_key = ? AND status = ?", name.strip().casefold(), status)

    def contact_numbered(self, number: str) -> Json | None:
        """The contact with this ContactNumber, case aside."""
        return self._contact("number_key = ?", number.casefold())

    def lock_day(self, field: str) -> str:
        """PeriodLockDate or EndOfYearLockDate as an ISO day, empty when there is none."""
        value = self.organisation.get(field)
        return wire.read_day(value) if value else ""

    def _contact(self, condition: str, *values: str) -> Json | None:
        query = f"SELECT body FROM contacts WHERE tenant_id = ? AND {condition} ORDER BY position"  # noqa: S608 - fixed conditions
        found = self.state.value(query, self.tenant_id, *values)
        return None if found is None else wire.load(found)

    def _documents(self, kind: str) -> list[Any]:
        query = "SELECT body FROM documents WHERE tenant_id = ? AND kind = ? ORDER BY position"
        return [wire.load(row[0]) for row in self.state.rows(query, self.tenant_id, kind)]


def takes_sales_lines(account: Json) -> bool:
    """Whether a sales document may name the account: no bank, no control account."""
    return account.get("Type") != "BANK" and (account.get("SystemAccount") or "") in LINE_SYSTEM_ACCOUNTS


def rate_applies(rate: Json, account: Json) -> bool:
    """Whether the rate may be used with that class of account."""
    plural = {"ASSET": "Assets", "EXPENSE": "Expenses", "LIABILITY": "Liabilities", "EQUITY": "Equity"}
    return bool(rate.get(f"CanApplyTo{plural.get(str(account.get('Class')), 'Revenue')}"))
