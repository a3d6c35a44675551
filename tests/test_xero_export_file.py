"""Xero's side from files: the CSV export and saved API pages."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from decimal import Decimal

import pytest

from i2g_recon.core.frame import records
from i2g_recon.core.invoice import LineAmountTypes, State
from i2g_recon.errors import UnreadableFile
from i2g_recon.sandbox import demo
from i2g_recon.sandbox.xero_csv import STATUS_WORDS, sales_invoices_csv
from i2g_recon.xero.export_file import read_api_pages, read_sales_csv

COLUMNS = (
    "ContactName EmailAddress InvoiceNumber Reference InvoiceDate DueDate Total TaxTotal InvoiceAmountPaid "
    "InvoiceAmountDue InventoryItemCode Description Quantity UnitAmount Discount LineAmount AccountCode TaxType "
    "TaxAmount Currency Type Sent Status"
).split()
USUAL = {
    "ContactName": "Harbour Example Pty Ltd",
    "EmailAddress": "accounts@harbour.example",
    "InvoiceNumber": "INV-1",
    "Reference": "1042",
    "InvoiceDate": "25/06/2026",
    "DueDate": "11/07/2026",
    "Total": "275.0000",
    "TaxTotal": "25.0000",
    "InvoiceAmountPaid": "0.00",
    "InvoiceAmountDue": "275.00",
    "Description": "Deck repair",
    "Quantity": "4.0000",
    "UnitAmount": "62.5000",
    "LineAmount": "250.00",
    "AccountCode": "200",
    "TaxType": "GST on Income",
    "TaxAmount": "25.00",
    "Currency": "AUD",
    "Type": "Sales invoice",
    "Sent": "Sent",
    "Status": "Awaiting Payment",
}


def export(*rows: dict[str, str], columns: list[str] | None = None) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns or COLUMNS, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({**USUAL, **row} for row in rows)
    return text.getvalue().encode()


def test_one_invoice_of_two_lines_is_one_row_with_its_total_once() -> None:
    half = {"LineAmount": "125.00", "TaxAmount": "12.50", "Quantity": "2"}
    data = export(half, {**half, "Description": "Paint,\nwhite"})
    side = read_sales_csv(data, "SalesInvoices.csv")
    (invoice,) = records(side)
    assert (invoice.id, invoice.number, invoice.reference) == ("INV-1", "INV-1", "1042")
    assert (invoice.total, invoice.tax, invoice.subtotal) == (Decimal(275), Decimal(25), Decimal(250))
    assert (invoice.date, invoice.due_date) == (dt.date(2026, 6, 25), dt.date(2026, 7, 11))
    assert invoice.contact.email == "accounts@harbour.example"
    assert invoice.line_amount_types is LineAmountTypes.EXCLUSIVE
    assert [(line.description, line.quantity, line.line_amount) for line in invoice.lines] == [
        ("Deck repair", Decimal(2), Decimal(125)),
        ("Paint,\nwhite", Decimal(2), Decimal(125)),
    ]
    assert side.origin.sha256 == hashlib.sha256(data).hexdigest()
    assert side.row_errors == ()


@pytest.mark.parametrize(
    ("words", "status", "state"),
    [
        ("Draft", "DRAFT", State.LIVE),
        ("Awaiting Approval", "SUBMITTED", State.LIVE),
        ("Awaiting Payment", "AUTHORISED", State.LIVE),
        ("Paid", "PAID", State.LIVE),
        ("Voided", "VOIDED", State.VOID),
        ("Deleted", "DELETED", State.DELETED),
        ("Under a new regime", "Under a new regime", State.UNKNOWN),
    ],
)
def test_statuses_become_the_api_words(words: str, status: str, state: State) -> None:
    (invoice,) = records(read_sales_csv(export({"Status": words}), "x.csv"))
    assert (invoice.status, invoice.state) == (status, state)


def test_without_voided_rows_the_blind_spot_is_named() -> None:
    assert any("voided" in note for note in read_sales_csv(export({}), "x.csv").notes)
    both = export({}, {"InvoiceNumber": "INV-2", "Status": "Voided"})
    assert not any("cannot be seen" in note for note in read_sales_csv(both, "x.csv").notes)


def test_a_live_and_a_voided_invoice_of_one_number_stay_two() -> None:
    side = read_sales_csv(export({"Status": "Voided"}, {}), "x.csv")
    assert [(one.id, one.number, one.state) for one in records(side)] == [
        ("INV-1", "INV-1", State.VOID),
        ("INV-1 (2)", "INV-1", State.LIVE),
    ]


def test_credit_notes_and_overpayments_are_set_aside_and_counted() -> None:
    data = export({}, {"Type": "Sales credit note"}, {"Type": "Sales overpayment", "InvoiceNumber": ""})
    side = read_sales_csv(data, "x.csv")
    assert len(side.invoices) == 1
    assert "1 rows of type 'Sales credit note' were set aside." in side.notes
    assert "1 rows of type 'Sales overpayment' were set aside." in side.notes


def test_the_bills_export_is_refused_by_name() -> None:
    with pytest.raises(UnreadableFile, match="bills export"):
        read_sales_csv(export({"Type": "Bill"}), "x.csv")


def test_a_file_without_sales_invoices_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="no sales invoices"):
        read_sales_csv(export(), "x.csv")


def test_older_exports_have_fewer_columns_and_no_currency() -> None:
    fewer = [column for column in COLUMNS if column not in ("Currency", "Sent", "EmailAddress", "Type")]
    side = read_sales_csv(export({}, columns=fewer), "x.csv", currency="NZD")
    assert list(side.invoices["currency"]) == ["NZD"]
    assert list(side.invoices["email"]) == [""]


def test_odd_cells_are_all_reported_and_the_invoice_stays() -> None:
    side = read_sales_csv(export({"Total": "lots", "DueDate": "soon", "Quantity": "1e9"}), "x.csv")
    assert [(error.row, error.column, error.refused) for error in side.row_errors] == [
        (2, "Total", False),
        (2, "Quantity", False),
        (2, "DueDate", False),
    ]
    assert len(side.invoices) == 1


def test_thousands_separators_percentages_and_too_many_decimals() -> None:
    side = read_sales_csv(export({"Total": "1,275.005", "Discount": "12.50%"}), "x.csv")
    (invoice,) = records(side)
    assert invoice.total == Decimal("1275.01")
    assert invoice.lines[0].discount_rate == Decimal("12.5")
    assert any("rounded half up" in note for note in side.notes)


def test_a_yen_invoice_has_no_minor_digits() -> None:
    side = read_sales_csv(export({"Currency": "JPY", "Total": "12000.00"}), "x.csv")
    assert list(side.invoices["total_minor"]) == [12000]


def test_inclusive_lines_are_told_from_the_sums() -> None:
    (invoice,) = records(read_sales_csv(export({"LineAmount": "275.00"}), "x.csv"))
    assert invoice.line_amount_types is LineAmountTypes.INCLUSIVE


def test_unclear_dates_are_asked_for_and_the_answer_counts() -> None:
    data = export({"InvoiceDate": "11/06/2026", "DueDate": ""})
    with pytest.raises(UnreadableFile, match="--dates"):
        read_sales_csv(data, "x.csv")
    side = read_sales_csv(data, "x.csv", day_first=False)
    assert records(side)[0].date == dt.date(2026, 11, 6)


def test_every_row_is_accounted_for() -> None:
    data = export({}, {"InvoiceNumber": "INV-2"}) + b"cut,off\n"
    side = read_sales_csv(data, "x.csv")
    assert side.origin.rows == len(side.invoices) + sum(error.refused for error in side.row_errors) == 3


def test_the_demo_organisations_export_reads_as_its_api_does() -> None:
    seed = demo.demo_seed()
    shown = {row["InvoiceNumber"]: row for row in seed["Invoices"] if row["Status"] in STATUS_WORDS}
    side = read_sales_csv(sales_invoices_csv(seed), "SalesInvoices.csv")
    read = {one.number: one for one in records(side)}
    assert side.row_errors == ()
    assert read.keys() == shown.keys()
    for number, row in shown.items():
        one = read[number]
        assert (one.total, one.tax, one.currency) == (row["Total"], row["TotalTax"], row["CurrencyCode"])
        assert (one.reference, one.status, str(one.date)) == (row["Reference"], row["Status"], row["Date"])
        assert len(one.lines) == len(row["LineItems"])


PAGE = {"Invoices": [{"InvoiceID": "a", "Total": 10.5, "CurrencyCode": "AUD", "Status": "PAID", "Type": "ACCREC"}]}


@pytest.mark.parametrize("saved", [PAGE, [PAGE], [PAGE, PAGE], PAGE["Invoices"], PAGE["Invoices"][0]])
def test_saved_pages_in_every_shape(saved: object) -> None:
    side = read_api_pages(b"\xef\xbb\xbf" + json.dumps(saved).encode(), "page.json")
    assert list(side.invoices["id"]) == ["a"]
    assert list(side.invoices["total_minor"]) == [1050]
    assert side.origin.name == "page.json"


def test_saved_pages_that_are_not_all_pages_are_refused() -> None:
    page = {**PAGE, "pagination": {"page": 1, "pageSize": 1, "pageCount": 3, "itemCount": 3}}
    with pytest.raises(UnreadableFile, match="1 of 3 invoices"):
        read_api_pages(json.dumps(page).encode(), "page.json")


def test_bills_among_saved_pages_are_set_aside() -> None:
    page = {"Invoices": [*PAGE["Invoices"], {"InvoiceID": "b", "Type": "ACCPAY"}]}
    side = read_api_pages(json.dumps(page).encode(), "page.json")
    assert len(side.invoices) == 1
    assert side.notes == ("1 documents that are not sales invoices were set aside.",)


@pytest.mark.parametrize("data", [b"", b"[]", b"[1]", b"{}", b'{"Contacts": []}', b"not json", b"[" * 100_000])
def test_other_json_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile, match="does not hold saved pages"):
        read_api_pages(data, "page.json")
