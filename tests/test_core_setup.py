from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fixtures_books import GST, ORGANISATION, SETUP, account, invoice, line, rate
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.frame import Invoices, from_records
from i2g_recon.core.invoice import NO_TAX_KEY, AppliedTax, Invoice, LineAmountTypes, State, tax_key
from i2g_recon.core.money import D
from i2g_recon.core.setup import (
    Setup,
    currencies_in_use,
    currency_findings,
    missing_steps,
    parse_tax_option,
    preselected_account,
    revenue_accounts,
    setup_warnings,
    suggested_tax_map,
    tax_candidates,
    tax_type_for,
    taxes_in_use,
)

NO_TAX = LineAmountTypes.NO_TAX
UNTAXED = invoice(line("1", "80", tax=""), id="s-2", line_amount_types=NO_TAX)


def export(*invoices: Invoice) -> Invoices:
    return from_records([replace(each, id=f"s-{at}") for at, each in enumerate(invoices)])


SOURCE = export(invoice(line("1", "100"), line("1", "5")), invoice(line("2", "50"), line("1", "9", tax="")), UNTAXED)


# --- Step 1


def test_revenue_accounts_are_active_ordinary_revenue() -> None:
    others = (account("", "No code"), account("299", "Rounding sales", system_account="ROUNDING"))
    organisation = replace(ORGANISATION, accounts=(*ORGANISATION.accounts[::-1], *others))
    assert [each.code for each in revenue_accounts(organisation)] == ["200", "260"]


@pytest.mark.parametrize(
    ("accounts", "code"),
    [
        ([("200", "Sales"), ("260", "Other Revenue")], "200"),
        ([("001", " sales ")], "001"),
        ([("200", "Sales"), ("201", "SALES")], ""),
        ([("200", "Sales of goods")], ""),
        ([], ""),
    ],
)
def test_only_one_account_called_sales_is_preselected(accounts: list[tuple[str, str]], code: str) -> None:
    organisation = replace(ORGANISATION, accounts=tuple(account(*each) for each in accounts))
    assert preselected_account(organisation) == code


def test_accounts_payable_at_200_is_never_preselected() -> None:
    payable = account("200", "Accounts Payable", klass="LIABILITY", system_account="CREDITORS")
    assert preselected_account(replace(ORGANISATION, accounts=(payable,))) == ""


# --- Step 2


def test_taxes_in_use_count_invoices_and_their_value() -> None:
    gst, none = taxes_in_use(SOURCE)
    assert (gst.key, gst.rate, gst.invoices, gst.total_by_currency) == (GST, D("10"), 2, (("AUD", 23450),))
    assert (none.key, none.rate, none.invoices, none.total_by_currency) == (NO_TAX_KEY, D("0"), 2, (("AUD", 19900),))
    assert none.line_amount_types == {LineAmountTypes.EXCLUSIVE, NO_TAX}


def test_currencies_are_not_added_together() -> None:
    source = export(invoice(line("1", "100")), invoice(line("1", "100"), currency="NZD"))
    assert taxes_in_use(source)[0].total_by_currency == (("AUD", 11000), ("NZD", 11000))
    assert [(each.currency, each.invoices, each.total_minor) for each in currencies_in_use(source)] == [
        ("AUD", 1, 11000),
        ("NZD", 1, 11000),
    ]


@pytest.mark.parametrize(
    ("state", "counted"), [(State.LIVE, 1), (State.UNKNOWN, 1), (State.UNSENT, 0), (State.VOID, 0)]
)
def test_only_invoices_that_may_travel_count(state: State, counted: int) -> None:
    source = export(invoice(line("1", "100"), state=state))
    assert (len(taxes_in_use(source)), len(currencies_in_use(source))) == (counted, counted)


def test_an_unstated_rate_stays_unknown() -> None:
    (tax,) = taxes_in_use(export(invoice(line("1", "1", tax_rate=None))))
    assert tax.rate is None
    assert suggested_tax_map([tax], ORGANISATION) == {}


def test_candidates_are_active_sales_rates_equal_ones_first() -> None:
    found = tax_candidates(D("10"), ORGANISATION, "200")
    assert [(each.rate.tax_type, each.equal) for each in found] == [
        ("OUTPUT", True),
        ("OUTPUT15", False),
        ("BASEXCLUDED", False),
        ("EXEMPTOUTPUT", False),
    ]
    assert found[0].reason == "the same 10 %; the account's own rate"
    assert found[2].reason == "0 %, not the same"


