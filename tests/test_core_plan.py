"""Every missing invoice becomes create, link or hold; every row of HOLDS and WARNINGS is provoked here."""

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fixtures_books import GST, ORGANISATION, ROUNDING, SETUP, invoice, line, rate
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.allowance import Allowance, allowance
from i2g_recon.core.frame import Invoices, from_records
from i2g_recon.core.holds import HOLDS, WARNINGS
from i2g_recon.core.invoice import NO_TAX_KEY, Contact, Invoice, LineAmountTypes, LineItem, State
from i2g_recon.core.money import D, half_up, to_minor
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.plan import PushCommand, contact_key, invoice_number_for, make_plan
from i2g_recon.core.setup import Setup
from i2g_recon.core.tax import predict

INCLUSIVE, NO_TAX = LineAmountTypes.INCLUSIVE, LineAmountTypes.NO_TAX
MARLIN = Contact(id="c-1", name="Marlin Cafe", email="office@marlin.example", status="ACTIVE")
ARCHIVED = replace(MARLIN, status="ARCHIVED")
NOTHING = from_records([])
PLAIN = invoice(line("2", "50.00"), line("1.5", "20.00", "Labour"))
UNTAXED = invoice(line("1", "80", tax=""), line_amount_types=NO_TAX)
FREE = invoice(line("1", "9", tax="", tax_key="Free 0%"), line_amount_types=NO_TAX)
LOCKED = replace(ORGANISATION, period_lock=dt.date(2025, 6, 30), year_lock=dt.date(2026, 3, 2))
NO_APPROVALS = replace(ORGANISATION, may_not=("CreateApprovedInvoice",))
UNTAXABLE = replace(ORGANISATION, pays_tax=False)
NO_ROUNDING = replace(ORGANISATION, accounts=ORGANISATION.accounts[:-1])
PER_LINE = tuple(line("1", price, f"Item {price}") for price in ("18.43", "7.77", "40.03", "40.03"))
ON_THE_SUM = invoice(*PER_LINE, tax=D("10.63"), total=D("116.89"))


def plan(
    missing: Invoice | Sequence[tuple[Invoice, str]],
    reason: str = "sent_not_in_target",
    *,
    target: Invoices = NOTHING,
    organisation: Organisation = ORGANISATION,
    contacts: Sequence[Contact] = (MARLIN,),
    links: dict[str, str] | None = None,
    near: Sequence[dict[str, Any]] = (),
    kept_back: Mapping[str, str] | None = None,
    month: Allowance | None = None,
    today: dt.date | None = None,
    **setup: Any,
) -> tuple[PushCommand, ...]:
    pairs = [(missing, reason)] if isinstance(missing, Invoice) else missing
    chosen = replace(SETUP, **setup)
    return make_plan(
        pairs,
        target=target,
        organisation=organisation,
        setup=chosen,
        contacts=contacts,
        contact_links=links or {},
        near={PLAIN.id: near},
        kept_back=kept_back or {},
        month=month,
        today=today,
    )


def in_xero(**changes: Any) -> Invoices:
    """A target that holds one invoice."""
    held = replace(PLAIN, id="x-1", number="INV-0001", reference="Other", lines=())
    return from_records([replace(held, **changes)])


def codes(command: PushCommand) -> set[str]:
    """The codes of HOLDS whose sentence stands in the message."""
    return {code for code, rule in HOLDS.items() if re.search(pattern(rule.sentence), command.message)}


def pattern(sentence: str) -> str:
    return ".*?".join(re.escape(part) for part in re.split(r"{\w+}", sentence))


# --- Create


