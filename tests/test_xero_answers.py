"""Xero's JSON invoices as rows: exact, and never stopped by something new."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.frame import records
from i2g_recon.core.invoice import LineAmountTypes, State
from i2g_recon.core.money import half_up
from i2g_recon.xero.answers import Figures, Reading, day, moment, one_invoice
from i2g_recon.xero.session import parse

WIRE = """{
  "Type": "ACCREC", "InvoiceID": "id-1", "InvoiceNumber": "INV-7001", "Reference": "1042", "AmountDue": 275.0,
  "AmountPaid": 0.0, "CurrencyRate": 1.0, "Contact": {"ContactID": "c-1", "Name": "Harbour Example Pty Ltd"},
  "DateString": "2026-10-05T00:00:00", "Date": "/Date(1791158400000+0000)/", "DueDateString": "2026-10-19T00:00:00",
  "UpdatedDateUTC": "/Date(1791238540120+0000)/", "Status": "AUTHORISED", "LineAmountTypes": "Exclusive",
  "CurrencyCode": "AUD", "LineItems": [{"Description": "Deck repair, 4 h", "UnitAmount": 62.5, "TaxType": "OUTPUT",
  "TaxAmount": 25.0, "LineAmount": 250.0, "AccountCode": "200", "Quantity": 4.0, "LineItemID": "l-1",
  "ItemCode": "DECK", "DiscountRate": 0.0}], "SubTotal": 250.0, "TotalTax": 25.0, "Total": 275.0}"""


def element(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = parse(WIRE.encode())
    return {name: value for name, value in (found | changes).items() if value is not ...}


def test_a_wire_invoice_becomes_a_record() -> None:
    invoice = one_invoice(element())
    assert (invoice.id, invoice.number, invoice.reference) == ("id-1", "INV-7001", "1042")
    assert (invoice.total, invoice.subtotal, invoice.tax) == (Decimal(275), Decimal(250), Decimal(25))
    assert (invoice.paid, invoice.outstanding) == (Decimal(0), Decimal(275))
    assert (invoice.date, invoice.due_date) == (dt.date(2026, 10, 5), dt.date(2026, 10, 19))
    assert invoice.updated == dt.datetime(2026, 10, 5, 22, 15, 40, tzinfo=dt.UTC)
    assert (invoice.status, invoice.state) == ("AUTHORISED", State.LIVE)
    assert invoice.line_amount_types is LineAmountTypes.EXCLUSIVE
    assert invoice.adds_up
    (line,) = invoice.lines
    assert (line.line_id, line.code, line.tax_type, line.account_code) == ("l-1", "DECK", "OUTPUT", "200")
    assert (line.quantity, line.unit_price, line.line_amount) == (Decimal(4), Decimal("62.5"), Decimal(250))
    assert line.tax_rate is None


def test_rates_are_filled_in_when_they_are_known() -> None:
    reading = Reading({"OUTPUT": Decimal("10.0")})
    reading.take([element()])
    assert reading.records()[0].lines[0].tax_rate == Decimal(10)


@pytest.mark.parametrize(
    ("status", "state"),
    [("VOIDED", State.VOID), ("DELETED", State.DELETED), ("PAID", State.LIVE), ("PONDERED", State.UNKNOWN)],
)
def test_every_status_is_kept(status: str, state: State) -> None:
    invoice = one_invoice(element(Status=status))
    assert (invoice.status, invoice.state) == (status, state)


ODD: dict[str, dict[str, Any]] = {
    "currency nobody knows": {"CurrencyCode": "XCG"},
    "line amount type nobody knows": {"LineAmountTypes": "Sideways"},
    "new fields": {"Brand": {"New": [1, None]}},
    "no contact": {"Contact": ...},
    "contact that is a text": {"Contact": "Harbour"},
    "no lines": {"LineItems": ...},
    "lines that are null": {"LineItems": None},
    "a line that is a text": {"LineItems": ["Deck"]},
    "no dates": {"DateString": ..., "Date": ..., "DueDateString": ..., "UpdatedDateUTC": ...},
    "dates that are none": {"DateString": "soon", "UpdatedDateUTC": "later"},
    "no reference": {"Reference": ...},
    "number that is a number": {"InvoiceNumber": 7001},
    "amounts as texts": {"Total": "275.00"},
    "no currency": {"CurrencyCode": ...},
}


@pytest.mark.parametrize("changes", ODD.values(), ids=ODD)
def test_nothing_odd_stops_the_reading(changes: dict[str, Any]) -> None:
    reading = Reading()
    reading.take([element(**changes)])
    side = reading.invoices()
    assert list(side.invoices["total_minor"]) == [27500]
    assert len(records(side)) == 1


def test_a_date_without_its_text_form_comes_from_the_milliseconds() -> None:
    assert one_invoice(element(DateString=...)).date == dt.date(2026, 10, 5)


@pytest.mark.parametrize("total", [..., None, "lots", True, Decimal("1e30"), Decimal("1e999999")])
def test_a_total_that_is_none_is_said_and_the_invoice_stays(total: Any) -> None:
    reading = Reading()
    reading.take([element(Total=total)])
    side = reading.invoices()
    assert list(side.invoices["total_minor"]) == [0]
    assert [(error.column, error.refused) for error in side.row_errors] == [("Total", False)]


def test_too_many_decimals_are_rounded_half_up_and_noted() -> None:
    reading = Reading()
    reading.take([element(Total=Decimal("275.005"))])
    side = reading.invoices()
    assert list(side.invoices["total_minor"]) == [27501]
    assert side.notes == ("1 numbers had more decimals than money has; they were rounded half up.",)


def test_the_same_id_twice_is_one_invoice_the_later_one() -> None:
    reading = Reading()
    reading.take([element(), element(Status="PAID")])
    assert [invoice.status for invoice in reading.records()] == ["PAID"]
    assert reading.distinct == 1


def test_bills_are_set_aside_and_what_is_no_invoice_is_named() -> None:
    reading = Reading()
    reading.take([element(), element(Type="ACCPAY", InvoiceID="bill"), "text"])
    side = reading.invoices()
    assert (len(side.invoices), side.origin.rows, reading.distinct) == (1, 2, 3)
    assert side.row_errors[0].refused


def test_an_invoice_without_an_id_is_kept_apart_from_others() -> None:
    reading = Reading()
    reading.take([element(InvoiceID=...), element(InvoiceID=...)])
    assert len(reading.records()) == 2


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6), st.integers(min_value=0, max_value=4))
def test_figures_round_half_up_and_count_it(amount: Decimal, places: int) -> None:
    figures = Figures()
    scaled = figures.scaled(amount, places)
    assert scaled == int(half_up(amount, places).scaleb(places))
    assert figures.rounded == int(half_up(amount, places) != amount)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=2))
def test_json_money_arrives_to_the_cent(amount: Decimal) -> None:
    wire = json.dumps({"Total": 0}).replace("0", f"{amount:f}")
    assert Figures().scaled(parse(wire.encode())["Total"], 2) == int(amount.scaleb(2))


@pytest.mark.parametrize("value", ["", "/Date()/", "/Date(999999999999999)/", "2026-13-45", None])
def test_moments_and_days_that_are_none(value: Any) -> None:
    assert moment(value) is None
    assert day({"Date": value}, "Date") is None
