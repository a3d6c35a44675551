"""The export writer against a decoder that shares no line with it: what goes in comes out, three levels deep."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.sandbox.i2g_export import (
    COLUMNS,
    ExportInvoice,
    ExportLine,
    ExportPayment,
    ExportTax,
    csv_bytes,
    number_text,
    zip_bytes,
)
from i2g_recon.sandbox.i2g_totals import totalled

DOCUMENTED_COLUMNS = (
    "Id,AccountId,State,LastUpdated,CreatedDate,DocumentDate,DocumentNumber,Comment,Name,EmailRecipient,DocumentStatus,"
    "OutputStatus,PartPayment,DocumentRecipientAddress,ShipDate,ShipAddress,ShipAmount,ShipTrackingNumber,ShipVia,ShipFob,"
    "StyleName,DatePaid,CustomField,DiscountType,Discount,DiscountValue,Taxes,WithholdingTaxName,WithholdingTaxRate,TermsOld,"
    "Payments,Items,CurrencyCode,TotalAmount,BalanceDueAmount,AmountPaidAmount,DiscountAmount,SubtotalAmount,TotalTaxAmount,"
    "WithholdingTaxAmount"
)
MOMENT = dt.datetime(2026, 3, 2, 8, 15, tzinfo=dt.UTC)
VAT = ExportTax(id="T1", name="VAT", rates=(Decimal(20), Decimal(5)))
PST = ExportTax(id="T2", name="PST", rates=(Decimal(7),), accumulative_of="T1")
TWENTY, SEVEN = (Decimal(20), "T1"), (Decimal(7), "T2")


def decode(cell: str) -> list[dict[str, str]]:
    """A cell table to records; written from the grammar, one character at a time."""
    if cell == "":
        return []
    rows: list[list[str]] = []
    row: list[str] = []
    text, at = "", 0
    while at <= len(cell):
        mark = cell[at] if at < len(cell) else ";"
        if mark == '"' and text == "":
            end = at + 1
            while not (cell[end] == '"' and cell[end : end + 2] != '""'):
                text += cell[end]
                end += 2 if cell[end] == '"' else 1
            at = end + 1
            assert cell[at : at + 1] in {"", ",", ";"}, "nothing may follow a closing quote"
            mark = cell[at] if at < len(cell) else ";"
        if mark in {",", ";"}:
            row, text = [*row, text], ""
        else:
            text += mark
        if mark == ";":
            rows, row = [*rows, row], []
        at += 1
    return [dict(zip(rows[0], record, strict=True)) for record in rows[1:]]


def invoice(**changes: object) -> ExportInvoice:
    known: dict[str, object] = {
        "id": "I1",
        "number": "HT-0007",
        "client": "Marlow & Finch",
        "date": MOMENT.date(),
        "created": MOMENT,
        "updated": MOMENT,
    }
    return ExportInvoice(**{**known, **changes})  # type: ignore[arg-type]  # a test's shorthand over many fields


def read_back(*invoices: ExportInvoice) -> list[dict[str, str]]:
    text = csv_bytes(invoices).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def line(price: str = "1", **changes: object) -> ExportLine:
    known: dict[str, object] = {"description": "Work", "quantity": Decimal(1), "unit_price": Decimal(price)}
    return ExportLine(**{**known, **changes})  # type: ignore[arg-type]  # a test's shorthand over many fields


def test_the_header_is_the_documented_one_and_bytes_are_bom_and_lf() -> None:
    data = csv_bytes([invoice()])
    assert data.startswith(b"\xef\xbb\xbfId,AccountId,")
    assert b"\r" not in data
    assert data.decode("utf-8-sig").split("\n")[0] == DOCUMENTED_COLUMNS
    assert len(COLUMNS) == 40


def test_quotes_double_once_per_level() -> None:
    data = csv_bytes([invoice(lines=(line("48", description='He said "level"', taxes=(TWENTY,)),), taxes=(VAT,))])
    assert b',""He said """"level"""""",1,parts,false,""rate,tax_id;20,T1"",48,0,no_discount,0"' in data
    assert (
        b'"name,auto_apply,inclusive,id,rates,accumulative_of;VAT,true,false,T1,""is_default,value;true,20;false,5"","'
        in data
    )


@given(st.lists(st.text(alphabet='ab,;"\n\r é' + "'", max_size=12), min_size=1, max_size=4))
def test_any_description_comes_back_as_it_was(descriptions: list[str]) -> None:
    lines = tuple(line(description=text, taxes=(TWENTY, SEVEN)) for text in descriptions)
    (row,) = read_back(invoice(lines=lines, taxes=(VAT, PST), client=descriptions[0], comment=descriptions[-1]))
    items = decode(row["Items"])
    assert [item["description"] for item in items] == descriptions
    assert decode(items[0]["applied_taxes"]) == [{"rate": "20", "tax_id": "T1"}, {"rate": "7", "tax_id": "T2"}]
    assert (row["Name"], row["Comment"]) == (descriptions[0], descriptions[-1])


def test_cards_fees_are_cents_and_amounts_are_not() -> None:
    card = ExportPayment(
        transaction_id="P1", amount=Decimal("142.76"), moment="2026-03-09", fee_cents=416, method="credit_card"
    )
    failed = ExportPayment(transaction_id="P0", amount=Decimal("142.76"), moment="2026-03-08", status="failed")
    (row,) = read_back(invoice(payments=(failed, card), total=Decimal("138.60")))
    assert [(p["amount"], p["fpt_fee_amount"], p["status"]) for p in decode(row["Payments"])] == [
        ("142.76", "0", "failed"),
        ("142.76", "416", "succeeded"),
    ]
    assert (row["TotalAmount"], row["BalanceDueAmount"], row["AmountPaidAmount"]) == ("138.6", "138.6", "142.76")


def test_moments_dates_and_empty_tables() -> None:
    (row,) = read_back(invoice())
    assert (row["CreatedDate"], row["DocumentDate"]) == ("2026-03-02T08:15:00+00:00", "2026-03-02")
    assert {row[column] for column in ("Taxes", "Payments", "Items", "TotalTaxAmount")} == {""}


def test_any_cell_can_be_overruled_and_no_column_invented() -> None:
    (row,) = read_back(invoice(cells={"TotalAmount": "abc", "TermsOld": "net 30"}))
    assert (row["TotalAmount"], row["TermsOld"]) == ("abc", "net 30")
    with pytest.raises(ValueError, match="DueDate"):
        csv_bytes([invoice(cells={"DueDate": "2026-01-01"})])


@pytest.mark.parametrize(
    ("number", "text"),
    [("138.60", "138.6"), ("500", "500"), ("0.00", "0"), ("-0", "0"), ("-12.50", "-12.5"), ("1E+3", "1000")],
)
def test_trailing_zeros_are_dropped(number: str, text: str) -> None:
    assert number_text(Decimal(number)) == text


# name; lines; document changes; subtotal discount tax total withheld
TWO = (line("100", taxes=(TWENTY,)), line("50", taxes=()))
INSIDE = ExportTax(id="T1", name="VAT", rates=(Decimal(20),), inclusive=True)
CASES: dict[str, tuple[dict[str, object], str]] = {
    "exclusive": ({"lines": TWO, "taxes": (VAT,)}, "150 0 20 170 0"),
    "inclusive": ({"lines": TWO, "taxes": (INSIDE,)}, "133.33 0 16.67 150 0"),
    "one line off by percent": (
        {
            "lines": (line("100", discount_type="percentage", discount_percentage=Decimal(10), taxes=(TWENTY,)),),
            "taxes": (VAT,),
        },
        "100 10 18 108 0",
    ),
    "one line off by amount": (
        {"lines": (line("100", discount_type="amount", discount_amount=Decimal(5), taxes=(TWENTY,)),), "taxes": (VAT,)},
        "100 5 19 114 0",
    ),
    "document off by percent": (
        {"lines": TWO, "taxes": (VAT,), "discount_type": "percentage", "discount": Decimal(10)},
        "150 15 18 153 0",
    ),
    "document off by amount": (
        {"lines": TWO, "taxes": (VAT,), "discount_type": "amount", "discount": Decimal(30)},
        "150 30 16 136 0",
    ),
    "compound": ({"lines": (line("100", taxes=(TWENTY, SEVEN)),), "taxes": (VAT, PST)}, "100 0 28.4 128.4 0"),
    "shipping": ({"lines": TWO, "taxes": (VAT,), "ship_amount": Decimal("9.90")}, "150 0 20 179.9 0"),
    "withheld": (
        {"lines": (line("100", withholding=True, taxes=(TWENTY,)),), "taxes": (VAT,), "withholding_rate": Decimal(4)},
        "100 0 20 120 4",
    ),
    "nothing": ({"lines": ()}, "0 0 0 0 0"),
}


@pytest.mark.parametrize("name", list(CASES))
def test_sums_at_the_foot(name: str) -> None:
    changes, expected = CASES[name]
    found = totalled(invoice(**changes))
    tax = sum((part.total for part in found.tax_totals), Decimal(0))
    sums = (found.subtotal, found.discount_amount, tax, found.total, found.withholding_amount)
    assert " ".join(number_text(amount) for amount in sums) == expected


def test_an_inclusive_subtotal_can_be_printed_with_its_tax() -> None:
    assert totalled(invoice(lines=TWO, taxes=(INSIDE,)), gross_subtotal=True).subtotal == 150


def test_a_zip_is_the_same_on_every_day_and_holds_what_it_was_given() -> None:
    packed = zip_bytes("a_invoice.csv", b"x", {"a_client.csv": b"y"})
    assert packed == zip_bytes("a_invoice.csv", b"x", {"a_client.csv": b"y"})
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "a_invoice.csv": b"x",
            "a_client.csv": b"y",
        }
