"""Work that goes on without a page or a command waiting for it: approved commands, of every organisation.

The outbox is the queue. A worker claims a batch, takes it to its outcome and claims the next; a claim of a process that
died ends within a minute, and then any other worker takes the batch up, looking first. So there may be one worker or
several, in the server's process or on other machines (PostgreSQL), and a second click or a lost worker changes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from i2g_recon.errors import LimitReached, ReconError
from i2g_recon.jobs.access import may_write
from i2g_recon.jobs.push import send
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection

EVERY_S = 5.0
LATER_S = 60.0  # until an organisation that failed is tried again


def nothing() -> None:
    """Nothing is done first."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker did: commands that ended, commands that are still open, and what went wrong, for a person."""

    settled: int = 0
    open: int = 0
    problems: tuple[str, ...] = ()


def work_once(ws: Workspace, only: Connection | None = None) -> Done:
    """Take up what is open now, one organisation after the other; the trouble of one does not stop the next."""
    settled = open_ = 0
    problems = []
    for connection in [only] if only else ws.store.connections():
        commands = ws.outbox.open_commands(connection.tenant_id)
        if not commands or not may_write(ws, connection):
            continue
        resume_at(ws, connection.tenant_id, "")
        try:
            send(ws, connection, commands)
        except ReconError as problem:
            problems.append(f"{connection.name}: {problem}")
            resume_at(ws, connection.tenant_id, pause_words(problem))
        left = len(ws.outbox.open_among([one.id for one in commands]))
        settled, open_ = settled + len(commands) - left, open_ + left
    return Done(settled, open_, tuple(problems))


def pause_words(problem: ReconError) -> str:
    """Why a push waits, and until when where Xero said so."""
    if isinstance(problem, LimitReached) and problem.retry_after_s:
        minutes = -(-problem.retry_after_s // 60)
        return f"{problem} Xero said: in {minutes} minutes."
    return str(problem)


def resume_at(ws: Workspace, tenant_id: str, words: str) -> None:
    """Remember why the organisation's push waits, for every page to show; '' when it goes on."""
    ws.store.prefer(f"push waits {tenant_id}", words)


def waits_because(ws: Workspace, tenant_id: str) -> str:
    """Why the organisation's push waits; '' while it does not."""
    return ws.store.preference(f"push waits {tenant_id}")


def run_worker(
    ws: Workspace, stop: threading.Event, *, every_s: float = EVERY_S, first: Callable[[], object] = nothing
) -> Done:
    """Work until stopped, looking every so often. What is under way when it is stopped is finished first.

    first: what is done before each look at the outbox.
    """
    total = Done()
    while not stop.is_set():
        first()
        done = work_once(ws)
        total = Done(total.settled + done.settled, done.open, done.problems)
        stop.wait(LATER_S if done.problems else every_s)
    return total
