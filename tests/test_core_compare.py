from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from i2g_recon.core.compare import COMPARISONS, outcomes
from i2g_recon.core.frame import from_records
from i2g_recon.core.invoice import Contact, Invoice, LineItem, State
from i2g_recon.core.pairs import Pairs
from i2g_recon.core.policy import FIELDS, Policy
from i2g_recon.core.reconcile import reconcile

DAY = dt.date(2026, 3, 2)


def line(description: str = "Deck", **more: Any) -> LineItem:
    return replace(LineItem(description=description, quantity=Decimal(2), unit_price=Decimal(50)), **more)


BASE = Invoice(
    id="s",
    number="HT-1",
    reference="HT-1",
    contact=Contact(name="Ada"),
    currency="AUD",
    total=Decimal(110),
    subtotal=Decimal(100),
    tax=Decimal(10),
    lines=(line(),),
)


def differing(source: Invoice, target: Invoice, policy: Policy | None = None) -> set[str]:
    left, right = from_records([source]), from_records([target])
    found = outcomes(Pairs.of(left, right), policy or Policy())
    return {name for name, outcome in found.items() if outcome.differs[0]}


def test_the_table_covers_the_fields_of_the_policy() -> None:
    assert tuple(comparison.field for comparison in COMPARISONS) == FIELDS


@pytest.mark.parametrize(
    ("lines", "differs"),
    [
        ((line(line_amount=Decimal(100)),), False),
        ((line("other words"),), False),
        ((line(quantity=Decimal(1), unit_price=Decimal(100)),), True),
        ((line(), line("Extra", quantity=Decimal(1))), True),
        ((line(discount_amount=Decimal(10)),), True),
        ((line(), line("Rounding", quantity=Decimal(1), unit_price=Decimal("0.01"))), False),
        ((line(), line("Rounding", quantity=Decimal(1), unit_price=Decimal("0.06"))), True),
        ((), False),
    ],
)
def test_lines_by_quantity_price_and_amount(lines: tuple[LineItem, ...], differs: bool) -> None:  # noqa: FBT001 - a column of the table
    assert differing(BASE, replace(BASE, id="t", lines=lines)) == ({"lines"} if differs else set())


def test_a_discount_as_amount_agrees_with_the_same_as_percentage() -> None:
    source = replace(BASE, lines=(line(discount_amount=Decimal(10)),))
    target = replace(BASE, lines=(line(discount_rate=Decimal(10), line_amount=Decimal(90)),))
    assert differing(source, target) == set()


def test_lines_under_a_document_discount_cannot_be_compared() -> None:
    source = replace(BASE, discount=Decimal(10))
    assert differing(source, replace(BASE, lines=(line(discount_rate=Decimal(10)),))) == set()


def test_a_tolerance_is_per_field() -> None:
    target = replace(BASE, total=Decimal("110.02"), tax=Decimal("10.02"))
    assert differing(BASE, target) == {"total", "tax"}
    assert differing(BASE, target, Policy(tolerance_minor={"total": 2})) == {"tax"}


def test_only_the_chosen_fields() -> None:
    target = replace(BASE, total=Decimal(1), contact=Contact(name="Bo"))
    assert differing(BASE, target, Policy(fields=("contact",))) == {"contact"}


@pytest.mark.parametrize(
    ("tolerance", "currency", "differs"),
    [
        ({"total": 2}, "AUD", False),
        ({"total": 1}, "AUD", True),
        ({"total/AUD": 2}, "AUD", False),
        ({"total/AUD": 2}, "NZD", True),
        ({"total": 2, "total/NZD": 0}, "NZD", True),
        ({"total": 2, "total/NZD": 0}, "AUD", False),
    ],
)
def test_a_tolerance_per_currency_goes_before_the_one_of_the_field(
    tolerance: dict[str, int],
    currency: str,
    differs: bool,  # noqa: FBT001 - a column of the table
) -> None:
    source = replace(BASE, currency=currency)
    found = differing(source, replace(source, total=Decimal("110.02")), Policy(tolerance_minor=tolerance))
    assert found == ({"total"} if differs else set())


NO_LINES = replace(BASE, lines=())


@pytest.mark.parametrize(
    ("source", "target", "field", "reason"),
    [
        (BASE, replace(BASE, currency="NZD"), "total", "the currencies differ"),
        (BASE, replace(BASE, tax=None), "tax", "Xero gives no tax"),
        (replace(BASE, tax=None), BASE, "tax", "Invoice2go gives no tax"),
        (replace(BASE, subtotal=None), replace(BASE, subtotal=None), "subtotal", "neither side gives subtotal"),
        (BASE, replace(BASE, tax=None, currency="NZD"), "tax", "the currencies differ"),
        (BASE, replace(BASE, date=DAY), "date", "Invoice2go gives no date"),
        (replace(BASE, due_date=DAY), BASE, "due_date", "Xero gives no due date"),
        (BASE, replace(BASE, contact=Contact(name="")), "contact", "Xero gives no client"),
        (replace(BASE, state=State.UNKNOWN), BASE, "status", "the status in Invoice2go is not one we know"),
        (BASE, replace(BASE, state=State.UNKNOWN), "status", "the status in Xero is not one we know"),
        (NO_LINES, BASE, "lines", "Invoice2go gives no lines"),
        (BASE, NO_LINES, "lines", "Xero gives no lines"),
        (NO_LINES, NO_LINES, "lines", "neither side gives lines"),
        (
            replace(BASE, discount=Decimal(1)),
            BASE,
            "lines",
            "a discount on the whole invoice stands on the lines in Xero",
        ),
    ],
)
def test_what_could_not_be_compared_says_its_own_reason(
    source: Invoice, target: Invoice, field: str, reason: str
) -> None:
    result = reconcile(from_records([source]), from_records([replace(target, id="t")]))
    counted = {(row["field"], row["reason"]): row["count"] for row in result.not_compared.to_dict("records")}
    assert counted[field, reason] == 1
    (item,) = result.to_dict(all_items=True)["items"]
    assert {"field": field, "reason": reason} in item["not_compared"]
    assert field not in {one["field"] for one in item["discrepancies"]}
    assert result.to_dict()["not_compared"] == result.not_compared.to_dict("records")


def test_every_pair_is_counted_once_per_field_that_was_not_compared() -> None:
    sources = [replace(BASE, id=f"s{n}", reference=f"HT-{n}", tax=None if n % 2 else Decimal(10)) for n in range(5)]
    targets = [replace(BASE, id=f"t{n}", reference=f"HT-{n}") for n in range(5)]
    found = reconcile(from_records(sources), from_records(targets)).not_compared
    assert found[found["field"] == "tax"].to_dict("records") == [
        {"field": "tax", "reason": "Invoice2go gives no tax", "count": 2}
    ]
