"""Real processes: killed while Xero works, and two of them at once."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, command_line, desk, sale
from kills import run

from i2g_recon.jobs.push import resume

PUT = {"method": "PUT", "path": "/Invoices"}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def pushing(at: Desk) -> subprocess.Popen[str]:
    words = ("push", "--all", "--yes", "--json")
    return command_line(*words, home=at.ws.settings.home, sandbox=at.xero.sandbox)


def wait_for(what: Callable[[], object], patience_s: float = 60) -> None:
    ends = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


def killed(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.mark.parametrize("fault", ["slow", "late"])
def test_killed_while_xero_saves_it(at: Desk, fault: str) -> None:
    """slow: it was saved when the process died. late: it is saved after somebody else took it up."""
    at.prepare(sale("T-1"), sale("T-2"))
    at.xero.arm(fault, seconds=2.0, **PUT)
    process = pushing(at)
    wait_for(lambda: at.xero.puts() and (fault == "late" or at.xero.live("T-2")))
    killed(process)
    assert set(at.states().values()) == {"sent"}
    at.clock.forward(minutes=10)  # the claim of the dead process has ended
    assert resume(at.ws, at.connection).counts["confirmed"] == 2
    time.sleep(2.1 if fault == "late" else 0)
    assert at.xero.puts() == (2 if fault == "late" else 1)
    assert [len(at.xero.live(number)) for number in ("T-1", "T-2")] == [1, 1]
    assert len(at.xero.invoices()) == 2
    assert at.missing() == []


def test_two_processes_at_once(at: Desk) -> None:
    at.prepare(sale("T-1"), sale("T-2"))
    at.xero.arm("slow", seconds=1.0, **PUT)
    both = [pushing(at), pushing(at)]
    answers = [json.loads(process.communicate(timeout=90)[0]) for process in both]
    assert {process.returncode for process in both} <= {0, 1}
    assert [len(at.ws.outbox.attempts(one.id)) for one in at.commands()] == [1, 1]  # they may share the batch
    assert at.xero.puts() in (1, 2)
    assert len(at.xero.invoices()) == 2
    assert set(at.states().values()) == {"confirmed"}
    assert {state for answer in answers for state in (one["state"] for one in answer["results"])} <= {
        "confirmed",
        "uncertain",  # the second one came while the first was at work
    }


def has_called(at: Desk, process: subprocess.Popen[str]) -> Callable[[], bool]:
    """Whether the process has spoken to Xero, or ended."""
    before = len(at.xero.requests())
    return lambda: process.poll() is not None or len(at.xero.requests()) > before


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_killed_at_any_moment(at: Desk, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seed, not a secret
    at.prepare(*(sale(f"T-{number:03}", client=chance.choice(("Marlin Cafe", "Quarry Row"))) for number in range(60)))
    for _ in range(3):
        kind = chance.choice(("slow", "late", "drop_after", "drop_before"))
        at.xero.arm(kind, seconds=chance.uniform(0.1, 0.6), method="PUT", path="", skip=chance.randrange(2))
        process = pushing(at)
        wait_for(has_called(at, process))
        time.sleep(chance.uniform(0, 0.6))
        killed(process)
        numbers = [one["InvoiceNumber"] for one in at.xero.invoices()]
        assert len(numbers) == len(set(numbers))
        with at.ws.store.database.writing() as session:  # claims of the dead end
            session.connection().exec_driver_sql("UPDATE command SET owner = '', lease_until = NULL")
    at.xero.calm()
    time.sleep(0.7)
    resume(at.ws, at.connection)
    process = pushing(at)
    process.communicate(timeout=90)
    references = [one["Reference"] for one in at.xero.invoices()]
    assert sorted(references) == [f"T-{number:03}" for number in range(60)]
    assert len(at.xero.contacts("Quarry Row")) == 1
    assert at.missing() == []


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_that_are_killed_in_a_storm_send_each_invoice_once(tmp_path: Path, workers: int) -> None:
    """200 kills: `python tests/faults/kills.py`."""
    done = run(tmp_path / "home", kills=4, seed=workers, workers=workers)
    assert done.kills >= 4
