"""Permission from Xero: the sign-in by Authlib, and everything after it on our own transport.

Tokens are values here; where they are kept, and that only one caller refreshes at a time, is decided elsewhere. A
refresh whose answer is lost is sent once more: Xero accepts the previous refresh token for another 30 minutes.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from i2g_recon.errors import AnswerLost, NotConfigured, ReconError, ReconnectNeeded, Refused, Unreachable
from i2g_recon.settings import DEFAULT_SCOPES, Settings
from i2g_recon.xero.quiet import quieten
from i2g_recon.xero.session import parse, refusal
from i2g_recon.xero.transport import Transport

BROAD_SCOPES = (  # for apps made before March 2026 that were not moved to granular scopes
    "openid profile email offline_access accounting.transactions accounting.contacts accounting.settings.read"
)
SCOPE_LISTS = (DEFAULT_SCOPES, BROAD_SCOPES)
WRITING_SCOPES = frozenset({"accounting.invoices", "accounting.transactions"})  # either lets invoices be written
SIGN_IN_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})  # meaningless without a person
ACCESS_TOKEN_LIFE_S = 1800


class AuthorizationClient(Protocol):
    """The two steps of Authlib's Starlette client that the HTTP routes use."""

    async def authorize_redirect(self, request: Any, redirect_uri: str, **extra: Any) -> Any:
        """The redirect to Xero's sign-in page; state, nonce and code verifier go into request.session."""

    async def authorize_access_token(self, request: Any, **extra: Any) -> dict[str, Any]:
        """The token answer for `tokens_from`; raises authlib's OAuthError, whose `.error` is for `refused`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One consent's tokens. expires_at is UTC; repr shows no secret."""

    access_token: str
    refresh_token: str
    expires_at: dt.datetime
    scope: str
    id_token: str = ""

    def __repr__(self) -> str:
        return f"Tokens(expires_at={self.expires_at.isoformat()}, scope={self.scope!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One organisation that a consent opened. id is for `disconnect`, tenant_id for calls."""

    id: str
    tenant_id: str
    tenant_name: str
    tenant_type: str


def authorization_client(settings: Settings, *, scopes: str = "") -> AuthorizationClient:
    """Authlib's client with state, nonce and PKCE. Raises NotConfigured without client id and secret."""
    from authlib.integrations.starlette_client import OAuth  # noqa: PLC0415 - takes most of a second to import

    require_app(settings)
    quieten()
    client: AuthorizationClient = OAuth().register(
        "xero",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        server_metadata_url=f"{settings.identity_url}/.well-known/openid-configuration",
        authorize_url=f"{settings.login_url}/identity/connect/authorize",
        access_token_url=token_url(settings),
        client_kwargs={"scope": scopes or settings.scopes, "code_challenge_method": "S256", "timeout": 30},
    )
    return client


def tokens_from(answer: Mapping[str, Any], now: dt.datetime) -> Tokens:
    """Tokens out of a token answer; scope may be a text or a list. Raises ReconnectNeeded when none is in it."""
    access_token = answer.get("access_token")
    if not isinstance(access_token, str) or not access_token:
        raise ReconnectNeeded("Xero's sign-in gave no token; connect again.")
    scope = answer.get("scope") or ""
    life_s = answer.get("expires_in")
    return Tokens(
        access_token=access_token,
        refresh_token=str(answer.get("refresh_token") or ""),
        expires_at=now + dt.timedelta(seconds=int(life_s) if life_s is not None else ACCESS_TOKEN_LIFE_S),
        scope=scope if isinstance(scope, str) else " ".join(map(str, scope)),
        id_token=str(answer.get("id_token") or ""),
    )


def refresh(settings: Settings, transport: Transport, tokens: Tokens, now: dt.datetime) -> Tokens:
    """The next tokens of a consent; keep them before using them. Raises ReconnectNeeded when the consent has ended."""
    if not tokens.refresh_token:
        raise ReconnectNeeded("The connection to Xero has ended; connect again.")
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    try:
        answer = ask_for_token(settings, transport, form)
    except AnswerLost:
        answer = insist_on_token(settings, transport, form)
    kept = {"refresh_token": tokens.refresh_token, "scope": tokens.scope, "id_token": tokens.id_token}
    return tokens_from({**kept, **{name: value for name, value in answer.items() if value}}, now)


def client_credentials(settings: Settings, transport: Transport, now: dt.datetime) -> Tokens:
    """Tokens of a custom connection, without a browser; the other list of scopes is tried once when one is refused."""
    try:
        return credentials_with(settings, transport, settings.scopes, now)
    except NotConfigured:
        other = other_scopes(settings.scopes)
        if not other:
            raise
        return credentials_with(settings, transport, other, now)


def other_scopes(scopes: str) -> str:
    """The older list for the granular one and the reverse; empty for scopes that a person chose by hand.

    Xero calls a scope invalid when the app is of the other age: apps made since 2 March 2026 have granular ones only.
    """
    asked = set(scopes.split())
    for mine, other in (SCOPE_LISTS, SCOPE_LISTS[::-1]):
        for shape in (str, read_only):
            if asked == set(shape(mine).split()):
                return shape(other)
    return ""


