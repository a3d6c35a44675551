"""Virtual time and turn-taking: several processes of the product in one, of which exactly one runs at any moment.

A process is a thread that runs only while it has the turn. It gives the turn back at each boundary: before and after
every transaction, before a request leaves and after its answer came, and whenever it sleeps. Who goes on is drawn from
the seed, so one number replays a whole run. A process that was killed raises Killed at its next boundary and at every
one after, so that nothing it would still do on the way out reaches the disk or the wire.
"""

from __future__ import annotations

import datetime as dt
import heapq
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

START = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
PATIENCE_S = 60.0  # of real time, for one turn: longer means that a process waits for something that is not simulated


class Killed(BaseException):
    """The process is gone."""


@dataclass(eq=False)
class Process:
    """One process: its name, when it may go on, whether it was killed, how wrong its clock is."""

    stage: Stage
    name: str
    work: Callable[[Process], None]
    wake: float = 0.0
    dead: bool = False
    over: bool = False
    at_once: bool = False
    problem: BaseException | None = None
    off_s: float = 0.0  # how wrong the clock of its machine is
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True, name=self.name).start()

    def _run(self) -> None:
        self.turn.acquire()
        try:
            if not self.dead:
                self.work(self)
        except Killed:
            pass
        except BaseException as problem:  # noqa: BLE001 - handed to the stage, which raises it
            self.problem = problem
        self.over = True
        self.stage.back.release()

    def boundary(self, *, until: float | None = None) -> None:
        """Give the turn back; go on when it is drawn again, not before `until`."""
        if self.at_once:
            return
        if self.dead:
            raise Killed
        self.wake = self.stage.now if until is None else until
        self.stage.back.release()
        self.turn.acquire()
        if self.dead:
            raise Killed

    def beating(self, renew: Callable[[], object]) -> None:
        """Something that another thread of the process does at once, without a boundary."""
        self.at_once = True
        try:
            renew()
        finally:
            self.at_once = False

    def sleep(self, seconds: float) -> None:
        self.boundary(until=self.stage.now + max(seconds, 0.0))

    def monotonic(self) -> float:
        return self.stage.now


@dataclass(eq=False)
class Stage:
    """The time of the run, its processes and what arrives later. kills: how many processes may still be killed."""

    rng: random.Random
    now: float = START.timestamp()
    kills: int = 0
    kill_chance: float = 0.0
    processes: list[Process] = field(default_factory=list)
    letters: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    posted: int = 0
    on_death: Callable[[Process], None] = lambda _: None
    back: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def clock(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.now, dt.UTC)

    def begin(self, name: str, work: Callable[[Process], None], *, after: float = 0.0) -> None:
        process = Process(self, name, work, wake=self.now + after)
        self.processes.append(process)
        process.start()

    def post(self, seconds: float, deliver: Callable[[], None]) -> None:
        """Something arrives later, whoever still waits for it."""
        self.posted += 1
        heapq.heappush(self.letters, (self.now + seconds, self.posted, deliver))

    def run(self) -> None:
        """Until every process is over; what is still on its way arrives after `deliver_all`."""
        while self.processes:
            self._deliver_due()
            ready = [one for one in self.processes if one.wake <= self.now]
            if ready:
                self._give_turn(self.rng.choice(ready))
            else:
                wakes = [one.wake for one in self.processes] + [letter[0] for letter in self.letters[:1]]
                self.now = min(wakes)

    def deliver_all(self) -> None:
        while self.letters:
            self.now = max(self.now, self.letters[0][0])
            self._deliver_due()

    def _deliver_due(self) -> None:
        while self.letters and self.letters[0][0] <= self.now:
            heapq.heappop(self.letters)[2]()

    def _give_turn(self, process: Process) -> None:
        self.now += self.rng.random() * 0.01  # nothing takes no time
        if self.kills and self.rng.random() < self.kill_chance:
            self.kills -= 1
            process.dead = True
        process.turn.release()
        if not self.back.acquire(timeout=PATIENCE_S):
            raise RuntimeError(f"{process.name} did not give the turn back")
        if process.over:
            self.processes.remove(process)
            if process.problem is not None:
                raise process.problem
            if process.dead:
                self.on_death(process)
