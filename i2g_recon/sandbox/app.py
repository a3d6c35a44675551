"""All routes of the sandbox on one application: identity, connections, accounting, and its own controls."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from i2g_recon.sandbox import accounting, authorize, connections, consent, control, identity, switchboard
from i2g_recon.sandbox.answer import not_found
from i2g_recon.sandbox.front import Front
from i2g_recon.sandbox.world import World

ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
ROUTES = [
    Route("/.well-known/openid-configuration", identity.discovery),
    Route("/.well-known/openid-configuration/jwks", identity.key_set),
    Route("/identity/connect/authorize", authorize.authorize, methods=["GET", "POST"]),
    Route("/connect/token", identity.token, methods=["POST"]),
    Route("/connect/revocation", identity.revocation, methods=["POST"]),
    # Xero's pages write /connections, its OpenAPI file and SDK /Connections.
    *(Route(path, connections.list_connections) for path in ("/connections", "/Connections")),
    *(
        Route(f"{path}/{{connection_id}}", connections.delete_connection, methods=["DELETE"])
        for path in ("/connections", "/Connections")
    ),
    Route("/api.xro/2.0/{path:path}", accounting.serve, methods=ALL_METHODS),
    *control.ROUTES,
    *switchboard.ROUTES,
]


async def welcome(request: Request) -> Response:
    """A page for the person who opens the sandbox's address by hand."""
    rows = request.app.state.world.state.rows("SELECT name FROM organisations ORDER BY position")
    names = ", ".join(row["name"] for row in rows)
    return HTMLResponse(consent.welcome_page(names))


async def nowhere(_request: Request, _problem: Exception) -> Response:
    """An address or method that Xero does not have."""
    return not_found().response()


def application(world: World) -> Starlette:
    """The ASGI application for one world."""
    app = Starlette(
        routes=[Route("/", welcome), *ROUTES],
        middleware=[Middleware(GZipMiddleware, minimum_size=500, compresslevel=4), Middleware(Front, world=world)],
        exception_handlers={404: nowhere, 405: nowhere},
    )
    app.state.world = world
    return app
