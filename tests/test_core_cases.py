"""Cases follow the runs: opened, moved, closed and opened again, and nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.cases import (
    BACK,
    CHANGED,
    GONE,
    OPEN,
    STATES,
    STILL_THERE,
    Case,
    CaseState,
    facts_of,
    followed,
    is_exception,
    key_of,
)

DAY = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
LATER, LATEST = DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)
ITEM: dict[str, Any] = {
    "bucket": "differs", "reason": "differs", "currency": "AUD", "source_total": "110.00", "target_total": "99.00",
    "date": "2026-10-01", "contact": "Marlin Cafe", "source_ids": ["s1"], "target_ids": ["t1"],
    "discrepancies": [{"field": "total", "source": "110.00", "target": "99.00", "cause": "price"}],
}  # fmt: skip


def case(state: CaseState, **changes: Any) -> dict[str, Case]:
    one = Case(key="s:s1", first_seen=DAY, changed_at=DAY, facts=facts_of(ITEM), state=state, assignee="Robin")
    return {"s:s1": replace(one, **changes)}


def after(cases: dict[str, Case], *items: dict[str, Any], read_at: dt.datetime = LATER) -> list[tuple[str, str]]:
    return [(step.case.state, step.why) for step in followed(cases, items, LATEST, read_at)]


def test_a_new_exception_is_a_case_and_what_agrees_is_none() -> None:
    (step,) = followed({}, [ITEM, {**ITEM, "bucket": "agrees", "source_ids": ["s2"]}, ITEM], LATEST, LATER)
    assert step.case == Case(key="s:s1", first_seen=LATEST, changed_at=LATEST, facts=facts_of(ITEM))
    assert step.why == ""


@pytest.mark.parametrize("state", ["new", "in review", "waiting", "accepted"])
def test_while_nothing_changes_a_case_stays(state: CaseState) -> None:
    assert after(case(state), ITEM) == []


MOVED = {**ITEM, "target_total": "98.00"}


@pytest.mark.parametrize(
    ("state", "item", "expected"),
    [
        ("new", MOVED, [("new", CHANGED)]),
        ("waiting", MOVED, [("waiting", CHANGED)]),
        ("accepted", MOVED, [("new", CHANGED)]),
        ("fixed", MOVED, [("new", CHANGED)]),
        ("fixed", ITEM, [("new", STILL_THERE)]),
        ("closed", ITEM, [("new", BACK)]),
        ("closed", MOVED, [("new", BACK)]),
        ("accepted", {**ITEM, "bucket": "agrees"}, [("closed", GONE)]),
        ("closed", {**ITEM, "bucket": "agrees"}, []),
    ],
)
def test_what_a_run_makes_of_a_case(state: CaseState, item: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert after(case(state), item) == expected


def test_what_was_fixed_waits_for_the_next_look_at_xero() -> None:
    assert after(case("fixed", changed_at=LATER), ITEM, read_at=DAY) == []


def test_an_opened_case_keeps_who_has_it_and_when_it_was_first_seen() -> None:
    (step,) = followed(case("accepted", reason="Agreed by phone"), [MOVED], LATEST, LATER)
    assert (step.case.assignee, step.case.first_seen, step.case.reason) == ("Robin", DAY, "")
    assert step.case.facts == facts_of(MOVED)


def test_the_key_follows_the_invoice_of_invoice2go() -> None:
    missing = {**ITEM, "bucket": "missing", "target_ids": []}
    assert key_of(missing) == key_of(ITEM)
    assert key_of({**ITEM, "source_ids": []}) == "t:t1"


@given(
    st.lists(st.tuples(st.sampled_from(["s1", "s2", "s3"]), st.sampled_from(["missing", "agrees", "extra"]))),
    st.dictionaries(st.sampled_from(["s:s1", "s:s2", "s:s9"]), st.sampled_from(STATES)),
)
def test_after_a_run_the_open_cases_are_its_exceptions(
    rows: list[tuple[str, str]], known: dict[str, CaseState]
) -> None:
    """Every exception has a case that is not closed, every other case is closed, and a second look moves nothing."""
    items = [{**ITEM, "source_ids": [one], "bucket": bucket} for one, bucket in rows]
    cases = {key: replace(case(state)["s:s1"], key=key) for key, state in known.items()}
    for step in followed(cases, items, LATEST, LATER):
        cases[step.case.key] = step.case
    there = {key_of(item) for item in items if is_exception(item)}
    assert {key for key, one in cases.items() if one.state != "closed"} == there
    assert all(cases[key].state in (*OPEN, "accepted") for key in there)
    assert list(followed(cases, items, LATEST, LATER)) == []
