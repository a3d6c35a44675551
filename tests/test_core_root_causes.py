"""Root causes: every exception in exactly one, told with what its exceptions share, the greatest first."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from fixtures_books import invoice, line
from golden_cases import CASES, load, run

from i2g_recon.core.causes import CAUSES
from i2g_recon.core.fixes import CONNECTION_CUT, FIXES
from i2g_recon.core.frame import Invoices, from_records
from i2g_recon.core.intake import frame
from i2g_recon.core.policy import FIELDS
from i2g_recon.core.reasons import REASONS
from i2g_recon.core.reconcile import reconcile
from i2g_recon.core.result import Reconciliation

EXCEPTIONS = ("missing", "differs", "ambiguous", "extra")
AMOUNTS = {"total", "subtotal", "tax"}  # their causes stand for them
NEVER_OPEN = {"not_sent", "voided_in_source", "deleted_in_source", "out_of_period", "other_month", "within_tolerance"}


def books(*rows: dict[str, Any]) -> Invoices:
    usual = {"currency": "AUD", "date": "2026-03-02", "contact": "Ada Lowe", "status": "sent", "total": "110.00"}
    filled = [{"id": f"{n}", "reference": f"HT-{n}", **usual, **row} for n, row in enumerate(rows)]
    return frame(pd.DataFrame(filled))


def told(result: Reconciliation) -> list[tuple[str, int, tuple[tuple[str, int], ...]]]:
    return [(cause.words, cause.exceptions, cause.amounts) for cause in result.root_causes]


def test_whatever_an_exception_can_have_has_a_fix() -> None:
    assert set(FIXES) == (set(REASONS) - NEVER_OPEN) | set(CAUSES) | (set(FIELDS) - AMOUNTS) | {CONNECTION_CUT}
    for code, fix in FIXES.items():
        assert fix.remedy.endswith("."), code
        assert fix.told(code, "x"), code


@pytest.mark.parametrize("name", CASES)
def test_every_exception_is_in_exactly_one(name: str) -> None:
    result = run(load(name))
    items = [item for item in result.items.to_dict("records") if item["bucket"] in EXCEPTIONS]
    assert sum(cause.exceptions for cause in result.root_causes) == len(items)
    for side in ("source_ids", "target_ids"):
        own = Counter(one for item in items for one in item[side])
        assert Counter(one for cause in result.root_causes for one in getattr(cause, side)) == own


def test_one_tax_mapped_wrongly_is_one_cause_with_its_dates() -> None:
    base = invoice(line("1", "100.00", "Repair"))
    lost = invoice(line("1", "100.00", "Repair", tax=""))
    sent, held = [], []
    for n in range(4):
        own: dict[str, Any] = {"id": f"s{n}", "number": f"HT-{n}", "reference": f"HT-{n}"}
        sent.append(replace(base, **own))
        copied = lost if n else base
        lines = tuple(replace(each, tax_type="BASEXCLUDED" if n else "OUTPUT") for each in copied.lines)
        held.append(replace(copied, **own | {"id": f"t{n}"}, lines=lines, status="AUTHORISED"))
    (cause,) = reconcile(from_records(sent), from_records(held)).root_causes
    assert (cause.words, cause.exceptions) == ("GST 10% arrives in Xero as BASEXCLUDED", 3)
    assert (cause.amounts, cause.first, cause.last) == ((("AUD", 3000),), "2026-03-02", "2026-03-02")
    assert cause.source_ids == ("s1", "s2", "s3")
    assert "Set-up" in cause.remedy


def test_the_fix_that_clears_most_money_comes_first_and_currencies_are_never_added() -> None:
    source = books({"total": "5.00"}, {"total": "70.00"}, {"total": "80.00", "currency": "NZD"})
    target = books({"total": "5.00", "contact": "Ben Ok"}, {"total": "71.00"}, {"reference": "X", "total": "20.00"})
    found = reconcile(source, target)
    assert told(found) == [
        ("Only in Xero", 1, (("AUD", 2000),)),
        ("A difference nobody has explained yet", 1, (("AUD", 100),)),
        ("Sent in Invoice2go and not in Xero", 1, (("NZD", 8000),)),
        ("'Ada Lowe' is 'Ben Ok' in Xero", 1, ()),
    ]


def test_a_cut_connection_is_one_cause_beside_single_missing_ones() -> None:
    days = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"]
    source = books(*({"date": day, "total": "10.00"} for day in days))
    target = books({"date": days[0], "total": "10.00"})
    (cause,) = reconcile(source, target).root_causes
    assert (cause.code, cause.exceptions) == (CONNECTION_CUT, 4)
    assert cause.words.startswith("Nothing arrived in Xero since 2026-03-02 (4 invoices)")


def test_dates_apart_are_grouped_by_how_far() -> None:
    source = books({}, {}, {})
    target = books({"date": "2026-03-03"}, {"date": "2026-03-01"}, {"date": "2026-03-03"})
    words = {cause.words: cause.exceptions for cause in reconcile(source, target).root_causes}
    assert words == {"Dated one day later in Xero": 2, "Dated one day earlier in Xero": 1}


def test_copies_of_one_number_are_one_exception() -> None:
    (cause,) = reconcile(books({"reference": "HT-0"}), books({}, {"reference": "HT-0"})).root_causes
    assert (cause.code, cause.exceptions) == ("reference_repeats_in_target", 1)
    assert (cause.source_ids, cause.target_ids) == (("0",), ("0", "1"))


def test_nothing_to_fix() -> None:
    assert reconcile(books({}), books({})).root_causes == ()
