"""The sample files: both kinds, in the layouts that Invoice2go and Xero write."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

from i2g_recon.sandbox import demo
from i2g_recon.sandbox.samples import write_samples

DOCUMENTED_COLUMNS = (
    "ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,POPostalCode,"
    "POCountry,SAAddressLine1,SAAddressLine2,SAAddressLine3,SAAddressLine4,SACity,SARegion,SAPostalCode,SACountry,"
    "InvoiceNumber,Reference,InvoiceDate,DueDate,PlannedDate,Total,TaxTotal,InvoiceAmountPaid,InvoiceAmountDue,"
    "InventoryItemCode,Description,Quantity,UnitAmount,Discount,LineAmount,AccountCode,TaxType,TaxAmount,"
    "TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,Currency,Type,Sent,Status"
)


def sales_rows(folder: Path) -> list[dict[str, str]]:
    text = (folder / "SalesInvoices.csv").read_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_both_files_are_written_and_never_change(tmp_path: Path) -> None:
    first, second = write_samples(tmp_path / "new" / "one"), write_samples(tmp_path / "two")
    assert [path.name for path in first] == ["invoice2go_export.zip", "SalesInvoices.csv"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert first[0].read_bytes() == demo.sample_export()


def test_writing_twice_into_one_folder_is_no_trouble(tmp_path: Path) -> None:
    assert write_samples(tmp_path) == write_samples(tmp_path)


def test_the_sales_invoices_file_has_the_documented_columns(tmp_path: Path) -> None:
    write_samples(tmp_path)
    header = (tmp_path / "SalesInvoices.csv").read_bytes().split(b"\r\n")[0].decode("ascii")
    assert header == DOCUMENTED_COLUMNS
    assert header.count(",") == 43


def test_a_row_per_line_of_every_invoice_that_is_neither_voided_nor_deleted(tmp_path: Path) -> None:
    write_samples(tmp_path)
    shown = [t for t in demo.demo_seed()["Invoices"] if t["Status"] not in {"VOIDED", "DELETED"}]
    expected = [
        (t["InvoiceNumber"], t["Reference"], t["Total"], line["Description"], line["LineAmount"], line["TaxAmount"])
        for t in shown
        for line in t["LineItems"]
    ]
    assert [
        (
            row["InvoiceNumber"],
            row["Reference"],
            Decimal(row["Total"]),
            row["Description"],
            Decimal(row["LineAmount"]),
            Decimal(row["TaxAmount"]),
        )
        for row in sales_rows(tmp_path)
    ] == expected


def test_words_dates_and_discounts_are_those_of_the_screen(tmp_path: Path) -> None:
    write_samples(tmp_path)
    rows = sales_rows(tmp_path)
    assert {row["Status"] for row in rows} == {"Draft", "Awaiting Approval", "Awaiting Payment", "Paid"}
    assert {row["Type"] for row in rows} == {"Sales invoice"}
    assert {row["Sent"] for row in rows} == {"Sent", "Unsent"}
    assert {row["TaxType"] for row in rows} == {"GST on Income", "GST Free Income"}
    assert {row["Discount"] for row in rows} == {"", "5.00", "10.00"}
    assert all(re.fullmatch(r"\d\d/\d\d/202[56]", row["InvoiceDate"]) for row in rows)
    assert max(int(row["InvoiceDate"][:2]) for row in rows) > 12, "day first must be provable from the file"
    assert any("\n" in row["Description"] for row in rows)
