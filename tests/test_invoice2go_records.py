import datetime as dt
from decimal import Decimal

import pytest
from exports import make_rows

from i2g_recon.core.invoice import Invoice, State
from i2g_recon.invoice2go.findings import RowReading
from i2g_recon.invoice2go.records import due_date, read_invoice, state_of

HINGE = (
    "code,description,qty,unit_type,withholding_tax_applies,applied_taxes,unit_price,discount_percentage,"
    'discount_type,discount_amount;HNG-2,Hinge,3,parts,{},"rate,tax_id;20,T1",14.5,0,no_discount,0'
)
CELLS = {
    "Id": "7b1e0c44-2f6d-4a0b-9c35-5d2e8a61f090",
    "AccountId": "50817736",
    "LastUpdated": "2026-03-04T09:41:20+00:00",
    "CreatedDate": "2026-03-02T18:15:00+10:00",
    "DocumentDate": "2026-03-02",
    "DocumentNumber": "0012",
    "Name": "NA",
    "EmailRecipient": "accounts@marlowfinch.example",
    "DocumentStatus": "fully_paid",
    "OutputStatus": "sent",
    "PartPayment": "false",
    "Taxes": 'name,auto_apply,inclusive,id,rates,accumulative_of;VAT,true,false,T1,"is_default,value;true,20",',
    "WithholdingTaxRate": "0",
    "TermsOld": "14",
    "Payments": "transaction_id,amount,fpt_fee_amount,type,status;p1,53.20,100,payment,succeeded",
    "Items": HINGE.format("false"),
    "CurrencyCode": "gbp",
    "TotalAmount": "52.2",
    "BalanceDueAmount": "52.2",
    "SubtotalAmount": "43.5",
    "TotalTaxAmount": "sub_total,total,rate,tax_id;43.5,8.7,20,T1",
}


def reading_with(**cells: str) -> RowReading:
    """The sample row with some cells changed."""
    return RowReading("a.csv", 2, CELLS | cells)


def invoice_with(**cells: str) -> Invoice:
    """The sample invoice with some cells changed."""
    invoice = read_invoice(reading_with(**cells))
    assert invoice is not None
    return invoice


def test_a_row_becomes_an_invoice() -> None:
    invoice = invoice_with()
    assert (invoice.number, invoice.reference, invoice.contact.name) == ("0012", "0012", "NA")
    assert (invoice.currency, invoice.status, invoice.state) == ("GBP", "fully_paid", State.LIVE)
    assert [str(amount) for amount in (invoice.total, invoice.subtotal, invoice.tax)] == ["52.2", "43.5", "8.7"]
    assert (invoice.paid, invoice.outstanding) == (Decimal("52.20"), Decimal(0))
    assert (invoice.date, invoice.due_date) == (dt.date(2026, 3, 2), dt.date(2026, 3, 16))
    assert invoice.due_date_derived
    assert invoice.created == dt.datetime(2026, 3, 2, 8, 15, tzinfo=dt.UTC)
    assert invoice.adds_up
    assert not invoice.withholding
    assert invoice.lines[0].tax_key == "VAT 20%"


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("Id", "", "has no Id"),
        ("Id", "1.23457E+11", "changed by a spreadsheet program"),
        ("DocumentNumber", "1.00E+05", "changed by a spreadsheet program"),
        ("PartPayment", "FALSE", "changed by a spreadsheet program"),
        ("DocumentDate", "", "has no DocumentDate"),
        ("DocumentDate", "02/03/2026", "changed by a spreadsheet program"),
        ("DocumentDate", "2-Mar-26", "changed by a spreadsheet program"),
        ("DocumentDate", "2026-02-30", "not a day an invoice can have"),
        ("DocumentDate", "0202-03-02", "not a day an invoice can have"),
        ("DocumentDate", "soon", "looks damaged"),
        ("CurrencyCode", "", "no currency code"),
        ("CurrencyCode", "£", "no currency code"),
        ("TotalAmount", "", "has no TotalAmount"),
        ("TotalAmount", "1,234.50", "changed by a spreadsheet program"),
        ("TotalAmount", "52.205", "more than 2 decimals"),
        ("SubtotalAmount", "inf", "changed by a spreadsheet program"),
        ("ShipAmount", "free", "is not an amount"),
        ("TotalTaxAmount", "8.7", "the tax totals are no table"),
    ],
)
def test_what_cannot_be_trusted_refuses_the_row(column: str, value: str, words: str) -> None:
    reading = reading_with(**{column: value})
    assert read_invoice(reading) is None
    (error,) = reading.errors()
    assert (error.refused, error.column) == (True, column)
    assert words in error.problem


