"""Rows read many at once are what the same rows are when they are read one by one, to the last cell and finding."""

import random
from collections.abc import Callable
from decimal import Decimal

import pandas as pd
import pytest
from exports import ITEM_FIELDS, PAYMENT_FIELDS, TAX_IDS, make_rows, nested
from hypothesis import given, settings
from hypothesis import strategies as st

from i2g_recon.invoice2go.gathering import Gathering
from i2g_recon.invoice2go.plain_rows import read_plain
from i2g_recon.invoice2go.rows import Row

Cells = dict[str, str]
ODD = (
    *(
        "",
        " ",
        "0",
        "-0",
        "+5",
        ".5",
        "5.",
        "5.00",
        "1E3",
        "1,234.50",
        "12.345",
        "12.34567",
        "-7.25",
        "NaN",
        "inf",
        "x",
    ),
    *("99999999999", "100000000000", "999999999999999", "0000000000000000000000000000012", "9" * 400, "\u0663", "1_0"),
    *(
        '"',
        '""',
        '"a"b',
        'a"b',
        ";",
        ",",
        "a;b",
        "total",
        "total;",
        "total;1;",
        '"total";1',
        "rate,rate;1,2",
        "\n",
        "=1",
    ),
    *("TRUE", "true", "1E+5", "4.2E+09", "2026-02-30", "2026-02-28", "1969-12-31", "2200-01-01", "31/01/2026", "45000"),
    *(
        "2026-01-31T10:00:00+02:00",
        "2026-01-31T10:00:00Z",
        "2026-01-31 10:00:00.5",
        "2026-13-01T00:00:00Z",
        "aud",
        "JPY",
    ),
    *(
        "KWD",
        "sent",
        "Opened",
        "draft",
        " paid ",
        "succeeded",
        "inclusive",
        "no_discount",
        "on receipt",
        "000000000007",
    ),
    *("\u202eabc", "Zoë", "\u00a05", "00000000009999999"),
)


def both(rows: list[Cells], batch: int = 7) -> tuple[Gathering, Gathering]:
    """Rows taken many at once, and singly."""
    taken = (Gathering("a.csv", 0), Gathering("a.csv", 10**9))
    read = [Row(line, cells) for line, cells in enumerate(rows, start=2)]
    for gathering in taken:
        for start in range(0, len(read), batch):
            gathering.take(read[start : start + batch])
    return taken


def assert_same(rows: list[Cells], batch: int = 7) -> None:
    """Both ways give the same frames and findings."""
    quick, single = both(rows, batch)
    for ours, theirs in zip(quick.frames(), single.frames(), strict=True):
        pd.testing.assert_frame_equal(ours, theirs)
    assert quick.errors == single.errors
    assert (quick.rows, quick.refused, quick.mangled) == (single.rows, single.refused, single.mangled)


def read_quickly(rows: list[Cells]) -> list[bool]:
    """Which rows are read many at once."""
    answer: list[bool] = read_plain([Row(2, cells) for cells in rows]).read.tolist()
    return answer


def put(text: str, column: str) -> Callable[[Cells], None]:
    """A cell that says something else."""
    return lambda cells: cells.update({column: text})


def put_within(old: str, new: str, column: str) -> Callable[[Cells], None]:
    """A part of a cell that says something else, where it occurs."""
    return lambda cells: cells.update({column: cells[column].replace(old, new, 1)})


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 25), st.integers(0, 4), st.booleans(), st.sampled_from([1, 3, 50]))
def test_usual_rows(seed: int, invoices: int, lines: int, quirks: bool, batch: int) -> None:  # noqa: FBT001 - drawn
    rows, _ = make_rows(seed, invoices, lines, quirks=quirks)
    assert_same(rows, batch)
    assert all(read_quickly(rows)) == bool(lines)


@settings(deadline=None)
@given(st.data())
def test_rows_with_anything_in_any_cell(data: st.DataObject) -> None:
    rows, _ = make_rows(data.draw(st.integers(0, 10**6)), data.draw(st.integers(1, 12)), lines=2, quirks=True)
    text = st.sampled_from(ODD) | st.text(alphabet='a1.,;"-E+ \n\u00e9', max_size=8)
    for _ in range(data.draw(st.integers(1, 6))):
        cells = data.draw(st.sampled_from(rows))
        column = data.draw(st.sampled_from(list(cells)))
        old = cells[column]
        at = data.draw(st.integers(0, len(old)))
        until = data.draw(st.integers(at, min(len(old), at + 6)))
        whole = data.draw(st.booleans())
        cells[column] = data.draw(text) if whole else old[:at] + data.draw(text) + old[until:]
    assert_same(rows, data.draw(st.sampled_from([2, 50])))


@settings(deadline=None)
@given(st.data())
def test_rows_with_other_lines_taxes_and_payments(data: st.DataObject) -> None:
    rng = random.Random(data.draw(st.integers(0, 10**6)))  # noqa: S311 - a seed
    rows, _ = make_rows(rng.randrange(10**6), 8, lines=2, quirks=True)
    for cells in rows:
        if rng.random() < 0.5:
            cells["Items"] = nested(ITEM_FIELDS, [odd_line(rng) for _ in range(rng.randint(0, 3))])
        if rng.random() < 0.4:
            payments = [odd_payment(rng) for _ in range(rng.randint(0, 3))]
            cells["Payments"] = nested(PAYMENT_FIELDS, payments)
        if rng.random() < 0.4:
            totals = [
                ("1", rng.choice(("0", "0.1", "-3", "4.5", "")), "10", any_tax(rng)) for _ in range(rng.randint(0, 2))
            ]
            cells["TotalTaxAmount"] = nested(("sub_total", "total", "rate", "tax_id"), totals)
        if rng.random() < 0.5:
            cells["SubtotalAmount"] = cells["TotalAmount"]
    assert_same(rows)


