"""What a fresh organisation of five countries holds: its own chart, tax rates, currency, and nothing else.

Everything is in the shape Xero gives on the wire, dates as plain ISO text (the server writes them as Xero does).
Ids come from the country and the record's own code, so they are the same on every machine and in every run.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from i2g_recon.errors import NotConfigured
from i2g_recon.sandbox import charts, country_rates

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "sandbox.i2g-recon.example")
SETTINGS_MOMENT = "2025-07-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """What differs from country to country; sales, purchases and none are the tax types a chart's roles stand for."""

    code: str
    name: str
    version: str
    currency: str
    currency_name: str
    timezone: str
    short_code: str
    tax_name: str
    tax_number: str
    sales_tax_basis: str
    sales_tax_period: str
    year_end: tuple[int, int]  # day, month
    chart: str
    rates: str
    sales: str
    purchases: str
    none: str


COUNTRIES = {
    country.code: country
    for country in (
        Country(
            code="AU",
            name="Sandbox Company (AU)",
            version="AU",
            currency="AUD",
            currency_name="Australian Dollar",
            timezone="AUSEASTERNSTANDARDTIME",
            short_code="!Sb4AU",
            tax_name="GST",
            tax_number="00 000 000 000",
            sales_tax_basis="ACCRUALS",
            sales_tax_period="QUARTERLY1",
            year_end=(30, 6),
            chart=charts.STANDARD,
            rates=country_rates.AUSTRALIA,
            sales="OUTPUT",
            purchases="INPUT",
            none="BASEXCLUDED",
        ),
        Country(
            code="NZ",
            name="Sandbox Company (NZ)",
            version="NZ",
            currency="NZD",
            currency_name="New Zealand Dollar",
            timezone="NEWZEALANDSTANDARDTIME",
            short_code="!Sb4NZ",
            tax_name="GST",
            tax_number="000-000-000",
            sales_tax_basis="PAYMENTS",
            sales_tax_period="TWOMONTHS",
            year_end=(31, 3),
            chart=charts.STANDARD,
            rates=country_rates.NEW_ZEALAND,
            sales="OUTPUT2",
            purchases="INPUT2",
            none="NONE",
        ),
        Country(
            code="UK",
            name="Sandbox Company (UK)",
            version="UK",
            currency="GBP",
            currency_name="British Pound",
            timezone="GMTSTANDARDTIME",
            short_code="!Sb4UK",
            tax_name="VAT",
            tax_number="GB000000000",
            sales_tax_basis="ACCRUAL",
            sales_tax_period="QUARTERLY",
            year_end=(31, 3),
            chart=charts.STANDARD,
            rates=country_rates.UNITED_KINGDOM,
            sales="OUTPUT2",
            purchases="INPUT2",
            none="NONE",
        ),
        Country(
            code="US",
            name="Sandbox Company (US)",
            version="US",
            currency="USD",
            currency_name="United States Dollar",
            timezone="PACIFICSTANDARDTIME",
            short_code="!Sb4US",
            tax_name="Sales Tax",
            tax_number="00-0000000",
            sales_tax_basis="ACCRUAL",
            sales_tax_period="QUARTERLY",
            year_end=(31, 12),
            chart=charts.UNITED_STATES,
            rates=country_rates.UNITED_STATES,
            sales="OUTPUT",
            purchases="INPUT",
            none="NONE",
        ),
        Country(
            code="ZA",
            name="Sandbox Company (ZA)",
            version="GLOBAL",  # which one South African organisations have is not public
            currency="ZAR",
            currency_name="South African Rand",
            timezone="SOUTHAFRICASTANDARDTIME",
            short_code="!Sb4ZA",
            tax_name="VAT",
            tax_number="4000000000",
            sales_tax_basis="ACCRUALS",
            sales_tax_period="TWOMONTHS",
            year_end=(28, 2),
            chart=charts.STANDARD,
            rates=country_rates.SOUTH_AFRICA,
            sales="OUTPUT3",
            purchases="INPUT3",
            none="NONE",
        ),
    )
}


