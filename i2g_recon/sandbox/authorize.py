"""The consent step of the authorisation-code flow: what the app asks for, the page, the person's decision."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from i2g_recon.sandbox import connections, consent, scopes, wire
from i2g_recon.sandbox.tokens import CODE_MS, fingerprint
from i2g_recon.sandbox.world import World

FRAMELESS = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
FIELDS = tuple(
    "response_type client_id redirect_uri scope state nonce code_challenge code_challenge_method acr_values".split()
)
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Asked:
    """The authorisation request, checked far enough that errors may go back to the app."""

    fields: dict[str, str]
    scopes: list[str]

    def back(self, **answer: str) -> Response:
        """The redirect to the app, with its `state` unchanged."""
        address = self.fields["redirect_uri"]
        query = urlencode({**answer, "state": self.fields["state"]})
        return RedirectResponse(f"{address}{'&' if urlsplit(address).query else '?'}{query}", 303, FRAMELESS)


class Unusable(Exception):
    """The request cannot be answered by a redirect; the message goes on a page."""


async def authorize(request: Request) -> Response:
    """GET shows the page, POST takes the decision; both check the request."""
    world: World = request.app.state.world
    form = await request.form() if request.method == "POST" else FormData()
    try:
        asked = read_request(world, {**request.query_params, **{k: str(v) for k, v in form.items()}})
    except Unusable as problem:
        return HTMLResponse(consent.refusal_page(str(problem)), 400, FRAMELESS)
    if error := request_error(world, asked):
        return asked.back(error=error)
    if request.method == "GET":
        return HTMLResponse(_page(world, asked), headers=FRAMELESS)
    if form.get("decision") != "allow":
        return asked.back(error="access_denied")
    chosen = [str(tenant_id) for tenant_id in form.getlist("tenant_id")]
    known = {row["tenant_id"] for row in world.state.rows("SELECT tenant_id FROM organisations")}
    if not chosen or not known.issuperset(chosen):
        return HTMLResponse(_page(world, asked, note="Choose at least one organisation."), 400, FRAMELESS)
    return asked.back(code=grant(world, asked, chosen), scope=" ".join(asked.scopes))


def read_request(world: World, given: Mapping[str, str]) -> Asked:
    """The fields of the request. Raises Unusable for an unknown app, a bad redirect address or a missing state."""
    fields = {name: given[name] for name in FIELDS if given.get(name)}
    app = world.state.row("SELECT * FROM clients WHERE client_id = ?", fields.get("client_id", ""))
    if app is None or app["grant_type"] != "authorization_code":
        raise Unusable("unauthorized_client: no app with this client id uses sign-in by a person.")
    if not redirect_allowed(fields.get("redirect_uri", ""), world.state.setting("redirect_uris").split()):
        raise Unusable("Invalid redirect_uri: only https addresses that are registered, or http://localhost.")
    if "state" not in fields:
        raise Unusable("invalid_request: the state parameter is missing.")
    return Asked(fields, fields.get("scope", "").split())


def redirect_allowed(address: str, registered: list[str]) -> bool:
    """Exact match with a registered https address, or http://localhost with any port and path; never 127.0.0.1."""
    if address in registered:
        return True
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname == "localhost" and "*" not in address and not parts.fragment


def request_error(world: World, asked: Asked) -> str:
    """The OAuth error code to send back, or nothing."""
    if asked.fields.get("response_type") != "code":
        return "unsupported_response_type"
    if not asked.scopes or scopes.unknown(asked.scopes, old_app=world.state.setting("old_app")):
        return "invalid_scope"
    challenge = asked.fields.get("code_challenge", "")
    wrong = challenge and (asked.fields.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(challenge))
    return "invalid_request" if wrong else ""


def grant(world: World, asked: Asked, tenant_ids: list[str]) -> str:
    """Connects the chosen organisations and gives the code, which is good once and for five minutes."""
    now_ms, event_id, code = world.clock.now_ms(), str(uuid.uuid4()), secrets.token_urlsafe(32)
    granted = {**asked.fields, "scopes": asked.scopes, "event_id": event_id}
    with world.state.transaction():
        for tenant_id in tenant_ids:
            client_id = asked.fields["client_id"]
            connections.join(world.state, tenant_id=tenant_id, client_id=client_id, event_id=event_id, now_ms=now_ms)
        world.state.run("INSERT INTO codes VALUES (?, ?, ?)", fingerprint(code), now_ms + CODE_MS, wire.dump(granted))
    return code


def _page(world: World, asked: Asked, note: str = "") -> str:
    rows = world.state.rows("SELECT tenant_id, name FROM organisations ORDER BY position")
    return consent.consent_page(
        fields=asked.fields,
        organisations=[(row["tenant_id"], row["name"]) for row in rows],
        scopes=asked.scopes,
        single="bulk_connect:false" in asked.fields.get("acr_values", ""),
        note=note,
    )