@pytest.mark.parametrize("number", ["1E5", "12.10", "", "0012", "9" * 23, "№ 7"])
def test_numbers_are_text_for_ever(number: str) -> None:
    assert invoice_with(DocumentNumber=number).number == number


@pytest.mark.parametrize(
    ("output", "status", "state"),
    [
        ("sent", "unsent", State.LIVE),
        ("unsent", "fully_paid", State.UNSENT),
        ("Sent", "fully_paid", State.LIVE),
        ("", "sent", State.LIVE),
        ("", "opened", State.LIVE),
        ("", "draft", State.UNSENT),
        ("", "unsent", State.UNSENT),
        ("", "fully_paid", State.UNKNOWN),
        ("printed", "partially_paid", State.UNKNOWN),
        ("", "archived", State.UNKNOWN),
    ],
)
def test_sending_is_judged_by_output_status_first(output: str, status: str, state: State) -> None:
    assert state_of(output, status) == state


@pytest.mark.parametrize(
    ("terms", "day"),
    [
        *[
            ("0", 2),
            ("14", 16),
            ("007", 9),
            ("", None),
            ("on receipt", None),
            ("-5", None),
            ("99999", None),
            ("²", None),
        ],
        ("0000000009999999", None),  # a number of days that no date can hold
    ],
)
def test_a_due_date_comes_from_terms_in_days_only(terms: str, day: int | None) -> None:
    assert due_date(dt.date(2026, 3, 2), terms) == (None if day is None else dt.date(2026, 3, day))
    assert invoice_with(TermsOld=terms).due_date_derived == (day is not None)


def test_the_subtotal_is_the_amount_before_tax_whatever_the_file_prints() -> None:
    inclusive = CELLS["Taxes"].replace("true,false", "true,true")
    tax = "sub_total,total,rate,tax_id;36.25,7.25,20,T1"
    for printed in ("43.5", "36.25"):
        invoice = invoice_with(Taxes=inclusive, TotalTaxAmount=tax, SubtotalAmount=printed, TotalAmount="43.5")
        assert invoice.adds_up
        assert invoice.subtotal == Decimal("36.25")


def test_an_invoice_that_does_not_add_up_is_kept_as_printed() -> None:
    invoice = invoice_with(TotalAmount="60")
    assert not invoice.adds_up
    assert (invoice.total, invoice.subtotal) == (Decimal(60), Decimal("43.5"))


@pytest.mark.parametrize(
    ("rate", "applies", "amount", "withholding"),
    [("0", "true", "0", False), ("10", "false", "0", False), ("10", "true", "0", True), ("0", "false", "4.35", True)],
)
def test_withholding_needs_a_rate_and_a_line_or_an_amount(
    rate: str, applies: str, amount: str, *, withholding: bool
) -> None:
    invoice = invoice_with(WithholdingTaxRate=rate, Items=HINGE.format(applies), WithholdingTaxAmount=amount)
    assert invoice.withholding == withholding


def test_an_unreadable_time_stamp_is_a_doubt() -> None:
    reading = reading_with(LastUpdated="yesterday")
    invoice = read_invoice(reading)
    assert invoice is not None
    assert invoice.updated is None
    assert [(error.column, error.refused) for error in reading.errors()] == [("LastUpdated", False)]


def test_columns_that_are_missing_are_not_known_rather_than_zero() -> None:
    kept = ("Id", "DocumentNumber", "DocumentDate", "CurrencyCode", "TotalAmount", "Items")
    invoice = read_invoice(RowReading("a.csv", 2, {name: CELLS[name] for name in kept}))
    assert invoice is not None
    assert (invoice.subtotal, invoice.tax, invoice.paid, invoice.outstanding) == (None, None, None, None)
    assert invoice.state == State.UNKNOWN


def test_what_the_generator_writes_is_read() -> None:
    rows, _ = make_rows(3, 20, quirks=True)
    for cells in rows:
        reading = RowReading("a.csv", 2, cells)
        assert read_invoice(reading) is not None
        assert not reading.errors()