def defaults(country: str) -> dict[str, Any]:
    """A fresh organisation: Organisations (one), Accounts, TaxRates, Currencies, Contacts and Invoices (both empty).

    country: AU, NZ, UK, US or ZA. Amounts and rates are Decimal. Raises NotConfigured for another country.
    """
    if country not in COUNTRIES:
        raise NotConfigured(f"the sandbox knows no country '{country}'; choose one of {', '.join(COUNTRIES)}")
    place = COUNTRIES[country]
    return {
        "Organisations": [organisation(place)],
        "Accounts": [account(place, row) for row in charts.chart(place.chart, tax_name=place.tax_name)],
        "TaxRates": [tax_rate(place, row) for row in country_rates.rate_rows(place.rates)],
        "Currencies": [{"Code": place.currency, "Description": place.currency_name}],
        "Contacts": [],
        "Invoices": [],
    }


def record_id(*parts: str) -> str:
    """The id of a sandbox record, always the same for the same words."""
    return str(uuid.uuid5(NAMESPACE, "/".join(parts)))


def organisation(place: Country) -> dict[str, Any]:
    """The organisation itself; lock dates are absent, as they are in Xero until somebody sets them."""
    return {
        "OrganisationID": record_id(place.code, "organisation"),
        "Name": place.name,
        "LegalName": place.name,
        "ShortCode": place.short_code,
        "Version": place.version,
        "BaseCurrency": place.currency,
        "CountryCode": "GB" if place.code == "UK" else place.code,
        "Timezone": place.timezone,
        "PaysTax": True,
        "IsDemoCompany": False,
        "OrganisationStatus": "ACTIVE",
        "OrganisationType": "COMPANY",
        "OrganisationEntityType": "COMPANY",
        "Class": "ULTIMATE",
        "Edition": "BUSINESS",
        "SalesTaxBasis": place.sales_tax_basis,
        "SalesTaxPeriod": place.sales_tax_period,
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Inclusive",
        "FinancialYearEndDay": place.year_end[0],
        "FinancialYearEndMonth": place.year_end[1],
        "TaxNumber": place.tax_number,
        "CreatedDateUTC": SETTINGS_MOMENT,
    }


def account(place: Country, row: charts.ChartRow) -> dict[str, Any]:
    """One account. `SystemAccount` is left out where it is ordinary, `CurrencyCode` belongs to banks only."""
    tax_types = {"sales": place.sales, "purchases": place.purchases, "none": place.none}
    record: dict[str, Any] = {
        "AccountID": record_id(place.code, "account", row.code),
        "Code": row.code,
        "Name": row.name,
        "Status": "ACTIVE",
        "Type": row.type,
        "Class": row.klass,
        "TaxType": tax_types[row.tax_role],
        "EnablePaymentsToAccount": row.takes_payments,
        "ShowInExpenseClaims": False,
        "UpdatedDateUTC": SETTINGS_MOMENT,
    }
    if row.system_account:
        record["SystemAccount"] = row.system_account
    if row.type == "BANK":
        record |= {"CurrencyCode": place.currency, "BankAccountType": "BANK"}
    return record


def tax_rate(place: Country, row: country_rates.RateRow) -> dict[str, Any]:
    """One tax rate with one component."""
    percent = Decimal(row.percent)
    component = {"Name": place.tax_name, "Rate": percent, "IsCompound": False, "IsNonRecoverable": False}
    record: dict[str, Any] = {
        "Name": row.name,
        "TaxType": row.tax_type,
        "CanApplyToAssets": "A" in row.used_on,
        "CanApplyToEquity": "E" in row.used_on,
        "CanApplyToExpenses": "X" in row.used_on,
        "CanApplyToLiabilities": "L" in row.used_on,
        "CanApplyToRevenue": "R" in row.used_on,
        "DisplayTaxRate": percent,
        "EffectiveRate": percent,
        "Status": row.status,
        "TaxComponents": [component],
    }
    return record | ({"ReportTaxType": row.report_tax_type} if row.report_tax_type else {})
