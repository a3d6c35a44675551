from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from fixtures_store import NOW, ROOT, connection, settings_at, store_at

from i2g_recon.errors import NeedsAPerson, NotConfigured, OtherSideFailed, ReconError
from i2g_recon.store.database import BUSY_TIMEOUT_S, Clash, database_at, usable_url, worded_failure
from i2g_recon.store.records import Run
from i2g_recon.store.workspace import open_store

DISK_FULL = """
import resource, signal, sys
from pathlib import Path
from i2g_recon.errors import NeedsAPerson
from i2g_recon.settings import load
from i2g_recon.store.workspace import open_store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open_store(load({}, home=Path(sys.argv[1]))) as store:
    store.choose_organisation("before")
    largest = max(file.stat().st_size for file in Path(sys.argv[1]).iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
    try:
        for number in range(100):
            store.choose_organisation(f"{number:06}" + "x" * 100_000)
    except NeedsAPerson as problem:
        print(problem)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.parametrize("writing", [False, True])
def test_every_connection_is_durable_checked_and_patient(tmp_path: Path, *, writing: bool) -> None:
    with store_at(tmp_path) as store:
        door = store.database.writing if writing else store.database.reading
        with door() as session:
            ask = session.connection().exec_driver_sql
            assert ask("PRAGMA journal_mode").scalar() == "wal"
            assert ask("PRAGMA synchronous").scalar() == 2  # FULL
            assert ask("PRAGMA foreign_keys").scalar() == 1
            assert ask("PRAGMA busy_timeout").scalar() == BUSY_TIMEOUT_S * 1000


def test_the_files_are_for_their_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with store_at(home) as store:
        store.save_connection(connection())
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in home.iterdir()}
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}
    assert "i2g-recon.sqlite-wal" in modes


def test_a_number_column_refuses_text(tmp_path: Path) -> None:
    with store_at(tmp_path) as store, pytest.raises(ReconError), store.database.writing() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO attempt (command_id, at, idempotency_key, id) VALUES ('', '', '', '12.5x')"
        )


def test_a_refused_record_is_a_clash_without_its_content(tmp_path: Path) -> None:
    run = Run(
        id="canary",
        tenant_id="t",
        created_at=NOW,
        source_snapshots=(),
        target_snapshot=77,
        policy_json="{}",
        result_json="{}",
    )
    with store_at(tmp_path) as store:
        with pytest.raises(Clash) as caught:
            store.add_run(run)
        assert "canary" not in str(caught.value)
        assert caught.value.__suppress_context__
        assert store.runs("t") == []


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    with store_at(tmp_path) as store, pytest.raises(ValueError, match="zone"):
        store.save_connection(connection(connected_at=NOW.replace(tzinfo=None)))


def test_another_writer_is_waited_for_and_then_named(tmp_path: Path) -> None:
    with store_at(tmp_path) as store:
        other = sqlite3.connect(tmp_path / "i2g-recon.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OtherSideFailed, match="busy with another window"):
            store.choose_organisation("t")
        assert store.chosen_organisation() is None  # reading goes on meanwhile
        other.execute("ROLLBACK")
        other.close()
        store.choose_organisation("t")
        assert store.chosen_organisation() == "t"


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a thing of Unix")
def test_a_full_disk_is_a_sentence_and_leaves_no_half_state(tmp_path: Path) -> None:
    with store_at(tmp_path):
        pass
    said = subprocess.run(
        [sys.executable, "-c", DISK_FULL, str(tmp_path)], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert "disk that holds the workspace is full" in said
    with store_at(tmp_path) as store:
        assert (store.chosen_organisation() or "") == "before" or len(store.chosen_organisation() or "") == 100_006
        with store.database.reading() as session:
            assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "i2g-recon.sqlite").write_text("this is not a database, whatever its name says" * 100)
    with pytest.raises(NeedsAPerson, match="damaged"):
        open_store(settings_at(tmp_path))


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotConfigured, match="cannot be made"):
        open_store(settings_at(tmp_path / "file"))


def test_postgresql_is_spoken_through_psycopg() -> None:
    assert usable_url("postgres://me:secret@db.example/books").drivername == "postgresql+psycopg"
    assert usable_url("postgresql+psycopg://db.example/books").drivername == "postgresql+psycopg"


@pytest.mark.parametrize("address", ["mysql://me:canary@db.example/x", "canary", "oracle://canary"])
def test_an_address_that_is_not_usable_is_not_shown(address: str) -> None:
    with pytest.raises(NotConfigured, match="DATABASE_URL") as caught:
        database_at(address)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("database is locked", OtherSideFailed),
        ("deadlock detected", OtherSideFailed),
        ("database or disk is full", NeedsAPerson),
        ("disk I/O error", NeedsAPerson),
        ("attempt to write a readonly database", NotConfigured),
        ("unable to open database file", NotConfigured),
        ("connection refused", OtherSideFailed),
    ],
)
def test_each_failure_has_its_remedy(words: str, kind: type[ReconError]) -> None:
    assert type(worded_failure(words)) is kind
