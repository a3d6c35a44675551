"""What the pretend Xero remembers, in one SQLite database: a file that survives a restart, or memory.

Documents are kept as the JSON text that goes out, beside the columns that filters and orders need. A request is one
transaction: what was answered is stored, what was not committed was never there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS organisations (
    position INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, next_number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
    position INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, kind TEXT NOT NULL, document_id TEXT NOT NULL,
    updated_ms INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL, UNIQUE (tenant_id, kind, document_id));
CREATE TABLE IF NOT EXISTS contacts (
    position INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, contact_id TEXT NOT NULL, name_key TEXT NOT NULL,
    number_key TEXT, email_key TEXT, search_key TEXT NOT NULL, status TEXT NOT NULL, updated_ms INTEGER NOT NULL,
    body TEXT NOT NULL, UNIQUE (tenant_id, contact_id));
CREATE INDEX IF NOT EXISTS contact_names ON contacts (tenant_id, name_key);
CREATE TABLE IF NOT EXISTS invoices (
    position INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, invoice_id TEXT NOT NULL, type TEXT NOT NULL,
    status TEXT NOT NULL, number_key TEXT, reference_key TEXT, contact_id TEXT NOT NULL, contact_name_key TEXT,
    contact_number_key TEXT, day TEXT, due_day TEXT, amount_due INTEGER NOT NULL, amount_paid INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL, created_by TEXT NOT NULL, head TEXT NOT NULL, lines TEXT NOT NULL,
    summary TEXT NOT NULL, UNIQUE (tenant_id, invoice_id));
CREATE INDEX IF NOT EXISTS invoice_numbers ON invoices (tenant_id, number_key);
CREATE INDEX IF NOT EXISTS invoice_references ON invoices (tenant_id, reference_key);
CREATE INDEX IF NOT EXISTS invoice_contacts ON invoices (tenant_id, contact_id);
CREATE TABLE IF NOT EXISTS history (
    position INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, document_id TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS history_documents ON history (tenant_id, document_id);
CREATE TABLE IF NOT EXISTS clients (
    client_id TEXT PRIMARY KEY, client_secret TEXT NOT NULL, grant_type TEXT NOT NULL, tenant_id TEXT);
CREATE TABLE IF NOT EXISTS codes (code_hash TEXT PRIMARY KEY, expires_ms INTEGER NOT NULL, granted TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refresh_tokens (
    token_hash TEXT PRIMARY KEY, client_id TEXT NOT NULL, granted TEXT NOT NULL, issued_ms INTEGER NOT NULL,
    rotated_ms INTEGER);
CREATE TABLE IF NOT EXISTS connections (
    connection_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL, event_id TEXT NOT NULL,
    created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, live INTEGER NOT NULL, UNIQUE (tenant_id, client_id));
CREATE TABLE IF NOT EXISTS replays (
    client_id TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, at_ms INTEGER NOT NULL,
    answer TEXT NOT NULL, PRIMARY KEY (client_id, key));
CREATE TABLE IF NOT EXISTS quotas (
    tenant_id TEXT NOT NULL, span TEXT NOT NULL, window INTEGER NOT NULL, used INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, span));
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL, tenant_id TEXT NOT NULL, idempotency_key TEXT NOT NULL, fault TEXT NOT NULL,
    status INTEGER);
"""


class State:
    """One connection, used by one thread at a time: the server's event loop once it runs."""

    def __init__(self, file: Path | None = None) -> None:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)  # it holds the apps' secrets and the signing key
        self._db = sqlite3.connect(file or ":memory:", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        # WAL with NORMAL survives a killed process, which is the accident this stand-in must survive.
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 5000"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Ends the connection; a memory database is gone with it."""
        self._db.close()

    def copy_to(self, other: State) -> None:
        """All of it into another one, in place of what that holds."""
        self._db.backup(other._db)

    def rows(self, sql: str, *parameters: Any) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self._db.execute(sql, parameters).fetchall()

    def row(self, sql: str, *parameters: Any) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        found: sqlite3.Row | None = self._db.execute(sql, parameters).fetchone()
        return found

    def value(self, sql: str, *parameters: Any) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, *parameters)
        return None if found is None else found[0]

    def run(self, sql: str, *parameters: Any) -> int:
        """One writing statement; the number of rows it touched."""
        return self._db.execute(sql, parameters).rowcount

    def run_many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """One writing statement for many rows."""
        self._db.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an exception rolls back."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def attempt(self) -> Iterator[Attempt]:
        """A part of a transaction that can be taken back alone, by calling `give_up` on what is handed out."""
        self._db.execute("SAVEPOINT attempt")
        attempt = Attempt()
        yield attempt
        if attempt.given_up:
            self._db.execute("ROLLBACK TO attempt")
        self._db.execute("RELEASE attempt")

    def setting(self, name: str, default: str = "") -> str:
        """A stored setting, or the default."""
        found = self.value("SELECT value FROM settings WHERE name = ?", name)
        return default if found is None else str(found)

    def keep_setting(self, name: str, value: str) -> None:
        """Stores a setting."""
        self.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, value)


class Attempt:
    """Whether the part of a transaction is to be taken back."""

    def __init__(self) -> None:
        self.given_up = False

    def give_up(self) -> None:
        """Nothing written since the attempt began is kept."""
        self.given_up = True
