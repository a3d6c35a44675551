"""Runs of missing invoices as a table: what happened day by day, and the runs that tells of."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.frame import Invoices
from i2g_recon.core.gaps import FEWEST
from i2g_recon.core.intake import frame
from i2g_recon.core.invoice import State
from i2g_recon.core.reconcile import reconcile

# One letter an invoice, one word a day from 1 March on: a arrived, m missing, u unsent, v voided.
TABLE = {
    "the link was cut": ("a a m m m", ["since 3-5 mmm"]),
    "two in a row are no run": ("a a m m", []),
    "the link was made later": ("m m m a", ["before 1-3 mmm"]),
    "cut for a while": ("a m m m a", ["between 2-4 mmm"]),
    "nothing ever arrived": ("m m m", ["all 1-3 mmm"]),
    "a day with an arrival belongs to no run": ("a mma mm", []),
    "a day with an arrival ends a run": ("a mmm ma mmm", ["between 2-2 mmm", "since 4-4 mmm"]),
    "three on one day": ("a mmm", ["since 2-2 mmm"]),
    "unsent ones do not end a run": ("a m u m m", ["since 2-5 mmm"]),
    "unsent ones do not make a run": ("a m m u u u", []),
    "voided ones neither": ("a m v m m", ["since 2-5 mmm"]),
    "everything arrived": ("a a a", []),
    "nothing is due": ("u u u", []),
}
STATES = {"u": State.UNSENT, "v": State.VOID}


def books(days: str) -> tuple[Invoices, Invoices]:
    rows = [
        {"id": f"{day:02}{n}{what}", "reference": f"{day}-{n}", "currency": "AUD", "total_minor": 100 + day}
        | {"date": f"2026-03-{day:02}", "status": STATES.get(what, "sent")}
        for day, word in enumerate(days.split(), start=1)
        for n, what in enumerate(word)
    ]
    both = pd.DataFrame(rows)
    arrived = both[both["id"].str.endswith("a")].assign(status="AUTHORISED")
    return frame(both), frame(arrived) if len(arrived) else replace(frame(both), invoices=frame(both).invoices.head(0))


@pytest.mark.parametrize("case", TABLE)
def test_runs(case: str) -> None:
    days, runs = TABLE[case]
    gaps = reconcile(*books(days)).gaps
    told = [
        f"{gap.kind} {int(gap.first[-2:])}-{int(gap.last[-2:])} {''.join(one[-1] for one in gap.ids)}" for gap in gaps
    ]
    assert told == runs


def test_a_run_has_its_money_and_its_question() -> None:
    gap = reconcile(*books("a m m m")).to_dict()["gaps"]
    assert gap == [
        {
            "kind": "since",
            "first": "2026-03-02",
            "last": "2026-03-04",
            "words": "Nothing arrived in Xero since 2026-03-02 (3 invoices): was the connection cut?",
            "amounts": [{"currency": "AUD", "amount": "3.09"}],
            "source_ids": ["020m", "030m", "040m"],
        }
    ]


def test_an_invoice_without_a_date_neither_makes_nor_ends_a_run() -> None:
    source, target = books("a m m m")
    undated = source.invoices["id"] == "030m"
    source.invoices.loc[undated, "date"] = pd.NaT
    assert reconcile(source, target).gaps == ()


@given(st.lists(st.text("amuv", min_size=1, max_size=4), min_size=1, max_size=12))
def test_runs_hold_only_missing_ones_and_never_an_arrival_between(days: list[str]) -> None:
    source, target = books(" ".join(days))
    gaps = reconcile(source, target).gaps
    inside = [one for gap in gaps for one in gap.ids]
    assert len(set(inside)) == len(inside)
    assert all(one.endswith("m") for one in inside)
    arrived = {int(one[:2]) for one in target.invoices["id"]}
    for gap in gaps:
        assert len(gap.ids) >= FEWEST
        assert not arrived & set(range(int(gap.first[-2:]), int(gap.last[-2:]) + 1))
