from __future__ import annotations

import datetime as dt
import gc
import weakref
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.frame import INVOICE_COLUMNS, LINE_COLUMNS, Invoices, from_records, once_a_side, records
from i2g_recon.core.invoice import Contact, Invoice, LineAmountTypes, LineItem, State
from i2g_recon.core.money import NotAnAmount

CENTS = st.decimals(min_value=-(10**7), max_value=10**7, places=2)
FOURTHS = st.decimals(min_value=-(10**5), max_value=10**5, places=4)
LINES = st.builds(
    LineItem,
    description=st.text(max_size=20),
    quantity=FOURTHS,
    unit_price=FOURTHS,
    discount_rate=st.decimals(min_value=0, max_value=100, places=4),
    tax_rate=st.none() | st.decimals(min_value=0, max_value=30, places=4),
    tax_type=st.sampled_from(["", "OUTPUT"]),
    line_amount=st.none() | CENTS,
)
INVOICES = st.builds(
    Invoice,
    id=st.uuids().map(str),
    number=st.text(max_size=10),
    reference=st.sampled_from(["0012", "NA", "None", "true", "1E5", ""]),
    contact=st.builds(Contact, name=st.sampled_from(["NA", "null", "Ada"]), email=st.just(""), id=st.just("")),
    currency=st.just("AUD"),
    total=CENTS,
    tax=st.none() | CENTS,
    date=st.none() | st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2090, 1, 1)),
    state=st.sampled_from(State),
    line_amount_types=st.sampled_from(LineAmountTypes),
    adds_up=st.booleans(),
    updated=st.none() | st.integers(10**9, 2 * 10**9).map(lambda second: dt.datetime.fromtimestamp(second, tz=dt.UTC)),
    lines=st.lists(LINES, max_size=3).map(tuple),
)


@given(st.lists(INVOICES, max_size=4, unique_by=lambda invoice: invoice.id))
def test_records_come_back_as_they_went_in(given_records: list[Invoice]) -> None:
    side = from_records(given_records)
    assert records(side) == given_records
    assert {name: str(dtype) for name, dtype in side.invoices.dtypes.items()} == INVOICE_COLUMNS
    assert {name: str(dtype) for name, dtype in side.lines.dtypes.items()} == LINE_COLUMNS


def test_only_the_wanted_records() -> None:
    two = [
        Invoice(id=name, number="1", reference="1", contact=Contact(name="A"), currency="AUD", total=Decimal(1))
        for name in ("a", "b")
    ]
    assert [one.id for one in records(from_records(two), ["b", "zzz"])] == ["b"]


def test_an_amount_finer_than_its_currency_is_refused() -> None:
    odd = Invoice(id="a", number="1", reference="1", contact=Contact(name="A"), currency="AUD", total=Decimal("0.001"))
    with pytest.raises(NotAnAmount):
        from_records([odd])


def test_a_question_about_a_side_is_worked_out_once_for_each_and_forgotten_with_it() -> None:
    asked = []

    @once_a_side
    def rows(side: Invoices) -> int:
        asked.append(1)
        return len(side.invoices)

    one, other = from_records([]), from_records([])
    assert [rows(one), rows(one), rows(other)] == [0, 0, 0]
    assert len(asked) == 2
    known = weakref.ref(one)
    del one
    gc.collect()
    assert known() is None
