"""Work that nobody waits for: workers, the sender behind a page, stopping, pauses that Xero asks for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, sale

from i2g_recon.errors import OtherSideFailed
from i2g_recon.jobs import sending as sending_job
from i2g_recon.jobs.background import progress, sending, start_sending, stop_after_batch
from i2g_recon.jobs.heartbeat import beating
from i2g_recon.jobs.push import approve, push
from i2g_recon.jobs.sending import LEASE_S
from i2g_recon.jobs.worker import run_worker, waits_because, work_once

PUT = {"method": "PUT", "path": "/Invoices"}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def approved(at: Desk, *numbers: str) -> str:
    view = at.prepare(*(sale(number) for number in numbers))
    return approve(at.ws, at.connection, view.pushable)[0].push_id


def wait_for(what: Callable[[], object]) -> None:
    ends = time.monotonic() + 60
    while not what():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.01)


def test_a_worker_finishes_what_was_approved(at: Desk) -> None:
    approved(at, "T-1", "T-2")
    done = work_once(at.ws)
    assert (done.settled, done.open, done.problems) == (2, 0, ())
    assert set(at.states().values()) == {"confirmed"}
    assert work_once(at.ws) == type(done)()


def test_a_worker_goes_on_until_it_is_stopped(at: Desk) -> None:
    stop, found = threading.Event(), []
    thread = threading.Thread(target=lambda: found.append(run_worker(at.ws, stop, every_s=0.05)))
    thread.start()
    try:
        approved(at, "T-1")
        wait_for(lambda: at.states().get("T-1") == "confirmed")
    finally:
        stop.set()
        thread.join(30)
    assert [one.settled for one in found] == [1]


def test_two_workers_share_and_send_nothing_twice(at: Desk) -> None:
    approved(at, *(f"T-{number}" for number in range(8)))
    other = at.again()
    both = [threading.Thread(target=work_once, args=(ws,)) for ws in (at.ws, other)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)
    work_once(at.ws)
    other.transport.close()
    assert set(at.states().values()) == {"confirmed"}
    assert len(at.xero.invoices()) == 8


def test_a_survivor_takes_over_within_a_minute(at: Desk) -> None:
    approved(at, "T-1")
    (command,) = at.ws.outbox.open_commands(at.tenant_id)
    assert at.ws.outbox.claim(command.id, "a process that died", at.clock(), LEASE_S)
    assert work_once(at.ws).open == 1
    at.clock.forward(seconds=59)
    assert work_once(at.ws).settled == 1


def test_a_living_process_keeps_its_claim(at: Desk) -> None:
    approved(at, "T-1")
    (command,) = at.ws.outbox.open_commands(at.tenant_id)
    assert at.ws.outbox.claim(command.id, "slow", at.clock(), LEASE_S)
    at.clock.forward(seconds=40)
    at.ws.outbox.renew("slow", at.clock(), LEASE_S)
    at.clock.forward(seconds=40)
    assert work_once(at.ws).open == 1


def test_the_heart_beats_until_the_work_ends_and_bears_a_busy_database() -> None:
    beats: list[int] = []

    def renew() -> None:
        beats.append(1)
        raise OtherSideFailed("busy")

    with beating(renew, 0.01):
        wait_for(lambda: len(beats) > 2)
    count = len(beats)
    time.sleep(0.05)
    assert len(beats) == count


def test_the_trouble_of_one_organisation_is_said_and_kept(at: Desk) -> None:
    approved(at, "T-1")
    at.xero.arm("limit", problem="day", retry_after_s=7200, times=-1)
    done = work_once(at.ws)
    assert done.open == 1
    assert "daily" in done.problems[0]
    assert "in 120 minutes" in waits_because(at.ws, at.tenant_id)
    at.xero.calm()
    at.ws.transport._paces.clear()  # noqa: SLF001 - two hours later
    assert work_once(at.ws).settled == 1
    assert waits_because(at.ws, at.tenant_id) == ""


def test_the_page_says_how_long_xero_asked_to_wait(at: Desk) -> None:
    approved(at, "T-1")
    at.xero.arm("limit", problem="day", retry_after_s=7200)
    work_once(at.ws)
    found = progress(at.ws, at.connection)
    assert found is not None
    assert 7000 < found.wait_s <= 7200


def test_the_sender_behind_a_page_pushes_and_compares_again(at: Desk) -> None:
    push_id = approved(at, "T-1", "T-2")
    start_sending(at.ws, at.connection)
    start_sending(at.ws, at.connection)  # a second viewer
    wait_for(lambda: not sending(at.ws, at.connection))
    found = progress(at.ws, at.connection)
    assert found is not None
    assert (found.push_id, found.done, found.of_all, found.running, found.waits) == (push_id, 2, 2, False, "")
    assert at.xero.puts() == 1
    assert [item["bucket"] for item in at.reconcile().document["items"]] == ["agrees", "agrees"]


def test_a_stopped_push_finishes_its_batch_and_skips_the_rest(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending_job, "BATCH", 2)
    push_id = approved(at, "T-1", "T-2", "T-3", "T-4")
    at.xero.arm("slow", seconds=1.5, **PUT)
    start_sending(at.ws, at.connection)
    wait_for(at.xero.puts)
    stop_after_batch(at.ws, at.connection, push_id)
    wait_for(lambda: not sending(at.ws, at.connection))
    assert list(at.states().values()) == ["confirmed", "confirmed", "skipped", "skipped"]
    assert len(at.xero.invoices()) == 2
    found = progress(at.ws, at.connection)
    assert found is not None
    assert found.cancelled


def test_what_was_skipped_can_be_pushed_again(at: Desk) -> None:
    push_id = approved(at, "T-1")
    stop_after_batch(at.ws, at.connection, push_id)
    work_once(at.ws)
    assert at.states() == {"T-1": "skipped"}
    assert push(at.ws, at.connection, at.plan().pushable).counts["confirmed"] == 1


def test_nothing_pushed_means_no_progress(at: Desk) -> None:
    at.prepare(sale("T-1"))
    assert progress(at.ws, at.connection) is None


def test_a_failure_in_the_background_is_said_on_the_page(at: Desk) -> None:
    approved(at, "T-1")
    at.xero.turn("disconnect")
    start_sending(at.ws, at.connection)
    wait_for(lambda: not sending(at.ws, at.connection))
    assert "disconnected" in waits_because(at.ws, at.tenant_id)
    assert at.states() == {"T-1": "approved"}
