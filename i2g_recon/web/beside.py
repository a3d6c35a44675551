"""Slow things on a page: done beside the page's script, with how far they are, so that every click is answered.

The page waits where the work is shown, in short steps: each of them lets Streamlit break off for a click, and the work
goes on. It belongs to a tab and is remembered in its session. No fragment asks for the page anew when the work has
ended: such a request and a click on another page can meet, and the window then stays where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from i2g_recon.jobs.beside import Progress, Work
from i2g_recon.web.desk_words import count

Thing = TypeVar("Thing")
PATIENCE_S = 0.5  # what is ready within it looks as if the page had done it itself
STEP_S = 0.25
COMPUTED = "computed"  # what the keys in the session begin with
FULL = 0.999  # a bar that is full although the work goes on would promise too much


def computed(what: str, words: str, make: Callable[[], Thing]) -> Thing:
    """What a page shows and takes long to compute. Raises what `make` raises.

    what: its name, with the organisation it is about. words: shown meanwhile. What an earlier drawing of the page began
    is waited for, because what it read is remembered then, and computed anew: the facts may have changed since.
    """
    key = f"{COMPUTED} {what}"
    if key in st.session_state:
        wait_for(st.session_state[key], words)
    work: Work[Thing] = Work(lambda _: make())
    st.session_state[key] = work
    wait_for(work, words)
    del st.session_state[key]
    return work.result()


def forget_computed() -> None:
    """Another page is shown now: nobody waits any more for what this one computed."""
    for key in [each for each in st.session_state if str(each).startswith(COMPUTED)]:
        del st.session_state[key]


def done(
    pressed: bool,  # noqa: FBT001 - the answer of a button
    what: str,
    words: str,
    make: Callable[[Progress], Thing],
    *,
    units: str = "",
    stoppable: bool = False,
) -> Thing | None:
    """Do something slow once when a button was pressed; None while nothing was asked for.

    what: its name, with the organisation it is about. units: what is counted, '' for a bar without a number. A page
    that was left meanwhile waits for it again when it is opened. Raises what `make` raises, once, and Stopped.
    """
    key = f"doing {what}"
    work: Work[Thing] | None = st.session_state.get(key)
    if work is None:
        if not pressed:
            return None
        work = st.session_state[key] = Work(make)
    wait_for(work, words, units, stoppable=stoppable)
    del st.session_state[key]
    return work.result()


def wait_for(work: Work[Thing], words: str, units: str = "", *, stoppable: bool = False) -> None:
    """Show how far it is until it has ended."""
    if work.ended(PATIENCE_S):
        return
    place = st.empty()
    with place.container(key="under_way"):
        bar = st.empty()
        st.caption("You can go to another page meanwhile.")
        if stoppable and not work.stopping and st.button("Stop", key="stop_work", icon=":material/stop_circle:"):
            work.stop()
    while not work.ended(STEP_S):
        share = min(work.done / work.of_all, FULL) if work.of_all else 0.0
        bar.progress(share, text=told(work, words, units))
    place.empty()


def told(work: Work[Thing], words: str, units: str) -> str:
    """How far it is, in words."""
    if work.stopping:
        return "Stopping."
    if units and work.of_all:
        return f"{words}: {work.done:,} of {work.of_all:,} {units}."
    return f"{words}, {count(round(time.monotonic() - work.began), 'second', 'seconds')} so far."
