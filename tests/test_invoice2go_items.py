import pytest

from i2g_recon.core.invoice import LineAmountTypes
from i2g_recon.core.money import D
from i2g_recon.invoice2go.findings import RowReading
from i2g_recon.invoice2go.items import read_items, read_line_taxes, read_tax_totals

TAXES = (
    "name,auto_apply,inclusive,id,rates,accumulative_of"
    ';GST,true,false,T1,"is_default,value;true,5",;QST,true,false,T2,"is_default,value;true,7",T1'
    ';VAT,true,true,T3,"is_default,value;true,20",'
)
HEAD = (
    "code,description,qty,unit_type,withholding_tax_applies,applied_taxes,unit_price,discount_percentage,"
    "discount_type,discount_amount"
)


def reading_of(*lines: str, tax: str = "") -> RowReading:
    """A row whose Items are these records."""
    return RowReading("a.csv", 2, {"Items": ";".join((HEAD, *lines)), "Taxes": TAXES, "TotalTaxAmount": tax}, "AUD")


@pytest.mark.parametrize(
    ("applied", "key", "rate"),
    [
        ("", "No tax 0%", "0"),
        ("rate,tax_id", "No tax 0%", "0"),
        ("rate,tax_id;20,T3", "VAT 20%", "20"),
        ("rate,tax_id;5.0,T1;7,T2", "GST 5% + QST 7% compound", "12.35"),
        ("rate,tax_id;7,T2;5,T1", "GST 5% + QST 7% compound", "12.35"),
        ("rate,tax_id;10,T9", "Unknown tax T9 10%", "10"),
        ("rate,tax_id;33.33333,T1", "GST 33.33333%", "33.3333"),
    ],
)
def test_the_taxes_of_a_line_are_one_unit(applied: str, key: str, rate: str) -> None:
    taxes = read_line_taxes(applied, TAXES)
    assert (taxes.key, taxes.rate, taxes.refused) == (key, D(rate), "")
    assert bool(taxes.doubts) == ("T9" in applied)


@pytest.mark.parametrize("rate", ["", "abc", "1e5", "99999"])
def test_what_is_no_rate_refuses_the_row(rate: str) -> None:
    reading = reading_of(f'K,Hinge,1,parts,false,"rate,tax_id;{rate},T1",2,0,no_discount,0')
    read_items(reading)
    assert [problem.column for problem in reading.problems] == ["Items.applied_taxes"]


def test_lines_are_read_by_name() -> None:
    items = read_items(
        reading_of(
            'HNG-2,"Hinge, brass; pair",3,parts,false,"rate,tax_id;5,T1",14.5,0,no_discount,0',
            ",Fitting,1.5,labor_hours,true,,48.1234,12.5,percentage,9",
            ",Tap,1,parts,false,,48,12.5,amount,9",
        )
    )
    first, second, third = items.lines
    assert (first.code, first.description) == ("HNG-2", "Hinge, brass; pair")
    assert (first.quantity, first.unit_price) == (D("3"), D("14.5"))
    assert (second.tax_key, second.unit_price) == ("No tax 0%", D("48.1234"))
    assert (second.discount_rate, second.discount_amount) == (D("12.5"), D("0"))
    assert (third.discount_rate, third.discount_amount) == (D("0"), D("9"))
    assert items.withholding
    assert items.line_amount_types == LineAmountTypes.EXCLUSIVE


@pytest.mark.parametrize(
    ("tax_ids", "types"),
    [("", "NoTax"), ("T1", "Exclusive"), ("T1 T2", "Exclusive"), ("T3", "Inclusive"), ("T1 T3", "Mixed")],
)
def test_line_amount_types_come_from_the_taxes_in_use(tax_ids: str, types: str) -> None:
    lines = [f',Tap,1,parts,false,"rate,tax_id;5,{tax_id}",48,0,no_discount,0' for tax_id in tax_ids.split()]
    assert read_items(reading_of(*lines, ",Tea,1,parts,false,,1,0,no_discount,0")).line_amount_types == types


@pytest.mark.parametrize(
    ("line", "column", "value"),
    [
        (",Tap,1.00001,parts,false,,48,0,no_discount,0", "Items.qty", "1.00001"),
        (",Tap,1,parts,false,,48.12345,0,no_discount,0", "Items.unit_price", "48.12345"),
        (",Tap,1,parts,false,,48,0,amount,9.999", "Items.discount_amount", "9.999"),
        (",Tap,1,parts,false,,48,0.33333,percentage,0", "Items.discount_percentage", "0.33333"),
    ],
)
def test_what_cannot_be_held_exactly_refuses_the_row(line: str, column: str, value: str) -> None:
    reading = reading_of(line)
    read_items(reading)
    assert [(problem.column, problem.value) for problem in reading.problems] == [(column, value)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (",Tap,,parts,false,,48,0,no_discount,0", "no quantity or no price"),
        (",Tap,1,parts,false,,48,0,voucher,5", "kind of a line's discount is unknown"),
        (",Tap,1,parts,false,,48,0,no_discount,0,new", "11 fields where the heading names 10"),
        (",Tap,1,parts,false,exempt,48,0,no_discount,0", "counts as untaxed"),
    ],
)
def test_oddities_are_taken_with_a_doubt(line: str, words: str) -> None:
    reading = reading_of(line)
    assert len(read_items(reading).lines) == 1
    assert not reading.problems
    assert words in reading.doubts[0].text


def test_no_invoice_has_that_many_lines() -> None:
    reading = reading_of(*[",Tap,1,parts,false,,48,0,no_discount,0"] * 5_001)
    assert read_items(reading).lines == ()
    assert reading.problems[0].text == "the invoice has more than 5,000 lines."


def test_items_without_a_price_column_refuse_the_row() -> None:
    reading = RowReading("a.csv", 2, {"Items": "code,description;K,Hinge"}, "AUD")
    assert read_items(reading).lines == ()
    assert reading.problems[0].text == "the lines have no qty, unit_price."


@pytest.mark.parametrize(
    ("cell", "taxed", "tax", "inside"),
    [
        ("", False, "0", "0"),
        ("", True, None, "0"),
        ("sub_total,total,rate,tax_id", False, "0", "0"),
        ("sub_total,total,rate,tax_id;115.5,23.1,20,T1;10,2,20,T3", True, "25.1", "2"),
    ],
)
def test_the_tax_is_the_sum_over_the_taxes(cell: str, taxed: bool, tax: str | None, inside: str) -> None:  # noqa: FBT001 - a column of the table
    totals = read_tax_totals(reading_of(tax=cell), taxed=taxed)
    assert totals.tax == (None if tax is None else D(tax))
    assert totals.inside == D(inside)


@pytest.mark.parametrize("cell", ["23.1", "sub_total,rate;5,5", "sub_total,total,rate,tax_id;1,2.345,20,T1"])
def test_a_tax_cell_that_is_no_table_refuses_the_row(cell: str) -> None:
    reading = reading_of(tax=cell)
    read_tax_totals(reading, taxed=True)
    assert len(reading.problems) == 1
