"""A page read at once says what the same page says invoice by invoice, or it is not read at once."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.frame import Invoices
from i2g_recon.xero.answers import Reading, later_wins
from i2g_recon.xero.quick_pages import quick_page
from i2g_recon.xero.session import parse

RATES = {"OUTPUT": Decimal("10.0"), "EXEMPTOUTPUT": Decimal(0), "ODD": Decimal("12.5")}
LINE = {"Description": "Deck repair", "Quantity": 4.0, "UnitAmount": 62.5, "TaxType": "OUTPUT", "LineAmount": 250.0}
USUAL: dict[str, Any] = {
    "Type": "ACCREC",
    "InvoiceID": "i-1",
    "InvoiceNumber": "INV-1",
    "Reference": "HT-1",
    "Contact": {"ContactID": "c-1", "Name": "Harbour Example", "Addresses": [{"City": "Hobart"}]},
    "DateString": "2026-10-05T00:00:00",
    "DueDate": "/Date(1791158400000+0000)/",
    "Status": "AUTHORISED",
    "LineAmountTypes": "Exclusive",
    "CurrencyCode": "AUD",
    "LineItems": [LINE],
    "SubTotal": 250.0,
    "TotalTax": 25.0,
    "Total": 275.0,
    "UpdatedDateUTC": "/Date(1791238540120+0000)/",
}


def page(*invoices: Any, **more: Any) -> bytes:
    return json.dumps({"Id": "x", "Invoices": list(invoices), **more}).encode()


def one_by_one(raw: bytes) -> Invoices:
    reading = Reading(RATES)
    reading.take(parse(raw)["Invoices"])
    return reading.invoices()


def same(raw: bytes) -> bool:
    """Whether the page is read at once; then it must say the same."""
    quick = quick_page(raw, RATES)
    if quick is None:
        return False
    reading = Reading(RATES)
    reading.take_frames(quick.invoices, quick.lines)
    at_once, single = reading.invoices(), one_by_one(raw)
    pd.testing.assert_frame_equal(at_once.invoices, single.invoices)
    pd.testing.assert_frame_equal(at_once.lines, single.lines)
    assert (at_once.row_errors, at_once.notes) == (single.row_errors, single.notes) == ((), ())
    assert (at_once.origin, reading.distinct) == (single.origin, len(single.invoices))
    return True


AT_ONCE: dict[str, dict[str, Any]] = {
    "as usual": {},
    "fields nobody knows": {"Invented": {"a": [1, "x", None]}, "Payments": [{"Amount": 1}]},
    "fields missing": {"Reference": ..., "Contact": ..., "LineItems": ..., "SubTotal": ..., "UpdatedDateUTC": ...},
    "fields null": {"Reference": None, "Contact": None, "LineItems": None, "AmountDue": None, "SentToContact": None},
    "an unknown status and kind of amounts": {"Status": "PONDERED", "LineAmountTypes": "Sideways"},
    "no lines": {"LineItems": []},
    "several lines": {"LineItems": [LINE, {**LINE, "TaxType": "ODD"}, {"Description": "x"}]},
    "odd dates": {"DateString": "soon", "Date": "/Date(99999999999999999+0000)/", "DueDate": "2026-10-05T00:00:00"},
    "no currency": {"CurrencyCode": ...},
    "yen": {"CurrencyCode": "JPY", "Total": 275, "SubTotal": 250, "TotalTax": 25},
    "four decimals of a price": {"LineItems": [{**LINE, "UnitAmount": 62.5001, "Quantity": 0.3333}]},
    "a large amount": {"Total": 90071992547.99, "SubTotal": 90071992547.99},
    "below zero": {"Total": -275.0, "LineItems": [{**LINE, "LineAmount": -250.0}]},
    "sent": {"SentToContact": True},
    "quotes and line breaks": {"Reference": 'a "b"\n\\ \u00e9 \U0001f9fe \u202e', "InvoiceNumber": "  "},
}


@pytest.mark.parametrize("case", AT_ONCE)
def test_pages_that_are_read_at_once(case: str) -> None:
    changed = {name: value for name, value in {**USUAL, **AT_ONCE[case]}.items() if value is not ...}
    assert same(page(changed))
    assert same(page({**USUAL, "InvoiceID": "i-2"}, changed, pagination={"itemCount": 2}))


ONE_BY_ONE: dict[str, list[Any]] = {
    "a bill": [{**USUAL, "Type": "ACCPAY"}],
    "no type": [{name: value for name, value in USUAL.items() if name != "Type"}],
    "no id": [{**USUAL, "InvoiceID": ""}],
    "an id twice": [USUAL, {**USUAL, "Total": 1.0}],
    "no total": [{**USUAL, "Total": None}],
    "a total that is none": [{**USUAL, "Total": "much"}],
    "too many decimals": [{**USUAL, "Total": 275.005}],
    "a cent of a yen": [{**USUAL, "CurrencyCode": "JPY", "Total": 275.5}],
    "too many decimals of a price": [{**USUAL, "LineItems": [{**LINE, "UnitAmount": 0.123456}]}],
    "far too large": [{**USUAL, "Total": 1e17}],
    "a number for a text": [{**USUAL, "Reference": 12}],
    "a text for a contact": [{**USUAL, "Contact": "x"}],
    "a line that is none": [{**USUAL, "LineItems": [None, LINE]}],
    "an invoice that is none": [USUAL, None],
}


@pytest.mark.parametrize("case", ONE_BY_ONE)
def test_pages_that_are_not(case: str) -> None:
    assert quick_page(page(*ONE_BY_ONE[case]), RATES) is None


@pytest.mark.parametrize(
    "raw", [b"", b"<html>", b"[]", b'{"Contacts": []}', b'{"Invoices": null}', b'{"Invoices": {}}']
)
def test_what_is_no_page_of_invoices(raw: bytes) -> None:
    assert quick_page(raw) is None


def test_an_empty_page_and_what_it_says_of_the_list() -> None:
    found = quick_page(page(pagination={"itemCount": 7, "pageCount": 2, "page": 1}))
    assert found is not None
    assert (len(found.invoices), found.item_count, found.page_count) == (0, 7, 2)
    bare = quick_page(page(USUAL))
    assert bare is not None
    assert (bare.item_count, bare.page_count) == (None, None)


numbers = st.decimals(-99999, 99999, places=2).map(float) | st.none() | st.integers(-9, 9)
words = (
    st.sampled_from(["", "OUTPUT", "ODD", "x", "AUD", "JPY", "DRAFT", "2026-10-05", "/Date(1791158400000)/"])
    | st.none()
)
lines = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(["Description", "TaxType", "ItemCode"], words),
            **dict.fromkeys(["Quantity", "UnitAmount", "LineAmount", "DiscountAmount"], numbers),
        },
    ),
    max_size=3,
)
invoices = st.fixed_dictionaries(
    {"InvoiceID": st.sampled_from(["a", "b", "c", "d"]), "Total": numbers, "Type": st.just("ACCREC")},
    optional={
        **dict.fromkeys(
            ["Reference", "InvoiceNumber", "Status", "CurrencyCode", "DateString", "Date", "DueDate"], words
        ),
        **dict.fromkeys(["SubTotal", "TotalTax", "AmountPaid", "AmountDue"], numbers),
        "LineItems": lines,
        "SentToContact": st.booleans(),
    },
)


@given(st.lists(invoices, max_size=4))
def test_whatever_a_page_holds_both_ways_say_the_same(found: list[Any]) -> None:
    same(page(*found))


@given(st.lists(st.tuples(st.booleans(), st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 99)), max_size=3))))
def test_of_an_invoice_on_two_pages_the_later_one_counts(taken: list[Any]) -> None:
    mixed, single = Reading(RATES), Reading(RATES)
    for at_once, found in taken:
        elements = [
            {**USUAL, "InvoiceID": key, "Total": float(total), "LineItems": [LINE] * (total % 3)}
            for key, total in found
        ]
        quick = quick_page(page(*elements), RATES) if at_once else None
        if quick is not None:
            mixed.take_frames(quick.invoices, quick.lines)
        else:
            mixed.take(parse(page(*elements))["Invoices"])
        single.take(parse(page(*elements))["Invoices"])
    sides = [one.invoices() for one in (mixed, single)]
    tables = [
        (
            side.invoices.sort_values("id", ignore_index=True),
            side.lines.sort_values(["invoice_id", "position"], ignore_index=True),
        )
        for side in sides
    ]
    for one, other in zip(*tables, strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert mixed.distinct == single.distinct
    assert sides[0].origin == sides[1].origin


def test_parts_without_any_row() -> None:
    assert len(later_wins([one_by_one(page()), one_by_one(page())]).invoices) == 0