def read_only(scopes: str) -> str:
    """The same scopes without any that lets this app write."""
    narrowed = [
        scope if scope in SIGN_IN_SCOPES or scope.endswith(".read") else f"{scope}.read" for scope in scopes.split()
    ]
    return " ".join(dict.fromkeys(narrowed))


def may_write(scopes: str) -> bool:
    """Whether these granted scopes let invoices be written."""
    return not WRITING_SCOPES.isdisjoint(scopes.split())


def credentials_with(settings: Settings, transport: Transport, scopes: str, now: dt.datetime) -> Tokens:
    """Tokens of a custom connection for these scopes, those of a person's sign-in left out."""
    scope = " ".join(word for word in scopes.split() if word not in SIGN_IN_SCOPES)
    form = {"grant_type": "client_credentials", "scope": scope}
    return tokens_from({"scope": scope, **insist_on_token(settings, transport, form)}, now)


def connections(settings: Settings, transport: Transport, access_token: str, *, event: str = "") -> list[Connection]:
    """The organisations this token opens; with `event` (see authentication_event) only those of that consent."""
    answer = transport.request(
        "GET",
        f"{settings.api_url}/connections",
        fields={"authEventId": event} if event else None,
        headers={"Authorization": f"Bearer {access_token}"},
    )
    payload = parse(answer.data)
    if answer.status != 200:  # noqa: PLR2004 - HTTP
        raise refusal(answer, "connections")
    if not isinstance(payload, list):
        raise Unreachable("Something on the way answered in Xero's place; check the network and run again.")
    return [connection(row) for row in payload if isinstance(row, dict) and row.get("tenantId")]


def connection(row: Mapping[str, Any]) -> Connection:
    """One element of the list of connections."""
    texts = {name: str(row.get(name) or "") for name in ("id", "tenantId", "tenantName", "tenantType")}
    return Connection(
        id=texts["id"],
        tenant_id=texts["tenantId"],
        tenant_name=texts["tenantName"],
        tenant_type=texts["tenantType"],
    )


def disconnect(settings: Settings, transport: Transport, access_token: str, connection_id: str) -> None:
    """Ends one connection (its id, not its tenant id); one that is already gone is no failure."""
    answer = transport.request(
        "DELETE",
        f"{settings.api_url}/connections/{quote(connection_id, safe='')}",
        headers={"Authorization": f"Bearer {access_token}"},
    )
    if answer.status not in (200, 204, 404):
        raise refusal(answer, "connections")


def authentication_event(access_token: str) -> str:
    """The consent a token came from, '' when it does not say. Read without proof: only good for narrowing a list."""
    try:
        middle = access_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return ""
    return str(claims.get("authentication_event_id") or "") if isinstance(claims, dict) else ""


def refused(error: str) -> ReconError:
    """The failure behind an OAuth error code, from the token address or from the callback's `error`."""
    if error in ("invalid_client", "unauthorized_client"):
        return NotConfigured("Xero does not know this app: check XERO_CLIENT_ID, XERO_CLIENT_SECRET and XERO_GRANT.")
    if error == "invalid_scope":
        return NotConfigured("The app may not ask for these permissions: set XERO_SCOPES to what the app is allowed.")
    if error == "access_denied":
        return ReconnectNeeded("The permission was not given in Xero; connect again and allow it.")
    if error == "mismatching_state":
        return ReconnectNeeded("The sign-in was started in another browser window or is too old; connect again.")
    return ReconnectNeeded("The connection to Xero has ended; connect again.")


def insist_on_token(settings: Settings, transport: Transport, form: Mapping[str, str]) -> dict[str, Any]:
    """As `ask_for_token`; a lost answer means the sign-in service cannot be reached, for nothing is doubled by it."""
    try:
        return ask_for_token(settings, transport, form)
    except AnswerLost:
        raise Unreachable("Xero's sign-in service does not answer; run again later.") from None


def ask_for_token(settings: Settings, transport: Transport, form: Mapping[str, str]) -> dict[str, Any]:
    """One call to the token address. Raises NotConfigured, ReconnectNeeded, Refused and what Transport raises."""
    require_app(settings)
    secret = base64.b64encode(f"{settings.client_id}:{settings.client_secret}".encode()).decode()
    answer = transport.request("POST", token_url(settings), fields=form, headers={"Authorization": f"Basic {secret}"})
    payload = parse(answer.data)
    if not isinstance(payload, dict):
        raise AnswerLost("Xero's sign-in service gave an answer that cannot be read; run again.")
    if answer.status == 200:  # noqa: PLR2004 - HTTP
        return payload
    error = str(payload.get("error") or "")
    if not error:
        raise Refused(f"Xero's sign-in service refused the call ({answer.status}).", status=answer.status)
    raise refused(error)


def require_app(settings: Settings) -> None:
    """Raises NotConfigured without client id and secret."""
    if not settings.client_id or not settings.client_secret:
        raise NotConfigured("XERO_CLIENT_ID and XERO_CLIENT_SECRET are not set; take them from the Xero app.")


def token_url(settings: Settings) -> str:
    """Where tokens come from."""
    return f"{settings.identity_url}/connect/token"
