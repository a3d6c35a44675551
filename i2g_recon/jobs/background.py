"""Sending in the background of the page's process: approved, then sent by a thread of its own, whoever is looking.

The page reads the outbox to say how far it is, so a reload, a second viewer or a closed browser changes nothing. What
the process does not finish is taken up at its next start, or by any worker.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from math import ceil

from i2g_recon.errors import ReconError
from i2g_recon.jobs.reconcile import recheck
from i2g_recon.jobs.worker import resume_at, waits_because, work_once
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.store.records import OPEN_STATES

SENDERS: dict[tuple[int, str], threading.Thread] = {}  # by workspace and organisation
STARTING = threading.Lock()
UNEXPECTED = "Something went wrong while sending. Nothing is sent twice; press Resume, or restart i2g-recon."


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the newest push is. wait_s: seconds of a pause that Xero asked for; waits: why nothing goes on."""

    push_id: str
    done: int
    of_all: int
    running: bool
    cancelled: bool
    wait_s: int
    waits: str


def start_sending(ws: Workspace, connection: Connection) -> None:
    """Send what is approved and open, then compare again, in a thread of its own; one at a time per organisation."""
    with STARTING:
        key = (id(ws), connection.tenant_id)
        if key in SENDERS and SENDERS[key].is_alive():
            return
        thread = threading.Thread(target=work, args=(ws, connection), name="sender", daemon=True)
        SENDERS[key] = thread
        thread.start()


def work(ws: Workspace, connection: Connection) -> None:
    """Until nothing new is approved any more; what stays open needs a person or time, and the page says so."""
    try:
        seen: set[str] = set()
        while waiting := {one.id for one in ws.outbox.open_commands(connection.tenant_id)} - seen:
            seen |= waiting
            work_once(ws, connection)
        recheck(ws, connection)
    except ReconError as problem:
        resume_at(ws, connection.tenant_id, str(problem))
    except Exception:
        resume_at(ws, connection.tenant_id, UNEXPECTED)
        raise


def sending(ws: Workspace, connection: Connection) -> bool:
    """Whether this process is at work for the organisation."""
    thread = SENDERS.get((id(ws), connection.tenant_id))
    return thread is not None and thread.is_alive()


def progress(ws: Workspace, connection: Connection) -> Progress | None:
    """How far the newest push that has commands is, from the outbox; None when there is none."""
    for push in ws.outbox.pushes(connection.tenant_id):
        of_all = sum(push.counts.values())
        if of_all:
            return Progress(
                push_id=push.id,
                done=of_all - sum(push.counts.get(state, 0) for state in OPEN_STATES),
                of_all=of_all,
                running=sending(ws, connection),
                cancelled=push.cancelled_at is not None,
                wait_s=ceil(ws.transport.held_s(connection.tenant_id)),
                waits=waits_because(ws, connection.tenant_id),
            )
    return None


def stop_after_batch(ws: Workspace, connection: Connection, push_id: str) -> None:
    """What of the push was not sent yet is skipped; the batch under way is finished, for it may have arrived."""
    ws.outbox.cancel(push_id, ws.clock())
    ws.store.log(ws.clock(), "", "stopped a push", push_id, tenant_id=connection.tenant_id)
