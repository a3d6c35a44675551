"""The sandbox as a running server: `with Sandbox() as sandbox: ... sandbox.url ...`.

uvicorn runs in a thread of its own, bound to 127.0.0.1; the address is `http://localhost:PORT`, because Xero, and
hence the sandbox, accepts plain http for localhost only.
"""

from __future__ import annotations

import secrets
import socket
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn

from i2g_recon.errors import NotConfigured
from i2g_recon.sandbox import connections
from i2g_recon.sandbox.app import application
from i2g_recon.sandbox.clock import Clock
from i2g_recon.sandbox.front import Droppable
from i2g_recon.sandbox.seeding import Seed, seed_all
from i2g_recon.sandbox.state import State
from i2g_recon.sandbox.tokens import Mint, signing_key
from i2g_recon.sandbox.world import World

GRANTS = ("authorization_code", "client_credentials")
GRACE_S = 1  # how long an armed slow answer may hold up a stop


class Sandbox:
    """A pretend Xero on this machine. Seeds: `demo`, `empty`, a seed file or a mapping of the same shape.

    `url`, `clients` and `organisations` hold from `start` on. With a `state_file` everything but the call under way
    survives a stop or a killed process; without one the state lives in memory. Raises NotConfigured for a port in
    use, a seed or a country that cannot be used.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        seeds: Sequence[Seed] = ("demo",),
        countries: Sequence[str] = ("AU",),
        state_file: Path | None = None,
    ) -> None:
        self.port, self.seeds, self.countries, self.state_file = port, seeds, countries, state_file
        self.url = ""
        self.clients: dict[str, dict[str, str]] = {}
        self.organisations: list[dict[str, str]] = []

    def start(self) -> Self:
        """Loads the state, opens the port and serves. The server listens when this returns."""
        listener = self._listener()
        state = State(self.state_file)
        try:
            seed_all(state, self.seeds, self.countries)
            self._introduce(state)
        except BaseException:
            listener.close()
            state.close()
            raise
        clock = Clock()
        world = World(state, clock, Mint(state, clock, signing_key(state), self.url))
        self._state, self._server = state, uvicorn.Server(_configuration(world))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends the server and closes the state."""
        self._server.should_exit = True
        self._thread.join()
        self._state.close()

    def calls(self) -> int:
        """How many requests have arrived."""
        return int(self._state.value("SELECT coalesce(max(id), 0) FROM requests"))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _listener(self) -> socket.socket:
        try:
            listener = socket.create_server(("127.0.0.1", self.port))
        except OSError as error:
            raise NotConfigured(f"port {self.port} is in use; choose another with --port") from error
        self.port = int(listener.getsockname()[1])
        self.url = f"http://localhost:{self.port}"
        return listener

    def _introduce(self, state: State) -> None:
        """Reads the organisations and the two apps, making the apps at first; the Custom Connection is joined again."""
        rows = state.rows("SELECT tenant_id, name FROM organisations ORDER BY position")
        self.organisations = [{"name": row["name"], "tenant_id": row["tenant_id"]} for row in rows]
        first = self.organisations[0]["tenant_id"]
        for grant in GRANTS:
            bound = first if grant == "client_credentials" else None
            self.clients[grant] = client = _client(state, grant, bound)
            if bound:
                joined = {"client_id": client["client_id"], "event_id": str(uuid.uuid4()), "now_ms": Clock().now_ms()}
                connections.join(state, tenant_id=bound, **joined)


def _client(state: State, grant: str, tenant_id: str | None) -> dict[str, Any]:
    row = state.row("SELECT client_id, client_secret FROM clients WHERE grant_type = ?", grant)
    if row is not None:
        return dict(row)
    client = {"client_id": uuid.uuid4().hex.upper(), "client_secret": secrets.token_urlsafe(36)}
    state.run("INSERT INTO clients VALUES (?, ?, ?, ?)", client["client_id"], client["client_secret"], grant, tenant_id)
    return client


def _configuration(world: World) -> uvicorn.Config:
    return uvicorn.Config(
        application(world),
        http=Droppable,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
