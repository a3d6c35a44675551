"""Cases in a workspace: every comparison follows them, people move them with their name, and the log knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fixtures_workspace import KNOWN_CLIENT, MORNING, Desk, desk, environment, sale
from streamlit.testing.v1 import AppTest
from test_pages_desk import checked, home_in_environment, opened, plainly, text_of

from i2g_recon.core.cases import BACK, CHANGED, GONE, STILL_THERE, key_of
from i2g_recon.core.policy import Policy
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.cases import assign, cases_of, comment, move, notes_of
from i2g_recon.jobs.push import push
from i2g_recon.jobs.reconcile import RunView, reconcile
from i2g_recon.jobs.views import forget_view, save_view, views_of


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def exceptions(run: RunView) -> list[dict[str, Any]]:
    return [item for item in run.document["items"] if item["bucket"] == "missing"]


def states(at: Desk) -> list[str]:
    return sorted(case.state for case in cases_of(at.ws, at.tenant_id).values())


def test_a_case_from_the_first_comparison_to_the_push_that_closes_it(at: Desk) -> None:
    planned = at.prepare(sale("T-1"), sale("T-2"))
    items = exceptions(planned.run)
    assert states(at) == ["new", "new"]
    first = next(item for item in items if item["number"] == "T-1")
    assert move(at.ws, at.connection, [first], "waiting", who="Robin", reason="Client is asked") == 1
    assert assign(at.ws, at.connection, items, "Kim", who="Robin") == 2
    assert comment(at.ws, at.connection, [first], "Called twice", who="Kim") == 1
    at.reconcile()
    assert states(at) == ["new", "waiting"]
    push(at.ws, at.connection, at.plan().pushable)
    at.reconcile()
    assert states(at) == ["closed", "closed"]
    said = [(note.who, note.words) for note in notes_of(at.ws, at.tenant_id, first)]
    assert said == [
        ("Robin", "waiting: Client is asked"), ("Robin", "given to Kim"), ("Kim", "Called twice"), ("", GONE),
    ]  # fmt: skip
    assert [line.who for line in at.ws.store.activity(at.tenant_id) if line.what == "worked on"] == [
        "Kim", "Robin", "Robin",
    ]  # fmt: skip


def test_an_accepted_difference_is_opened_again_when_it_changes_and_never_changes_a_count(at: Desk) -> None:
    run = at.prepare(sale("T-1")).run
    with pytest.raises(NeedsAPerson, match="Say why"):
        move(at.ws, at.connection, exceptions(run), "accepted", who="Robin")
    move(at.ws, at.connection, exceptions(run), "accepted", who="Robin", reason="Billed by hand")
    again = at.reconcile()
    assert (again.counts["missing"], again.document["verdict"], states(at)) == (1, "needs_a_person", ["accepted"])
    at.bring_in(replace(sale("T-1", "120"), updated=MORNING.replace(day=9)))
    changed = at.reconcile()
    assert states(at) == ["new"]
    assert notes_of(at.ws, at.tenant_id, exceptions(changed)[0])[-1].words == CHANGED


def test_what_is_said_to_be_fixed_and_is_not_comes_back(at: Desk) -> None:
    run = at.prepare(sale("T-1")).run
    move(at.ws, at.connection, exceptions(run), "fixed", who="Robin")
    reconcile(at.ws, at.connection, refresh="never")
    assert states(at) == ["fixed"]
    at.clock.forward(minutes=20)
    at.reconcile()
    assert states(at) == ["new"]
    assert notes_of(at.ws, at.tenant_id, exceptions(run)[0])[-1].words == STILL_THERE


def test_a_look_at_one_period_closes_nothing(at: Desk) -> None:
    at.prepare(sale("T-1"))
    day = MORNING.date().replace(year=2020)
    reconcile(at.ws, at.connection, Policy(period_from=day, period_to=day), refresh="never")
    assert states(at) == ["new"]


def test_what_comes_back_is_told(at: Desk) -> None:
    push(at.ws, at.connection, at.prepare(sale("T-1")).pushable)
    at.reconcile()
    (made,) = at.xero.live("T-1")
    at.xero.api("POST", f"Invoices/{made['InvoiceID']}", Status="DELETED")
    at.clock.forward(minutes=20)
    run = at.reconcile()
    assert states(at) == ["new"]
    assert notes_of(at.ws, at.tenant_id, exceptions(run)[0])[-1].words == BACK


def test_what_is_no_exception_or_needs_a_name_is_refused(at: Desk) -> None:
    items = exceptions(at.prepare(sale("T-1")).run)
    with pytest.raises(NeedsAPerson, match="Say who you are"):
        comment(at.ws, at.connection, items, "x", who=" ")
    with pytest.raises(NeedsAPerson, match="Write the comment"):
        comment(at.ws, at.connection, items, " ", who="Robin")
    with pytest.raises(NeedsAPerson, match="closes by itself"):
        move(at.ws, at.connection, items, "closed", who="Robin")
    with pytest.raises(NeedsAPerson, match="None of these needs anybody"):
        move(at.ws, at.connection, [{**items[0], "bucket": "agrees"}], "waiting", who="Robin")
    assert states(at) == ["new"]


# --- The page


def act(app: AppTest, what: str, *, words: str = "", who: str = "") -> AppTest:
    app.radio(key="act_what").set_value(what).run()
    if words:
        app.text_input(key="act_words").set_value(words)
    if who:
        app.text_input(key="act_who").set_value(who)
    return checked(app.button(key="act_now").click().run())


def tick_all(app: AppTest) -> AppTest:
    table = next(one for one in app.dataframe if "Why" in one.value.columns)
    rows = list(range(len(table.value)))
    app.session_state[str(table.key)] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    return app.run()


def listed(app: AppTest) -> Any:
    return next(one.value for one in app.dataframe if "Why" in one.value.columns)


def test_many_lines_at_once_on_the_page(at: Desk, tmp_path: Path) -> None:
    at.prepare(sale("T-1"), sale("T-2"))
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        app = tick_all(opened("reconcile"))
        act(app, "Give it to somebody", words="Kim", who="Robin")
        assert "2 lines given to Kim" in text_of(app)
        assert listed(app)["With"].tolist() == ["Kim", "Kim"]
        act(tick_all(app), "It is right as it is", words="Paid in cash")
        assert "2 exceptions are accepted and not shown." in text_of(app)
        app.selectbox(key="state").select("Accepted").run()
        assert listed(app)["State"].tolist() == [["Accepted"], ["Accepted"]]
        act(tick_all(app), "It is open again")
        assert states(at) == ["new", "new"]  # the name was remembered
        app.selectbox(key="state").select("Open").run()
        act(tick_all(app), "Do not send it", words="Another business")
        assert len(at.ws.store.kept_back(at.tenant_id)) == 2


def test_pushing_from_the_list_asks_as_page_push_does(at: Desk, tmp_path: Path) -> None:
    at.prepare(sale("T-1"), sale("T-2"))
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        app = act(tick_all(opened("reconcile")), "Push it")
        assert "2 invoices, 220.00 AUD" in plainly(text_of(app))
        assert at.xero.puts() == 0


def test_one_line_shows_what_was_said_about_it(at: Desk, tmp_path: Path) -> None:
    items = exceptions(at.prepare(sale("T-1")).run)
    comment(at.ws, at.connection, items, "Asked the client", who="Robin")
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        assert "Robin: Asked the client" in text_of(tick_all(opened("reconcile")))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, ["T-1", "T-2"]),
        ({"with": "Kim"}, ["T-1"]),
        ({"with": "Nobody"}, ["T-2"]),
        ({"state": "Waiting"}, ["T-1"]),
        ({"age": "7 days and more"}, []),
        ({"least": "200"}, ["T-2"]),
    ],
    ids=str,
)
def test_the_filters_of_cases_stand_in_the_address(
    at: Desk, tmp_path: Path, query: dict[str, str | list[str]], numbers: list[str]
) -> None:
    items = exceptions(at.prepare(sale("T-1"), sale("T-2", "300")).run)
    first = [item for item in items if item["number"] == "T-1"]
    assign(at.ws, at.connection, first, "Kim", who="Robin")
    move(at.ws, at.connection, first, "waiting", who="Robin")
    assert key_of(first[0]) in cases_of(at.ws, at.tenant_id)
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        app = opened("reconcile", **query)
        shown = [one.value for one in app.dataframe if "Why" in one.value.columns]
        assert sorted(shown[0]["Number"] if shown else []) == numbers


def test_views_are_saved_shown_and_forgotten(at: Desk, tmp_path: Path) -> None:
    at.prepare(sale("T-1"))
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        app = opened("reconcile", bucket="Missing in Xero")
        app.text_input(key="view_name").set_value("What is missing").run()
        checked(app.button(key="view_save").click().run())
        assert views_of(at.ws, at.connection) == {"What is missing": {"bucket": "Missing in Xero"}}
        checked(app.button(key="view_away_0").click().run())
        assert views_of(at.ws, at.connection) == {}
    save_view(at.ws, at.connection, " B ", {})
    forget_view(at.ws, at.connection, "no such view")
    with pytest.raises(NeedsAPerson, match="name of at most"):
        save_view(at.ws, at.connection, " ", {})
    assert list(views_of(at.ws, at.connection)) == ["B"]


def test_an_exception_that_another_comparison_had_closed_is_shown_as_open(at: Desk, tmp_path: Path) -> None:
    """Two cents agree by lenient rules, which closes the case; the run of a period by strict ones shows it again."""
    line = {"Description": "Repair", "Quantity": 1, "UnitAmount": "100.02", "AccountCode": "200", "TaxType": "OUTPUT"}
    at.prepare(sale("T-1"))
    at.xero.type_in(Reference="T-1", Date="2026-10-01", DueDate="2026-10-15", LineItems=[line])
    at.reconcile()
    lenient = Policy(tolerance_minor=dict.fromkeys(("total", "subtotal"), 5), fields=("total", "subtotal", "currency"))
    reconcile(at.ws, at.connection, lenient, refresh="never")
    assert states(at) == ["closed"]
    day = MORNING.date()
    reconcile(at.ws, at.connection, Policy(period_from=day, period_to=day), refresh="never")
    assert states(at) == ["closed"]  # a look at one period moves no case
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        assert listed(opened("reconcile"))["State"].tolist() == [["New"]]


def test_the_near_match_is_named_before_it_is_taken(at: Desk, tmp_path: Path) -> None:
    line = {"Description": "Repair", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200", "TaxType": "OUTPUT"}
    at.xero.type_in(InvoiceNumber="INV-7", Reference="Pier", Date="2026-10-01", LineItems=[line])
    at.prepare(sale("T-1"))
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        app = opened("reconcile", bucket="Missing in Xero")
        tick_all(app).radio(key="act_what").set_value("It is the near match in Xero").run()
        assert "T-1 is INV-7: " in text_of(checked(app))
