"""Slow things on a page: shown while they are under way, taken once, stopped on wish, never lost with a button."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

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


def test_a_page_that_computes_for_long_ends_early_and_shows_it_when_it_is_there(
    monkeypatch: pytest.MonkeyPatch, gate: threading.Event
) -> None:
    monkeypatch.setattr(beside, "PATIENCE_S", 0.01)
    calls: list[int] = []

    def work() -> str:
        calls.append(1)
        gate.wait(LONG_S)
        return "it"

    app = page('computed("thing", "Computing", st.session_state["work"])', work).run()
    assert texts(app) == []
    gate.set()
    monkeypatch.setattr(beside, "PATIENCE_S", LONG_S)
    assert texts(app.run()) == ["found it", "the end"]
    assert len(calls) == 1, "what was under way is taken, not begun again"
    assert texts(app.run()) == ["found it", "the end"]
    assert len(calls) == 2, "a later look computes anew"


def test_what_was_shown_once_is_computed_within_the_page_so_that_no_press_is_lost(
    monkeypatch: pytest.MonkeyPatch, gate: threading.Event
) -> None:
    gate.set()
    app = page('computed("thing", "Computing", st.session_state["work"])', lambda: str(gate.wait(LONG_S))).run()
    monkeypatch.setattr(beside, "PATIENCE_S", 0.0)
    assert texts(app.run()) == ["found True", "the end"]


def test_what_a_page_does_is_done_once_and_told_once(monkeypatch: pytest.MonkeyPatch, gate: threading.Event) -> None:
    monkeypatch.setattr(beside, "PATIENCE_S", 0.01)
    call = 'done(st.button("Go"), "thing", "Doing", st.session_state["work"], units="rows", stoppable=True)'
    app = page(call, counting(gate)).run()
    assert texts(app) == ["the end"], "nothing was asked for"
    app.button[0].click().run()
    assert texts(app) == []
    assert [each.label for each in app.button] == ["Go", "Stop"]
    app.run()
    gate.set()
    monkeypatch.setattr(beside, "PATIENCE_S", LONG_S)
    assert texts(app.run()) == ["found made", "the end"]
    assert texts(app.run()) == ["the end"]
    assert app.session_state["times"] == 1


def test_what_is_stopped_says_so_and_is_no_error(monkeypatch: pytest.MonkeyPatch, gate: threading.Event) -> None:
    monkeypatch.setattr(beside, "PATIENCE_S", 0.01)
    app = page(
        'done(st.button("Go"), "thing", "Doing", st.session_state["work"], stoppable=True)', counting(gate)
    ).run()
    app.button[0].click().run()
    stop: Any = next(each for each in app.button if each.label == "Stop")
    stop.click().run()
    gate.set()
    monkeypatch.setattr(beside, "PATIENCE_S", LONG_S)
    app.run()
    assert not app.error
    assert "Nothing of it was kept" in app.info[0].value
