"""Slow things on a page: shown while they are under way, taken once, stopped on wish, never lost with a button."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.beside import Progress, Stopped, Work
from i2g_recon.web import beside

LONG_S = 60.0


@pytest.fixture
def gate() -> threading.Event:
    """What the slow thing waits for."""
    return threading.Event()


def counting(gate: threading.Event) -> Callable[[Progress], str]:
    """Work that says how far it is, three times, each time the gate lets it."""

    def work(progress: Progress) -> str:
        for number in range(3):
            progress(number, 3)
            assert gate.wait(LONG_S)
        return "made"

    return work


def test_work_gives_what_it_made_or_raises_what_went_wrong() -> None:
    assert Work(lambda _: "made").result() == "made"

    def fail(_: Progress) -> None:
        raise NeedsAPerson("Choose another file.")

    with pytest.raises(NeedsAPerson, match="Choose another file"):
        Work(fail).result()


def test_work_that_is_stopped_ends_where_it_next_says_how_far_it_is(gate: threading.Event) -> None:
    work = Work(counting(gate))
    assert not work.ended()
    work.stop()
    gate.set()
    with pytest.raises(Stopped, match="Nothing of it was kept"):
        work.result()


PAGE = """
import streamlit as st
from i2g_recon.web import beside
from i2g_recon.web.parts import sentence_on_failure
with sentence_on_failure():
    found = beside.{call}
    if found is not None:
        st.session_state["times"] = st.session_state.get("times", 0) + 1
        st.text(f"found {{found}}")
    st.text("the end")
"""


def page(call: str, work: Callable[..., str]) -> AppTest:
    app = AppTest.from_string(PAGE.format(call=call), default_timeout=LONG_S)
    app.session_state["work"] = work
    return app


def texts(app: AppTest) -> list[str]:
    return [each.value for each in app.text]


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is slow."""
    monkeypatch.setattr(beside, "PATIENCE_S", 0.0)


def slow(gate: threading.Event) -> None:
    """Opens the gate when the page has waited for a while."""
    threading.Timer(0.6, gate.set).start()


def test_a_page_waits_for_what_it_computes_and_leaves_nothing_of_the_waiting(gate: threading.Event) -> None:
    calls: list[int] = []

    def work() -> str:
        calls.append(1)
        assert gate.wait(LONG_S)
        return "it"

    slow(gate)
    app = page('computed("thing", "Computing", st.session_state["work"])', work).run()
    assert texts(app) == ["found it", "the end"]
    assert not app.caption
    assert len(calls) == 1
    assert texts(app.run()) == ["found it", "the end"]
    assert len(calls) == 2, "a later look computes anew"


def test_what_an_earlier_drawing_began_is_waited_for_and_not_believed(gate: threading.Event) -> None:
    slow(gate)
    before: Work[str] = Work(lambda _: str(gate.wait(LONG_S)))
    app = page('computed("thing", "Computing", st.session_state["work"])', lambda: "as of now")
    app.session_state["computed thing"] = before
    assert texts(app.run()) == ["found as of now", "the end"]
    assert before.ended()
    assert "computed thing" not in app.session_state


def test_another_page_forgets_what_this_one_was_computing() -> None:
    app = AppTest.from_string("from i2g_recon.web.beside import forget_computed\nforget_computed()")
    app.session_state["computed thing"], app.session_state["doing thing"] = "a", "b"
    app.run()
    assert ("computed thing" in app.session_state, app.session_state["doing thing"]) == (False, "b")


def test_what_a_page_does_is_done_once_and_told_once(gate: threading.Event) -> None:
    call = 'done(st.button("Go"), "thing", "Doing", st.session_state["work"], units="rows", stoppable=True)'
    app = page(call, counting(gate)).run()
    assert texts(app) == ["the end"], "nothing was asked for"
    slow(gate)
    app.button[0].click().run()
    assert texts(app) == ["found made", "the end"]
    assert [each.label for each in app.button] == ["Go"]
    assert texts(app.run()) == ["the end"]
    assert app.session_state["times"] == 1


def test_what_is_under_way_is_waited_for_when_the_page_is_opened_again(gate: threading.Event) -> None:
    app = page('done(st.button("Go"), "thing", "Doing", st.session_state["work"])', counting(gate))
    app.session_state["doing thing"] = Work(counting(gate))
    slow(gate)
    assert texts(app.run()) == ["found made", "the end"]


def test_what_is_stopped_says_so_and_is_no_error(gate: threading.Event) -> None:
    under_way = Work(counting(gate))
    under_way.stop()
    slow(gate)
    app = page('done(st.button("Go"), "thing", "Doing", st.session_state["work"], stoppable=True)', counting(gate))
    app.session_state["doing thing"] = under_way
    app.run()
    assert not app.error
    assert "Nothing of it was kept" in app.info[0].value
    assert texts(app.run()) == ["the end"], "once"


def test_how_far_it_is_in_words(gate: threading.Event) -> None:
    work = Work(counting(gate))
    while not work.of_all:
        pass
    assert beside.told(work, "Reading", "rows") == "Reading: 0 of 3 rows."
    assert beside.told(work, "Reading", "").startswith("Reading, 0 seconds")
    work.stop()
    assert beside.told(work, "Reading", "rows") == "Stopping."
    gate.set()
