"""Which files are taken for Xero's export, and how rows become named cells."""

from __future__ import annotations

import pytest

from i2g_recon.errors import UnreadableFile
from i2g_recon.xero.export_rows import read_table

HEADER = "ContactName,InvoiceNumber,InvoiceDate,Total,Status"
ROW = "Harbour Example,INV-1,25/06/2026,10.00,Paid"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04", "zip or Excel"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b'{"Invoices": []}', "JSON"),
        (b"<html>", "web page"),
        (b"a,b\n1,2\n", "InvoiceNumber"),
        (b"DocumentNumber,Total\n1,2\n", "Invoice2go export"),
        (HEADER.encode() + b"\n\x00,,,,\n", "line 2 holds a NUL"),
        (HEADER.encode() + b'\n"Harbour,INV-1,,,\n', "quote opened in line 2"),
        (b"Status,Status,ContactName,InvoiceNumber,InvoiceDate,Total\n", "twice: Status"),
        (b"\xff\xfe\x00", "not text"),
    ],
)
def test_other_files_are_refused_in_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableFile, match=sentence):
        read_table(data, "file.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_announce_themselves(encoding: str) -> None:
    table = read_table(f"{HEADER}\r\n{ROW}\r\n".replace("Harbour", "Härbour").encode(encoding), "file.csv")
    assert table.rows[0].get("ContactName") == "Härbour Example"
    assert table.notes == []


def test_windows_text_is_read_and_said() -> None:
    table = read_table(f"{HEADER}\n{ROW}".replace("Harbour", "Café").encode("cp1252"), "file.csv")
    assert table.rows[0].get("ContactName") == "Café Example"
    assert "cp1252" in table.notes[0]


def test_line_breaks_and_commas_inside_cells_do_not_end_a_row() -> None:
    text = f'{HEADER}\n"Harbour,\nExample",INV-1,25/06/2026,10.00,Paid\n\n{ROW}\n'
    table = read_table(text.encode(), "file.csv")
    assert [(row.line, row.get("ContactName")) for row in table.rows] == [
        (2, "Harbour,\nExample"),
        (5, "Harbour Example"),
    ]


def test_rows_of_the_wrong_length_are_all_named_and_the_others_read() -> None:
    table = read_table(f"{HEADER}\nshort,INV-9\n{ROW}\n{ROW},more\n".encode(), "file.csv")
    assert len(table.rows) == 1
    assert [(error.row, error.problem) for error in table.row_errors] == [
        (2, "The row has 2 cells, the header 5."),
        (4, "The row has 6 cells, the header 5."),
    ]
    assert all(error.refused and error.file == "file.csv" for error in table.row_errors)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(ending: str) -> None:
    table = read_table(f"{HEADER}\n{ROW}\n{ROW}".replace("\n", ending).encode(), "file.csv")
    assert [row.get("Status") for row in table.rows] == ["Paid", "Paid"]


def test_semicolons_and_starred_headers_are_understood() -> None:
    text = f"{HEADER}\n{ROW}\n".replace(",", ";").replace("ContactName", "*ContactName")
    assert read_table(text.encode(), "file.csv").rows[0].get("ContactName") == "Harbour Example"
