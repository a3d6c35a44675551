"""The workbook, read back by its XML: typed cells, equal totals, no formula, the same bytes twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from fixtures_papers import HOSTILE, LEADING, NS, Book, document, hostile_document

from i2g_recon.report import workbook
from i2g_recon.report.content import paper_of
from i2g_recon.report.paper import paper_bytes
from i2g_recon.report.shapes import Block, Column, Paper, Sheet
from i2g_recon.report.words import legible

EXCEL_DAY_ONE = dt.date(1899, 12, 30)


@pytest.fixture(scope="module")
def book() -> Book:
    return Book.of(paper_bytes(document(), "xlsx"))


@pytest.fixture(scope="module")
def hostile() -> Book:
    return Book.of(paper_bytes(hostile_document(), "xlsx"))


def test_the_same_document_gives_the_same_bytes() -> None:
    assert paper_bytes(document(), "xlsx") == paper_bytes(document(), "xlsx")


def test_every_bucket_has_a_sheet_even_an_empty_one(book: Book) -> None:
    named = "Summary Bridge|Bridge by month|Missing Differs|Field by field|Causes Ambiguous Extra Excluded Agrees"
    assert list(book.sheets) == [
        name for part in named.split("|") for name in ([part] if "by" in part else part.split())
    ]
    assert book.records("Excluded") == []


def test_agreeing_invoices_have_no_sheet_when_the_document_leaves_them_out() -> None:
    assert "Agrees" not in Book.of(paper_bytes(document(all_items=False), "xlsx")).sheets


def test_the_bridge_is_the_documents_and_closes(book: Book) -> None:
    rows, totals = book.records("Bridge"), document()["totals"]
    for total in totals:
        mine = [row for row in rows if row["Currency"] == total["currency"]]
        amounts = {row["Code"]: row["Amount"] for row in mine if row["Code"]}
        steps = {step["reason"]: Decimal(step["amount"]) for step in total["bridge"]}
        ends = {name: Decimal(total[name]) for name in ("source", "target", "unexplained")}
        assert amounts == {**steps, **ends}
        assert amounts["source"] + sum(steps.values()) == amounts["target"]  # type: ignore[operator]  # cells of this column are numbers
        assert amounts["unexplained"] == 0
    assert {row["Currency"] for row in rows} == {"AUD", "JPY", "NZD"}


def test_the_buckets_hold_the_items_as_numbers_and_dates(book: Book) -> None:
    (missing,) = book.records("Missing")
    assert missing["Number"] == "1003"
    assert missing["Invoice2go total"] == Decimal("33.30")
    assert isinstance(missing["Date"], Decimal)
    assert EXCEL_DAY_ONE + dt.timedelta(days=int(missing["Date"])) == dt.date(2026, 9, 3)
    assert missing["Why"] == "Sent in Invoice2go and not in Xero"
    (extra,) = book.records("Extra")
    assert extra["Xero total"] == Decimal("1234567.89")


def test_an_amount_stands_beside_its_own_currency_and_currencies_are_never_subtracted(book: Book) -> None:
    rows = {row["Number"]: row for row in book.records("Differs")}
    assert (rows["1005"]["Currency"], rows["1005"]["Xero currency"]) == ("AUD", "NZD")
    assert rows["1005"]["Xero total"] == Decimal(70)
    assert rows["1005"]["Difference"] == ""
    assert rows["1002"]["Difference"] == Decimal("-0.01")


def test_each_differing_field_stands_in_its_own_type(book: Book) -> None:
    rows = {(row["Number"], row["Field"]): row for row in book.records("Field by field")}
    assert rows["1002", "Total"]["Difference"] == Decimal("-0.01")
    assert isinstance(rows["1002", "Date"]["Xero"], Decimal)
    assert rows["1002", "Date"]["Difference"] == 2
    assert rows["1005", "Currency"]["Xero"] == "NZD"


def test_the_sum_of_the_buckets_is_the_input(book: Book) -> None:
    sides = {"Invoice2go total": "source", "Xero total": "target"}
    for title, side in sides.items():
        letters = "Currency" if side == "source" else "Xero currency"
        rows = [
            row for bucket in ("Missing", "Differs", "Ambiguous", "Extra", "Agrees") for row in book.records(bucket)
        ]
        found: dict[str, Decimal] = {}
        for row in rows:
            if isinstance(amount := row.get(title, ""), Decimal):
                currency = str(row.get(letters) or row["Currency"])
                found[currency] = found.get(currency, Decimal(0)) + amount
        expected = {one["currency"]: Decimal(one[side]) for one in document()["totals"] if Decimal(one[side])}
        assert found == expected


def test_the_summary_says_what_was_compared(book: Book) -> None:
    cells = {str(row.get("A")): row.get("B") for row in book.rows("Summary")}
    assert str(cells["Verdict"]).startswith("Something needs you")
    assert cells["Organisation"] == "Harbour Trades"
    assert cells["Run"] == "run-1"
    assert cells["Missing in Xero"] == 1
    assert cells["Invoice2go"] == "source.csv"


def test_no_text_is_a_formula_or_a_link(hostile: Book) -> None:
    for name in hostile.sheets:
        sheet = hostile.sheet(name)
        assert sheet.findall(".//m:f", NS) == []
        assert sheet.findall(".//m:hyperlink", NS) == []
        assert {cell.get("t") for cell in sheet.iter(f"{{{NS['m']}}}c")} <= {"s", None}
    assert not any("externalLink" in name or "vba" in name for name in hostile.files)


def test_hostile_text_comes_back_as_it_was_and_what_misleads_is_spelled_out(hostile: Book) -> None:
    shown = {unescaped(text) for text in hostile.texts()}
    for text in HOSTILE[:-1]:
        assert legible(text) in shown
    assert any(text.startswith("long ") and text.endswith("(cut: 40000 characters in all)") for text in shown)
    assert not any("\u202e" in text or "\x00" in text for text in shown)
    assert "007" in shown


def unescaped(text: str) -> str:
    """Text as Excel shows it: the file writes a carriage return _x000D_ and the underscore of such a code _x005F_."""
    return text.replace("_x000D_", "\r").replace("_x005F_", "_")


def test_text_that_looks_like_a_formula_stays_text_when_the_cell_is_edited(hostile: Book) -> None:
    guarded = [xf.get("quotePrefix") == "1" for xf in hostile.tree("xl/styles.xml").findall("m:cellXfs/m:xf", NS)]
    texts, seen = hostile.texts(), 0
    for cell in hostile.sheet("Differs").iter(f"{{{NS['m']}}}c"):
        if cell.get("t") == "s":
            text = unescaped(texts[int(cell.findtext("m:v", default="", namespaces=NS))])
            seen += text.startswith(LEADING)
            assert guarded[int(cell.get("s", "0"))] or not text.startswith(LEADING)
    assert seen >= len(LEADING)


def test_sheets_are_set_up_for_reading_and_printing(book: Book) -> None:
    for name in list(book.sheets)[1:]:
        sheet = book.sheet(name)
        assert sheet.find("m:autoFilter", NS) is not None, name
        assert found(sheet, "m:sheetViews/m:sheetView/m:pane", "state") == "frozen"
        assert found(sheet, "m:pageSetup", "orientation") == "landscape"
        assert found(sheet, "m:pageSetup", "fitToHeight") == "0"
        footer = sheet.findtext("m:headerFooter/m:oddFooter", default="", namespaces=NS)
        assert "Run run-1" in footer
        assert "&P" in footer
    names = [name.get("name") for name in book.tree("xl/workbook.xml").findall("m:definedNames/m:definedName", NS)]
    assert names.count("_xlnm.Print_Titles") == len(book.sheets) - 1


def found(sheet: object, path: str, attribute: str) -> str | None:
    element = sheet.find(path, NS)  # type: ignore[attr-defined]  # an XML element
    return None if element is None else str(element.get(attribute))


def test_a_run_name_cannot_put_codes_into_the_footer(hostile: Book) -> None:
    footer = hostile.sheet("Bridge").findtext("m:headerFooter/m:oddFooter", default="", namespaces=NS)
    assert "Run &&P<run>&RPage" in footer


@pytest.mark.parametrize(
    ("amount", "written", "is_number"),
    [
        ("0.10", "0.10", True),
        ("-0.01", "-0.01", True),
        ("5000", "5000", True),
        ("1234567890123.45", "1234567890123.45", True),
        ("12345678901234.56", "12345678901234.56", False),  # 16 digits: more than Excel keeps
        ("46116860184273879.04", "46116860184273879.04", False),
    ],
)
def test_no_digit_of_an_amount_is_lost(amount: str, written: str, *, is_number: bool) -> None:
    paper = paper_with(((Decimal(amount),),))
    (cell,) = Book.of(workbook.workbook_bytes(paper)).sheet("Rows").findall(".//m:c[@r='A4']", NS)
    value = cell.findtext("m:v", default="", namespaces=NS)
    assert (value == written) if is_number else cell.get("t") == "s"
    if not is_number:
        assert written in Book.of(workbook.workbook_bytes(paper)).texts()


def test_amounts_show_as_many_decimals_as_their_currency_has(book: Book) -> None:
    codes = {str(one.get("formatCode")) for one in book.tree("xl/styles.xml").findall("m:numFmts/m:numFmt", NS)}
    assert {"#,##0.00;[Red]-#,##0.00", "#,##0;[Red]-#,##0"} <= codes


def test_a_date_before_excels_calendar_is_text() -> None:
    book = Book.of(workbook.workbook_bytes(paper_with(((dt.date(1850, 1, 2),),))))
    assert book.rows("Rows")[3] == {"A": "1850-01-02"}


def test_a_sheet_that_is_full_goes_on_in_the_next() -> None:
    rows = tuple((number,) for number in range(workbook.MOST_ROWS + 2))
    (sheet,) = paper_with(rows).sheets
    parts = list(workbook.parts(sheet))
    assert [name for name, _ in parts] == ["Rows", "Rows 2"]
    assert [len(blocks[0].rows) for _, blocks in parts] == [workbook.MOST_ROWS, 2]
    assert parts[1][1][0].rows[-1] == (workbook.MOST_ROWS + 1,)


def paper_with(rows: tuple[tuple[object, ...], ...]) -> Paper:
    block = Block("", (Column("A", "number"),), rows)  # type: ignore[arg-type]  # each test gives cells
    return replace(paper_of(document()), sheets=(Sheet("Rows", (block,)),))
