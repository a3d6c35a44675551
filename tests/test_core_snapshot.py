from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from i2g_recon.core.frame import INVOICE_COLUMNS, LINE_COLUMNS, Invoices, Origin, from_records, records
from i2g_recon.core.invoice import AppliedTax, Contact, Invoice, LineItem, RowError, tax_key
from i2g_recon.core.snapshot import from_bytes, to_bytes
from i2g_recon.errors import UnreadableFile

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
CENTS = st.integers(-(10**12), 10**12).map(lambda minor: Decimal(minor).scaleb(-2))
LINES = st.builds(
    LineItem, description=TEXTS, quantity=CENTS, unit_price=CENTS, tax_rate=st.none() | st.just(Decimal("10.0000"))
)
INVOICES = st.builds(
    Invoice,
    id=st.uuids().map(str),
    number=TEXTS,
    reference=TEXTS,
    contact=st.builds(Contact, name=TEXTS, email=TEXTS),
    currency=st.just("AUD"),
    total=CENTS,
    subtotal=st.none() | CENTS,
    date=st.none() | st.dates(dt.date(1970, 1, 1), dt.date(2200, 1, 1)),
    updated=st.none() | st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    lines=st.lists(LINES, max_size=3).map(tuple),
)
ERROR = RowError(
    file="export.csv", row=7, column="Total", value="abc", problem="Not an amount.", remedy="Correct it.", amount=""
)


def side(*invoices: Invoice) -> Invoices:
    origin = Origin(name="export.csv", sha256="ab" * 32, rows=len(invoices) + 1)
    return from_records(invoices, row_errors=[ERROR], origin=origin, notes=["Read as UTF-8."])


def invoice() -> Invoice:
    line = LineItem(
        description="Labour",
        quantity=Decimal("1.5000"),
        unit_price=Decimal("80.0000"),
        tax_key=tax_key((AppliedTax("GST", Decimal(10)),)),
    )
    contact = Contact(name="Brook Café")
    return Invoice(
        id="1", number="12.10", reference="12.10", contact=contact, currency="JPY", total=Decimal(120), lines=(line,)
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(INVOICES, max_size=5, unique_by=lambda each: each.id))
def test_what_went_in_comes_out(invoices: list[Invoice]) -> None:
    before = side(*invoices)
    after = from_bytes(to_bytes(before))
    assert_frame_equal(after.invoices, before.invoices)
    assert_frame_equal(after.lines, before.lines)
    assert (after.row_errors, after.origin, after.notes) == (before.row_errors, before.origin, before.notes)
    assert records(after) == records(before)


def test_same_side_gives_the_same_bytes() -> None:
    assert to_bytes(side(invoice())) == to_bytes(side(invoice()))
    assert to_bytes(from_bytes(to_bytes(side(invoice())))) == to_bytes(side(invoice()))


def test_an_empty_side_keeps_its_types() -> None:
    after = from_bytes(to_bytes(from_records([])))
    assert after.invoices.dtypes.astype(str).to_dict() == INVOICE_COLUMNS
    assert after.lines.dtypes.astype(str).to_dict() == LINE_COLUMNS


def test_a_column_that_an_older_version_lacked_takes_its_default() -> None:
    whole = side(invoice())
    older = Invoices(invoices=whole.invoices.drop(columns=["withholding", "paid_minor", "account"]), lines=whole.lines)
    after = from_bytes(to_bytes(older)).invoices
    assert not after["withholding"].any()
    assert after["paid_minor"].isna().all()
    assert list(after["account"]) == [""]


def test_the_argument_is_not_changed() -> None:
    before = side(invoice())
    kept = before.invoices.copy()
    to_bytes(before)
    assert_frame_equal(before.invoices, kept)


def damaged_member() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("about.json", '{"format": 1}')
        archive.writestr("invoices.parquet", b"not parquet")
    return target.getvalue()


def newer_format() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("about.json", '{"format": 2}')
    return target.getvalue()


@pytest.mark.parametrize("content", [b"", b"PK", b"hello", damaged_member(), newer_format()])
def test_damaged_bytes_are_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="snapshot"):
        from_bytes(content)


def test_labels_of_rows_do_not_matter() -> None:
    whole = side(invoice())
    relabelled = Invoices(invoices=whole.invoices.set_axis(pd.Index([7]), axis=0), lines=whole.lines)
    assert list(from_bytes(to_bytes(relabelled)).invoices.index) == [0]
