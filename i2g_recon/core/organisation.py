"""What a Xero organisation says about itself, as far as set-up, plan and preflight need it. Frozen records."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account of the chart. klass is Xero's `Class` (REVENUE, EXPENSE ...)."""

    code: str
    name: str
    type: str
    klass: str
    status: str
    tax_type: str = ""
    system_account: str = ""
    account_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """One tax rate; tax_type is Xero's code, rate the effective percentage."""

    name: str
    tax_type: str
    rate: Decimal
    status: str
    applies_to: frozenset[str] = frozenset()  # REVENUE, EXPENSES, ASSETS, LIABILITIES, EQUITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A tenant with the settings a push depends on."""

    tenant_id: str
    name: str
    short_code: str = ""
    base_currency: str = ""
    country: str = ""
    version: str = ""
    pays_tax: bool = True
    is_demo: bool = False
    period_lock: dt.date | None = None
    year_lock: dt.date | None = None
    plan: str = ""  # Xero's Class of the organisation, free text
    may_not: tuple[str, ...] | None = None  # Xero's names of what the person may not do; None: not asked yet
    currencies: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = field(default=())
    tax_rates: tuple[TaxRate, ...] = field(default=())

    def account(self, code: str) -> Account | None:
        """The account with this code, or None."""
        return next((account for account in self.accounts if account.code == code), None)

    def tax_rate(self, tax_type: str) -> TaxRate | None:
        """The ACTIVE rate with this code, or None. DELETED rates stay listed in Xero and never count."""
        return next((rate for rate in self.tax_rates if rate.tax_type == tax_type and rate.status == "ACTIVE"), None)
