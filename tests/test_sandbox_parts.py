"""The sandbox's pure parts: arithmetic, JSON text, clock, scopes, filters."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.sandbox import scopes, wire
from i2g_recon.sandbox.clock import Clock
from i2g_recon.sandbox.faults import disguise
from i2g_recon.sandbox.filters import UnreadableFilter, order_clause, where_clause
from i2g_recon.sandbox.ledger import FIELDS, first_free
from i2g_recon.sandbox.messages import short_day
from i2g_recon.sandbox.tax import add_up, line_amount, line_tax

AMOUNTS = st.decimals(min_value=-100_000, max_value=100_000, places=2)
RATES = st.sampled_from([Decimal(rate) for rate in ("0", "5", "10", "12.5", "15", "20")])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text() | AMOUNTS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(AMOUNTS, RATES)
def test_tax_is_within_half_a_cent_of_the_exact_tax(amount: Decimal, rate: Decimal) -> None:
    assert abs(line_tax(amount, rate, "Exclusive") - amount * rate / 100) <= Decimal("0.005")
    assert line_tax(amount, rate, "NoTax") == 0


@given(st.lists(st.tuples(AMOUNTS, RATES), max_size=8), st.sampled_from(["Exclusive", "Inclusive", "NoTax"]))
def test_totals_always_add_up(lines: list[tuple[Decimal, Decimal]], types: str) -> None:
    taxes = [line_tax(amount, rate, types) for amount, rate in lines]
    found = add_up([amount for amount, _ in lines], taxes, types)
    assert found.sub_total + found.total_tax == found.total
    assert (found.total if types == "Inclusive" else found.sub_total) == sum(amount for amount, _ in lines)


def test_the_worked_examples_of_rounding() -> None:
    assert line_tax(Decimal("1.25"), Decimal(10), "Exclusive") == Decimal("0.13")
    assert line_tax(Decimal("100.00"), Decimal(15), "Inclusive") == Decimal("13.04")
    assert line_amount(Decimal(3), Decimal("33.3333")) == Decimal("100.00")
    assert line_amount(Decimal(2), Decimal(50), discount_rate=Decimal(10)) == Decimal("90.00")


@given(VALUES)
def test_what_is_written_reads_back_the_same(value: object) -> None:
    assert wire.load(wire.dump(value)) == json.loads(wire.dump(value), parse_float=Decimal) == value


@pytest.mark.parametrize(("amount", "text"), [("24.50", "24.5"), ("21", "21.0"), ("-0.00", "0.0"), ("1E+3", "1000.0")])
def test_numbers_have_no_padding_but_a_point(amount: str, text: str) -> None:
    assert wire.dump(Decimal(amount)) == text


@pytest.mark.parametrize(
    "text", ["2026-10-05", "2026-10-05T22:15:40", "/Date(1791158400000)/", "/Date(1791158400000+0000)/"]
)
def test_days_are_read_in_every_form(text: str) -> None:
    assert wire.read_day(text) == "2026-10-05"


def test_moments_are_written_as_on_the_wire() -> None:
    at_ms = wire.read_moment("2026-10-05T22:15:40.12Z")
    assert wire.stamp(at_ms) == "/Date(1791238540120+0000)/"
    assert wire.bare_stamp(at_ms) == "/Date(1791238540120)/"
    assert wire.iso_seventh(at_ms) == "2026-10-05T22:15:40.1200000"
    assert short_day("2018-11-30") == "30-Nov-2018"


def test_the_clock_can_be_set_frozen_and_let_go() -> None:
    wall_s = [100.0]
    clock = Clock(lambda: wall_s[0])
    clock.set_to(5_000_000)
    wall_s[0] += 1
    assert clock.now_ms() == 5_001_000
    clock.freeze(True)
    wall_s[0] += 60
    assert clock.now_ms() == 5_001_000
    clock.set_to(7_000_000)
    clock.freeze(False)
    wall_s[0] += 2
    assert clock.now_ms() == 7_002_000
    clock.reset()
    assert clock.now_ms() == 163_000


@given(st.text())
def test_no_filter_text_breaks_the_reader(text: str) -> None:
    for read in (where_clause, order_clause):
        try:
            read(text, FIELDS, "Invoice")
        except UnreadableFilter as problem:
            assert str(problem)  # noqa: PT017 - any text may be refused, none may crash


def test_filter_values_are_parameters_never_sql() -> None:
    clause = where_clause('Reference=="x\'; DROP TABLE invoices --"', FIELDS, "Invoice")
    assert (clause.sql, clause.parameters) == ("reference_key = ?", ("x'; drop table invoices --",))


def test_read_permission_does_not_write() -> None:
    assert scopes.permits(["accounting.invoices.read"], "invoices", writes=False)
    assert not scopes.permits(["accounting.invoices.read"], "invoices", writes=True)
    assert scopes.permits(["accounting.transactions"], "invoices", writes=True)
    assert not scopes.permits(["accounting.invoices"], "contacts", writes=False)


def test_the_sequence_goes_on_after_the_highest_number() -> None:
    assert first_free(["INV-0007", "inv-0012", "X-99", "INV-3b", ""]) == 13


def test_a_disguise_leaves_alone_what_is_no_json() -> None:
    assert disguise("extra_fields", b"The Organisation is offline") == b"The Organisation is offline"
