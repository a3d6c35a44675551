"""The wire of the simulation: the sandbox's own application without a socket, and all that can happen on the way.

`Wire.carry` is one request carried out by the pretend Xero. `Pool` stands where urllib3's pool stands in the product's
transport: it draws the fate of each request from the seed and keeps the watch that no rule of sending is broken.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import urllib3
from sim_stage import Process, Stage
from starlette.applications import Starlette
from urllib3.exceptions import NewConnectionError, ProtocolError, ReadTimeoutError

from i2g_recon.sandbox import wire
from i2g_recon.sandbox.app import application
from i2g_recon.sandbox.faults import Fault
from i2g_recon.sandbox.world import World

ACCOUNTING = "/api.xro/2.0/"
TIMEOUT_S = 60.0
# What happens to a call, and how often; everything else arrives and is answered.
FATES = {
    "no_connection": 2,
    "lost_before": 4,
    "lost_after": 6,
    "late": 4,
    "twice": 2,
    "twice_without_key": 2,
    "copy_later": 3,
    "truncated": 2,
    "html": 1,
    "shuffled": 4,
    "error": 3,
    "offline": 3,
    "offline_after": 2,
    "minute": 2,
    "concurrent": 1,
    "day": 1,
    "expired_token": 2,
    "disconnected": 1,
}
ARMED = ("error", "offline", "expired_token", "disconnected")
LIMITS = ("minute", "concurrent", "day")


class Wire:
    """The pretend Xero in this process. after_write: called after each call that can have changed the books."""

    def __init__(self, world: World, after_write: Callable[[], None]) -> None:
        self.world, self.after_write = world, after_write
        self.app: Starlette = application(world)

    def carry(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any, bytes]:
        """Status, headers and body of the answer."""
        parts = urlsplit(url)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [
                (name.lower().encode("latin-1"), str(value).encode("latin-1")) for name, value in headers.items()
            ],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
        }
        start: dict[str, Any] = {}
        parts_of_body: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Mapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts_of_body.append(message.get("body", b""))

        finish(self.app(scope, receive, send))
        if method != "GET":
            self.after_write()
        found = urllib3.HTTPHeaderDict()
        for name, value in start["headers"]:
            found.add(name.decode(), value.decode())
        return int(start["status"]), found, b"".join(parts_of_body)


def finish(call: Any) -> None:
    """Run a coroutine that waits for nothing outside."""
    try:
        call.send(None)
    except StopIteration:
        return
    raise RuntimeError("a call of the pretend Xero waits for something that is not simulated")


class Pool:
    """What the transport takes for urllib3's pool, for one process."""

    def __init__(self, stage: Stage, process: Process, carrier: Wire, watch: Any, trouble: float) -> None:
        self.stage, self.process, self.wire, self.watch, self.trouble = stage, process, carrier, watch, trouble
        self.always_shuffled = bool(trouble) and stage.rng.random() < 0.2
        self.held_until = 0.0
        self.starts: list[float] = []

    def clear(self) -> None:
        """Nothing to give back."""

    def urlopen(self, method: str, url: str, body: Any = None, headers: Any = None, **_: Any) -> urllib3.HTTPResponse:
        sent = body.encode() if isinstance(body, str) else body or b""
        self.process.boundary()
        accounting = ACCOUNTING in url
        if accounting:
            self._keep_the_limits()
        call = self.watch.leaving(self.process, method, url, sent, headers)
        status = 0
        try:
            answer = self._meet(self._fate(accounting), method, url, sent, dict(headers))
            status = answer[0]
        finally:
            self.watch.returned(call, status)
        self.process.boundary()
        if answer[0] == 429 and "Retry-After" in answer[1]:
            self.held_until = self.stage.now + float(answer[1]["Retry-After"])
        return urllib3.HTTPResponse(body=BytesIO(answer[2]), headers=answer[1], status=answer[0], preload_content=False)

    def _fate(self, accounting: bool) -> str:  # noqa: FBT001 - the one thing that is asked
        rng = self.stage.rng
        if not accounting or rng.random() >= self.trouble:
            return ""
        return rng.choices(list(FATES), list(FATES.values()))[0]

    def _keep_the_limits(self) -> None:
        """No call before Retry-After has passed, and no more than 60 in a minute."""
        now = self.stage.now
        assert now >= self.held_until - 0.001, "a call before the wait that Xero asked for was over"
        self.starts = [*(start for start in self.starts if start > now - 60), now]
        assert len(self.starts) <= 60, "more than 60 calls in a minute"

    def _meet(self, fate: str, method: str, url: str, body: bytes, headers: dict[str, str]) -> Any:  # noqa: C901
        carry = self.wire.carry
        if fate in ARMED:
            self.wire.world.faults.arm(Fault(kind=fate))
        elif fate in LIMITS:
            self.wire.world.faults.arm(Fault(kind="limit", problem=fate, retry_after_s=self._wait(fate)))
        if fate == "no_connection":
            raise NewConnectionError(None, "refused")  # type: ignore[arg-type] # it only remembers whom it failed to reach
        if fate == "lost_before":
            raise ProtocolError("the connection broke")
        if fate == "late":
            self.stage.post(self.stage.rng.uniform(31, 900), lambda: ignored(carry(method, url, body, headers)))
            self.process.sleep(TIMEOUT_S)
            raise ReadTimeoutError(None, url, "no answer")  # type: ignore[arg-type] # as above
        if fate == "copy_later":
            self.stage.post(self.stage.rng.uniform(1, 900), lambda: ignored(carry(method, url, body, keyless(headers))))
        answer = carry(method, url, body, headers)
        if fate == "lost_after":
            raise ProtocolError("the connection broke")
        if fate in {"twice", "twice_without_key"}:
            return carry(method, url, body, headers if fate == "twice" else keyless(headers))
        if fate == "offline_after":
            return 503, urllib3.HTTPHeaderDict(), b"unavailable"
        if fate == "html":
            return 200, urllib3.HTTPHeaderDict({"Content-Type": "text/html"}), b"<html>Please sign in</html>"
        if fate == "truncated":
            plain = urllib3.HTTPHeaderDict({"Content-Type": "application/json"})
            return answer[0], plain, unzipped(answer)[: self.stage.rng.randrange(1, 400)]
        if fate == "shuffled" or self.always_shuffled:
            return shuffled(answer, self.stage.rng)
        return answer

    def _wait(self, problem: str) -> int:
        return self.stage.rng.randrange(3_600, 80_000) if problem == "day" else self.stage.rng.randrange(1, 60)


