from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from fixtures_store import NOW, seconds, store_at, together

from i2g_recon.errors import OtherSideFailed
from i2g_recon.store.lease import alone, taken

REFRESH = """
import sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from i2g_recon.settings import load
from i2g_recon.store.records import TokenSet
from i2g_recon.store.workspace import open_store
with open_store(load({}, home=Path(sys.argv[1]))) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    with store.token_lock("consent-1"):
        tokens = store.tokens("consent-1")
        if tokens is None:
            with open(sys.argv[2], "a") as calls:
                calls.write("refresh\\n")
            time.sleep(0.2)
            fresh = TokenSet(access_token="a", expires_at=datetime.now(UTC) + timedelta(minutes=30))
            store.save_tokens("consent-1", fresh)
"""


def clock() -> datetime:
    return NOW


def test_processes_refresh_a_token_once(tmp_path: Path) -> None:
    with store_at(tmp_path / "home"):
        pass
    together(REFRESH, str(tmp_path / "home"), str(tmp_path / "calls"), processes=3)
    assert (tmp_path / "calls").read_text() == "refresh\n"


def test_threads_take_turns(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []
    with store_at(tmp_path) as store:

        def work(number: int) -> None:
            with store.token_lock("consent-1"):
                inside.append(number)
                most.append(len(inside))
                time.sleep(0.01)
                inside.remove(number)

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(work, range(6)))
    assert most == [1] * 6


def test_two_consents_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with store_at(tmp_path) as store, store.token_lock("one"), store.token_lock("two"):
        pass


def test_a_lock_is_given_back_after_a_failure(tmp_path: Path) -> None:
    with store_at(tmp_path) as store:
        with pytest.raises(RuntimeError, match="lost"), store.token_lock("one"):
            raise RuntimeError("lost")
        with store.token_lock("one"):
            pass


@pytest.mark.parametrize(
    ("later_s", "free"),
    [(0, False), (59, False), (60, True), (86_400, True), (-30, False), (-61, True), (-86_400, True)],
)
def test_a_lease_ends_by_itself_even_when_the_clock_is_set(tmp_path: Path, later_s: int, *, free: bool) -> None:
    with store_at(tmp_path) as store:
        assert taken(store.database, "x", "crashed", NOW, 60)
        assert taken(store.database, "x", "next", NOW + seconds(later_s), 60) is free


def test_whoever_lost_the_lease_does_not_end_the_next_ones(tmp_path: Path) -> None:
    with store_at(tmp_path) as store:
        with alone(store.database, "x", clock, 60):
            assert taken(store.database, "x", "next", NOW + seconds(61), 60)
        assert not taken(store.database, "x", "third", NOW + seconds(62), 60)


def test_waiting_has_an_end(tmp_path: Path) -> None:
    with store_at(tmp_path) as store:
        assert taken(store.database, "x", "other", NOW, 60)
        entered = threading.Event()
        with pytest.raises(OtherSideFailed, match="too long"), alone(store.database, "x", clock, patience_s=0.2):
            entered.set()
        assert not entered.is_set()
