"""The sandbox's own routes under /_sandbox: faults, clock, limits and the request log; see `switchboard` for more.

| route | does |
|---|---|
| `POST /_sandbox/faults` | arms one fault (`faults.py` lists them); GET shows the armed ones, DELETE disarms all |
| `POST /_sandbox/storm` | `{"seed": n, "chance": 0.2}`: calls meet faults by chance, the same ones for a seed |
| `POST /_sandbox/clock` | `{"now": ISO}`, `{"advance_s": n}`, `{"frozen": true}`, `{"reset": true}`; GET tells it |
| `POST /_sandbox/settings` | `minute`, `day`, `concurrent`; `old_app`, see `scopes`; `redirect_uris` (spaced) |
| `GET /_sandbox/log?after=N` | the requests after number N, oldest first; no headers, no bodies, no tokens |
"""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from i2g_recon.sandbox import quota, wire
from i2g_recon.sandbox.answer import Answer
from i2g_recon.sandbox.faults import UnknownFault, fault_from
from i2g_recon.sandbox.world import World

PAGE = 10_000


async def faults(request: Request) -> Response:
    """Arms, shows or disarms faults."""
    world: World = request.app.state.world
    if request.method == "DELETE":
        world.faults.clear()
    elif request.method == "POST":
        try:
            world.faults.arm(fault_from(await _body(request)))
        except (UnknownFault, TypeError, ValueError) as problem:
            return Answer(400, wire.dump({"error": str(problem)})).response()
    armed = [{**asdict(fault), "seconds": Decimal(str(fault.seconds))} for fault in world.faults.armed]
    return Answer(200, wire.dump({"faults": armed})).response()


async def storm(request: Request) -> Response:
    """Begins or, with chance 0, ends a storm of faults."""
    asked = await _body(request)
    request.app.state.world.faults.storm(int(asked.get("seed", 0)), float(asked.get("chance", 0)))
    return Answer(200, wire.dump({"storm": bool(asked.get("chance"))})).response()


async def clock(request: Request) -> Response:
    """Sets or tells the sandbox's time."""
    world: World = request.app.state.world
    if request.method == "POST":
        try:
            _set_clock(world, await _body(request))
        except ValueError as problem:
            return Answer(400, wire.dump({"error": str(problem)})).response()
    return Answer(200, wire.dump({"now": wire.iso_second(world.clock.now_ms()) + "Z"})).response()


def _set_clock(world: World, asked: wire.Json) -> None:
    if asked.get("reset"):
        world.clock.reset()
    if "now" in asked:
        world.clock.set_to(wire.read_moment(asked["now"]))
    if "advance_s" in asked:
        world.clock.set_to(world.clock.now_ms() + int(Decimal(str(asked["advance_s"])) * 1000))
    if "frozen" in asked:
        world.clock.freeze(bool(asked["frozen"]))


async def settings(request: Request) -> Response:
    """Sets limits and app settings; answers what holds."""
    world: World = request.app.state.world
    if request.method == "POST":
        asked = await _body(request)
        for name in quota.LIMITS.keys() & asked.keys():
            quota.set_limit(world.state, name, int(asked[name]))
        if "old_app" in asked:
            world.state.keep_setting("old_app", {True: "1", False: "", "broad": "broad"}[asked["old_app"]])
        if "redirect_uris" in asked:
            world.state.keep_setting("redirect_uris", str(asked["redirect_uris"]))
    limits: dict[str, Any] = {name: quota.limit(world.state, name) for name in quota.LIMITS}
    apps = {name: world.state.setting(name) for name in ("old_app", "redirect_uris")}
    return Answer(200, wire.dump(limits | apps)).response()


async def log(request: Request) -> Response:
    """The request log from a number on."""
    world: World = request.app.state.world
    after = request.query_params.get("after", "0")
    number = int(after) if after.isdecimal() else 0
    rows = world.state.rows("SELECT * FROM requests WHERE id > ? ORDER BY id LIMIT ?", number, PAGE)
    return Answer(200, wire.dump({"requests": [dict(row) for row in rows]})).response()


async def _body(request: Request) -> wire.Json:
    found = wire.load(await request.body() or b"{}")
    if not isinstance(found, dict):
        raise UnknownFault("the body is a JSON object")
    return found


ROUTES = [
    Route("/_sandbox/faults", faults, methods=["GET", "POST", "DELETE"]),
    Route("/_sandbox/storm", storm, methods=["POST"]),
    Route("/_sandbox/clock", clock, methods=["GET", "POST"]),
    Route("/_sandbox/settings", settings, methods=["GET", "POST"]),
    Route("/_sandbox/log", log, methods=["GET"]),
]
