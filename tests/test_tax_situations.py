"""Twenty tax situations in five countries: what is offered, what pairs by itself, and what a push would do.

The table lies beside this file as tax_situations.json; `--regenerate-golden` writes it anew: read its diff.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fixtures_workspace import sale

from i2g_recon.core.frame import from_records, records
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.plan import make_plan
from i2g_recon.core.setup import (
    Setup,
    preselected_account,
    revenue_accounts,
    suggested_tax_map,
    tax_candidates,
    taxes_in_use,
)
from i2g_recon.invoice2go.reader import read_export
from i2g_recon.sandbox.countries import defaults
from i2g_recon.sandbox.i2g_export import ExportInvoice, ExportLine, ExportTax, csv_bytes
from i2g_recon.sandbox.i2g_totals import totalled
from i2g_recon.xero.reader import account, tax_rate

TABLE = Path(__file__).parent / "tax_situations.json"
COUNTRIES = ("AU", "NZ", "UK", "US", "ZA")
SHOWN = 3  # candidates that the table keeps


def tax(name: str, rate: str, n: int = 1, **more: Any) -> ExportTax:
    return ExportTax(id=f"00000000-0000-4000-8000-00000000000{n}", name=name, rates=(Decimal(rate),), **more)


def line(*taxes: ExportTax, price: str = "100", **more: Any) -> ExportLine:
    applied = tuple((one.rates[0], one.id) for one in taxes)
    return ExportLine(description="Work", quantity=Decimal(1), unit_price=Decimal(price), taxes=applied, **more)


def sold(*lines: ExportLine, taxes: tuple[ExportTax, ...]) -> ExportInvoice:
    return totalled(replace(sale("T-1"), lines=lines, taxes=taxes))


GST10, GST15, VAT20 = tax("GST", "10"), tax("GST", "15"), tax("VAT", "20")
INSIDE = tax("GST", "10", inclusive=True)
FREE = tax("GST Free", "0", 2)
FIVE, SEVEN = tax("GST", "5"), tax("PST", "7", 2)
ON_TOP = tax("QST", "9.975", 2, accumulative_of=FIVE.id)
SITUATIONS: dict[str, ExportInvoice] = {
    "10 % on top": sold(line(GST10), taxes=(GST10,)),
    "10 % inside the price": sold(line(INSIDE, price="110"), taxes=(INSIDE,)),
    "15 % on top": sold(line(GST15), taxes=(GST15,)),
    "15 % inside the price": sold(
        line(tax("GST", "15", inclusive=True), price="115"), taxes=(tax("GST", "15", inclusive=True),)
    ),
    "20 % on top": sold(line(VAT20), taxes=(VAT20,)),
    "5 % on top": sold(line(FIVE), taxes=(FIVE,)),
    "8.25 % sales tax": sold(line(tax("Sales Tax", "8.25")), taxes=(tax("Sales Tax", "8.25"),)),
    "12.5 %, a rate of the past": sold(line(tax("GST", "12.5")), taxes=(tax("GST", "12.5"),)),
    "0 % by name": sold(line(FREE), taxes=(FREE,)),
    "0 % called VAT": sold(line(tax("VAT", "0")), taxes=(tax("VAT", "0"),)),
    "no tax at all": sold(line(), taxes=()),
    "10 % and a line without tax": sold(line(GST10), line(), taxes=(GST10,)),
    "10 % and a free line": sold(line(GST10), line(FREE), taxes=(GST10, FREE)),
    "two taxes side by side": sold(line(FIVE, SEVEN), taxes=(FIVE, SEVEN)),
    "a tax on a tax": sold(line(FIVE, ON_TOP), taxes=(FIVE, ON_TOP)),
    "one inside, one on top": sold(line(INSIDE, price="110"), line(FREE), taxes=(INSIDE, FREE)),
    "withholding": replace(
        sold(line(GST10, withholding=True), taxes=(GST10,)),
        withholding_rate=Decimal(10),
        withholding_amount=Decimal(10),
    ),
    "a tax without a name": sold(line(tax("", "10")), taxes=(tax("", "10"),)),
    "another name for 10 %": sold(line(tax("Umsatz", "10")), taxes=(tax("Umsatz", "10"),)),
    "100 %": sold(line(tax("Luxury", "100")), taxes=(tax("Luxury", "100"),)),
}


def organisation_of(country: str) -> Organisation:
    held = defaults(country)
    rates = tuple(rate for row in held["TaxRates"] if (rate := tax_rate(row)))
    base = held["Organisations"][0]["BaseCurrency"] if "Organisations" in held else "AUD"
    accounts = tuple(account(row) for row in held["Accounts"])
    made = Organisation(tenant_id="t", name=country, base_currency=base, currencies=("AUD", base), accounts=accounts)
    return replace(made, tax_rates=rates)


def told(country: str, sold_one: ExportInvoice) -> dict[str, Any]:
    """What step Taxes offers, and what a push would then do."""
    side = read_export(csv_bytes([sold_one]), "x_invoice.csv")
    organisation = organisation_of(country)
    code = preselected_account(organisation) or revenue_accounts(organisation)[0].code
    used = taxes_in_use(side)
    paired = suggested_tax_map(used, organisation, code)
    setup = Setup(revenue_account=code, tax_map=paired, taxes_confirmed=True, currency_confirmed=True, completed=True)
    offered = {
        one.key: [f"{each.rate.name}: {each.reason}" for each in tax_candidates(one.rate, organisation, code)[:SHOWN]]
        for one in used
    }
    (command,) = make_plan(
        [(one, "sent_not_in_target") for one in records(side)],
        target=from_records([]),
        organisation=organisation,
        setup=setup,
        contacts=(),
    )
    verdict = f"{command.action}: {command.message}" if command.action == "hold" else command.action
    return {"offered": offered, "paired": dict(paired), "verdict": verdict, "warnings": list(command.warnings)}


@pytest.mark.parametrize("country", COUNTRIES)
def test_what_is_offered_and_what_a_push_would_do(country: str, request: pytest.FixtureRequest) -> None:
    found = {name: told(country, sold_one) for name, sold_one in SITUATIONS.items()}
    if request.config.getoption("--regenerate-golden"):
        table = json.loads(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else {}
        TABLE.write_text(json.dumps({**table, country: found}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == json.loads(TABLE.read_text(encoding="utf-8"))[country]


def test_there_are_twenty_situations() -> None:
    assert len(SITUATIONS) == 20


@pytest.mark.parametrize("country", COUNTRIES)
def test_only_equal_rates_pair_by_themselves(country: str) -> None:
    rates = {rate.tax_type: rate.rate for rate in organisation_of(country).tax_rates}
    for sold_one in SITUATIONS.values():
        side = read_export(csv_bytes([sold_one]), "x_invoice.csv")
        organisation = organisation_of(country)
        code = preselected_account(organisation) or revenue_accounts(organisation)[0].code
        by_key = {one.key: one.rate for one in taxes_in_use(side)}
        for key, tax_type in suggested_tax_map(taxes_in_use(side), organisation, code).items():
            assert rates[tax_type] == by_key[key]