@pytest.mark.parametrize(
    ("rates", "suggested"),
    [
        (ORGANISATION.tax_rates, {GST: "OUTPUT"}),  # two rates of 0 %: a choice
        ((rate("OUTPUT", "10"), rate("TAX001", "10")), {}),
        ((rate("OUTPUT", "10"), rate("NONE", "0")), {GST: "OUTPUT", NO_TAX_KEY: "NONE"}),
        ((rate("OUTPUT", "10", status="DELETED"),), {}),
        ((rate("INPUT", "10", applies_to=frozenset({"EXPENSES"})),), {}),
        ((rate("OUTPUT", "12.5"),), {}),
    ],
)
def test_only_a_single_equal_rate_is_suggested(rates: tuple[Any, ...], suggested: dict[str, str]) -> None:
    assert suggested_tax_map(taxes_in_use(SOURCE), replace(ORGANISATION, tax_rates=rates), "200") == suggested


@pytest.mark.parametrize(
    ("text", "key", "tax_type"),
    [
        ("GST 10%=OUTPUT", "GST 10%", "OUTPUT"),
        ("GST 10.0%=OUTPUT", "GST 10%", "OUTPUT"),
        ("gst 10 % = output", "GST 10%", "OUTPUT"),
        ("VAT (old) 17.50%=TAX001", "VAT (old) 17.5%", "TAX001"),
        ("no tax 0%=NONE", NO_TAX_KEY, "NONE"),
        ("GST 5% + PST 7.0% compound=TAX002", "GST 5% + PST 7% compound", "TAX002"),
        ("pst 7% COMPOUND + gst 5%=TAX002", "GST 5% + PST 7% compound", "TAX002"),
        ("A=B 10%=OUTPUT", "A=B 10%", "OUTPUT"),
        ("Levy 2%=TAX003", "Levy 2%", "TAX003"),  # not in use yet: kept as typed
    ],
)
def test_a_typed_tax_takes_the_spelling_in_use(text: str, key: str, tax_type: str) -> None:
    assert parse_tax_option(text, ["GST 10%", "GST 5% + PST 7% compound"]) == (key, tax_type)


@pytest.mark.parametrize("text", ["", "GST 10%", "GST 10%=", "GST=OUTPUT", "GST ten%=OUTPUT", "GST 5% + PST=TAX"])
def test_a_typed_tax_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"(is not of the form|has no percentage)"):
        parse_tax_option(text, ["GST 10%"])


@given(
    st.lists(
        st.builds(
            AppliedTax,
            st.text("ABCgst () 0123", min_size=1, max_size=8).map(str.strip).filter(bool).map("T{}T".format),
            st.decimals(min_value=0, max_value=99, places=3),
            compound=st.booleans(),
        ),
        max_size=3,
    )
)
def test_every_key_can_be_typed_back(taxes: list[AppliedTax]) -> None:
    key = tax_key(tuple(taxes))
    assert parse_tax_option(f"{key}=OUTPUT") == (key, "OUTPUT")


def test_a_choice_is_found_whatever_its_case() -> None:
    assert tax_type_for(Setup(tax_map={"gst 10%": "OUTPUT"}), GST) == "OUTPUT"
    assert tax_type_for(Setup(), GST) == ""


# --- Step 3


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        ("AUD AUD NZD USD", [("AUD", "base", False), ("NZD", "subscribed", False), ("USD", "not_subscribed", False)]),
        ("NZD NZD AUD", [("NZD", "subscribed", True), ("AUD", "base", False)]),
        ("USD", [("USD", "not_subscribed", True)]),
        ("AUD USD", [("AUD", "base", False), ("USD", "not_subscribed", False)]),  # equally many: no reason to refuse
        ("", []),
    ],
)
def test_currency_findings(codes: str, found: list[tuple[str, str, bool]]) -> None:
    source = export(*(invoice(line("1", "1"), currency=code) for code in codes.split()))
    findings = currency_findings(source, ORGANISATION)
    assert [(each.use.currency, each.kind, each.blocks) for each in findings] == found
    assert all(each.sentence for each in findings)


# --- Review


