"""A worker whose disk is full, or whose database somebody holds: a clear sentence, nothing sent, nothing lost."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, ROOT, Desk, desk, environment, sale

from i2g_recon.jobs.push import approve

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits of files are a thing of POSIX")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        approve(found.ws, found.connection, found.prepare(sale("T-1"), sale("T-2")).pushable)
        yield found


def work(at: Desk, *, largest_file: int = 0) -> tuple[int, str]:
    """`worker --once` as a process; exit code and what it said. largest_file: bytes, as on a disk that is full."""
    home = at.ws.settings.home
    variables = {**os.environ, "I2G_RECON_HOME": str(home), **environment(at.xero.sandbox)}

    def starve() -> None:
        if largest_file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    command = [sys.executable, "-m", "i2g_recon", "worker", "--once"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=starve,
    )
    return done.returncode, done.stdout + done.stderr


def settled_afterwards(at: Desk) -> None:
    """With room again, the same command finishes, and each invoice is there once."""
    code, said = work(at)
    assert code == 0, said
    assert set(at.states().values()) == {"confirmed"}
    assert sorted(one["Reference"] for one in at.xero.invoices()) == ["T-1", "T-2"]


@pytest.mark.parametrize("room", [32_800, 33_500, 35_000, 37_500, 41_000])  # of the journal beside the file, in bytes
def test_a_full_disk_stops_it_before_anything_is_sent(at: Desk, room: int) -> None:
    at.ws.store.database.engine.dispose()  # the journal is folded into the file and begins anew
    _, said = work(at, largest_file=room)
    assert "disk" in said or room > 33_000
    assert "Traceback" not in said
    rows = sum(len(at.ws.outbox.attempts(one.id)) for one in at.commands())
    assert at.xero.puts() <= rows  # never a call that was not written down first
    settled_afterwards(at)


def test_a_database_that_somebody_holds_is_waited_for_and_then_said(at: Desk) -> None:
    with closing(sqlite3.connect(at.ws.settings.home / "i2g-recon.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        _, said = work(at)
        other.execute("ROLLBACK")
    assert "busy with another window or command" in said
    assert "Traceback" not in said
    assert at.xero.puts() == 0
    settled_afterwards(at)
