from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest
from golden_cases import CASES, load, run

from i2g_recon.core.frame import Origin
from i2g_recon.core.intake import frame
from i2g_recon.core.invoice import RowError
from i2g_recon.core.policy import Policy
from i2g_recon.core.reasons import REASONS
from i2g_recon.core.reconcile import reconcile
from i2g_recon.core.result_items import BUCKETS, ITEM_COLUMNS

ONE = frame(pd.DataFrame({"id": ["a"], "reference": ["1"], "currency": ["AUD"], "total": ["1.10"]}))


@pytest.mark.parametrize("name", CASES)
def test_the_document_keeps_the_contract(name: str) -> None:
    result = run(load(name))
    document = json.loads(result.to_json(run="r1", all_items=True))
    assert document["schema"] == 1
    assert list(document["items"][0]) == ITEM_COLUMNS if document["items"] else True
    for item in document["items"]:
        assert item["bucket"] in BUCKETS
        assert item["reason"] in REASONS or item["reason"] in ("agrees", "differs")
    for total in document["totals"]:
        assert total["unexplained"].strip("0.") == ""
        assert {step["reason"] for step in total["bridge"]} <= set(REASONS)


def test_agreeing_items_only_when_asked_for() -> None:
    result = reconcile(ONE, ONE)
    assert result.to_dict()["items"] == []
    assert [item["bucket"] for item in result.to_dict(all_items=True)["items"]] == ["agrees"]


def test_the_same_input_gives_the_same_bytes() -> None:
    assert reconcile(ONE, ONE).to_json() == reconcile(ONE, ONE).to_json()


def test_a_refused_row_is_never_all_clear() -> None:
    error = RowError(file="x.csv", row=2, column="TotalAmount", value="?", problem="p", remedy="r")
    assert reconcile(ONE, ONE).verdict == "all_clear"
    assert reconcile(replace(ONE, row_errors=(error,)), ONE).verdict == "needs_a_person"
    assert reconcile(replace(ONE, row_errors=(replace(error, refused=False),)), ONE).verdict == "all_clear"


def test_inputs_are_named() -> None:
    side = replace(ONE, origin=Origin(name="export.zip", sha256="ab", rows=3))
    assert reconcile(side, ONE).to_dict()["inputs"][0] == {
        "side": "source",
        "name": "export.zip",
        "sha256": "ab",
        "rows": 3,
        "row_errors": 0,
    }


def test_a_field_that_is_not_compared_is_in_no_discrepancy() -> None:
    columns = {"id": ["a"], "reference": ["1"], "currency": ["AUD"], "contact": ["Ada"]}
    left, right = (frame(pd.DataFrame({**columns, **own})) for own in ({"total": ["1.10"]}, {"total": ["1.20"]}))
    right = replace(right, invoices=right.invoices.assign(contact="Ben"))
    for fields, told in (
        (("total",), ["total"]),
        (("contact",), ["contact"]),
        (("total", "contact"), ["contact", "total"]),
    ):
        found = reconcile(left, right, Policy(fields=fields)).discrepancies
        assert sorted(found["field"]) == told
