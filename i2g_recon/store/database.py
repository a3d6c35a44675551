"""The way to the database: one engine per process, a session per call, every vendor error mapped in one place.

SQLite holds the journal of what was sent, so losing its last commit could double an invoice. Hence WAL with
synchronous=FULL, foreign keys on, and writes that take the write lock at their start (BEGIN IMMEDIATE): a write that
begins as a read cannot wait for another writer, it just fails. WAL needs a local disk.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session, SQLModel

from i2g_recon.errors import NeedsAPerson, NotConfigured, OtherSideFailed, ReconError

BUSY_TIMEOUT_S = 5
WRITING = "i2g_recon_writing"


class Clash(ReconError):
    """The workspace refused a record that repeats another or refers to something that is not there."""


class Database:
    """An engine with a door for reading and one for writing."""

    def __init__(self, url: URL) -> None:
        self.sqlite = url.get_backend_name() == "sqlite"
        # Parameters hold clients' names; they must not stand in an error's text.
        self.engine = create_engine(url, hide_parameters=True, pool_pre_ping=not self.sqlite)
        if self.sqlite:
            event.listen(self.engine, "connect", set_pragmas)
            event.listen(self.engine, "begin", begin_sqlite)
        self.writing_engine = self.engine.execution_options(**{WRITING: True})

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads. Raises what `plain_failure` makes of a vendor error."""
        with plainly(), Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is one transaction: all of it is kept, or nothing."""
        with plainly(), Session(self.writing_engine) as session, session.begin():
            yield session

    def put(self, row: SQLModel) -> None:
        """Insert the row, or replace the one with its primary key."""
        self.put_made(lambda _: row)

    def put_made(self, make: Callable[[Session], SQLModel]) -> None:
        """As `put`, with a row that is made inside the transaction."""
        for last in (False, True):
            try:
                with self.writing() as session:
                    session.merge(make(session))
            except Clash:  # another machine inserted it between our look and our write: now it is there to replace
                if last:
                    raise
            else:
                return

    def line_up(self, session: Session, number: int) -> None:
        """From here to the transaction's end one at a time, of all who name the number; SQLite writes so anyway."""
        session.connection()  # a transaction really begins with its first word to the database: this one
        if not self.sqlite:
            session.execute(select(func.pg_advisory_xact_lock(number)))

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def database_at(address: str) -> Database:
    """The database behind a DATABASE_URL; a SQLite file is made readable by its owner only.

    Raises NotConfigured when the address or its driver is unusable. The address may hold a password: it is never shown.
    """
    url = usable_url(address)
    if url.get_backend_name() == "sqlite" and url.database:
        make_private_file(Path(url.database))
    try:
        return Database(url)
    except ImportError:
        raise NotConfigured(
            "DATABASE_URL names a database whose driver is not installed; for PostgreSQL: pip install 'psycopg[binary]'"
        ) from None


def usable_url(address: str) -> URL:
    """The address with its driver. PostgreSQL is spoken through psycopg, as hosting services leave that out."""
    try:
        url = make_url(address)
    except ArgumentError:
        raise NotConfigured("DATABASE_URL cannot be read; it looks like postgresql://user:password@host/name") from None
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise NotConfigured("DATABASE_URL names neither SQLite nor PostgreSQL; use one of the two")
    return url


def make_private_file(file: Path) -> None:
    """An empty file of mode 0600 unless it is there; SQLite's side files take the same mode."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as problem:
        raise NotConfigured(f"The workspace cannot be written at {file}: {problem.strerror}") from None


def set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    """What every SQLite connection needs; the only place with SQLite's own SQL, together with `begin_sqlite`."""
    connection.isolation_level = None  # transactions begin where we say so, in `begin_sqlite`
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
    if switch_to_wal(connection) != "wal":
        raise NotConfigured("The workspace lies on a disk that cannot keep its journal; choose a local folder")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA fullfsync=ON")  # macOS keeps a write in the drive's cache otherwise
    connection.execute("PRAGMA foreign_keys=ON")


def switch_to_wal(connection: sqlite3.Connection) -> str:
    """The journal mode after asking for WAL. The switch ignores the busy timeout, so it waits here."""
    patience = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            return str(connection.execute("PRAGMA journal_mode=WAL").fetchone()[0])
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem) or time.monotonic() > patience:
                raise
            time.sleep(0.02)


def begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once where writing is meant."""
    writing = connection.get_execution_options().get(WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def plainly() -> Iterator[None]:
    """Turn the database's errors into ours, without the vendor's text, which may hold a client's data."""
    try:
        yield
    except (StatementError, PoolTimeout) as problem:
        raise plain_failure(problem) from None
    except sqlite3.Error as problem:  # from the pragmas of a new connection
        raise worded_failure(str(problem)) from None


def plain_failure(problem: StatementError | PoolTimeout) -> Exception:
    """The one mapping of database errors."""
    if isinstance(problem, IntegrityError):
        return Clash("The workspace refused a record that repeats another or refers to something that is not there")
    if isinstance(problem, StatementError) and not isinstance(problem, DBAPIError) and problem.orig is not None:
        return ValueError(str(problem.orig))  # a value of the wrong kind: our own mistake, found before sending
    return worded_failure(str(getattr(problem, "orig", "")))


def worded_failure(words: str) -> ReconError:
    """A failure by the database's own words."""
    words = words.lower()
    if "locked" in words or "busy" in words or "deadlock" in words:
        return OtherSideFailed("The workspace is busy with another window or command; run again in a moment")
    if "full" in words or "disk" in words or "no space" in words:
        return NeedsAPerson("The disk that holds the workspace is full or failing; free some space and run again")
    if "readonly" in words or "read-only" in words or "unable to open" in words or "permission" in words:
        return NotConfigured("The workspace cannot be written; check the rights on its folder")
    if "not a database" in words or "malformed" in words:
        return NeedsAPerson("The workspace file is damaged; put back its latest backup")
    return OtherSideFailed("The workspace's database does not answer; check DATABASE_URL and run again")