def test_the_body_is_what_is_documented() -> None:
    (command,) = plan(PLAIN)
    assert json.loads(command.body) == {
        "Type": "ACCREC",
        "Status": "DRAFT",
        "Reference": "HT-0007",
        "InvoiceNumber": "HT-0007",
        "Date": "2026-03-02",
        "DueDate": "2026-03-16",
        "CurrencyCode": "AUD",
        "LineAmountTypes": "Exclusive",
        "LineItems": [
            {"Description": "Hinge", "Quantity": 2, "UnitAmount": 50, "AccountCode": "200", "TaxType": "OUTPUT"},
            {"Description": "Labour", "Quantity": 1.5, "UnitAmount": 20, "AccountCode": "200", "TaxType": "OUTPUT"},
        ],
    }
    assert command.body == json.dumps(json.loads(command.body), sort_keys=True, separators=(",", ":"))
    assert (command.action, command.reason, command.message, command.warnings) == ("create", "", "", ())
    assert (command.total_minor, command.predicted_minor, command.currency) == (14300, 14300, "AUD")
    assert (command.contact_id, command.contact_name) == ("c-1", "Marlin Cafe")
    assert len(command.fingerprint) == 64


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (invoice(line("3", "33.3333", "")), {"Description": "Item", "UnitAmount": "33.3333"}),
        (invoice(line("1", "1", "  ", code="K-7")), {"Description": "K-7"}),
        (invoice(line("1", "1", 'He said "level";\nthen "ä"')), {"Description": 'He said "level";\nthen "ä"'}),
        (invoice(line("0", "9"), line("1", "1")), {"Quantity": "0", "UnitAmount": "9"}),
        (invoice(line("2", "50", discount_rate=D("12.50"))), {"DiscountRate": "12.5"}),
        (invoice(line("2", "50", discount_amount=D("1.25"))), {"DiscountAmount": "1.25"}),
        (invoice(line("2", "50", discount_rate=D("3.3333"))), {"DiscountAmount": "3.33"}),
        (invoice(line("2", "50", discount_rate=D("10"), discount_amount=D("1"))), {"DiscountAmount": "11"}),
        (invoice(line("1", "10", tax="")), {"TaxType": "EXEMPTOUTPUT"}),
    ],
)
def test_a_line_is_posted(source: Invoice, expected: dict[str, str]) -> None:
    (command,) = plan(source)
    assert command.action == "create", command.message
    item = json.loads(command.body, parse_float=str, parse_int=str)["LineItems"][0]
    assert {name: item[name] for name in expected} == expected


def test_no_number_passes_through_a_float() -> None:
    (command,) = plan(invoice(line("0.1", "1234567890123.4567"), currency="NZD"))
    assert '"UnitAmount":1234567890123.4567' in command.body


@pytest.mark.parametrize(
    ("source", "changes", "types", "tax_type"),
    [
        (invoice(line("1", "110"), line_amount_types=INCLUSIVE), {}, "Inclusive", "OUTPUT"),
        (UNTAXED, {}, "Exclusive", "EXEMPTOUTPUT"),  # a mapped zero rate keeps its box on the tax return
        (UNTAXED, {"tax_map": {NO_TAX_KEY: "NONE"}}, "NoTax", None),
        (UNTAXED, {"tax_map": {}}, "NoTax", None),
        (UNTAXED, {"organisation": replace(ORGANISATION, pays_tax=False), "tax_map": {}}, "NoTax", None),
        (FREE, {"tax_map": {"FREE 0%": "EXEMPTOUTPUT"}}, "Exclusive", "EXEMPTOUTPUT"),
        (invoice(line("1", "100")), {"tax_map": {"gst 10%": "OUTPUT"}}, "Exclusive", "OUTPUT"),
    ],
)  # fmt: skip
def test_tax_treatment(source: Invoice, changes: dict[str, Any], types: str, tax_type: str | None) -> None:
    (command,) = plan(source, **changes)
    assert command.action == "create", command.message
    body = json.loads(command.body)
    assert (body["LineAmountTypes"], body["LineItems"][0].get("TaxType")) == (types, tax_type)


def discounted(amount: str, total: str, *lines: LineItem) -> Invoice:
    return invoice(*lines, discount=D(amount), total=D(total), tax=None, subtotal=None)


@pytest.mark.parametrize(
    ("source", "posted"),
    [
        (discounted("12.00", "118.80", line("2", "50"), line("1", "20", "b")), ["100 -10%", "20 -10%"]),
        (discounted("10.00", "98.99", line("1", "99.99")), ["99.99", "-10"]),
        (discounted("10.00", "96.75", line("1", "75"), line("1", "25", tax="")), ["75 -10%", "25 -10%"]),
        (discounted("1.00", "106.43", line("1", "75"), line("1", "25", tax="")), ["75 -1%", "25 -1%"]),
        (discounted("0.99", "106.44", line("1", "75"), line("1", "25", tax="")), ["75", "25", "-0.74", "-0.25"]),
        (discounted("9.50", "94.05", line("1", "100", discount_rate=D("5"))), ["100 -5%", "-9.5"]),
    ],
)
def test_a_document_discount_is_spread_or_becomes_lines(source: Invoice, posted: list[str]) -> None:
    (command,) = plan(source)
    assert command.action == "create", command.message
    items = json.loads(command.body, parse_float=Decimal, parse_int=Decimal)["LineItems"]
    shown = [f"{item['Quantity'] * item['UnitAmount']}" + percent(item.get("DiscountRate")) for item in items]
    assert shown == posted
    assert command.predicted_minor == command.total_minor
    assert any("negative line" in warning for warning in command.warnings) == (len(items) > len(source.lines))


