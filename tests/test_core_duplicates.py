"""Which copy to keep: every step of the ranking as a table, and which rows are members of a group."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from i2g_recon.core.duplicates import STEPS, WHY
from i2g_recon.core.frame import Invoices
from i2g_recon.core.intake import frame
from i2g_recon.core.reconcile import reconcile

LIKE_SOURCE = {"total": "110.00", "currency": "AUD", "date": "2026-03-02", "contact": "Ada Lowe"}
DRAFT = {"status": "DRAFT", "date": "2026-03-09"}
# The one to keep, the other one, the step that decides; each decides against everything below it.
TABLE: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "paid": ({"status": "PAID", "total": "1.00"}, {"status": "AUTHORISED", "sent_to_contact": True}, "paid"),
    "partly paid": ({"status": "AUTHORISED", "paid_minor": 1, "total": "1.00"}, {"status": "AUTHORISED"}, "paid"),
    "approved": ({"status": "AUTHORISED", "total": "1.00"}, {**DRAFT, "sent_to_contact": True}, "approved"),
    "sent": ({**DRAFT, "sent_to_contact": True, "total": "1.00"}, {"status": "DRAFT"}, "sent"),
    "equal": ({"status": "DRAFT"}, {"status": "DRAFT", "date": "2026-03-01"}, "equal"),
    "older": ({**DRAFT, "date": "2026-03-08"}, DRAFT, "older"),
    "dated before undated": (DRAFT, {**DRAFT, "date": None}, "older"),
    "nothing between them": (DRAFT, DRAFT, ""),
}


def side(prefix: str, *rows: dict[str, Any]) -> Invoices:
    df = pd.DataFrame(
        [
            {"id": f"{prefix}{n}", "reference": "HT-1", "status": "sent", **LIKE_SOURCE, **row}
            for n, row in enumerate(rows)
        ]
    )
    made = frame(df)
    invoices = made.invoices
    if "sent_to_contact" in df:
        invoices["sent_to_contact"] = df["sent_to_contact"].fillna(value=False).astype(bool)
    if "paid_minor" in df:
        invoices["paid_minor"] = df["paid_minor"].fillna(0).astype(invoices["paid_minor"].dtype)
    return replace(made, invoices=invoices)


def kept(source: Invoices, target: Invoices) -> list[tuple[str, int, str]]:
    return [(one["target_id"], one["rank"], one["why"]) for one in reconcile(source, target).to_dict()["duplicates"]]


@pytest.mark.parametrize("case", TABLE)
def test_which_of_two_to_keep(case: str) -> None:
    keep, other, step = TABLE[case]
    assert kept(side("s", {}), side("t", keep, other)) == [("t0", 1, WHY[step]), ("t1", 2, WHY[step])]
    if step:
        assert kept(side("s", {}), side("t", other, keep)) == [("t1", 1, WHY[step]), ("t0", 2, WHY[step])]


def test_every_step_has_a_case() -> None:
    assert {step for _, _, step in TABLE.values()} == {*STEPS, ""}


def test_three_copies_each_with_what_puts_the_one_before_ahead() -> None:
    rows = ({"status": "DRAFT", "date": "2026-03-05"}, {"status": "AUTHORISED"}, {"status": "PAID"})
    assert kept(side("s", {}), side("t", *rows)) == [
        ("t2", 1, WHY["paid"]),
        ("t1", 2, WHY["paid"]),
        ("t0", 3, WHY["approved"]),
    ]


def test_a_pair_and_its_twin_in_other_letters_are_one_group() -> None:
    result = reconcile(side("s", {}), side("t", {}, {"reference": "ht-01", "status": "PAID"}))
    members = result.to_dict()["duplicates"]
    assert [(one["target_id"], one["rank"], one["source_ids"]) for one in members] == [
        ("t1", 1, ["s0"]),
        ("t0", 2, ["s0"]),
    ]
    assert (members[0]["reference"], members[0]["total"], members[0]["currency"]) == ("ht-01", "110.00", "AUD")


def test_two_groups_whose_keys_fall_together_stay_two() -> None:
    target = side("t", {}, {}, {"reference": "HT-01"}, {"reference": "HT-01"})
    members = reconcile(side("s", {}, {"reference": "HT-01"}), target).to_dict()["duplicates"]
    assert [(one["target_id"], one["source_ids"]) for one in members] == [
        ("t2", ["s1"]),
        ("t3", ["s1"]),
        ("t0", ["s0"]),
        ("t1", ["s0"]),
    ]


def test_a_voided_copy_is_no_member() -> None:
    assert kept(side("s", {}), side("t", {}, {"status": "VOIDED"})) == []


def test_one_number_each_with_its_own_copy_is_no_group() -> None:
    other = {"total": "5.00", "date": "2026-04-01", "contact": "Ben Ok"}
    assert kept(side("s", {}, other), side("t", {}, other)) == []


def test_copies_without_any_source_are_listed() -> None:
    members = reconcile(side("s", {"reference": "HT-9"}), side("t", {}, {})).to_dict()["duplicates"]
    assert [(one["target_id"], one["source_ids"]) for one in members] == [("t0", []), ("t1", [])]
