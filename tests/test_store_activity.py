"""The activity log: it only grows, and shows whether anybody changed it."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_store import NOW, TENANT, store_at

from i2g_recon.store.records import Activity
from i2g_recon.store.workspace import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with store_at(tmp_path) as found:
        yield found


def three_lines(store: Store) -> None:
    store.log(NOW, "Robin", "approved", "push-1", tenant_id=TENANT, detail={"numbers": ["INV0042"]})
    store.log(NOW + dt.timedelta(seconds=1), "Robin", "reconciled", "run-1", tenant_id=TENANT)
    store.log(NOW + dt.timedelta(seconds=2), "Robin", "opened the workspace")


def by_hand(home: Path, sql: str, *, guarded: bool = False) -> None:
    """Change the file beside the program, the guards of the log taken away first."""
    (file,) = home.rglob("*.sqlite")
    with closing(sqlite3.connect(file)) as database:
        if not guarded:
            database.execute("DROP TRIGGER activity_no_update")
            database.execute("DROP TRIGGER activity_no_delete")
        database.execute(sql)
        database.commit()


def test_it_only_grows_and_is_read_newest_first(store: Store) -> None:
    three_lines(store)
    line = Activity(
        at=NOW, who="Robin", what="approved", subject="push-1", tenant_id=TENANT, detail={"numbers": ["INV0042"]}
    )
    found = store.activity(TENANT)
    assert [replace(one, digest="") for one in found][1] == line
    assert [one.what for one in found] == ["reconciled", "approved"]
    assert store.activity(TENANT, limit=1) == found[:1]
    assert [one.what for one in store.activity("")] == ["opened the workspace"]


def test_a_line_without_a_name_bears_the_login(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "robin")
    store.log(NOW, "", "pulled", tenant_id=TENANT)
    assert store.activity(TENANT)[0].who == "robin"


def test_a_log_that_nobody_changed_is_intact(store: Store) -> None:
    assert store.check_activity().intact
    three_lines(store)
    found = store.check_activity()
    assert (found.intact, found.sealed, found.older) == (True, 3, 0)
    assert found.head == store.activity("")[0].digest


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE activity SET who = 'Kim' WHERE id = 1",
        "UPDATE activity SET detail = '{}' WHERE id = 1",
        "UPDATE activity SET at = '2026-01-01T00:00:00.000000+00:00' WHERE id = 2",
        "UPDATE activity SET tenant_id = 'x' WHERE id = 2",
        "DELETE FROM activity WHERE id = 1",
        "DELETE FROM activity WHERE id = 2",
        "DELETE FROM activity WHERE id = 3",
        "DELETE FROM activity",
        "INSERT INTO activity SELECT 99, tenant_id, at, who, what, subject, detail, digest FROM activity WHERE id = 1",
        "UPDATE preference SET value = '2 x' WHERE name = 'activity head'",
    ],
)
def test_every_change_shows(store: Store, tmp_path: Path, sql: str) -> None:
    three_lines(store)
    by_hand(tmp_path, sql)
    assert not store.check_activity().intact


@pytest.mark.parametrize("sql", ["UPDATE activity SET who = 'Kim'", "DELETE FROM activity"])
def test_the_database_itself_refuses_a_change(store: Store, tmp_path: Path, sql: str) -> None:
    three_lines(store)
    with pytest.raises(sqlite3.IntegrityError, match="only grows"):
        by_hand(tmp_path, sql, guarded=True)
    assert store.check_activity().intact


def test_lines_of_before_are_counted_and_do_not_break_the_check(store: Store, tmp_path: Path) -> None:
    by_hand(
        tmp_path, "INSERT INTO activity VALUES (1, '', '2026-01-01T00:00:00.000000+00:00', '', 'old', '', '{}', '')"
    )
    three_lines(store)
    found = store.check_activity()
    assert (found.intact, found.sealed, found.older) == (True, 3, 1)


def test_lines_written_at_the_same_time_make_one_chain(store: Store) -> None:
    def write(name: str) -> None:
        for _ in range(20):
            store.log(NOW, name, "pulled", tenant_id=TENANT)

    threads = [threading.Thread(target=write, args=(f"person {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    found = store.check_activity()
    assert (found.intact, found.sealed) == (True, 80)
