"""Report-style tables: every row of the bad-input matrix has its outcome, and the sums of the file are kept."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.answers import Answers
from i2g_recon.core.frame import INVOICE_COLUMNS, LINE_COLUMNS, Invoices
from i2g_recon.errors import NeedsAnswer, UnreadableFile
from i2g_recon.invoice2go.door import look, read_file

NAME = "invoices_q1.csv"
HEAD = "Invoice No.,Client,Date,GST,Total,Status"
FIRST = "HT-1,Ada Lowe,25/03/2026,10.00,110.00,Paid"
AUD = Answers(currency="AUD")


def read(text: str | bytes, answers: Answers = AUD, name: str = NAME) -> Invoices:
    data = text.encode() if isinstance(text, str) else text
    side = read_file(data, name, answers=answers)
    assert len(side.invoices) + sum(error.refused for error in side.row_errors) == side.origin.rows
    assert {name: str(dtype) for name, dtype in side.invoices.dtypes.items()} == INVOICE_COLUMNS
    assert list(side.lines.columns) == list(LINE_COLUMNS)
    assert side.invoices["id"].is_unique
    return side


def table(*rows: str, head: str = HEAD) -> str:
    return "\n".join([head, *rows]) + "\n"


def only(side: Invoices) -> dict[str, Any]:
    (row,) = side.invoices.to_dict("records")
    return row


def said(side: Invoices) -> str:
    return " ".join(side.notes)


def refusal(*rows: str, head: str = HEAD, answers: Answers = AUD) -> tuple[int, str, str, str]:
    """The one refused row beside a good one."""
    side = read(table(FIRST, *rows, head=head), answers)
    (error,) = (one for one in side.row_errors if one.refused)
    assert len(side.invoices) == 1
    return error.row, error.column, error.value, error.problem


def test_a_plain_table() -> None:
    row = only(read(table(FIRST)))
    assert (row["number"], row["reference"], row["contact"], row["status"]) == ("HT-1", "HT-1", "Ada Lowe", "Paid")
    assert (row["total_minor"], row["tax_minor"], row["currency"], row["state"]) == (11000, 1000, "AUD", "live")
    assert row["date"] == pd.Timestamp("2026-03-25")
    assert pd.isna(row["subtotal_minor"])
    assert pd.isna(row["due_date"])


def test_what_the_reader_says_about_a_table() -> None:
    side = read(table("Harbour Trades", "Period: Jan to Mar", "", HEAD + ",Colour", FIRST + ",red", head="Invoices"))
    notes = said(side)
    assert "Skipped above the heading: Invoices; Harbour Trades; Period: Jan to Mar." in notes
    assert (
        "number from 'Invoice No.', client from 'Client', date from 'Date', tax from 'GST', total from 'Total'" in notes
    )
    assert "Columns this version does not use: Colour." in notes
    assert "Dates were read day first, because row 6 has '25/03/2026'." in notes
    assert "number, date, total and client stand for them" in notes
    assert "a push holds them" in notes


AMOUNTS = {
    "1234.50": 123450,
    '"1,234.50"': 123450,
    "(1234.50)": -123450,
    '"(1,234.50)"': -123450,
    "1234.50-": -123450,
    "\u22121234.50": -123450,
    "-1234.5": -123450,
    "+12": 1200,
    "$1234.50": 123450,
    "A$ 1234.50": 123450,
    "AUD 1234.50": 123450,
    "1234.50 AUD": 123450,
    "-$12.00": -1200,
    "$-12.00": -1200,
    "1\u00a0234.50": 123450,
    "1 234.50": 123450,
    "1'234.50": 123450,
    " 12.00 ": 1200,
    "0": 0,
    '"1,234,567.89"': 123456789,
}


@pytest.mark.parametrize("text", AMOUNTS)
def test_amounts_are_exact(text: str) -> None:
    assert only(read(table(f"HT-1,Ada,25/03/2026,0.00,{text},Paid")))["total_minor"] == AMOUNTS[text]


@pytest.mark.parametrize(
    "text",
    [*"abc 1E5 1e400 inf NaN 12.345 £12.00 1.2.3 --5".split(), "NZ$ 5.00", '"1,23.50"', '"12,"', ""],
)
def test_what_is_no_amount_refuses_its_row(text: str) -> None:
    row, column, value, problem = refusal(f"HT-2,Ben,26/03/2026,0.00,{text},Paid")
    assert (row, column, value) == (3, "Total", text.strip('"'))
    assert problem.endswith(".")


@pytest.mark.parametrize(
    ("text", "minor"), [("1.234,50", 123450), ("12,5", 1250), ("(1.234,50)", -123450), ("1.234.567,00 €", 123456700)]
)
def test_a_decimal_comma_shows_itself(text: str, minor: int) -> None:
    head, row = "Invoice No.;Client;Date;Total;Currency", f"HT-1;Ada;25/03/2026;{text};EUR"
    assert only(read(table(row, head=head)))["total_minor"] == minor


def test_a_number_that_is_a_thousand_or_a_fraction_is_asked_once() -> None:
    text = table('HT-1,Ada,25/03/2026,0,"1,234",Paid')
    with pytest.raises(NeedsAnswer, match=r"above a thousand or a fraction.*--decimal") as asked:
        read(text)
    assert asked.value.question == "decimal"
    assert only(read(text, Answers(currency="AUD", decimal=".")))["total_minor"] == 123400
    with pytest.raises(UnreadableFile, match="1,234"):  # dollars have no third decimal
        read(text, Answers(currency="AUD", decimal=","))
    assert read(table(FIRST, 'HT-2,Ada,25/03/2026,0,"1,234",Paid')).invoices["total_minor"].tolist() == [11000, 123400]


def test_two_decimal_signs_in_one_file_name_both_rows() -> None:
    with pytest.raises(UnreadableFile, match=r"'110.00' in row 2 has a decimal point, '12,50' in row 3"):
        read(table(FIRST, 'HT-2,Ada,25/03/2026,0,"12,50",Paid'))
    with pytest.raises(UnreadableFile, match=r"'110.00' in row 2 has '\.' as its decimal sign, not ','"):
        read(table(FIRST), Answers(currency="AUD", decimal=","))


def test_yen_have_no_cents() -> None:
    head = "Invoice No.,Client,Date,Total,Currency"
    rows = ("HT-1,Ada,25/03/2026,1500,JPY", "HT-2,Ada,25/03/2026,15.00,AUD", "HT-3,Ada,25/03/2026,15.50,JPY")
    side = read(table(*rows, head=head), Answers())
    assert side.invoices[["currency", "total_minor"]].to_numpy().tolist() == [["JPY", 1500], ["AUD", 1500]]
    assert [(error.row, error.value) for error in side.row_errors] == [(4, "15.50")]


def test_dates_are_settled_by_the_file_or_asked() -> None:
    text = table("HT-1,Ada,07/11/2026,0,1.00,Paid")
    with pytest.raises(NeedsAnswer, match=r"whether '07/11/2026' is day first or month first.*--dates") as asked:
        read(text)
    assert asked.value.question == "dates"
    days = {first: only(read(text, Answers(currency="AUD", day_first=first)))["date"] for first in (True, False)}
    assert days == {True: pd.Timestamp("2026-11-07"), False: pd.Timestamp("2026-07-11")}
    with pytest.raises(UnreadableFile, match=r"'25/03/2026' in row 2 is day first, '04/13/2026' in row 3"):
        read(table(FIRST, "HT-2,Ada,04/13/2026,0,1.00,Paid"))


@pytest.mark.parametrize("text", ["31/04/2026", "yesterday", "2026", ""])
def test_what_is_no_date_refuses_its_row(text: str) -> None:
    assert refusal(f"HT-2,Ben,{text},0.00,5.00,Paid")[:3] == (3, "Date", text)


@pytest.mark.parametrize("text", ["2026-03-25", "25 Mar 2026", "25 March 2026", "Mar 25, 2026", "25-Mar-2026"])
def test_dates_nobody_can_mistake(text: str) -> None:
    assert only(read(table(f'HT-1,Ada,"{text}",0,1.00,Paid')))["date"] == pd.Timestamp("2026-03-25")


def test_a_table_without_a_currency_is_asked() -> None:
    with pytest.raises(NeedsAnswer, match=r"does not say its currency.*--currency AUD") as asked:
        read(table(FIRST), Answers())
    assert asked.value.question == "currency"
    named = table(FIRST, head=HEAD.replace("Total", "Total (NZD)"))
    assert only(read(named, Answers()))["currency"] == "NZD"
    head = HEAD.replace("Status", "Currency")
    side = read(table("HT-1,Ada,25/03/2026,0,1.00,AUD", "HT-2,Ben,26/03/2026,0,1.00,dollars", head=head))
    assert [(error.row, error.column, error.value) for error in side.row_errors] == [(3, "Currency", "dollars")]


@pytest.mark.parametrize("text", ["0012", "1E5", "12.10", "12345678901234567890123", "NA", "null", "True", "=1+1"])
def test_numbers_and_names_stay_text(text: str) -> None:
    row = only(read(table(f"{text},{text},25/03/2026,0,1.00,Paid")))
    assert (row["number"], row["contact"]) == (text, text)


@pytest.mark.parametrize(
    "encoded",
    [
        table(FIRST.replace("Ada Lowe", "Zoë")).encode("utf-8-sig"),
        table(FIRST.replace("Ada Lowe", "Zoë")).encode("utf-16"),
        table(FIRST.replace("Ada Lowe", "Zoë")).encode("cp1252"),
        table(FIRST.replace("Ada Lowe", "Zoë")).replace("\n", "\r\n").encode(),
        table(FIRST.replace("Ada Lowe", "Zoë")).replace("\n", "\r").encode(),
        table(FIRST.replace("Ada Lowe", "Zoë")).replace(",", ";").encode(),
        table(FIRST.replace("Ada Lowe", "Zoë")).replace(",", "\t").encode(),
    ],
    ids=["bom", "utf-16", "cp1252", "crlf", "cr", "semicolon", "tab"],
)
def test_every_way_to_write_the_file(encoded: bytes) -> None:
    row = only(read(encoded))
    assert (row["contact"], row["total_minor"]) == ("Zoë", 11000)


@pytest.mark.parametrize(
    ("row", "cells"), [("HT-2,Ben,26/03/2026,0.00,5.00", 5), ("HT-2,Smith, Jones,26/03/2026,0.00,5.00,Paid", 7)]
)
@pytest.mark.parametrize("first", [True, False])
def test_a_row_too_short_or_too_long_is_refused_and_shifts_nothing(row: str, cells: int, first: bool) -> None:  # noqa: FBT001
    rows = (row, FIRST) if first else (FIRST, row)
    side = read(table(*rows))
    assert only(side)["contact"] == "Ada Lowe"
    (error,) = side.row_errors
    assert (error.row, error.value) == (2 if first else 3, f"{cells} cells")


def test_a_quote_never_closed_names_its_line() -> None:
    with pytest.raises(UnreadableFile, match="the row that begins on line 3 opens a quote that is not closed"):
        read(table(FIRST, 'HT-2,"Ben,26/03/2026,0.00,5.00,Paid'))


def test_blank_lines_and_line_breaks_in_cells_keep_the_line_numbers() -> None:
    side = read(table(FIRST, "", 'HT-2,"Ben\nOk",26/03/2026,0.00,5.00,Paid', "HT-3,Cy,26/03/2026,0.00,x,Paid"))
    assert side.invoices["contact"].tolist() == ["Ada Lowe", "Ben\nOk"]
    assert [error.row for error in side.row_errors] == [6]


def test_the_sum_at_the_foot_is_a_check_not_an_invoice() -> None:
    second = "HT-2,Ben,26/03/2026,0.00,5.00,Paid"
    right = read(table(FIRST, second, "Total,,,,115.00,"))
    assert len(right.invoices) == 2
    assert "The sum at the foot (line 4: 115.00) is that of the rows." in said(right)
    short = read(table(FIRST, second, "Total,,,,115.00"))
    assert "is that of the rows" in said(short)
    wrong = read(table(FIRST, second, "TOTAL:,,,,116.00,"))
    (error,) = wrong.row_errors
    assert (error.row, error.refused) == (4, True)
    assert "which come to 115.00 AUD" in error.problem


def test_an_invoice_for_a_client_called_total_is_no_sum() -> None:
    assert refusal("HT-2,Total,,0.00,5.00,Paid")[:3] == (3, "Date", "")
    side = read(table(FIRST, "HT-2,Total,26/03/2026,0.00,5.00,Paid", "Total,,,,115.00,"))
    assert side.invoices["number"].tolist() == ["HT-1", "HT-2"]
    assert "is that of the rows" in said(side)


def test_quotes_and_credits_are_left_out_with_their_money() -> None:
    head = HEAD + ",Type"
    quote, credit = "Q-1,Ben,26/03/2026,0.00,50.00,Sent,Quote", "C-1,Ben,26/03/2026,0,(5.00),,Credit memo"
    side = read(table(FIRST + ",Invoice", quote, credit, head=head))
    assert side.invoices["number"].tolist() == ["HT-1"]
    assert "Left out are quotes, 1 of them (50.00 AUD)." in said(side)
    assert "Left out are credit notes, 1 of them (-5.00 AUD)." in said(side)
    with pytest.raises(UnreadableFile, match=r"There are no invoices in this file.*quotes, 1 of them"):
        read(table(quote, head=head))


def test_several_taxes_are_one_sum() -> None:
    head = "Invoice No.,Client,Date,GST 5%,PST 7%,Subtotal,Total"
    row = only(read(table("HT-1,Ada,25/03/2026,5.00,7.00,100.00,112.00", head=head)))
    assert (row["tax_minor"], row["subtotal_minor"], row["total_minor"]) == (1200, 10000, 11200)


def test_other_headings_are_asked_and_settled_by_an_answer() -> None:
    head = "Nummer,Kunde,Datum,Summe"
    text = table("HT-1,Ada,25.03.2026,110.00", head=head)
    with pytest.raises(UnreadableFile, match="lacks the columns"):
        read(text)
    columns = {"number": "Nummer", "client": "Kunde", "date": "Datum", "total": "Summe"}
    answers = Answers(columns=columns, currency="EUR")
    assert only(read(text, answers))["total_minor"] == 11000
    remembered = {look(text.encode(), NAME, answers).fingerprint: answers}  # type: ignore[union-attr]
    again = table("HT-2,Ben,26.03.2026,5.00", head=head).encode()
    assert len(read_file(again, NAME, remembered=remembered).invoices) == 1
    with pytest.raises(UnreadableFile):  # one heading more is another layout
        read_file(table("HT-2,Ben,26.03.2026,5.00,x", head=head + ",Neu").encode(), NAME, remembered=remembered)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("Invoice No.,Client,GST,Total,Status", "No column is known as date among 'Invoice No.', 'Client'"),
        ("Invoice No.,Client,Date,Total,Total (NZD)", "The heading 'Total' stands over two columns"),
    ],
)
def test_what_a_heading_leaves_open_is_asked(head: str, words: str) -> None:
    text = table(",".join(["1"] * len(head.split(","))), head=head)
    with pytest.raises(NeedsAnswer) as asked:
        read(text)
    assert words in str(asked.value)
    assert asked.value.question == "columns"
    seen = look(text.encode(), NAME)
    assert seen is not None
    assert (seen.question, seen.headings) == ("columns", tuple(head.split(",")))


def test_a_look_shows_what_is_understood_before_anything_is_kept() -> None:
    seen = look(table("HT-1,Ada,07/11/2026,0,1.00,Paid").encode(), NAME)
    assert seen is not None
    assert (seen.question, seen.understood["total"]) == ("currency", "Total")
    assert seen.rows == (("HT-1", "Ada", "07/11/2026", "0", "1.00", "Paid"),)
    settled = look(table("HT-1,Ada,07/11/2026,0,1.00,Paid").encode(), NAME, Answers(currency="AUD", day_first=True))
    assert settled is not None
    assert settled.question == settled.sentence == ""


def test_rows_that_repeat_are_all_kept_and_said() -> None:
    side = read(table(FIRST, FIRST, FIRST.replace("110.00", "120.00")))
    assert len(side.invoices) == 3
    assert "3 rows share their number with another row." in said(side)


def test_the_id_follows_number_date_total_and_client_alone() -> None:
    base = only(read(table(FIRST)))["id"]
    assert only(read(table(FIRST.replace("Paid", "Unpaid"))))["id"] == base
    for old, new in (("HT-1", "HT-2"), ("25/03", "26/03"), ("110.00", "111.00"), ("Ada Lowe", "Ada Low")):
        assert only(read(table(FIRST.replace(old, new))))["id"] != base
    assert "Ada" not in base


def test_a_file_without_rows_or_without_a_usable_row() -> None:
    with pytest.raises(UnreadableFile, match="There are no invoices in this file"):
        read(HEAD + "\n")
    with pytest.raises(UnreadableFile, match=r"None of the 1 rows of invoices_q1.csv can be used.*line 2"):
        read(table("HT-1,Ada,25/03/2026,0,abc,Paid"))
    with pytest.raises(UnreadableFile, match="line 2 holds a NUL byte"):
        read(table(FIRST).replace("Ada", "A\0a"))


def test_a_file_without_a_last_line_end_is_doubted() -> None:
    assert "no line end after its last row" in said(read(table(FIRST).rstrip("\n")))


def test_statuses_say_what_was_sent() -> None:
    words = ["Overdue", "Draft", "Void", "Deleted", "New"]
    rows = [f"HT-{n},Ada,25/03/2026,0,1.00,{word}" for n, word in enumerate(words)]
    assert read(table(*rows)).invoices["state"].tolist() == ["live", "unsent", "void", "deleted", "unknown"]
    side = read(table("HT-1,Ada,25/03/2026,1.00", head="Invoice No.,Client,Date,Total"))
    assert only(side)["state"] == "unknown"
    assert "nobody knows which invoices were sent" in said(side)


def workbook(*rows: tuple[Any, ...]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        book.add_worksheet("About").write(0, 0, "Nothing here")
        sheet = book.add_worksheet("Invoices")
        for n, row in enumerate(rows):
            for at, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(n, at, dt.datetime.combine(cell, dt.time()), day)
                else:
                    sheet.write(n, at, cell)
    return out.getvalue()


@pytest.mark.parametrize("name", ["invoices.xlsx", "invoices.csv"])
def test_a_workbook_is_told_by_its_content(name: str) -> None:
    data = workbook(
        ("Harbour Trades",),
        ("Invoice No.", "Client", "Date", "Total", "Status"),
        ("0012", "Ada", dt.date(2026, 11, 7), 0.1 + 0.2, "Paid"),
        (13, "Ben", dt.date(2026, 12, 7), 3480, "Paid"),
        ("", "", "", "", ""),
        ("Total", "", "", 3480.3, ""),
    )
    side = read(data, name=name)
    shown = side.invoices[["number", "contact", "total_minor"]].to_numpy().tolist()
    assert shown == [["0012", "Ada", 30], ["13", "Ben", 348000]]
    assert side.invoices["date"].dt.strftime("%Y-%m-%d").tolist() == ["2026-11-07", "2026-12-07"]
    assert "The sum at the foot" in said(side)


def test_a_workbook_without_a_table_or_damaged() -> None:
    with pytest.raises(UnreadableFile, match="in which no row names the columns number, date, client and total"):
        read(workbook(("a", "b"), (1, 2)), name="x.xlsx")
    with pytest.raises(UnreadableFile, match="damaged or locked with a password"):
        read(b"\xd0\xcf\x11\xe0" + b"x" * 2000, name="x.xls")


# --- One law: whatever is written comes back to the cent, or its row is refused by name.

cents = st.integers(-(10**9), 10**9)
names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map(str.strip).filter(bool)


def written(minor: int, style: str) -> str:
    amount = f"{Decimal(abs(minor)) / 100:{',' if style != 'plain' else ''}.2f}"
    if style == "comma":
        amount = amount.replace(",", "x").replace(".", ",").replace("x", ".")
    return f"({amount})" if minor < 0 and style == "grouped" else ("-" if minor < 0 else "") + amount


@given(
    st.lists(st.tuples(names, cents), min_size=1, max_size=6),
    st.sampled_from(["plain", "grouped", "comma"]),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_whatever_is_written_comes_back(
    rows: list[tuple[str, int]],
    style: str,
    separator: str,
    encoding: str,
    end: str,
    damaged: bool,  # noqa: FBT001
) -> None:
    cells = [["Invoice No.", "Client", "Date", "Total", "Currency"]]
    cells += [[f"HT-{n}", name, "25/03/2026", written(minor, style), "AUD"] for n, (name, minor) in enumerate(rows)]
    if damaged:
        cells.append(["HT-X", "Ada", "25/03/2026", "12..5", "AUD"])
    quoted = [separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells]
    side = read((end.join(quoted) + end).encode(encoding), Answers())
    assert side.invoices["total_minor"].tolist() == [minor for _, minor in rows]
    assert side.invoices["contact"].tolist() == [name for name, _ in rows]
    assert [error.value for error in side.row_errors] == ["12..5"] * damaged
