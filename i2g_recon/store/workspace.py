"""The front door of the store: `open_store(settings)` gives the one Store of this process."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.engine import make_url

from i2g_recon.clock import Clock, utc_now
from i2g_recon.errors import NotConfigured
from i2g_recon.settings import Settings
from i2g_recon.store.activity import ActivityLog
from i2g_recon.store.cases import Cases
from i2g_recon.store.connections import Connections
from i2g_recon.store.database import database_at
from i2g_recon.store.decisions import Decisions
from i2g_recon.store.evidence import Evidence
from i2g_recon.store.organisations import Organisations
from i2g_recon.store.pull_pages import PullPages
from i2g_recon.store.schema import bring_up_to_date

OPEN: dict[tuple[Path, str, str], Store] = {}
OPENING = threading.Lock()


class Store(Connections, Organisations, Decisions, Cases, ActivityLog, Evidence, PullPages):
    """The workspace of one person or practice. One per process, safe to share among threads: a session per call.

    Methods raise OtherSideFailed when the database is busy or away, NeedsAPerson when its disk is full, Clash when a
    record repeats another, ValueError for a time without a zone. All or nothing of a call is kept.
    """

    def close(self) -> None:
        """Let go of the database; `open_store` then makes a new Store."""
        with OPENING:
            for name in [name for name, store in OPEN.items() if store is self]:
                del OPEN[name]
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(settings: Settings, *, clock: Clock = utc_now) -> Store:
    """The Store of these settings; makes the home (0700) and the database at the first use and upgrades it.

    Raises NotConfigured when the home or the database cannot be used.
    """
    name = (settings.home, settings.database_url, settings.secret_key)
    with OPENING:
        store = OPEN.get(name)
        if store is not None and file_is_there(settings.database_url):
            return store
        if store is not None:  # the home was thrown away under a running process
            store.database.close()
        OPEN[name] = store = fresh_store(settings, clock)
        return store


def fresh_store(settings: Settings, clock: Clock) -> Store:
    """A Store on a database that is up to date."""
    make_home(settings.home)
    database = database_at(settings.database_url)
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return Store(settings, database, clock)


def make_home(home: Path) -> None:
    """The workspace's folder, for its owner only. Raises NotConfigured when it cannot be made."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise NotConfigured(f"The folder {home} cannot be made: {problem.strerror}; choose another home") from None


def file_is_there(database_url: str) -> bool:
    """Whether a SQLite database still has its file; any other database is taken to be there."""
    url = make_url(database_url)
    return url.get_backend_name() != "sqlite" or not url.database or Path(url.database).exists()
