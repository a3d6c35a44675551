"""The set-up of one organisation: what the walk-through asks, and the rules that say when it is complete.

Page and command line share these rules; neither has its own. Whatever would end in a wrong posting blocks with a
sentence; what a person may knowingly accept is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from i2g_recon.core.currency_use import (
    IN_USE,
    CurrencyFinding,
    CurrencyInUse,
    currencies_in_use,
    currency_findings,
)
from i2g_recon.core.frame import Invoices, once_a_side
from i2g_recon.core.holds import Hold, hold
from i2g_recon.core.invoice import NO_TAX_KEY, ZERO, AppliedTax, LineAmountTypes, tax_key
from i2g_recon.core.money import D, from_scaled, plain
from i2g_recon.core.organisation import Account, Organisation, TaxRate
from i2g_recon.core.reference import match_key
from i2g_recon.core.setup_choices import NO_LINK_OF_ITS_OWN, Setup

__all__ = [
    "Candidate", "CurrencyFinding", "CurrencyInUse", "Setup", "TaxInUse",
    "account_hold", "currencies_in_use", "currency_findings", "is_held", "missing_steps", "needs_mapping",
    "parse_tax_option", "preselected_account", "revenue_accounts", "setup_warnings", "suggested_tax_map",
    "tax_candidates", "tax_type_for", "taxes_in_use", "usable_rate",
]  # fmt: skip

AFTER_A_TAX = re.compile(r"(?:(?<=%)|(?<=compound))\s*\+\s*", re.IGNORECASE)
ONE_TAX = re.compile(r"(?P<name>.*?)\s*(?P<rate>\d+(?:\.\d*)?|\.\d+)\s*%\s*(?P<compound>compound)?", re.IGNORECASE)
APPLIES_TO = {
    "REVENUE": "REVENUE",
    "EXPENSE": "EXPENSES",
    "ASSET": "ASSETS",
    "LIABILITY": "LIABILITIES",
    "EQUITY": "EQUITY",
}


@dataclass(frozen=True, slots=True)
class TaxInUse:
    """One tax of the source's live invoices. total_by_currency: (currency, minor units) of the invoices that use it."""

    key: str
    rate: Decimal | None
    line_amount_types: frozenset[LineAmountTypes]
    invoices: int
    total_by_currency: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A Xero tax rate that may stand for a source tax, and why."""

    rate: TaxRate
    reason: str
    equal: bool


# --- Step 1: the revenue account


def revenue_accounts(organisation: Organisation) -> tuple[Account, ...]:
    """The accounts sales can post to, by code: class REVENUE, active, no system account."""
    return tuple(sorted(filter(is_revenue, organisation.accounts), key=lambda account: (account.code, account.name)))


def is_revenue(account: Account) -> bool:
    """An ordinary, active revenue account with a code to post to."""
    ordinary = account.klass == "REVENUE" and not account.system_account and bool(account.code)
    return ordinary and account.status == "ACTIVE"


def preselected_account(organisation: Organisation) -> str:
    """The code of the one revenue account called Sales, or nothing; codes mean other accounts in other countries."""
    sales = [account.code for account in revenue_accounts(organisation) if match_key(account.name) == "sales"]
    return sales[0] if len(sales) == 1 else ""


def account_hold(code: str, organisation: Organisation) -> Hold | None:
    """Why a revenue account cannot be used, or None."""
    if not code:
        return hold("no_revenue_account")
    account = organisation.account(code)
    if account is None or account.status == "DELETED":
        return hold("account_gone", account=code)
    if account.status != "ACTIVE":
        return hold("account_archived", account=code)
    return None if is_revenue(account) else hold("account_not_revenue", account=code)


# --- Step 2: taxes


@once_a_side
def taxes_in_use(source: Invoices) -> tuple[TaxInUse, ...]:
    """Every tax on the lines of live invoices, by key. Invoices that were never due to travel do not count."""
    live = source.invoices[source.invoices["state"].isin(IN_USE)]
    lines = source.lines[["invoice_id", "tax_key", "tax_rate_e4"]]
    lines = lines.assign(tax_key=lines["tax_key"].where(lines["tax_key"] != "", NO_TAX_KEY))
    columns = live[["id", "currency", "total_minor", "line_amount_types"]]
    used = lines.drop_duplicates(subset=["invoice_id", "tax_key"]).merge(
        columns, how="inner", left_on="invoice_id", right_on="id", validate="many_to_one"
    )
    found = []
    for key, rows in used.groupby("tax_key", sort=True):
        rates = rows["tax_rate_e4"].dropna()
        totals = rows.groupby("currency", sort=True)["total_minor"].sum()
        found.append(
            TaxInUse(
                key=str(key),
                rate=from_scaled(int(rates.iloc[0]), 4) if len(rates) else None,
                line_amount_types=frozenset(LineAmountTypes(value) for value in rows["line_amount_types"].unique()),
                invoices=len(rows),
                total_by_currency=tuple((str(currency), int(total)) for currency, total in totals.items()),
            )
        )
    return tuple(found)


def usable_rate(tax_type: str, organisation: Organisation) -> TaxRate | None:
    """The active rate of this code if it can stand on a sale, else None."""
    rate = organisation.tax_rate(tax_type)
    return rate if rate is not None and "REVENUE" in rate.applies_to else None


def tax_candidates(rate: Decimal | None, organisation: Organisation, account_code: str = "") -> tuple[Candidate, ...]:
    """The active rates that can stand on the account: equal percentages first, then the nearest, then by name."""
    account = organisation.account(account_code)
    place = APPLIES_TO.get(account.klass, "REVENUE") if account else "REVENUE"
    default = account.tax_type if account else ""
    active = [each for each in organisation.tax_rates if each.status == "ACTIVE" and place in each.applies_to]
    found = [Candidate(each, candidate_reason(each, rate, default), each.rate == rate) for each in active]
    return tuple(sorted(found, key=lambda one: (abs(one.rate.rate - (rate or ZERO)), one.rate.name, one.rate.tax_type)))


def candidate_reason(candidate: TaxRate, rate: Decimal | None, default: str) -> str:
    """Why a rate is offered, as words for the list."""
    equal = (
        f"the same {plain(candidate.rate)} %" if candidate.rate == rate else f"{plain(candidate.rate)} %, not the same"
    )
    return f"{equal}; the account's own rate" if candidate.tax_type == default else equal


def suggested_tax_map(taxes: Iterable[TaxInUse], organisation: Organisation, account_code: str = "") -> dict[str, str]:
    """Tax key to tax type where exactly one rate has the equal percentage; everything else needs a choice."""
    suggested = {}
    for tax in taxes:
        equal = [each for each in tax_candidates(tax.rate, organisation, account_code) if each.equal]
        if len(equal) == 1:
            suggested[tax.key] = equal[0].rate.tax_type
    return suggested


def tax_type_for(setup: Setup, key: str) -> str:
    """The tax type chosen for a tax key, whatever case the choice was typed in; empty when there is none."""
    chosen = setup.tax_map.get(key)
    if chosen is None:
        wanted = match_key(key)
        chosen = next((value for name, value in setup.tax_map.items() if match_key(name) == wanted), "")
    return chosen


def is_held(setup: Setup, key: str) -> bool:
    """True when invoices with this tax are held by choice."""
    return match_key(key) in {match_key(held) for held in setup.held_taxes}


def needs_mapping(tax: TaxInUse) -> bool:
    """True unless the tax is the absence of tax on invoices that charge none at all: those post as No Tax."""
    return tax.key != NO_TAX_KEY or tax.line_amount_types != {LineAmountTypes.NO_TAX}


def parse_tax_option(text: str, keys_in_use: Iterable[str] = ()) -> tuple[str, str]:
    """The command line's "GST 10%=OUTPUT" as (tax key, tax type); the key in the spelling of the keys in use.

    >>> parse_tax_option("gst 10.0 %=output", ["GST 10%"])
    ('GST 10%', 'OUTPUT')

    Raises ValueError with a sentence when it does not have the form NAME RATE%=TAXTYPE.
    """
    name, separator, tax_type = text.rpartition("=")
    if not separator or not tax_type.strip():
        raise ValueError(f'\'{text}\' is not of the form "NAME RATE%=TAXTYPE", for example "GST 10%=OUTPUT".')
    known = {match_key(key): key for key in (NO_TAX_KEY, *keys_in_use)}
    key = known.get(match_key(name)) or normal_tax_key(name)
    return known.get(match_key(key), key), tax_type.strip().upper()


def normal_tax_key(text: str) -> str:
    """A typed tax in the form of `tax_key`. Raises ValueError when a part has no percentage."""
    taxes = []
    for part in AFTER_A_TAX.split(text.strip()):
        found = ONE_TAX.fullmatch(part.strip())
        if found is None:
            raise ValueError(
                f"'{part.strip()}' has no percentage; write the tax as NAME RATE%, for example \"GST 10%\"."
            )
        taxes.append(AppliedTax(found["name"], D(found["rate"]), compound=bool(found["compound"])))
    return tax_key(tuple(taxes))


# --- Review


def missing_steps(setup: Setup, organisation: Organisation, source: Invoices | None) -> tuple[str, ...]:
    """Every reason why Complete is refused, as sentences; empty when the set-up may be completed.

    source: the imported export, None before the first import; what it brings later is held by the plan until mapped.
    """
    accounts = filter(None, (account_hold(code, organisation) for code in setup.accounts()))
    missing = [f"{account.sentence} {account.remedy}" for account in accounts]
    if setup.status not in {"DRAFT", "AUTHORISED"}:
        missing.append("Choose whether invoices arrive in Xero as DRAFT or AUTHORISED.")
    if organisation.pays_tax:
        missing += missing_taxes(setup, organisation, taxes_in_use(source) if source else ())
    if source:
        missing += [each.sentence for each in currency_findings(source, organisation) if each.blocks]
    if not setup.currency_confirmed:
        missing.append("Confirm the currency in step Currency.")
    return tuple(missing)


def missing_taxes(setup: Setup, organisation: Organisation, taxes: Sequence[TaxInUse]) -> list[str]:
    """What step Taxes still lacks."""
    holds = [
        hold("tax_unmapped", tax=tax.key)
        for tax in taxes
        if needs_mapping(tax) and not tax_type_for(setup, tax.key) and not is_held(setup, tax.key)
    ]
    holds += [
        hold("tax_type_gone", tax=key, tax_type=tax_type)
        for key, tax_type in sorted(setup.tax_map.items())
        if usable_rate(tax_type, organisation) is None and not is_held(setup, key)
    ]
    missing = [f"{each.sentence} {each.remedy}" for each in holds]
    return missing if setup.taxes_confirmed else [*missing, "Tick that the taxes are correct in step Taxes."]


def setup_warnings(setup: Setup, organisation: Organisation, source: Invoices | None) -> tuple[str, ...]:
    """What a person should know before completing, without being refused."""
    plan = [NO_LINK_OF_ITS_OWN] if setup.invoice2go_plan == "starter" else []
    if source is None:
        return tuple(plan)
    warnings = plan + [
        each.sentence for each in currency_findings(source, organisation) if each.kind == "not_subscribed"
    ]
    if not organisation.pays_tax:
        return (
            "The organisation does not pay tax: invoices are posted without, those that charge some are held.",
            *warnings,
        )
    return (*(each for tax in taxes_in_use(source) for each in tax_warnings(tax, setup, organisation)), *warnings)


def tax_warnings(tax: TaxInUse, setup: Setup, organisation: Organisation) -> list[str]:
    """What the choice for one tax means, where it is not the plain one."""
    if is_held(setup, tax.key):
        return [f"{tax.invoices} invoices with '{tax.key}' are held by your choice."]
    tax_type = tax_type_for(setup, tax.key)
    if not tax_type and not needs_mapping(tax):
        return [
            f"{tax.invoices} invoices without any tax are posted as 'No Tax'; map '{tax.key}' for a rate of its own."
        ]
    rate = usable_rate(tax_type, organisation)
    if rate is None or tax.rate is None or rate.rate == tax.rate:
        return []
    return [f"'{tax.key}' is posted as {tax_type} with {plain(rate.rate)} %; invoices that would not agree are held."]