def percent(given: Decimal | None) -> str:
    return f" -{given}%" if given else ""


def test_cents_of_rounding_go_to_the_rounding_account() -> None:
    (command,) = plan(ON_THE_SUM)
    assert command.action == "create"
    assert json.loads(command.body)["LineItems"][-1] == {
        "Description": "Rounding", "Quantity": 1, "UnitAmount": 0.01, "AccountCode": "860", "TaxType": "BASEXCLUDED",
    }  # fmt: skip
    assert command.predicted_minor == command.total_minor == 11689
    assert any("line 'Rounding' of 0.01 AUD" in warning for warning in command.warnings)


@pytest.mark.parametrize(
    ("source", "organisation"),
    [
        (ON_THE_SUM, NO_ROUNDING),
        (ON_THE_SUM, replace(NO_ROUNDING, accounts=(*NO_ROUNDING.accounts, replace(ROUNDING, tax_type="OUTPUT")))),
        (ON_THE_SUM, replace(NO_ROUNDING, accounts=(*NO_ROUNDING.accounts, replace(ROUNDING, status="ARCHIVED")))),
        (replace(ON_THE_SUM, total=D("116.94"), tax=None), ORGANISATION),  # six cents
    ],
)
def test_no_rounding_line_without_a_safe_account_or_beyond_five_cents(
    source: Invoice, organisation: Organisation
) -> None:
    (command,) = plan(source, organisation=organisation)
    assert (command.action, command.reason, command.body) == ("hold", "would_not_agree", "")
    assert "116.88" in command.message
    assert f"{source.total}" in command.message


def test_five_cents_are_still_rounding() -> None:
    (command,) = plan(replace(ON_THE_SUM, total=D("116.93"), tax=None))
    assert command.predicted_minor == 11693


def test_shipping_inside_the_lines_passes() -> None:
    (command,) = plan(replace(PLAIN, shipping=D("20.00")))
    assert command.action == "create"


def test_a_new_contact_has_no_id() -> None:
    (command,) = plan(PLAIN, contacts=())
    assert (command.contact_id, command.contact_name, command.contact_email) == (
        "",
        "Marlin Cafe",
        "office@marlin.example",
    )
    assert "Contact" not in json.loads(command.body)


def test_the_fingerprint_changes_with_body_and_contact() -> None:
    prints = {
        plan(PLAIN)[0].fingerprint,
        plan(PLAIN, status="AUTHORISED")[0].fingerprint,
        plan(PLAIN, contacts=())[0].fingerprint,
        plan(replace(PLAIN, date=dt.date(2026, 3, 3)))[0].fingerprint,
    }
    assert len(prints) == 4
    assert plan(PLAIN) == plan(PLAIN)


# --- The invoice number


@pytest.mark.parametrize(
    ("taken", "repeats", "number"),
    [
        ({}, (), "HT-0007"),
        ({"ht-0007": State.VOID}, (), "HT-0007-8c1e5f0a"),
        ({"ht-0007": State.DELETED}, (), "HT-0007-8c1e5f0a"),
        ({"ht-0007": State.LIVE}, (), "HT-0007"),  # held by the plan: it may be this very invoice
        ({}, ("ht-0007",), "HT-0007-8c1e5f0a"),
        ({"ht-0007": State.VOID, "ht-0007-8c1e5f0a": State.VOID}, (), "HT-0007-8c1e5f0a-2"),
        ({"ht-0007": State.VOID, "ht-0007-8c1e5f0a": State.LIVE}, (), "HT-0007-8c1e5f0a"),  # held, as above
        ({f"ht-0007{end}": State.VOID for end in ("", "-8c1e5f0a", "-8c1e5f0a-2")}, (), "HT-0007-8c1e5f0a-3"),
    ],
)
def test_the_invoice_number_follows_the_rule(taken: dict[str, State], repeats: tuple[str, ...], number: str) -> None:
    assert invoice_number_for(PLAIN, taken, repeats) == number