def any_tax(rng: random.Random) -> str:
    """A tax id, known or not."""
    return rng.choice((*TAX_IDS.values(), "T-0", ""))


def odd_line(rng: random.Random) -> tuple[str, ...]:
    """A line with what real ones hold, and some of what they should not."""
    taxes = [(rng.choice(("10", "0", "7.5", "x", "")), any_tax(rng)) for _ in range(rng.choice((0, 1, 1, 1, 2)))]
    return (
        rng.choice(("", "K-7")),
        rng.choice(("Hinge", 'Door 5" oak', "a;b,c", "")),
        rng.choice(("1", "2.5", "0.3333", "0.33333", "-1", "", "1E2", "3000000")),
        "parts",
        rng.choice(("false", "false", "true")),
        nested(("rate", "tax_id"), taxes),
        rng.choice(("10", "19.999", "0.00005", "-4", "", "99999999")),
        rng.choice(("0", "10")),
        rng.choice(("no_discount", "no_discount", "percentage", "amount", "?")),
        rng.choice(("0", "2")),
    )


def odd_payment(rng: random.Random) -> tuple[str, ...]:
    """A payment, sometimes listed twice, of an unknown kind or in fractions of a cent."""
    return (
        rng.choice(("p1", "p2", "")),
        rng.choice(("10", "10.005", "", "x", "-5")),
        rng.choice(("0", "416", "1.5", "", "0.01")),
        "0",
        "2026-01-01",
        rng.choice(("payment", "Payment", "refund", " payment", "")),
        "card",
        rng.choice(("succeeded", "Succeeded ", "failed", "SUCCEEDED", "\u212a")),
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (put("1E+5", "DocumentNumber"), "a spreadsheet program changed it"),
        (put("FALSE", "PartPayment"), "likewise"),
        (put("2026-02-30", "DocumentDate"), "no such day"),
        (put("2026-02-30T00:00:00+00:00", "LastUpdated"), "no such moment"),
        (put("2026-01-31T10:00:00+02:00", "CreatedDate"), "another zone"),
        (put("aud", "CurrencyCode"), "not in capitals"),
        (put("12.345", "TotalAmount"), "more decimals than the currency has"),
        (put("1.01", "TotalAmount"), "does not add up"),
        (put("5", "DiscountAmount"), "a discount"),
        (put("5", "ShipAmount"), "shipping"),
        (put("5", "WithholdingTaxRate"), "withholding"),
        (put("", "Items"), "no lines"),
        (put_within("no_discount", "percentage", "Items"), "a line's discount"),
        (put_within("parts,false", "parts", "Items"), "a line with too few fields"),
        (put_within("code,", "code,code,", "Items"), "another heading"),
        (put_within(TAX_IDS["10"], "T-0", "Taxes"), "a tax that is not defined"),
        (put("total;x", "TotalTaxAmount"), "tax that is no amount"),
        (put("", "TotalTaxAmount"), "taxed lines and no tax"),
        (put("x", "Payments"), "no table of payments"),
    ],
)
def test_a_row_with_something_to_say_about_it_is_read_singly(change: Callable[[Cells], None], why: str) -> None:
    rows, _ = make_rows(3, 30, lines=3)
    change(rows[4])
    assert read_quickly(rows) == [at != 4 for at in range(30)], why
    assert_same(rows)


def test_an_invoice_of_a_business_without_taxes_is_plain() -> None:
    rows, _ = make_rows(3, 4, lines=1)
    for cells in rows:
        lines = [("", "Hinge", "2", "parts", "false", "", "12.5", "0", "no_discount", "0")]
        cells.update(
            Items=nested(ITEM_FIELDS, lines), Taxes="", TotalTaxAmount="", TotalAmount="25", SubtotalAmount="25"
        )
        cells["Payments"] = ""
    assert read_quickly(rows) == [True] * 4
    assert_same(rows)


def test_an_invoice_of_nothing_is_read_singly() -> None:
    rows, _ = make_rows(3, 3, lines=1)
    rows[1].update(Items="", TotalTaxAmount="", TotalAmount="0", SubtotalAmount="0", Payments="")
    assert read_quickly(rows) == [True, False, True]
    assert_same(rows)


def test_sums_stay_exact_where_floats_would_not() -> None:
    rows, _ = make_rows(3, 2, lines=1)
    for cells, price in zip(rows, ("3007199.2547", "0.0001"), strict=True):
        lines = [("", "Hinge", "3", "parts", "false", "", price, "0", "no_discount", "0")] * 40
        total = str((Decimal(price) * 120).quantize(Decimal("0.01")))
        cells.update(Items=nested(ITEM_FIELDS, lines), TotalTaxAmount="", TotalAmount=total, SubtotalAmount=total)
        cells["Payments"] = ""
    assert read_quickly(rows) == [True, True]
    assert_same(rows)
