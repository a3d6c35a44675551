"""When the next call to one organisation may start: Xero allows 60 a minute and 5 at once per organisation.

Each call reserves its moment before it waits, so two threads never take the same one. A margin is kept below Xero's
figures because the times between sending and arriving differ, and because the page of another machine may call too.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from i2g_recon.errors import LimitReached

WINDOW_S = 60.0
CALLS_PER_WINDOW = 55
CALLS_AT_ONCE = 4
LONGEST_WAIT_S = 60  # a longer wait is reported, never slept


class Pace:
    """The calls of one organisation through one transport."""

    def __init__(self, *, sleep: Callable[[float], object], monotonic: Callable[[], float]) -> None:
        self._sleep, self._monotonic = sleep, monotonic
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(CALLS_AT_ONCE)
        self._starts: deque[float] = deque(maxlen=CALLS_PER_WINDOW)
        self._not_before = 0.0
        self._problem = ""

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place among the calls at once, from the moment the call may start. Raises LimitReached for long waits."""
        with self._places:
            pause_s = self._reserve()
            if pause_s > 0:
                self._sleep(pause_s)
            yield

    def hold(self, seconds: float, problem: str) -> None:
        """Xero asked to wait: no call starts before `seconds` from now."""
        with self._lock:
            until = self._monotonic() + seconds
            if until > self._not_before:
                self._not_before, self._problem = until, problem

    def held_s(self) -> float:
        """Seconds until the pause that Xero asked for is over; 0 when there is none."""
        with self._lock:
            return max(0.0, self._not_before - self._monotonic())

    def _reserve(self) -> float:
        """Seconds until the reserved start."""
        with self._lock:
            now = self._monotonic()
            if (held_s := self._not_before - now) > LONGEST_WAIT_S:
                raise limit_reached(self._problem, round(held_s))
            start = max(now, self._not_before)
            if len(self._starts) == CALLS_PER_WINDOW:
                start = max(start, self._starts[0] + WINDOW_S)
            self._starts.append(start)
            return start - now


def limit_reached(problem: str, retry_after_s: int | None) -> LimitReached:
    """The failure for a person: which of Xero's limits, and when to go on."""
    if problem == "day":
        words = "Xero's daily number of calls for this organisation is used up; run again tomorrow, progress is kept."
    elif problem == "concurrent":
        words = "Another program is calling Xero for this organisation at the same time; run again in a minute."
    else:
        words = "Xero asks for a pause; run again in a few minutes, progress is kept."
    return LimitReached(words, problem=problem, retry_after_s=retry_after_s)