def test_a_live_holder_counts_before_a_voided_one() -> None:
    held = replace(PLAIN, number="HT-0007", reference="Other", lines=())
    target = from_records(
        [replace(held, id="x-1", state=State.VOID), replace(held, id="x-2"), replace(held, id="x-3", state=State.VOID)]
    )
    assert plan(PLAIN, target=target)[0].reason == "number_taken"


# --- Hold


NEAR = {"target_id": "x-1", "number": "INV-0001", "tier": "similar", "score": 0.8, "why": "Same client and amount"}
HELD: list[tuple[str, Invoice, dict[str, Any]]] = [
    ("not_sent", PLAIN, {"reason": "not_sent"}),
    ("not_sent", replace(PLAIN, state=State.UNSENT), {}),
    ("paid_not_sent", replace(PLAIN, state=State.UNSENT), {"reason": "paid_not_sent"}),
    ("status_unknown", replace(PLAIN, state=State.UNKNOWN), {"reason": "status_unknown"}),
    ("voided_in_target", PLAIN, {"reason": "voided_in_target"}),
    ("deleted_in_target", PLAIN, {"reason": "deleted_in_target"}),
    ("does_not_add_up", PLAIN, {"reason": "does_not_add_up"}),
    ("does_not_add_up", replace(PLAIN, adds_up=False), {}),
    ("negative_or_zero_total", invoice(line("1", "-5")), {}),
    ("negative_or_zero_total", invoice(line("0", "5")), {"reason": "negative_or_zero_total"}),
    ("negative_or_zero_total", invoice(line("0", "5")), {}),  # whatever the comparison said
    ("number_repeats_in_source", PLAIN, {"reason": "number_repeats_in_source"}),
    ("reference_repeats_in_target", PLAIN, {"reason": "reference_repeats_in_target"}),
    ("set_aside", PLAIN, {"reason": "out_of_period"}),
    ("number_blank", replace(PLAIN, number=" \u200b"), {}),
    ("number_blank", replace(PLAIN, number=""), {"reason": "number_blank"}),
    ("reference_already_live", PLAIN, {"target": in_xero(reference="ht-0007 ")}),
    ("number_taken", PLAIN, {"target": in_xero(number="HT-0007", reference="")}),
    ("number_taken", PLAIN, {"target": from_records([
        replace(PLAIN, id="x-1", state=State.VOID, reference="Other"),
        replace(PLAIN, id="x-2", reference="Another", number="HT-0007-8c1e5f0a"),
    ])}),
    ("role", PLAIN, {"organisation": replace(ORGANISATION, may_not=("CreateDraftInvoice",))}),
    ("role", PLAIN, {"organisation": NO_APPROVALS, "status": "AUTHORISED"}),
    ("kept_back", PLAIN, {"kept_back": {PLAIN.id: "Billed by hand"}}),
    ("perhaps_there", PLAIN, {"near": [NEAR | {"tier": "number"}]}),
    ("perhaps_there", PLAIN, {"near": [NEAR | {"tier": "loose_reference"}, NEAR]}),
    ("no_lines", invoice(total=D("10.00")), {}),
    ("no_date", replace(PLAIN, date=None), {}),
    ("no_due_date", replace(PLAIN, due_date=None), {"status": "AUTHORISED"}),
    ("locked_period", PLAIN, {"status": "AUTHORISED", "organisation": LOCKED}),
    ("text_too_long", invoice(line("1", "1", "x" * 4001)), {}),
    ("text_too_long", replace(PLAIN, number="9" * 256), {}),
    ("withholding", replace(PLAIN, withholding=True), {}),
    ("shipping", replace(PLAIN, shipping=D("5"), total=D("148.00")), {}),
    ("mixed_tax_treatment", invoice(line("1", "1"), line_amount_types=LineAmountTypes.MIXED), {}),
    ("tax_treatment_unknown", invoice(line("1", "1"), line_amount_types=LineAmountTypes.UNSTATED), {}),
    ("currency_not_subscribed", replace(PLAIN, currency="USD"), {}),
    ("currency_not_subscribed", replace(PLAIN, currency=""), {"reason": "currency_not_subscribed"}),
    ("no_revenue_account", PLAIN, {"revenue_account": ""}),
    ("account_gone", PLAIN, {"revenue_account": "999"}),
    ("account_archived", PLAIN, {"revenue_account": "280"}),
    ("account_not_revenue", PLAIN, {"revenue_account": "400"}),
    ("tax_unmapped", PLAIN, {"tax_map": {}}),
    ("tax_unmapped", invoice(line("1", "1"), line("1", "1", tax="")), {"tax_map": {GST: "OUTPUT"}}),
    ("tax_held", PLAIN, {"held_taxes": ("GST 10%",)}),
    ("tax_held", UNTAXED, {"held_taxes": (NO_TAX_KEY,)}),
    ("tax_type_gone", PLAIN, {"tax_map": {GST: "OLDOUTPUT"}}),
    ("tax_type_gone", PLAIN, {"tax_map": {GST: "INPUT"}}),
    ("tax_type_gone", UNTAXED, {"tax_map": {NO_TAX_KEY: "NOSUCH"}}),
    ("would_not_agree", replace(PLAIN, total=D("150.00")), {}),
    ("would_not_agree", replace(ON_THE_SUM, tax=None), {"rounding_minor": 0}),
    ("would_not_agree", PLAIN, {"tax_map": {GST: "OUTPUT15"}}),
    ("would_not_agree", PLAIN, {"organisation": replace(ORGANISATION, pays_tax=False)}),
    ("would_not_agree", replace(PLAIN, discount=D("143.00"), total=D("0.10")), {}),
    ("tax_would_not_agree", invoice(line("1", "110"), line_amount_types=INCLUSIVE), {"tax_map": {GST: "OUTPUT15"}}),
    ("tax_would_not_agree", invoice(line("1", "110"), line_amount_types=INCLUSIVE), {"organisation": UNTAXABLE}),
    ("contact_name_empty", replace(PLAIN, contact=Contact(name=" ")), {}),
    ("contact_name_unusable", replace(PLAIN, contact=Contact(name="<Marlin>")), {}),
    ("contact_archived", PLAIN, {"contacts": (ARCHIVED,)}),
    ("contact_ambiguous", PLAIN, {"contacts": (replace(MARLIN, name="A"), replace(MARLIN, id="c-2", name="B"))}),
    ("contact_gone", PLAIN, {"links": {contact_key(PLAIN.contact): "c-9"}}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "source", "changes"), HELD, ids=[f"{at} {row[0]}" for at, row in enumerate(HELD)])
