"""The demo as a whole: its size and mixture, the same bytes every time, and an export with every invoice in it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections import Counter
from decimal import Decimal
from time import perf_counter

from fixtures_demo import SEED, SOURCES, TARGETS, is_inclusive

from i2g_recon.sandbox import demo
from i2g_recon.sandbox.demo_source import source_invoice


def test_size_span_and_mixture() -> None:
    days = [source.created.date() for source in SOURCES]
    assert len(SOURCES) == 400
    assert (min(days), max(days)) == (dt.date(2025, 9, 15), dt.date(2026, 11, 14))
    assert {target["Status"] for target in TARGETS} == {"DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED"}
    assert Counter(source.currency for source in SOURCES)["NZD"] == 4
    assert {rate for source in SOURCES for line in source.lines for rate, _ in line.taxes} == {Decimal(0), Decimal(10)}
    assert 35 <= sum(map(is_inclusive, SOURCES)) <= 45
    discounted = {source.id for source in SOURCES if source.discount_amount}
    assert len(discounted) >= 12
    assert len(discounted | {source.id for source in SOURCES if len(source.lines) > 1}) >= 40
    assert any(payment.status == "failed" for source in SOURCES for payment in source.payments)


def test_the_same_bytes_and_the_same_seed_every_time_and_fast() -> None:
    begun = perf_counter()
    assert demo.demo_seed() == SEED
    assert demo.sample_export() == demo.sample_export()
    assert tuple(map(source_invoice, range(1001, 1401))) == SOURCES
    assert perf_counter() - begun < 2


def test_a_caller_may_change_its_seed() -> None:
    demo.demo_seed()["Invoices"].clear()
    assert len(demo.demo_seed()["Invoices"]) == len(TARGETS)


def test_the_export_holds_every_source_invoice_in_its_file() -> None:
    with zipfile.ZipFile(io.BytesIO(demo.sample_export())) as archive:
        assert archive.namelist()[0] == demo.EXPORT_CSV == "harbourside_invoice_20261115.csv"
        assert len(archive.namelist()) == 3
        text = archive.read(demo.EXPORT_CSV).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["Id"], row["DocumentNumber"], Decimal(row["TotalAmount"])) for row in rows] == [
        (source.id, source.number, source.total) for source in SOURCES
    ]
