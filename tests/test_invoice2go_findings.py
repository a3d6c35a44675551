from decimal import Decimal

import pytest

from i2g_recon.invoice2go.findings import SHOWN_CHARACTERS, RowReading


@pytest.mark.parametrize(
    ("text", "amount"), [("138.6", "138.6"), ("", "0"), ("-5", "-5"), ("0.10", "0.10"), (" 12 ", "12"), ("5.00", "5")]
)
def test_plain_amounts_are_read_exactly(text: str, amount: str) -> None:
    reading = RowReading("a.csv", 2, {"TotalAmount": text}, "AUD")
    assert reading.money("TotalAmount") == Decimal(amount)
    assert not reading.problems


@pytest.mark.parametrize(
    ("text", "mangled"),
    [
        ("1,234.50", True),
        ("1234,50", True),
        ("1E5", True),
        ("1.23457E+11", True),
        ("inf", True),
        ("NaN", True),
        ("1e400", True),
        ("(12.00)", True),
        ("12.00-", True),
        ("\u221212.00", True),
        ("£12.00", True),
        ("1\u00a0234.50", True),
        ("####", True),
        ("twelve", False),
        ("12.345", False),
        ("9" * 13, False),
        ("0." + "1" * 30, False),
        ("1." + "0" * 29 + "1", False),
    ],
)
def test_anything_else_refuses_the_row_and_keeps_the_value(text: str, mangled: bool) -> None:  # noqa: FBT001 - a column of the table
    reading = RowReading("a.csv", 2, {"TotalAmount": text}, "AUD")
    reading.money("TotalAmount")
    (problem,) = reading.problems
    assert (problem.column, problem.value, problem.mangled) == ("TotalAmount", text, mangled)
    assert ("spreadsheet" in problem.text) == mangled


@pytest.mark.parametrize(
    ("currency", "text", "taken"), [("JPY", "12.5", False), ("KWD", "1.234", True), ("AUD", "1.234", False)]
)
def test_decimals_follow_the_currency(currency: str, text: str, taken: bool) -> None:  # noqa: FBT001 - a column of the table
    reading = RowReading("a.csv", 2, {"TotalAmount": text}, currency)
    reading.money("TotalAmount")
    assert bool(reading.problems) != taken


def test_a_row_makes_one_refusal_that_names_all_problems() -> None:
    reading = RowReading("a.csv", 7, {"TotalAmount": "x" * 200, "ShipAmount": "1E5"}, "AUD")
    reading.doubt("Payments", "", "nothing.")
    reading.money("TotalAmount")
    reading.money("ShipAmount")
    (error,) = reading.errors()
    assert (error.file, error.row, error.column, error.refused) == ("a.csv", 7, "TotalAmount", True)
    assert len(error.value) == len(error.amount) == SHOWN_CHARACTERS
    assert "Also ShipAmount: '1E5'" in error.problem


def test_doubts_are_shown_once_and_carry_no_amount() -> None:
    reading = RowReading("a.csv", 7, {"TotalAmount": "12"}, "AUD")
    for _ in range(3):
        reading.doubt("Payments", "v", "nothing.")
    (error,) = reading.errors()
    assert (error.refused, error.amount, error.problem) == (False, "", "nothing.")