def test_hold(code: str, source: Invoice, changes: dict[str, Any]) -> None:
    (command,) = plan(source, **changes)
    assert (command.action, command.reason) == ("link" if code == "perhaps_there" else "hold", code)
    assert command.target_id == ("x-1" if code == "perhaps_there" else "")
    assert command.is_held
    assert codes(command) == {code}
    assert (command.body, command.fingerprint) == ("", "")
    assert command.remedy
    assert "{" not in command.message + command.remedy


def test_every_row_of_holds_is_provoked() -> None:
    of_changes = {"change_in_xero", "nothing_ticked", "contact_not_there"}  # see test_core_changes
    assert {code for code, _, _ in HELD} | of_changes == set(HOLDS)


def test_two_missing_invoices_of_one_number_are_both_held() -> None:
    twins = [(PLAIN, "sent_not_in_target"), (replace(PLAIN, id="other", number=" ht-0007"), "sent_not_in_target")]
    assert [command.reason for command in plan(twins)] == ["number_repeats_in_source"] * 2


def test_all_reasons_are_said_at_once() -> None:
    source = replace(PLAIN, date=None, withholding=True, currency="USD", contact=Contact(name=""))
    (command,) = plan(source, "voided_in_target", revenue_account="", tax_map={})
    assert command.reason == "voided_in_target"
    assert codes(command) == {
        "voided_in_target", "withholding", "currency_not_subscribed", "no_date", "no_revenue_account", "tax_unmapped",
        "contact_name_empty",
    }  # fmt: skip


def test_an_empty_set_up_holds_everything() -> None:
    setup = Setup()
    commands = make_plan(
        [(PLAIN, "sent_not_in_target")], target=NOTHING, organisation=ORGANISATION, setup=setup, contacts=[]
    )
    assert codes(commands[0]) == {"no_revenue_account", "tax_unmapped"}


