"""Connections: which organisations an app may reach. `GET /connections` (either spelling) and `DELETE .../{id}`."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i2g_recon.sandbox import wire
from i2g_recon.sandbox.answer import Answer, Refused, not_found
from i2g_recon.sandbox.state import State
from i2g_recon.sandbox.world import World


def join(state: State, *, tenant_id: str, client_id: str, event_id: str, now_ms: int) -> None:
    """Connects an organisation; one that was disconnected comes back with a later updatedDateUtc."""
    state.run(
        "INSERT INTO connections VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT (tenant_id, client_id) DO UPDATE SET "
        "event_id = excluded.event_id, updated_ms = CASE live WHEN 1 THEN updated_ms ELSE excluded.updated_ms END, "
        "live = 1",
        str(uuid.uuid4()),
        tenant_id,
        client_id,
        event_id,
        now_ms,
        now_ms,
    )


def is_live(state: State, *, tenant_id: str, client_id: str) -> bool:
    """Whether the app may reach the organisation now."""
    query = "SELECT live FROM connections WHERE tenant_id = ? AND client_id = ?"
    return bool(state.value(query, tenant_id, client_id))


def cut(state: State, *, client_id: str, tenant_id: str = "") -> None:
    """Disconnects one organisation of the app, or all of them."""
    state.run(
        "UPDATE connections SET live = 0 WHERE client_id = ? AND (? = '' OR tenant_id = ?)",
        client_id,
        tenant_id,
        tenant_id,
    )


async def list_connections(request: Request) -> Response:
    """The organisations this app is connected to; `authEventId` narrows to one consent."""
    world: World = request.app.state.world
    try:
        claims = world.mint.claims(request.headers.get("Authorization", ""))
    except Refused as refused:
        return refused.answer.response()
    event_id = request.query_params.get("authEventId", "")
    rows = world.state.rows(
        "SELECT c.*, o.name FROM connections c JOIN organisations o USING (tenant_id) "
        "WHERE c.client_id = ? AND c.live AND (? = '' OR c.event_id = ?) ORDER BY o.position",
        claims["client_id"],
        event_id,
        event_id,
    )
    return Answer(200, wire.dump([_connection(row) for row in rows])).response()


async def delete_connection(request: Request) -> Response:
    """204 and the organisation is out of reach; 404 for an id that is not a connection of this app."""
    world: World = request.app.state.world
    try:
        claims = world.mint.claims(request.headers.get("Authorization", ""))
    except Refused as refused:
        return refused.answer.response()
    touched = world.state.run(
        "UPDATE connections SET live = 0 WHERE connection_id = ? AND client_id = ? AND live",
        request.path_params["connection_id"],
        claims["client_id"],
    )
    return (Answer(204, media="") if touched else not_found()).response()


def _connection(row: Any) -> wire.Json:
    return {
        "id": row["connection_id"],
        "authEventId": row["event_id"],
        "tenantId": row["tenant_id"],
        "tenantType": "ORGANISATION",
        "tenantName": row["name"],
        "createdDateUtc": wire.iso_seventh(row["created_ms"]),
        "updatedDateUtc": wire.iso_seventh(row["updated_ms"]),
    }