def ignored(_answer: object) -> None:
    """Nobody waits for this answer any more."""


def keyless(headers: Mapping[str, str]) -> dict[str, str]:
    """As a proxy that repeats a call and drops what it does not know."""
    return {name: value for name, value in headers.items() if name.lower() != "idempotency-key"}


def unzipped(answer: tuple[int, Any, bytes]) -> bytes:
    """The body as it was before it was packed."""
    head = urllib3.HTTPResponse(body=BytesIO(answer[2]), headers=answer[1], preload_content=False)
    return head.read(decode_content=True)


def shuffled(answer: tuple[int, Any, bytes], rng: random.Random) -> tuple[int, Any, bytes]:
    """The same elements in another order."""
    try:
        payload = wire.load(unzipped(answer))
    except ValueError:
        return answer
    for rows in lists_of(payload):
        rng.shuffle(rows)
    headers = urllib3.HTTPHeaderDict(answer[1])
    headers.discard("Content-Encoding")
    headers.discard("Content-Length")
    return answer[0], headers, wire.dump(payload).encode()


def lists_of(payload: Any) -> Iterator[list[Any]]:
    """The lists of elements of an answer."""
    if isinstance(payload, dict):
        yield from (
            payload[name] for name in ("Invoices", "Contacts", "Elements") if isinstance(payload.get(name), list)
        )