def test_absurd_amounts_are_held_and_never_end_the_run() -> None:
    source = replace(PLAIN, lines=(line("100000000000000", "100000000000000.1234"),), adds_up=False)
    (command,) = plan(source)
    assert (command.reason, command.predicted_minor) == ("does_not_add_up", None)


# --- Warnings


WARNED: list[tuple[str, Invoice, dict[str, Any]]] = [
    ("locked_period", PLAIN, {"organisation": LOCKED}),
    ("rounding_line", replace(ON_THE_SUM, tax=None), {}),
    ("tax_rounds", invoice(line("1", "110"), line_amount_types=INCLUSIVE, tax=D("10.01"), subtotal=D("99.99")), {}),
    ("rate_differs", invoice(line("1", "0.01")), {"tax_map": {GST: "OUTPUT15"}}),
    ("no_tax", UNTAXED, {"tax_map": {GST: "OUTPUT"}}),
    ("contact_name_differs", replace(PLAIN, contact=Contact(name="M.", email="office@marlin.example")), {}),
    ("email_left_out", replace(PLAIN, contact=Contact(name="Kelp", email="kelp")), {}),
    ("number_varied", PLAIN, {"target": in_xero(number="HT-0007", state=State.VOID)}),
    ("perhaps_there", PLAIN, {"near": [NEAR]}),
    ("due_before_date", replace(PLAIN, due_date=dt.date(2026, 3, 1)), {}),
    ("date_ahead", PLAIN, {"today": dt.date(2025, 2, 28)}),
    ("date_long_ago", PLAIN, {"today": dt.date(2031, 3, 8)}),
    ("month_limit", PLAIN, {"month": Allowance("IGNITE", "2026-03", 20), "status": "AUTHORISED"}),
    ("discount_line", discounted("10.00", "98.99", line("1", "99.99")), {}),
]


@pytest.mark.parametrize(("code", "source", "changes"), WARNED, ids=[row[0] for row in WARNED])
def test_warning(code: str, source: Invoice, changes: dict[str, Any]) -> None:
    (command,) = plan(source, **changes)
    assert command.action == "create", command.message
    assert len(command.warnings) == 1
    assert re.search(pattern(WARNINGS[code]), command.warnings[0])


def test_a_role_that_may_not_approve_still_makes_drafts() -> None:
    assert plan(PLAIN, organisation=NO_APPROVALS)[0].action == "create"


def test_what_a_person_keeps_back_is_no_link_any_more() -> None:
    (command,) = plan(PLAIN, near=[NEAR | {"tier": "number"}], kept_back={PLAIN.id: "Not ours"})
    assert (command.action, command.reason, command.target_id) == ("hold", "kept_back", "")


@pytest.mark.parametrize(("limit", "action"), [(0, "hold"), (1, "hold"), (2, "create"), (5, "create")])
def test_the_cents_of_a_rounding_line_have_a_limit_of_the_organisation(limit: int, action: str) -> None:
    two_cents_more = replace(ON_THE_SUM, tax=None, total=D("116.90"))
    assert plan(two_cents_more, rounding_minor=limit)[0].action == action


def test_a_small_plan_counts_what_it_would_approve() -> None:
    def numbered(number: int) -> Invoice:
        return replace(PLAIN, id=f"s-{number}", number=f"HT-{number:04d}")

    pairs = [(numbered(number), "sent_not_in_target") for number in range(1, 5)]
    pairs[1] = (replace(pairs[1][0], withholding=True), "sent_not_in_target")  # held, so it counts for nothing
    month = Allowance("IGNITE", "2026-03", 19)
    remarks = [" ".join(one.warnings) for one in plan(pairs, month=month, status="AUTHORISED")]
    assert [remark[:46] for remark in remarks if remark] == [
        "It would be approved invoice 21 of 2026-03, an", "It would be approved invoice 22 of 2026-03, an",
    ]  # fmt: skip
    assert [one.warnings for one in plan(pairs, month=month)] == [()] * 4  # drafts are not counted


def test_what_a_small_plan_has_used_is_counted_by_month_and_approval() -> None:
    day = dt.date(2026, 3, 15)
    held = [
        replace(PLAIN, id=f"x-{at}", status=status, date=when)
        for at, (status, when) in enumerate(
            [("AUTHORISED", day), ("PAID", day), ("DRAFT", day), ("VOIDED", day), ("PAID", dt.date(2026, 2, 28)),
             ("PAID", None)]
        )
    ]  # fmt: skip
    target = from_records(held)
    small = replace(ORGANISATION, plan="Ignite")
    found = allowance(small, target, day)
    assert found == Allowance("Ignite", "2026-03", 2)
    assert found.words().startswith("The plan Ignite is said to approve 20 invoices a month; 2 approved ones")
    assert allowance(replace(ORGANISATION, plan="GROW"), target, day) is None


