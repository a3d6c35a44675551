"""What the parts of the Store share: the database, the vault, the clock."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

from i2g_recon.settings import Settings
from i2g_recon.store.database import Database
from i2g_recon.store.vault import Vault, open_vault

Clock = Callable[[], dt.datetime]


class Part:
    """Base of the Store's parts. The clock serves leases only; every recorded time is passed in."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self.settings, self.database, self.clock = settings, database, clock

    @cached_property
    def vault(self) -> Vault:
        """The vault, opened at its first use: most commands never need the key."""
        return open_vault(self.settings)


def canonical(value: Any) -> str:
    """JSON text that is the same for the same value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
