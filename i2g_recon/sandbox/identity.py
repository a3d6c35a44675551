"""The identity server: discovery, keys, the token endpoint with its three grants, revocation.

Refresh tokens are used once; the one before stays good for 30 minutes, for the client whose answer got lost. All
errors are snake-case OAuth JSON with status 400.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from i2g_recon.sandbox import connections, scopes, wire
from i2g_recon.sandbox.answer import Answer
from i2g_recon.sandbox.faults import Fault
from i2g_recon.sandbox.tokens import ACCESS_S, GRACE_MS, REFRESH_MS, fingerprint
from i2g_recon.sandbox.world import World

Form = dict[str, str]
Grant = Callable[[World, str, Form], Answer]
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthProblem(Exception):
    """An OAuth error code for the 400."""


async def discovery(request: Request) -> Response:
    """The OpenID configuration."""
    issuer = request.app.state.world.mint.issuer
    document = {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/.well-known/openid-configuration/jwks",
        "authorization_endpoint": f"{issuer}/identity/connect/authorize",
        "token_endpoint": f"{issuer}/connect/token",
        "revocation_endpoint": f"{issuer}/connect/revocation",
        "scopes_supported": sorted(scopes.IDENTITY | scopes.GRANULAR),
        "response_types_supported": ["code"],
        "grant_types_supported": sorted(GRANTS),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
    }
    return Answer(200, wire.dump(document)).response()


async def key_set(request: Request) -> Response:
    """The public key that verifies every token."""
    key = request.app.state.world.mint.key
    return Answer(200, wire.dump({"keys": [key.as_dict(private=False)]})).response()


async def token(request: Request) -> Response:
    """The token endpoint."""
    world: World = request.app.state.world
    form = {name: str(value) for name, value in (await request.form()).items()}
    fault: Fault | None = request.scope.get("sandbox.fault")
    try:
        client_id = authenticate(world, request.headers.get("Authorization", ""), form)
        grant = GRANTS.get(form.get("grant_type", ""), unsupported)
        with world.state.transaction():
            answer = grant(world, client_id, form)
        if fault is not None and fault.kind == "id_token":
            answer = spoilt(world, answer, fault.problem)
    except OAuthProblem as problem:
        answer = Answer(400, wire.dump({"error": str(problem)}))
    return answer.response(NO_STORE)


def spoilt(world: World, answer: Answer, problem: str) -> Answer:
    """The token answer with an id token that must not be believed, or with none."""
    body = wire.load(answer.body)
    token = body.pop("id_token", "")
    more = {"id_token": world.mint.spoilt(token, problem)} if token and problem != "absent" else {}
    return Answer(answer.status, wire.dump({**body, **more}))


async def revocation(request: Request) -> Response:
    """Drops the person's refresh tokens and every connection of the app; 200 with an empty body, known token or not."""
    world: World = request.app.state.world
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        client_id = authenticate(world, request.headers.get("Authorization", ""), form)
    except OAuthProblem as problem:
        return Answer(400, wire.dump({"error": str(problem)})).response(NO_STORE)
    with world.state.transaction():
        if _refresh_row(world, client_id, form.get("token", "")) is not None:
            world.state.run("DELETE FROM refresh_tokens WHERE client_id = ?", client_id)
            connections.cut(world.state, client_id=client_id)
    return Answer(200, media="").response(NO_STORE)


