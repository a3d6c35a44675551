"""Five countries: each seed is usable as it stands and keeps the traps that a fixed account code falls into."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from i2g_recon.errors import NotConfigured
from i2g_recon.sandbox.countries import COUNTRIES, defaults

# country, currency, sales account, its tax type, percent, account 200
FACTS = """
AU AUD 200 OUTPUT  10 Sales
NZ NZD 200 OUTPUT2 15 Sales
UK GBP 200 OUTPUT2 20 Sales
US USD 400 OUTPUT  0  Accounts_Payable
ZA ZAR 200 OUTPUT3 15 Sales
"""
APPLIES = {
    "ASSET": "CanApplyToAssets",
    "EQUITY": "CanApplyToEquity",
    "EXPENSE": "CanApplyToExpenses",
    "LIABILITY": "CanApplyToLiabilities",
    "REVENUE": "CanApplyToRevenue",
}
each_country = pytest.mark.parametrize("country", list(COUNTRIES))


def by(rows: list[dict[str, Any]], field: str) -> dict[str, dict[str, Any]]:
    return {row[field]: row for row in rows}


@pytest.mark.parametrize("fact", FACTS.strip().splitlines())
def test_the_facts_that_differ_from_country_to_country(fact: str) -> None:
    country, currency, sales_code, tax_type, percent, name_of_200 = fact.split()
    seed = defaults(country)
    accounts, rates = by(seed["Accounts"], "Code"), by(seed["TaxRates"], "TaxType")
    sales = next(account for account in seed["Accounts"] if account["Name"] == "Sales")
    assert seed["Organisations"][0]["BaseCurrency"] == currency
    assert (sales["Code"], sales["TaxType"], sales["Class"]) == (sales_code, tax_type, "REVENUE")
    assert rates[tax_type]["EffectiveRate"] == Decimal(percent)
    assert accounts["200"]["Name"] == name_of_200.replace("_", " ")


@each_country
def test_a_fresh_organisation_can_be_set_up(country: str) -> None:
    seed = defaults(country)
    organisation = seed["Organisations"][0]
    assert len(seed["Organisations"]) == 1
    assert [currency["Code"] for currency in seed["Currencies"]] == [organisation["BaseCurrency"]]
    assert re.fullmatch(r"![A-Za-z0-9]{5}", organisation["ShortCode"])
    assert not {"PeriodLockDate", "EndOfYearLockDate", "APIKey"} & set(organisation)
    revenue = [row for row in seed["Accounts"] if row["Class"] == "REVENUE" and "SystemAccount" not in row]
    rates = [row for row in seed["TaxRates"] if row["CanApplyToRevenue"] and row["Status"] == "ACTIVE"]
    assert revenue
    assert rates
    assert (seed["Contacts"], seed["Invoices"]) == ([], [])


@each_country
def test_codes_are_unique_and_every_account_may_use_its_own_rate(country: str) -> None:
    seed = defaults(country)
    rates = by(seed["TaxRates"], "TaxType")
    assert len(by(seed["Accounts"], "Code")) == len(by(seed["Accounts"], "AccountID")) == len(seed["Accounts"])
    assert len(rates) == len(seed["TaxRates"])
    for account in seed["Accounts"]:
        rate = rates[account["TaxType"]]
        assert rate["Status"] == "ACTIVE", account["Code"]
        assert rate[APPLIES[account["Class"]]], account["Code"]


@each_country
def test_system_accounts_are_all_there_once(country: str) -> None:
    marks = [row["SystemAccount"] for row in defaults(country)["Accounts"] if "SystemAccount" in row]
    assert len(marks) == len(set(marks))
    assert {"DEBTORS", "CREDITORS", "GST", "ROUNDING"} <= set(marks)


@each_country
def test_rates_are_the_sum_of_their_components(country: str) -> None:
    for rate in defaults(country)["TaxRates"]:
        assert sum(part["Rate"] for part in rate["TaxComponents"]) == rate["EffectiveRate"] == rate["DisplayTaxRate"]
        assert isinstance(rate["EffectiveRate"], Decimal)
        assert ("ReportTaxType" in rate) == (country != "US")


def test_new_zealand_lists_its_deleted_rates() -> None:
    rates = by(defaults("NZ")["TaxRates"], "TaxType")
    deleted = {code: rate["EffectiveRate"] for code, rate in rates.items() if rate["Status"] == "DELETED"}
    assert deleted == {"OUTPUT": Decimal("12.5"), "INPUT": Decimal("12.5")}
    assert [code for code, rate in rates.items() if rate["CanApplyToLiabilities"] and not rate["CanApplyToAssets"]] == [
        "ZERORATED",
        "GSTONIMPORTS",
    ]


def test_australia_rounds_on_860_without_tax() -> None:
    rounding = by(defaults("AU")["Accounts"], "Code")["860"]
    assert (rounding["SystemAccount"], rounding["TaxType"]) == ("ROUNDING", "BASEXCLUDED")


@each_country
def test_ids_never_change_and_the_caller_may_change_the_seed(country: str) -> None:
    first = defaults(country)
    first["Accounts"].clear()
    assert defaults(country) == defaults(country)
    assert defaults(country)["Accounts"]


def test_an_unknown_country_is_refused_by_name() -> None:
    with pytest.raises(NotConfigured, match="'FR'"):
        defaults("FR")
