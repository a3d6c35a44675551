from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from i2g_recon.core.compare import COMPARISONS, Pairs, outcomes
from i2g_recon.core.frame import from_records
from i2g_recon.core.invoice import Contact, Invoice, LineItem
from i2g_recon.core.policy import FIELDS, Policy


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
    found = outcomes(Pairs(left.invoices, right.invoices, left.lines, right.lines), policy or Policy())
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