def authenticate(world: World, authorisation: str, form: Form) -> str:
    """The client id, proven by Basic or by form. Raises OAuthProblem."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    if authorisation.lower().startswith("basic "):
        client_id, secret = _basic(authorisation[6:])
    kept = world.state.value("SELECT client_secret FROM clients WHERE client_id = ?", client_id)
    if kept is None or not hmac.compare_digest(str(kept).encode(), secret.encode()):
        raise OAuthProblem("invalid_client")
    return client_id


def _basic(encoded: str) -> tuple[str, str]:
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise OAuthProblem("invalid_client") from error
    return unquote(client_id), unquote(secret)


def exchange_code(world: World, client_id: str, form: Form) -> Answer:
    """A code for tokens: once, within five minutes, same redirect address, matching verifier."""
    code_hash = fingerprint(form.get("code", ""))
    row = world.state.row("SELECT * FROM codes WHERE code_hash = ?", code_hash)
    granted = {} if row is None else wire.load(row["granted"])
    same = granted.get("client_id") == client_id and granted.get("redirect_uri") == form.get("redirect_uri")
    if row is None or not same or world.clock.now_ms() >= row["expires_ms"]:
        raise OAuthProblem("invalid_grant")
    if not _verified(granted.get("code_challenge", ""), form.get("code_verifier", "")):
        raise OAuthProblem("invalid_grant")
    world.state.run("DELETE FROM codes WHERE code_hash = ?", code_hash)
    return _tokens(world, client_id, granted)


def _verified(challenge: str, verifier: str) -> bool:
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return not challenge or hmac.compare_digest(challenge, digest)


def refresh(world: World, client_id: str, form: Form) -> Answer:
    """A new pair for a refresh token; the used one stays good for the grace of 30 minutes."""
    row = _refresh_row(world, client_id, form.get("refresh_token", ""))
    now_ms = world.clock.now_ms()
    if row is None or now_ms >= row["issued_ms"] + REFRESH_MS:
        raise OAuthProblem("invalid_grant")
    if row["rotated_ms"] is not None and now_ms > row["rotated_ms"] + GRACE_MS:
        raise OAuthProblem("invalid_grant")
    world.state.run(
        "UPDATE refresh_tokens SET rotated_ms = ? WHERE token_hash = ? AND rotated_ms IS NULL",
        now_ms,
        row["token_hash"],
    )
    granted = wire.load(row["granted"])
    granted.pop("nonce", None)
    return _tokens(world, client_id, granted)


def client_credentials(world: World, client_id: str, form: Form) -> Answer:
    """A token for a Custom Connection: no person, hence no identity scopes and no refresh token."""
    app = world.state.row("SELECT * FROM clients WHERE client_id = ?", client_id)
    if app is None or app["grant_type"] != "client_credentials":
        raise OAuthProblem("unauthorized_client")
    asked = form.get("scope", "").split() or sorted(scopes.GRANULAR)
    if scopes.unknown(asked, old_app=world.state.setting("old_app")) or scopes.IDENTITY.intersection(asked):
        raise OAuthProblem("invalid_scope")
    access = world.mint.access_token(client_id=client_id, scopes=asked, event_id=str(uuid.uuid4()), personal=False)
    return _token_answer(access, asked)


def unsupported(_world: World, _client_id: str, _form: Form) -> Answer:
    """Any other grant."""
    raise OAuthProblem("unsupported_grant_type")


def _tokens(world: World, client_id: str, granted: dict[str, Any]) -> Answer:
    held = granted["scopes"]
    access = world.mint.access_token(client_id=client_id, scopes=held, event_id=granted["event_id"], personal=True)
    more = {}
    if "openid" in held:
        more["id_token"] = world.mint.id_token(client_id=client_id, nonce=granted.get("nonce", ""), access_token=access)
    if "offline_access" in held:
        more["refresh_token"] = world.mint.refresh_token(client_id=client_id, granted=granted)
    return _token_answer(access, held, more)


def _token_answer(access: str, held: list[str], more: dict[str, str] | None = None) -> Answer:
    body = {"access_token": access, "expires_in": ACCESS_S, "token_type": "Bearer", "scope": " ".join(held)}
    return Answer(200, wire.dump({**body, **(more or {})}))


def _refresh_row(world: World, client_id: str, given: str) -> Any:
    query = "SELECT * FROM refresh_tokens WHERE token_hash = ? AND client_id = ?"
    return world.state.row(query, fingerprint(given), client_id)


GRANTS: dict[str, Grant] = {
    "authorization_code": exchange_code,
    "refresh_token": refresh,
    "client_credentials": client_credentials,
}
