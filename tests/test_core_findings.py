"""Findings: which pairs have one, in which bucket they stay, and what the kinds come to."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from i2g_recon.core.findings import FINDING_HINTS, FINDING_WORDS, FINDINGS
from i2g_recon.core.frame import Invoices
from i2g_recon.core.intake import frame
from i2g_recon.core.policy import Policy
from i2g_recon.core.reconcile import reconcile

SENT = {"total": "110.00", "tax": "10.00", "currency": "AUD", "date": "2026-03-02", "contact": "Ada Lowe"}
PAID = {"paid_minor": 11000, "outstanding_minor": 0}
OPEN = {"paid_minor": 0, "outstanding_minor": 11000}
APPROVED = {"status": "AUTHORISED"}
TABLE: dict[str, tuple[dict[str, Any], dict[str, Any], list[str], str]] = {
    "nothing to tell": ({}, APPROVED, [], "agrees"),
    "paid here, open there": (PAID, {**APPROVED, **OPEN}, ["paid_in_source_open_in_target"], "agrees"),
    "paid on both sides": (PAID, {"status": "PAID", **PAID}, [], "agrees"),
    "open on both sides": (OPEN, {**APPROVED, **OPEN}, [], "agrees"),
    "nothing was owed here": ({"paid_minor": 0, "outstanding_minor": 0}, {**APPROVED, **OPEN}, [], "agrees"),
    "a draft in Xero": ({}, {"status": "DRAFT"}, ["not_approved_in_target"], "agrees"),
    "submitted in Xero": ({}, {"status": "SUBMITTED"}, ["not_approved_in_target"], "agrees"),
    "differs, approved": ({}, {**APPROVED, "total": "109.00"}, ["differs_after_approval"], "differs"),
    "differs, paid": ({}, {"status": "PAID", "total": "109.00"}, ["differs_after_payment"], "differs"),
    "differs, a draft": ({}, {"status": "DRAFT", "total": "109.00"}, ["not_approved_in_target"], "differs"),
    "another way of writing": ({}, {**APPROVED, "reference": "inv ht 0001"}, ["matched_by_key"], "agrees"),
    "Xero's own number": (
        {},
        {**APPROVED, "reference": "Job at the pier", "number": "HT-1"},
        ["matched_by_invoice_number"],
        "agrees",
    ),
}


def side(prefix: str, *rows: dict[str, Any]) -> Invoices:
    filled = [
        {"id": f"{prefix}{n}", "reference": "HT-1", "status": "sent", **SENT, **row} for n, row in enumerate(rows)
    ]
    df = pd.DataFrame(filled)
    made = frame(df)
    extra = {name: df[name].astype("Int64") for name in ("paid_minor", "outstanding_minor") if name in df}
    types = {name: made.invoices[name].dtype for name in extra}
    return replace(made, invoices=made.invoices.assign(**extra).astype(types))


@pytest.mark.parametrize("case", TABLE)
def test_a_finding_moves_nothing(case: str) -> None:
    source, target, findings, bucket = TABLE[case]
    result = reconcile(side("s", source), side("t", target), Policy(invoice_number_pairs=True))
    only = result.to_dict(all_items=True)["items"]
    assert [(item["bucket"], item["findings"]) for item in only] == [(bucket, findings)]


def test_every_kind_has_its_money_by_currency() -> None:
    dollars = {"total": "110.00", **PAID}
    euros = {"total": "50.00", "currency": "EUR", "paid_minor": 5000, "outstanding_minor": 0}
    source = side("s", dollars, {**dollars, "reference": "HT-2"}, {**euros, "reference": "HT-3"})
    target = side(
        "t",
        {**APPROVED, **OPEN},
        {**APPROVED, **OPEN, "outstanding_minor": 4000, "reference": "HT-2"},
        {**APPROVED, **euros, "outstanding_minor": 5000, "reference": "HT-3"},
    )
    kind = "paid_in_source_open_in_target"
    assert reconcile(source, target).to_dict()["findings"] == [
        {"finding": kind, "currency": "AUD", "count": 2, "amount": "150.00"},
        {"finding": kind, "currency": "EUR", "count": 1, "amount": "50.00"},
    ]


def test_what_lies_outside_the_period_has_none() -> None:
    paid, still_open = side("s", PAID), side("t", {**APPROVED, **OPEN})
    assert not reconcile(paid, still_open).findings.empty
    april = Policy(period_from=dt.date(2026, 4, 1))
    assert reconcile(paid, still_open, april).findings.empty


def test_every_kind_says_what_it_is_and_what_to_do() -> None:
    assert len(FINDING_WORDS) == len(FINDINGS)
    for code, words in FINDING_WORDS.items():
        assert words[0].isupper(), code
        assert not words.endswith("."), code
        assert FINDING_HINTS[code].endswith("."), code