def test_a_complete_set_up_lacks_nothing() -> None:
    assert missing_steps(SETUP, ORGANISATION, SOURCE) == ()
    assert missing_steps(SETUP, ORGANISATION, None) == ()
    assert setup_warnings(SETUP, ORGANISATION, SOURCE) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"revenue_account": ""}, "No revenue account"),
        ({"revenue_account": "999"}, "999 is not in Xero"),
        ({"revenue_account": "280"}, "280 is archived"),
        ({"revenue_account": "400"}, "400 is not an ordinary revenue account"),
        ({"revenue_account": "860"}, "860 is not an ordinary revenue account"),
        ({"status": "PAID"}, "DRAFT or AUTHORISED"),
        ({"tax_map": {NO_TAX_KEY: "EXEMPTOUTPUT"}}, "'GST 10%' has no Xero tax rate"),
        ({"tax_map": {GST: "OUTPUT"}}, "'No tax 0%' has no Xero tax rate"),
        ({"tax_map": {**SETUP.tax_map, GST: "OLDOUTPUT"}}, "OLDOUTPUT chosen for 'GST 10%'"),
        ({"tax_map": {**SETUP.tax_map, GST: "INPUT"}}, "INPUT chosen for 'GST 10%'"),
        ({"tax_map": {**SETUP.tax_map, "Levy 2%": "NOSUCH"}}, "NOSUCH chosen for 'Levy 2%'"),
        ({"taxes_confirmed": False}, "Tick that the taxes"),
        ({"currency_confirmed": False}, "Confirm the currency"),
    ],
)
def test_each_thing_that_is_missing_is_said(changes: dict[str, Any], words: str) -> None:
    (sentence,) = missing_steps(replace(SETUP, **changes), ORGANISATION, SOURCE)
    assert words in sentence


def test_everything_missing_is_said_at_once() -> None:
    nzd = export(invoice(line("1", "1"), currency="NZD"))
    assert len(missing_steps(Setup(), ORGANISATION, nzd)) == 5


def test_the_wrong_main_currency_blocks() -> None:
    (sentence,) = missing_steps(SETUP, ORGANISATION, export(invoice(line("1", "1"), currency="NZD")))
    assert "books in AUD" in sentence


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tax_map": {**SETUP.tax_map, GST: "OUTPUT15"}}, "with 15 %"),
        ({"held_taxes": (GST,)}, "2 invoices with 'GST 10%' are held"),
    ],
)
def test_what_may_be_accepted_is_a_warning(changes: dict[str, Any], words: str) -> None:
    setup = replace(SETUP, **changes)
    assert missing_steps(setup, ORGANISATION, SOURCE) == ()
    (sentence,) = setup_warnings(setup, ORGANISATION, SOURCE)
    assert words in sentence


def test_a_held_tax_needs_no_rate() -> None:
    setup = replace(SETUP, tax_map={}, held_taxes=("gst 10%", NO_TAX_KEY))
    assert missing_steps(setup, ORGANISATION, SOURCE) == ()


def test_invoices_without_any_tax_need_no_mapping() -> None:
    setup = replace(SETUP, tax_map={GST: "OUTPUT"})
    assert missing_steps(setup, ORGANISATION, export(UNTAXED)) == ()
    assert "'No Tax'" in setup_warnings(setup, ORGANISATION, export(UNTAXED))[0]


def test_an_organisation_that_pays_no_tax_needs_no_mapping() -> None:
    organisation = replace(ORGANISATION, pays_tax=False)
    setup = Setup(revenue_account="200", currency_confirmed=True)
    assert missing_steps(setup, organisation, SOURCE) == ()
    assert "does not pay tax" in setup_warnings(setup, organisation, SOURCE)[0]


def test_an_unsubscribed_currency_is_a_warning() -> None:
    source = export(invoice(line("1", "1")), invoice(line("1", "1"), currency="USD"))
    assert missing_steps(SETUP, ORGANISATION, source) == ()
    assert "held until USD" in setup_warnings(SETUP, ORGANISATION, source)[0]


setups = st.builds(
    Setup,
    revenue_account=st.sampled_from(["", "200", "280", "400", "860", "999"]),
    tax_map=st.dictionaries(
        st.sampled_from([GST, NO_TAX_KEY]), st.sampled_from(["OUTPUT", "OLDOUTPUT", "INPUT", "EXEMPTOUTPUT", "NOSUCH"])
    ),
    held_taxes=st.sampled_from([(), (GST,), (NO_TAX_KEY,)]),
    taxes_confirmed=st.booleans(),
    currency_confirmed=st.booleans(),
)


@given(setups)
def test_nothing_incomplete_ever_passes(setup: Setup) -> None:
    if missing_steps(setup, ORGANISATION, SOURCE):
        return
    chosen = ORGANISATION.account(setup.revenue_account)
    assert chosen in revenue_accounts(ORGANISATION)
    assert setup.taxes_confirmed
    assert setup.currency_confirmed
    for tax in taxes_in_use(SOURCE):
        mapped = ORGANISATION.tax_rate(setup.tax_map.get(tax.key, ""))
        assert tax.key in setup.held_taxes or (mapped is not None and "REVENUE" in mapped.applies_to)


def test_rates_are_decimals() -> None:
    assert all(isinstance(tax.rate, Decimal) for tax in taxes_in_use(SOURCE))
