"""The parts of one running sandbox, handed to every route."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from i2g_recon.sandbox.clock import Clock
from i2g_recon.sandbox.faults import Faults
from i2g_recon.sandbox.state import State
from i2g_recon.sandbox.tokens import Mint

EMAIL = re.compile(r"[^\s\"'&=]+(?:@|%40)[^\s\"'&=]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class World:
    """State, clock, tokens and faults. in_flight: calls under way per tenant header."""

    state: State
    clock: Clock
    mint: Mint
    faults: Faults = field(default_factory=Faults)
    in_flight: Counter[str] = field(default_factory=Counter)

    def log_arrival(self, *, method: str, path: str, query: str, tenant_id: str, key: str, fault: str) -> int:
        """Adds a request to the log and gives its number. Neither headers nor bodies nor e-mail addresses go in."""
        self.state.run(
            "INSERT INTO requests (at_ms, method, path, query, tenant_id, idempotency_key, fault) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            self.clock.now_ms(),
            method,
            path,
            # Sign-in addresses carry state, nonce and hints: their queries stay out altogether.
            EMAIL.sub("(e-mail)", query) if path.startswith("/api.xro/") else "",
            tenant_id,
            key,
            fault,
        )
        return int(self.state.value("SELECT last_insert_rowid()"))

    def log_answer(self, number: int, status: int) -> None:
        """Notes what the request was answered; a dropped connection leaves it open."""
        self.state.run("UPDATE requests SET status = ? WHERE id = ?", status, number)
