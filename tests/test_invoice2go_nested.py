import pytest
from exports import nested
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.invoice2go.nested import AFTER_QUOTE, EXTRA, UNCLOSED, read_repeating, read_table

TEXT = st.text(alphabet=st.sampled_from('ab,;"\n\r é0'), max_size=12)
NAME = st.text(alphabet="abcdefgh_", min_size=1, max_size=6)


def test_the_examples_of_the_grammar() -> None:
    assert read_table('code,description,qty;K-7,"Hinge, brass; pair",3;,"He said ""level""",1').records == (
        {"code": "K-7", "description": "Hinge, brass; pair", "qty": "3"},
        {"code": "", "description": 'He said "level"', "qty": "1"},
    )
    taxes = read_table(
        'name,auto_apply,inclusive,id,rates,accumulative_of;VAT,true,false,T1,"is_default,value;true,20;false,5",'
    )
    assert len(taxes.records) == 1
    assert taxes.records[0]["accumulative_of"] == ""
    assert read_table(taxes.records[0]["rates"]).records == (
        {"is_default": "true", "value": "20"},
        {"is_default": "false", "value": "5"},
    )
    assert read_table("sub_total,total,rate,tax_id;115.5,23.1,20,T1").records[0]["total"] == "23.1"
    assert [tax["rate"] for tax in read_table("rate,tax_id;5,T1;7,T2").records] == ["5", "7"]


@pytest.mark.parametrize(
    ("cell", "records", "faults"),
    [
        ("", (), ()),
        ("a,b", (), ()),
        ("a,b;", (), ()),
        ("a,b;1,2;", ({"a": "1", "b": "2"},), ()),
        ("a,b;1,", ({"a": "1", "b": ""},), ()),
        ("a,b;,", ({"a": "", "b": ""},), ()),
        ('a,b;5" pipe,2', ({"a": '5" pipe', "b": "2"},), ()),
        ('a,b;"",2', ({"a": "", "b": "2"},), ()),
        ("a,b;1", ({"a": "1", "b": ""},), ("record 1 has 1 fields where the heading names 2",)),
        ("a,b;1,2,3,4", ({"a": "1", "b": "2", EXTRA: "3,4"},), ("record 1 has 4 fields where the heading names 2",)),
        ('a,b;"x"y,2', ({"a": "xy", "b": "2"},), (AFTER_QUOTE,)),
        ('a,b;1,"x;y,z', ({"a": "1", "b": "x;y,z"},), (UNCLOSED,)),
        ('a,b;1,"', ({"a": "1", "b": ""},), (UNCLOSED,)),
        ("plain text", (), ()),
        ("a,a;1,2", ({"a": "2"},), ("a heading occurs twice",)),
    ],
)
def test_what_does_not_fit_is_read_and_named(cell: str, records: tuple[object, ...], faults: tuple[str, ...]) -> None:
    table = read_table(cell)
    assert (table.records, table.faults) == (records, faults)
    assert read_repeating(cell) == table


@given(st.data())
def test_two_levels_of_tables_come_back_as_they_went(data: st.DataObject) -> None:
    names = data.draw(st.lists(NAME, min_size=2, max_size=4, unique=True))
    row = st.lists(TEXT, min_size=len(names), max_size=len(names))
    inner = data.draw(st.lists(st.lists(row, min_size=1, max_size=3), min_size=1, max_size=3))
    outer = [[nested(names, rows), "plain", ""] for rows in inner]
    table = read_table(nested(["sub", "b", "c"], outer))
    assert not table.faults
    for record, rows in zip(table.records, inner, strict=True):
        sub = read_table(record["sub"])
        assert [list(fields.values()) for fields in sub.records] == rows
        assert not sub.faults


@given(st.text(alphabet='ab,;"\n', max_size=40))
def test_any_text_is_read(cell: str) -> None:
    table = read_table(cell)
    assert all(len(record) >= len(set(table.columns)) for record in table.records)
