"""The workspace: what every job needs, opened once per process and handed on as a value."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from i2g_recon.clock import Clock, utc_now
from i2g_recon.errors import NotConnected
from i2g_recon.jobs.heartbeat import beating
from i2g_recon.jobs.memory import Memory
from i2g_recon.settings import Settings
from i2g_recon.store.outbox import Outbox
from i2g_recon.store.records import Connection
from i2g_recon.store.workspace import Store, open_store
from i2g_recon.xero.transport import Transport

__all__ = ["Connection", "Workspace", "open_workspace"]  # Connection: what pages hand from job to job


@dataclass(frozen=True, eq=False)
class Workspace:
    """Settings, database and the one transport to Xero. clock, sleep and pulse (`heartbeat`) are those of the jobs."""

    settings: Settings
    store: Store
    outbox: Outbox
    transport: Transport
    clock: Clock = field(default=utc_now)
    sleep: Callable[[float], object] = field(default=time.sleep)
    pulse: Callable[[Callable[[], object], float], AbstractContextManager[None]] = field(default=beating)
    memory: Memory = field(default_factory=Memory, repr=False)

    def close(self) -> None:
        """Let go of the database and of all connections."""
        self.transport.close()
        self.store.close()

    def organisation(self, wanted: str = "") -> Connection:
        """The connection a person means: by tenant id or name, else the chosen one, else the only one.

        Raises NotConnected naming the choices.
        """
        known = self.store.connections()
        if wanted:
            found = [one for one in known if wanted in (one.tenant_id, one.name)] or [
                one for one in known if one.name.casefold() == wanted.casefold()
            ]
        else:
            chosen = self.store.chosen_organisation()
            found = [one for one in known if one.tenant_id == chosen] or known
        if len(found) == 1:
            return found[0]
        if not known:
            raise NotConnected(
                "No organisation is connected yet: connect one on page Connect or with `i2g-recon connect`."
            )
        names = ", ".join(f"'{one.name}'" for one in known)
        raise NotConnected(f"Say which organisation is meant with --organisation: connected are {names}.")


def open_workspace(
    settings: Settings, *, clock: Clock = utc_now, sleep: Callable[[float], object] = time.sleep
) -> Workspace:
    """Open the database (made and upgraded when needed) and a transport. Raises NotConfigured."""
    store = open_store(settings, clock=clock)
    return Workspace(settings, store, Outbox(store), Transport(sleep=sleep), clock, sleep)