def test_every_row_of_warnings_is_provoked() -> None:
    assert {code for code, _, _ in WARNED} == set(WARNINGS)


# --- Laws


lines = st.builds(
    lambda quantity, cents, tax, off: line(
        f"{Decimal(quantity) / 4:f}", f"{Decimal(cents) / 100:f}", tax=tax, discount_rate=Decimal(off)
    ),
    st.integers(0, 40),
    st.integers(-500, 90_000),
    st.sampled_from(["10", ""]),
    st.sampled_from([0, 0, 5]),
)


@given(
    st.lists(lines, max_size=5),
    st.sampled_from([LineAmountTypes.EXCLUSIVE, INCLUSIVE]),
    st.integers(0, 2000),
    st.integers(-10, 10),
)
def test_what_is_created_comes_to_the_source_total(
    sold: list[LineItem], types: LineAmountTypes, discount_cents: int, off_cents: int
) -> None:
    discount = Decimal(discount_cents) / 100
    plain = invoice(*sold, line_amount_types=types)
    source = replace(
        plain,
        discount=discount,
        tax=None,
        total=half_up(plain.total - discount * Decimal("1.1")) + Decimal(off_cents) / 100,
    )
    (command,) = plan(source)
    assert command.action in {"create", "hold"}
    if command.action == "hold":
        assert command.reason in HOLDS
        return
    body = json.loads(command.body, parse_float=Decimal, parse_int=Decimal)
    percentages = {each.tax_type: each.rate for each in (*ORGANISATION.tax_rates, rate("BASEXCLUDED", "0"))}
    posted = [
        LineItem(
            description=item["Description"],
            quantity=item["Quantity"],
            unit_price=item["UnitAmount"],
            discount_rate=item.get("DiscountRate", Decimal(0)),
            discount_amount=item.get("DiscountAmount", Decimal(0)),
        )
        for item in body["LineItems"]
    ]
    totals = predict(posted, [percentages[item["TaxType"]] for item in body["LineItems"]], types, "AUD")
    assert totals.total == source.total
    assert command.predicted_minor == command.total_minor == to_minor(source.total, "AUD")


@given(st.permutations([replace(PLAIN, id=f"id-{at}", number=f"HT-{at}") for at in range(5)]))
def test_order_changes_nothing_but_the_order(invoices: list[Invoice]) -> None:
    commands = plan([(each, "sent_not_in_target") for each in invoices])
    assert [command.source_id for command in commands] == [each.id for each in invoices]
    assert sorted(command.fingerprint for command in commands) == sorted(plan(each)[0].fingerprint for each in invoices)


def test_other_accounts_for_an_item_and_for_a_client() -> None:
    goods = replace(
        PLAIN, lines=tuple(replace(each, code=code) for each, code in zip(PLAIN.lines, ("Dk-1", ""), strict=True))
    )

    def accounts(**choices: Any) -> list[str]:
        (command,) = plan(goods, **choices)
        return [each["AccountCode"] for each in json.loads(command.body)["LineItems"]]

    assert accounts() == ["200", "200"]
    assert accounts(item_accounts={"dk-1": "260"}) == ["260", "200"]
    assert accounts(client_accounts={"marlin cafe": "260"}) == ["260", "260"]
    assert accounts(client_accounts={"marlin cafe": "260"}, item_accounts={"dk-1": "200"}) == ["200", "260"]
    assert accounts(client_accounts={"somebody else": "260"}) == ["200", "200"]


@pytest.mark.parametrize(("code", "words"), [("280", "archived"), ("400", "revenue"), ("999", "999")])
def test_another_account_that_cannot_be_used_holds_what_needs_it(code: str, words: str) -> None:
    choices: dict[str, Any] = {"client_accounts": {"marlin cafe": code}}
    (held,) = plan(PLAIN, **choices)
    assert (held.action, words in held.message) == ("hold", True)
    (other,) = plan(replace(PLAIN, contact=Contact(name="Somebody Else")), **choices)
    assert other.action == "create"
