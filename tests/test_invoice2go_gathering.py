from itertools import permutations

import pytest
from exports import make_rows

from i2g_recon.invoice2go.gathering import Gathering
from i2g_recon.invoice2go.rows import BrokenRow, Row

ROWS, _ = make_rows(5, 3, lines=2)


def copy(updated: str, number: str) -> dict[str, str]:
    """The first row with another time stamp and number."""
    return ROWS[0] | {"LastUpdated": f"2026-03-{updated}T09:41:20+00:00", "DocumentNumber": number}


def gathered(*rows: dict[str, str], plain_from: int = 0, batch: int = 100) -> Gathering:
    """Rows on lines 2, 3, 4 ..."""
    gathering = Gathering("a.csv", plain_from)
    read = [Row(line, cells) for line, cells in enumerate(rows, start=2)]
    for start in range(0, len(read), batch):
        gathering.take(read[start : start + batch])
    return gathering


@pytest.mark.parametrize(
    ("copies", "winner"),
    [
        ((("01", "old"), ("02", "new")), "new"),
        ((("01", "old"), ("02", "mid"), ("03", "new")), "new"),
        ((("01", "old"), ("03", "new"), ("03", "new")), "new"),
        ((("02", "one"), ("02", "two")), None),
        ((("01", "old"), ("02", "one"), ("02", "two")), None),
        ((("02", "one"), ("02", "two"), ("03", "new")), "new"),
    ],
)
@pytest.mark.parametrize(("plain_from", "batch"), [(0, 100), (0, 2), (100, 100)])
def test_the_newest_copy_wins_whatever_the_order(
    copies: tuple[tuple[str, str], ...], winner: str | None, plain_from: int, batch: int
) -> None:
    for order in permutations(copies):
        rows = (ROWS[1], *(copy(*each) for each in order), ROWS[2])
        gathering = gathered(*rows, plain_from=plain_from, batch=batch)
        invoices, lines = gathering.frames()
        assert invoices["number"].tolist() == [
            ROWS[1]["DocumentNumber"],
            *([winner] if winner else []),
            ROWS[2]["DocumentNumber"],
        ]
        assert lines["invoice_id"].tolist() == [each for each in invoices["id"] for _ in range(2)]
        assert gathering.rows == len(invoices) + gathering.refused
        assert {error.amount for error in gathering.errors} == {ROWS[0]["TotalAmount"]}


def test_a_broken_row_is_refused_with_its_line() -> None:
    gathering = gathered(ROWS[0])
    gathering.take([BrokenRow(9, "value", "the row is short")])
    (error,) = gathering.errors
    assert (error.row, error.value, error.problem, error.refused) == (9, "value", "the row is short.", True)
    assert (gathering.rows, gathering.refused) == (2, 1)


def test_sums_that_no_frame_can_hold_refuse_the_row() -> None:
    huge = ";".join(["total", *["999999999999.99"] * 60_000])
    gathering = gathered(ROWS[0] | {"TotalTaxAmount": huge})
    assert (gathering.rows, gathering.refused) == (1, 1)
