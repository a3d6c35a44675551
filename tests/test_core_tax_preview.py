"""What a mapping would make of the newest invoices: how many come out to the cent, and how far off the others are."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fixtures_books import GST, ORGANISATION, SETUP, invoice, line

from i2g_recon.core import tax_preview
from i2g_recon.core.frame import from_records
from i2g_recon.core.invoice import NO_TAX_KEY, Invoice, State
from i2g_recon.core.tax_preview import DAYS, TaxPreview, compared_rates, tax_previews

ONE = line("1", "100.00", "Repair")
FREE = line("1", "50.00", "Plan", tax="")


def seen(*sales: Invoice, **choices: Any) -> dict[str, TaxPreview]:
    numbered = [replace(sale, id=f"i{n:04}", number=f"HT-{n}") for n, sale in enumerate(sales)]
    return dict(tax_previews(from_records(numbered), ORGANISATION, replace(SETUP, **choices)))


def test_an_equal_rate_comes_out_to_the_cent() -> None:
    assert seen(invoice(ONE), invoice(ONE, FREE)) == {GST: TaxPreview(2, 2), NO_TAX_KEY: TaxPreview(1, 1)}


def test_another_rate_shows_what_it_costs() -> None:
    found = seen(invoice(ONE), invoice(ONE, ONE), tax_map={GST: "OUTPUT15"})
    assert found[GST] == TaxPreview(2, 0, 0, (("AUD", 1500),))
    assert found[GST].differ == 2
    found = seen(invoice(ONE), tax_map={GST: "EXEMPTOUTPUT"})
    assert found[GST].apart == (("AUD", -1000),)


def test_currencies_stay_apart() -> None:
    found = seen(invoice(ONE), invoice(ONE, currency="NZD"), tax_map={GST: "OUTPUT15"})
    assert found[GST].apart == (("AUD", 500), ("NZD", 500))


@pytest.mark.parametrize("choices", [{"tax_map": {}}, {"held_taxes": (GST,)}, {"tax_map": {GST: "OLDOUTPUT"}}])
def test_what_cannot_be_posted_is_said(choices: dict[str, Any]) -> None:
    assert seen(invoice(ONE), **choices)[GST] == TaxPreview(1, 0, 1)


def test_only_the_newest_live_invoices_count(monkeypatch: pytest.MonkeyPatch) -> None:
    newest = dt.date(2026, 6, 30)
    ages = {0: 1, DAYS: 1, DAYS + 1: 0}
    sales = [invoice(ONE, date=newest - dt.timedelta(days=age)) for age in ages]
    assert seen(*sales)[GST].invoices == sum(ages.values())
    odd = [
        invoice(ONE, state=State.UNSENT),
        invoice(ONE, state=State.VOID),
        invoice(ONE, date=None),
        invoice(ONE, total=Decimal(1), adds_up=False),
    ]
    assert seen(invoice(ONE), *odd)[GST].invoices == 1
    monkeypatch.setattr(tax_preview, "MOST", 3)
    assert seen(*[invoice(ONE)] * 5)[GST].invoices == 3


def test_each_rate_is_tried_on_the_same_invoices_and_the_others_stay() -> None:
    sales = [replace(sale, id=f"i{n}") for n, sale in enumerate([invoice(ONE), invoice(ONE, FREE), invoice(FREE)])]
    setup = replace(SETUP, held_taxes=(GST,))
    tried = {GST: ["OUTPUT", "OUTPUT15", "NOSUCH"], NO_TAX_KEY: ["EXEMPTOUTPUT"]}
    found = compared_rates(from_records(sales), ORGANISATION, setup, tried)
    assert found[GST] == {
        "OUTPUT": TaxPreview(2, 2),
        "OUTPUT15": TaxPreview(2, 0, 0, (("AUD", 1000),)),
        "NOSUCH": TaxPreview(2, 0, 2),
    }
    assert found[NO_TAX_KEY]["EXEMPTOUTPUT"].held == 1  # the one that also has the held tax
    assert compared_rates(from_records([]), ORGANISATION, SETUP, {GST: ["OUTPUT"]}) == {GST: {"OUTPUT": TaxPreview()}}


def test_nothing_imported() -> None:
    assert seen() == {}
