import csv
import datetime as dt
import hashlib
import io
import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from exports import HEADER, make_export, make_rows, to_csv, to_zip
from hypothesis import given, settings
from hypothesis import strategies as st

from i2g_recon.core.frame import INVOICE_COLUMNS, LINE_COLUMNS, Invoices, records
from i2g_recon.core.invoice import LineAmountTypes
from i2g_recon.errors import UnreadableFile
from i2g_recon.invoice2go.container import MAX_FILE_BYTES
from i2g_recon.invoice2go.door import read_path
from i2g_recon.invoice2go.gathering import PLAIN_FROM
from i2g_recon.invoice2go.reader import read_export

NAME = "marlow_invoice_2026.csv"


def assert_complete(side: Invoices) -> None:
    """Accepted and refused rows are the rows of the file."""
    assert len(side.invoices) + sum(error.refused for error in side.row_errors) == side.origin.rows
    assert len({error.row for error in side.row_errors if error.refused}) == side.origin.rows - len(side.invoices)
    assert set(side.lines["invoice_id"]) <= set(side.invoices["id"])


def changed(change: Callable[[dict[str, str]], None], *, every: bool = True) -> bytes:
    """An export of three invoices in which each, or only the second, was changed."""
    rows, _ = make_rows(7, 3)
    for cells in rows if every else rows[1:2]:
        change(cells)
    return to_csv([list(cells.values()) for cells in rows])


def resaved(cells: dict[str, str]) -> None:
    """What a spreadsheet program does to a row."""
    cells["DocumentDate"] = dt.date.fromisoformat(cells["DocumentDate"]).strftime("%d/%m/%Y")
    cells["PartPayment"] = "FALSE"
    cells["TotalAmount"] = f"{float(cells['TotalAmount']):,.2f}"


