import io

import pytest
from exports import HEADER

from i2g_recon.errors import UnreadableFile
from i2g_recon.invoice2go.rows import MAX_LINE_CHARACTERS, REQUIRED, BrokenRow, Lines, Row, read_heading, read_rows

HEAD = ",".join((*REQUIRED, "Name"))
ID = "7b1e0c44-2f6d-4a0b-9c35-5d2e8a61f09{}"


def rows_of(text: str) -> list[Row | BrokenRow]:
    """Everything below the heading."""
    lines = Lines(io.StringIO(text, newline=""), "a.csv")
    heading = read_heading(lines, "a.csv")
    return list(read_rows(lines, heading))


def row(last: int, name: str = "Acme") -> str:
    """A row of the short heading."""
    return f"{ID.format(last)},7,2026-03-02,AUD,10,items,{name}"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_know_the_line_they_begin_on(end: str) -> None:
    text = end.join([HEAD, row(1, f'"two{end}lines"'), "", row(2), ",,,,,,", row(3)])
    assert [(found.line, found.cells["Name"]) for found in rows_of(text) if isinstance(found, Row)] == [
        (2, f"two{end}lines"),
        (5, "Acme"),
        (7, "Acme"),
    ]


def test_a_row_of_another_length_is_broken_and_its_neighbours_are_read() -> None:
    found = rows_of("\n".join([HEAD, row(1), row(2, "Acme, Ltd"), "a,b", row(3)]))
    assert [type(item).__name__ for item in found] == ["Row", "BrokenRow", "BrokenRow", "Row"]
    assert [item.line for item in found] == [2, 3, 4, 5]
    assert isinstance(found[1], BrokenRow)
    assert found[1].problem == "the row has 8 cells where the heading names 7 columns"


@pytest.mark.parametrize("name", ['"Acme', '"Acme" Ltd', '"Acme\nLtd'])
def test_an_open_quote_spoils_its_own_row_only(name: str) -> None:
    found = rows_of("\n".join([HEAD, row(1, name), row(2, '"A, B"'), row(3)]) + "\n")
    assert [type(item).__name__ for item in found] == ["BrokenRow", "Row", "Row"]
    assert found[0].line == 2
    assert [item.cells["Id"][-1] for item in found if isinstance(item, Row)] == ["2", "3"]


def test_quotes_inside_a_bare_cell_are_text() -> None:
    (found,) = rows_of(f"{HEAD}\n{row(1, 'Acme ' + chr(34) + 'The' + chr(34) + ' Ltd')}\n")
    assert isinstance(found, Row)
    assert found.cells["Name"] == 'Acme "The" Ltd'


def test_a_quote_open_at_the_end_of_the_file_is_told_apart() -> None:
    (found,) = rows_of(f"{HEAD}\n{row(1, chr(34) + 'Acme')}")
    assert isinstance(found, BrokenRow)
    assert found.at_end


def test_columns_go_by_name_in_any_order_and_any_case() -> None:
    (found,) = rows_of("totalamount,items,CURRENCYCODE,DocumentDate,documentnumber,Id,New\n10,i,AUD,d,0012,x,y\n")
    assert isinstance(found, Row)
    assert (found.cells["DocumentNumber"], found.cells["New"]) == ("0012", "y")


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Name,Email,Phone", "lacks the columns Id, DocumentNumber, DocumentDate"),
        ("Name,Email,Phone", "seems to be an export of clients"),
        ("code,description,price", "seems to be an export of items"),
        ("*ContactName,EmailAddress,*InvoiceNumber", "seems to be a file from Xero"),
        ("Invoice No.,Client,GST,Total", "seems to be an Invoice2go report"),
        (";".join(HEADER), "saved again with another separator"),
        (
            ",".join(HEADER[:30]),
            "lacks the columns CurrencyCode, TotalAmount, Items; it seems to be an invoice export that",
        ),
        (f"{HEAD},Name", "names the column Name twice"),
        ("a,b", "seems to be another kind of file"),
    ],
)
def test_a_heading_of_something_else_is_refused_with_what_it_seems_to_be(heading: str, words: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        rows_of(f"{heading}\n1,2,3\n")
    assert words in str(refusal.value)


def test_a_cell_without_end_spoils_its_own_row_only() -> None:
    found = rows_of("\n".join([HEAD, row(1, "x" * 1_000_001), row(2)]))
    assert [type(item).__name__ for item in found] == ["BrokenRow", "Row"]
    assert isinstance(found[0], BrokenRow)
    assert found[0].problem == "a cell has more than 1,000,000 characters"


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="has a line of over"):
        rows_of(f"{HEAD}\n{',' * (MAX_LINE_CHARACTERS + 1)}")
