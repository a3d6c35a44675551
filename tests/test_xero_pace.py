"""No organisation is called more often than Xero allows."""

from __future__ import annotations

import threading

import pytest
from fixtures_xero import StoppedClock
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.errors import LimitReached
from i2g_recon.xero.pace import CALLS_AT_ONCE, CALLS_PER_WINDOW, WINDOW_S, Pace, limit_reached


def pace_of(clock: StoppedClock) -> Pace:
    return Pace(sleep=clock.sleep, monotonic=clock.monotonic)


@given(st.lists(st.floats(min_value=0, max_value=5), min_size=60, max_size=200))
def test_never_more_than_sixty_in_any_minute(gaps_s: list[float]) -> None:
    clock = StoppedClock()
    pace, starts = pace_of(clock), []
    for gap_s in gaps_s:
        clock.now_s += gap_s
        with pace.place():
            starts.append(clock.now_s)
    later = zip(starts, starts[60:], strict=False)
    assert all(end - start >= WINDOW_S for start, end in later)
    assert CALLS_PER_WINDOW < 60


def test_a_burst_within_the_limit_does_not_wait() -> None:
    clock = StoppedClock()
    pace = pace_of(clock)
    for _ in range(CALLS_PER_WINDOW):
        with pace.place():
            pass
    assert clock.slept == []


def test_a_short_hold_is_slept_and_a_long_one_is_said() -> None:
    clock = StoppedClock()
    pace = pace_of(clock)
    pace.hold(17, "minute")
    with pace.place():
        assert clock.slept == [17]
    pace.hold(3600, "day")
    with pytest.raises(LimitReached, match="tomorrow") as limit, pace.place():
        pass
    assert (limit.value.problem, limit.value.retry_after_s) == ("day", 3600)


def test_at_most_four_at_once() -> None:
    pace, inside, most = pace_of(StoppedClock()), 0, 0
    lock, full = threading.Lock(), threading.Barrier(CALLS_AT_ONCE, timeout=5)

    def call() -> None:
        nonlocal inside, most
        with pace.place():
            with lock:
                inside += 1
                most = max(most, inside)
            full.wait()
            with lock:
                inside -= 1

    threads = [threading.Thread(target=call) for _ in range(3 * CALLS_AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == CALLS_AT_ONCE


@pytest.mark.parametrize("problem", ["minute", "day", "concurrent", "appminute", ""])
def test_every_limit_says_when_to_go_on(problem: str) -> None:
    assert "run again" in str(limit_reached(problem, None))