def with_semicolons(data: bytes) -> bytes:
    """The file as a spreadsheet program of a comma-decimal country saves it."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    return text.getvalue().encode()


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    invoices=st.integers(1, 12) | st.just(PLAIN_FROM + 1),
    lines=st.integers(0, 5),
    quirks=st.booleans(),
    packed=st.booleans(),
)
def test_an_export_is_read_as_it_was_made(seed: int, invoices: int, lines: int, quirks: bool, packed: bool) -> None:  # noqa: FBT001 - drawn
    export = make_export(seed, invoices, lines, quirks=quirks)
    side = read_export(export.zip if packed else export.csv, "marlow_invoice_2026.zip")
    assert side.row_errors == ()
    assert_complete(side)
    for record, expected in zip(records(side), export.expected, strict=True):
        found = {
            "id": record.id,
            "number": record.number,
            "contact": record.contact.name,
            "date": record.date,
            "due_date": record.due_date,
            "total": record.total,
            "tax": record.tax,
            "subtotal": record.subtotal,
            "paid": record.paid,
            "state": str(record.state),
            "status": record.status,
            "inclusive": record.line_amount_types is LineAmountTypes.INCLUSIVE,
            "lines": [
                {
                    "code": line.code,
                    "description": line.description,
                    "quantity": line.quantity,
                    "unit_price": line.unit_price,
                    "tax_key": line.tax_key,
                }
                for line in record.lines
            ],
        }
        assert found == expected | {"inclusive": bool(lines) and expected["inclusive"]}
        assert record.adds_up


def test_frames_follow_the_schema_and_the_origin_names_the_bytes() -> None:
    data = make_export(1, 3).csv
    side = read_export(data, NAME)
    assert {name: str(dtype) for name, dtype in side.invoices.dtypes.items()} == INVOICE_COLUMNS
    assert {name: str(dtype) for name, dtype in side.lines.dtypes.items()} == LINE_COLUMNS
    assert (side.origin.name, side.origin.rows) == (NAME, 3)
    assert side.origin.sha256 == hashlib.sha256(data).hexdigest()
    assert side.notes == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encoding_and_line_ends_change_nothing(encoding: str) -> None:
    plain = make_export(2, 5, quirks=True)
    text = plain.csv.decode("utf-8-sig")
    side = read_export(text.encode(encoding), NAME)
    pd.testing.assert_frame_equal(side.invoices, read_export(plain.csv, NAME).invoices)
    simple = (
        make_export(2, 5).csv.decode("utf-8-sig").replace("Call-out\nafter hours", "Call-out").replace("\n4471", "")
    )
    for end in ("\r\n", "\r"):
        assert len(read_export(simple.replace("\n", end).encode(encoding), NAME).invoices) == 5


def test_an_old_windows_encoding_is_noted_with_names_to_check() -> None:
    data = changed(lambda cells: cells.update(Name="Zoë Café")).decode("utf-8-sig").encode("cp1252")
    side = read_export(data, NAME)
    assert side.invoices["contact"].tolist() == ["Zoë Café"] * 3
    assert side.notes[0].startswith("The file is not UTF-8 and was read as Windows-1252. Check names such as Zoë Café")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"%PDF-1.4 ...", "is a PDF document"),
        (to_csv([]), "There are no invoices in this file"),
        (b"Name,Email\nAcme,a@acme.example\n", "seems to be an export of clients"),
        (make_export(1, 3).csv[:-60], "is cut off: it ends in the middle of the row that begins on line"),
        (make_export(1, 3).csv[:-2], "is cut off"),
        (make_export(1, 3).csv[:2500], "is cut off"),
        (make_export(1, 3).zip[:-60], "damaged or cut-off zip"),
        (changed(resaved), "looks changed by a spreadsheet program"),
        (with_semicolons(make_export(1, 3).csv), "saved again with another separator"),
        (
            changed(lambda cells: cells.update(TotalAmount="abc")),
            "Of the 3 rows read from marlow_invoice_2026.csv none",
        ),
        (to_zip({"a_invoice.csv": make_export(1, 1).csv, "b_invoice.csv": make_export(2, 1).csv}), "2 invoice exports"),
    ],
)
def test_a_file_without_use_is_refused_by_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_export(data, NAME)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("column", "value"),
    [("TotalAmount", "1E5"), ("DocumentDate", "13/04/2026"), ("CurrencyCode", ""), ("Items", "a,b;1,2")],
)
def test_one_bad_row_leaves_the_others(column: str, value: str) -> None:
    side = read_export(changed(lambda cells: cells.update({column: value}), every=False), NAME)
    assert_complete(side)
    (error,) = side.row_errors
    assert (error.file, error.column, error.refused, len(side.invoices)) == (NAME, column, True, 2)


def test_rows_that_look_resaved_put_the_whole_file_in_doubt() -> None:
    side = read_export(changed(resaved, every=False), NAME)
    assert side.notes[-1].startswith("1 of 3 rows show that the file looks changed by a spreadsheet program")


def test_a_row_error_gives_the_line_where_the_row_begins() -> None:
    rows, _ = make_rows(7, 3)
    rows[0]["Comment"] = "one\ntwo\nthree"
    rows[0]["Items"] = rows[0]["Items"].replace("\n", " ")
    rows[1]["TotalAmount"] = "twelve"
    (error,) = read_export(to_csv([list(cells.values()) for cells in rows]), NAME).row_errors
    assert (error.row, error.value, error.amount) == (5, "twelve", "twelve")


def test_missing_and_new_columns_are_named() -> None:
    rows, _ = make_rows(7, 2)
    header = [*(name for name in HEADER if name not in {"OutputStatus", "Payments"}), "Mood"]
    side = read_export(to_csv([[cells.get(name, "good") for name in header] for cells in rows], header), NAME)
    assert len(side.invoices) == 2
    assert "no column OutputStatus, Payments;" in side.notes[0]
    assert side.notes[1] == "Columns this version does not use: Mood."


def test_the_order_of_columns_does_not_matter() -> None:
    rows, _ = make_rows(7, 4, quirks=True)
    header = sorted(HEADER)
    side = read_export(to_csv([[cells[name] for name in header] for cells in rows], header), NAME)
    other = read_export(to_csv([list(cells.values()) for cells in rows]), NAME)
    pd.testing.assert_frame_equal(side.invoices, other.invoices)
    pd.testing.assert_frame_equal(side.lines, other.lines)


def test_invoices_of_two_accounts_are_noted() -> None:
    side = read_export(changed(lambda cells: cells.update(AccountId="1"), every=False), NAME)
    assert side.notes == ("The file holds invoices of 2 Invoice2go accounts.",)


def test_progress_runs_to_the_end() -> None:
    steps: list[tuple[int, int]] = []
    data = make_export(1, 2_100, 1).csv
    read_export(data, NAME, progress=lambda done, total: steps.append((done, total)))
    assert steps == sorted(steps)
    assert len(steps) == 3
    assert steps[-1] == (len(data), len(data))


def test_files_are_read_from_disk_and_oversized_ones_are_not(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(make_export(1, 2).csv)
    assert len(read_path(path).invoices) == 2
    with path.open("wb") as stream:
        stream.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(UnreadableFile, match="this version reads up to 200 MB"):
        read_path(path)
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_path(tmp_path / "nowhere.csv")


def test_a_file_of_refusals_ends_early() -> None:
    rows = b"x,y\n" * 200_000
    with pytest.raises(UnreadableFile, match="Of the 12,000 rows"):
        read_export(make_export(1, 1).csv + rows, NAME)


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_damage_is_refused_or_reported_and_no_row_is_lost(data: st.DataObject) -> None:
    export = make_export(data.draw(st.integers(0, 20)), 4, 2, quirks=True)
    raw = bytearray(export.zip if data.draw(st.booleans()) else export.csv)
    rng = random.Random(data.draw(st.integers(0, 10**6)))  # noqa: S311 - a seed, not a secret
    for _ in range(data.draw(st.integers(0, 4))):
        place = rng.randrange(len(raw))
        kind = rng.randrange(4)
        if kind == 0:
            raw[place] = rng.randrange(256)
        elif kind == 1:
            raw[place:place] = rng.choice([b'"', b",", b"\n", b";", b"\r", b"1"])
        elif kind == 2:
            del raw[place : place + rng.randrange(1, 200)]
        else:
            raw[place] = rng.choice(b'",;\n0')
        raw = raw or bytearray(b"x")
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(raw))))
    try:
        side = read_export(bytes(raw[:cut]), NAME)
    except UnreadableFile:
        return
    assert_complete(side)
    assert len(records(side)) == len(side.invoices)
