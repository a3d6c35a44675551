"""Slow things on a page: done beside the page's script, with how far they are, so that every click is answered.

What is ready within `PATIENCE_S` looks as if the page had done it itself. For the rest the page ends where the work is
shown and is drawn anew when that has ended. Work belongs to a tab and is remembered in its session.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from i2g_recon.jobs.beside import Progress, Work
from i2g_recon.web.desk_words import count

Thing = TypeVar("Thing")
PATIENCE_S = 0.5
EVERY_S = 0.5
COMPUTED = "computed"  # what the keys in the session begin with
FULL = 0.999  # a bar that is full although the work goes on would promise too much


def computed(what: str, words: str, make: Callable[[], Thing]) -> Thing:
    """What a page shows and takes long to compute. The page ends here while that is under way.

    what: its name, with the organisation it is about. words: shown meanwhile. A page that has shown it is not ended
    again for computing it anew, because a button may have been pressed for that. Raises what `make` raises.
    """
    key, shown = f"{COMPUTED} {what}", f"{COMPUTED} {what} once"
    if shown in st.session_state:
        with st.spinner(words):
            return make()
    work: Work[Thing] | None = st.session_state.pop(key, None)
    if work is None:  # what was begun at this visit of the page is taken however late: a busy server would never end
        work = Work(lambda _: make())
    if not work.ended(PATIENCE_S):
        st.session_state[key] = work
        wait_for(work, words)
    made = work.result()
    st.session_state[shown] = True
    return made


def forget_computed() -> None:
    """Another page is shown now: what this one computed may be out of date when it is opened again."""
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

    what: its name, with the organisation it is about. units: what is counted, '' for a bar without a number. The page
    ends here while it is under way, also when it was left and is opened again. Raises what `make` raises, once, and
    Stopped.
    """
    key = f"doing {what}"
    work: Work[Thing] | None = st.session_state.get(key)
    if work is None:
        if not pressed:
            return None
        work = st.session_state[key] = Work(make)
    if not work.ended(PATIENCE_S):
        wait_for(work, words, units, stoppable=stoppable)
    del st.session_state[key]
    return work.result()


def wait_for(work: Work[Thing], words: str, units: str = "", *, stoppable: bool = False) -> None:
    """Show how far it is, and end the page here."""
    with st.container(key="under_way"):
        show_work(work, words, units, stoppable)
    st.stop()


@st.fragment(run_every=EVERY_S)
def show_work(work: Work[Thing], words: str, units: str, stoppable: bool) -> None:  # noqa: FBT001 - fragments take positions
    """The bar; when the work has ended, the whole page is shown anew."""
    if work.ended():
        st.rerun(scope="app")
    share = min(work.done / work.of_all, FULL) if work.of_all else 0.0
    if work.stopping:
        told = "Stopping."
    elif units and work.of_all:
        told = f"{words}: {work.done:,} of {work.of_all:,} {units}."
    else:
        told = f"{words}, {count(round(time.monotonic() - work.began), 'second', 'seconds')} so far."
    st.progress(share, text=told)
    st.caption("You can go to another page meanwhile.")
    if stoppable and not work.stopping and st.button("Stop", key="stop_work", icon=":material/stop_circle:"):
        work.stop()
        st.rerun(scope="fragment")
