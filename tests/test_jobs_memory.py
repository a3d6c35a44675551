"""What is read once: the same thing for the same key, few of each kind, and never anything that is not there yet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fixtures_workspace import KNOWN_CLIENT, desk, sale

from i2g_recon.jobs.memory import Memory
from i2g_recon.jobs.reconcile import latest_run, run_view


def test_a_thing_is_made_once_and_the_oldest_is_forgotten() -> None:
    memory, made = Memory(of_each_kind=2), []

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    for key in ("a", "b", "a", "c", "a", "b"):
        assert memory.recall("run", key, lambda key=key: make(key)) == key.upper()  # type: ignore[misc] # bound now
    assert made == ["a", "b", "c", "b"]
    assert memory.recall("target", "a", lambda: "another kind") == "another kind"


def test_what_is_not_there_is_asked_for_again() -> None:
    memory: Memory = Memory()
    assert memory.recall("run", "a", lambda: None) is None
    assert memory.recall("run", "a", lambda: "now") == "now"


def test_many_threads_get_good_things() -> None:
    memory = Memory()
    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(lambda n: memory.recall("run", n % 5, lambda: n % 5), range(2000)))
    assert found == [n % 5 for n in range(2000)]


def test_a_new_run_is_the_latest_at_once_and_an_old_one_stays_what_it_was(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at:
        at.prepare(sale("T-1"))
        first = at.reconcile()
        at.bring_in(sale("T-1"), sale("T-2"))
        second = at.reconcile()
        latest = latest_run(at.ws, at.tenant_id)
        assert latest is not None
        assert (latest.id, latest.counts["missing"]) == (second.id, 2)
        again = run_view(at.ws, first.id)
        assert again is not None
        assert again.counts["missing"] == 1
        assert run_view(at.ws, "no such run") is None
