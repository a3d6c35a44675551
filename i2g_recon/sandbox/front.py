"""The outermost layer: logs every request, fires the faults that concern the connection, and can hang up for real.

Hanging up needs the transport, which ASGI does not show. `Droppable` is uvicorn's own protocol that remembers its
transport under the client's address; the request's scope bears the same address.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from i2g_recon.sandbox import messages
from i2g_recon.sandbox.answer import TEXT, Answer
from i2g_recon.sandbox.faults import ACCOUNTING, Fault, disguise, reordered
from i2g_recon.sandbox.world import World

# By client and server address: several sandboxes may run in one process.
TRANSPORTS: dict[tuple[object, object], asyncio.Transport] = {}
CONTROL = "/_sandbox"


class Droppable(H11Protocol):
    """uvicorn's HTTP protocol, with its transport in reach while the connection lives."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """Remembers the transport, and sends small answers without waiting for the client's acknowledgement."""
        super().connection_made(transport)
        # asyncio does this only for sockets that were opened with the protocol number spelled out.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        TRANSPORTS[self.client, self.server] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the transport."""
        super().connection_lost(exc)
        TRANSPORTS.pop((self.client, self.server), None)


class Front:
    """ASGI middleware around everything but the control routes."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app, self.world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self.app(scope, receive, send)
            return
        fault = self.world.faults.take(scope["method"], scope["path"])
        scope["sandbox.fault"] = fault
        number, tenant_id = self._log(scope, fault)
        self.world.in_flight[tenant_id] += 1
        try:
            await self._meet(fault, scope, receive, self._noting(number, send))
        finally:
            self.world.in_flight[tenant_id] -= 1

    def _log(self, scope: Scope, fault: Fault | None) -> tuple[int, str]:
        headers = Headers(scope=scope)
        tenant_id = headers.get("xero-tenant-id", "")
        number = self.world.log_arrival(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            tenant_id=tenant_id,
            key=headers.get("Idempotency-Key", ""),
            fault=fault.kind if fault else "",
        )
        return number, tenant_id

    def _noting(self, number: int, send: Send) -> Send:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.world.log_answer(number, message["status"])
            await send(message)

        return noting

    async def _meet(self, fault: Fault | None, scope: Scope, receive: Receive, send: Send) -> None:
        meeting = MEETINGS.get(fault.kind) if fault else None
        if meeting is None or fault is None:
            await self.app(scope, receive, send)
        else:
            await meeting(self.app, fault, scope, receive, send)


async def drop_before(_app: ASGIApp, _fault: Fault, scope: Scope, receive: Receive, _send: Send) -> None:
    """Hangs up once the request has arrived whole; nothing is done."""
    await whole(receive)
    await hang_up(scope)


async def drop_after(app: ASGIApp, _fault: Fault, scope: Scope, receive: Receive, _send: Send) -> None:
    """Does the work, swallows the answer, hangs up."""

    async def swallow(message: Message) -> None:
        pass

    await app(scope, receive, swallow)
    await hang_up(scope)


async def hang_up(scope: Scope) -> None:
    """Breaks the connection without a byte of an answer."""
    ends = (scope["client"], scope["server"])
    if ends in TRANSPORTS:
        TRANSPORTS[ends].abort()
    # uvicorn takes an unanswered call amiss until it has seen the client go, one turn of the loop from here.
    while ends in TRANSPORTS:  # noqa: ASYNC110 - no event tells it, and one turn is enough
        await asyncio.sleep(0)


async def offline(_app: ASGIApp, _fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """503 in plain text."""
    await Answer(503, messages.OFFLINE, media=TEXT).response()(scope, receive, send)


async def error(app: ASGIApp, _fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """500; calls of the Accounting API meet it further in, where idempotency keys are known."""
    if scope["path"].startswith(ACCOUNTING):
        await app(scope, receive, send)
    else:
        await Answer(500, "", media=TEXT).response()(scope, receive, send)


async def late(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Takes the request in, waits, then does the work even if the client has left."""
    body = await whole(receive)
    await asyncio.sleep(fault.seconds)
    await app(scope, replaying(body), send)


async def slow(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Does the work at once and answers later."""

    async def held_back(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(fault.seconds)
        await send(message)

    await app(scope, receive, held_back)


async def disguised(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Plants unknown codes or fields in the answer, or turns its elements round."""
    start, body = await answered(app, scope, receive)
    changed = reordered(body) if fault.kind == "shuffled" else disguise(fault.kind, body)
    await sent(send, start, changed)


async def offline_after(app: ASGIApp, _fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Does the work, then says that it cannot."""
    await answered(app, scope, receive)
    await Answer(503, messages.OFFLINE, media=TEXT).response()(scope, receive, send)


async def twice(app: ASGIApp, _fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Does the work, then again without the key, as a proxy that repeats a call; gives the first answer."""
    body = await whole(receive)
    start, first = await answered(app, scope, replaying(body))
    keyless = [(name, value) for name, value in scope["headers"] if name.lower() != b"idempotency-key"]
    await answered(app, {**scope, "headers": keyless}, replaying(body))
    await sent(send, start, first)


async def truncated(app: ASGIApp, _fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Does the work; of the answer only the first half arrives, well-formed as HTTP."""
    start, body = await answered(app, scope, receive)
    await sent(send, start, body[: len(body) // 2])


async def html(app: ASGIApp, _fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Does the work; somebody on the way answers instead."""
    await answered(app, scope, receive)
    page = b"<!DOCTYPE html><title>Sign in to the network</title>"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": page})


# --- Parts of them


async def whole(receive: Receive) -> bytes:
    """The body of a request."""
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def replaying(body: bytes) -> Receive:
    """A request that was taken in already."""

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def answered(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[dict[str, Any], bytes]:
    """The whole answer of the application, kept back: its start and its body."""
    start: dict[str, Any] = {}
    parts: list[bytes] = []

    async def collect(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, collect)
    return start, b"".join(parts)


async def sent(send: Send, start: Mapping[str, Any], body: bytes) -> None:
    """An answer that was kept back, with another body."""
    lengthless = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    await send({**start, "headers": [*lengthless, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


MEETINGS: dict[str, Callable[[ASGIApp, Fault, Scope, Receive, Send], Awaitable[None]]] = {
    "drop_before": drop_before,
    "drop_after": drop_after,
    "offline": offline,
    "error": error,
    "late": late,
    "slow": slow,
    "offline_after": offline_after,
    "twice": twice,
    "truncated": truncated,
    "html": html,
    "shuffled": disguised,
    "unknown_enum": disguised,
    "extra_fields": disguised,
}
