"""What the tests of the Xero client share: the pretend Xero, a clock that only sleeping moves, a broken wire."""

from __future__ import annotations

import datetime as dt
import json
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import urllib3

from i2g_recon.sandbox.server import Sandbox
from i2g_recon.settings import DEFAULT_SCOPES, Settings
from i2g_recon.xero import oauth
from i2g_recon.xero.session import XeroSession
from i2g_recon.xero.transport import Transport

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


class StoppedClock:
    """`sleep` and `monotonic` for Transport and Pace; slept lists every pause in seconds."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds

    def monotonic(self) -> float:
        return self.now_s


@dataclass
class Books:
    """One organisation of the sandbox, connected without a browser, and the sandbox's own controls."""

    sandbox: Sandbox
    settings: Settings
    clock: StoppedClock
    transport: Transport
    tenant_id: str
    asked_for_tokens: list[bool] = field(default_factory=list)
    token: str = ""

    @property
    def session(self) -> XeroSession:
        return XeroSession(self.settings, self.transport, self.tenant_id, self.access_token)

    def access_token(self, force_refresh: bool) -> str:  # noqa: FBT001 - the shape the session asks for
        self.asked_for_tokens.append(force_refresh)
        if force_refresh or not self.token:
            self.token = oauth.client_credentials(self.settings, self.transport, NOW).access_token
        return self.token

    def control(self, method: str, route: str, /, **body: Any) -> dict[str, Any]:
        with urllib3.PoolManager() as pool:
            answer = pool.request(method, f"{self.sandbox.url}/_sandbox/{route}", body=json.dumps(body))
            assert answer.status == 200, answer.data
            found: dict[str, Any] = answer.json()
            return found

    def arm(self, kind: str, **more: Any) -> None:
        self.control("POST", "faults", kind=kind, **more)

    def requests(self, method: str = "", path: str = "") -> list[dict[str, Any]]:
        logged: list[dict[str, Any]] = self.control("GET", "log")["requests"]
        return [row for row in logged if method in ("", row["method"]) and path in row["path"]]


@contextmanager
def books(seed: Mapping[str, Any] | str = "empty", *, scopes: str = DEFAULT_SCOPES) -> Iterator[Books]:
    """A sandbox of one Australian organisation with this seed, and a transport whose pauses take no time."""
    clock = StoppedClock()
    with Sandbox(port=0, seeds=[seed], countries=["AU"]) as sandbox:
        client = sandbox.clients["client_credentials"]
        settings = Settings(
            home=Path("unused"),
            database_url="",
            client_id=client["client_id"],
            client_secret=client["client_secret"],
            grant="client_credentials",
            scopes=scopes,
            login_url=sandbox.url,
            identity_url=sandbox.url,
            api_url=sandbox.url,
        )
        with Transport(sleep=clock.sleep, monotonic=clock.monotonic) as transport:
            yield Books(sandbox, settings, clock, transport, sandbox.organisations[0]["tenant_id"])


def app_settings(found: Books, **changes: Any) -> Settings:
    """The settings of the app whose users sign in through the browser."""
    client = found.sandbox.clients["authorization_code"]
    kept = replace(found.settings, grant="authorization_code", client_id=client["client_id"])
    return replace(kept, client_secret=client["client_secret"], **changes)


@contextmanager
def broken_wire(answers: Sequence[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """An address whose connections get these raw bytes, one after the other, and are closed; and what they sent."""
    received: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answer in answers:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                received.append(connection.recv(65536))
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", received
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # closing alone leaves a waiting accept waiting
        listener.close()
        thread.join(timeout=5)
