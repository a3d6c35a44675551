"""The overview's course and ages, and its bars that open their invoices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, environment, sale
from test_pages_desk import checked, home_in_environment, opened, text_of

from i2g_recon.core.cases import Case, CaseState
from i2g_recon.jobs.push import push
from i2g_recon.web.desk_health import Point, ageing, history

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)


def case(days: int, state: CaseState = "new") -> Case:
    seen = NOW - dt.timedelta(days=days)
    return Case(key=f"s:{days}", first_seen=seen, changed_at=seen, facts="", state=state)


def test_ages_are_counted_once_each_and_only_of_open_cases() -> None:
    cases = [*(case(days) for days in (0, 7, 8, 30, 31, 90, 91, 400)), case(5, "closed"), case(5, "accepted")]
    assert [number for _, number in ageing(cases, NOW)] == [2, 2, 2, 2]
    assert sum(number for _, number in ageing([], NOW)) == 0


@pytest.mark.parametrize(("point", "share"), [(Point(1, 4, 3), 25.0), (Point(0, 0, 0), 100.0)])
def test_the_share_of_what_agrees(point: Point, share: float) -> None:
    assert point.share == share


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        found.prepare(sale("T-1"), sale("T-2"))
        yield found


def test_the_course_comes_from_the_comparisons_before(at: Desk) -> None:
    push(at.ws, at.connection, at.plan().pushable[:1])
    at.reconcile()
    points = history(at.ws, at.connection)
    assert (points[0], points[-1]) == (Point(0, 2, 2), Point(1, 2, 1))


def test_the_figures_on_the_overview(at: Desk, tmp_path: Path) -> None:
    push(at.ws, at.connection, at.plan().pushable[:1])
    at.reconcile()
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        shown = {one.label: (one.value, one.delta) for one in opened("overview").metric}
    assert shown["Agree, of 2"] == ("50.0 %", "+50.0")
    assert shown["Need you"] == ("1", "-1")
    assert shown["Open up to a week"][0] == "1"


def test_a_bar_opens_its_invoices(at: Desk, tmp_path: Path) -> None:
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        app = opened("overview")
        reason = "Sent in Invoice2go and not in Xero"
        app.session_state["bridge_AUD"] = {"selection": {"bar": [{"label": reason}]}}
        app.run()
        assert [one.value for one in checked(app).title] == ["Reconcile"]
        assert "2 of 2 lines shown" in text_of(app)
        assert app.selectbox(key="reason").value == reason
        app = opened("overview")
        app.session_state["bridge_AUD"] = {"selection": {"bar": [{"label": "Xero"}]}}  # a total is no reason
        assert [one.value for one in checked(app.run()).title] == ["Overview"]
