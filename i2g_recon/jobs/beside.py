"""Work beside the page: what takes longer than a glance runs in a thread of its own, is watched, and can be stopped.

Work that reads is safe to lose. Work that writes is a job of its own, which ends the same whether anybody watches it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from i2g_recon.errors import NeedsAPerson

Thing = TypeVar("Thing")
Progress = Callable[[int, int], None]
STOPPED = "Stopped. Nothing of it was kept; start it again whenever you like."


class Stopped(NeedsAPerson):
    """A person stopped the work; nothing of it was kept."""


class Work(Generic[Thing]):
    """One piece of work under way. done, of_all: how far it says it is, of_all 0 while it has said nothing."""

    def __init__(self, make: Callable[[Progress], Thing]) -> None:
        self.done = self.of_all = 0
        self.began = time.monotonic()
        self._make = make
        self._made: Thing
        self._problem: Exception | None = None
        self._ended, self._to_stop = threading.Event(), threading.Event()
        threading.Thread(target=self._run, name="beside", daemon=True).start()

    def ended(self, within_s: float = 0.0) -> bool:
        """Whether it has ended, waiting up to `within_s` seconds for it."""
        return self._ended.wait(within_s)

    def stop(self) -> None:
        """Ask it to stop. It does when it next says how far it is; work that says nothing goes on to its end."""
        self._to_stop.set()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._to_stop.is_set()

    def result(self) -> Thing:
        """What it made, once it has ended. Raises what it raised, and Stopped."""
        self._ended.wait()
        if self._problem is not None:
            raise self._problem
        return self._made

    def _progress(self, done: int, of_all: int) -> None:
        if self.stopping:
            raise Stopped(STOPPED)
        self.done, self.of_all = done, of_all

    def _run(self) -> None:
        try:
            self._made = self._make(self._progress)
        except Exception as problem:  # noqa: BLE001 - it is raised again where somebody waits for it
            self._problem = problem
        finally:
            self._ended.set()
