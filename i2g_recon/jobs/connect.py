"""Connecting organisations, and keeping the permission alive.

One place refreshes tokens: under the store's lock, so that of all threads and processes one asks Xero; the rotated
token is on the disk before it is used; the one before it is kept for Xero's half hour of grace.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from i2g_recon.errors import NotConnected, ReconnectNeeded
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.settings import Settings
from i2g_recon.store.records import Connection, TokenSet
from i2g_recon.xero import oauth
from i2g_recon.xero.session import XeroSession

EARLY_S = 120  # a token this close to its end is refreshed first
GRACE = dt.timedelta(minutes=30)  # Xero keeps the previous refresh token usable (developer.xero.com, OAuth 2 FAQ)
LOGIN_PURPOSE = "connect"


def login_address(ws: Workspace) -> str:
    """The address that starts the sign-in, with its one-time ticket."""
    return f"/xero/login?ticket={ws.store.add_ticket(LOGIN_PURPOSE, ws.clock())}"


def redeem_login(ws: Workspace, ticket: str) -> bool:
    """Whether this sign-in was started from our own page, not long ago and not before."""
    return ws.store.redeem_ticket(ticket, LOGIN_PURPOSE, ws.clock())


def sign_in_client(settings: Settings, *, broad: bool = False) -> oauth.AuthorizationClient:
    """Authlib's client for the HTTP routes. broad: ask for the older permissions an older app is allowed."""
    return oauth.authorization_client(settings, scopes=oauth.BROAD_SCOPES if broad else "")


def finish_consent(ws: Workspace, answer: Mapping[str, Any], *, who: str = "") -> list[Connection]:
    """Keep the tokens of a consent and the organisations it opened; the only one is chosen at once."""
    tokens = oauth.tokens_from(answer, ws.clock())
    event = oauth.authentication_event(tokens.access_token)
    return keep_consent(
        ws, tokens, consent_id=event or uuid.uuid4().hex, event=event, grant="authorization_code", who=who
    )


def connect_custom(ws: Workspace) -> list[Connection]:
    """Connect without a browser (client credentials). Raises NotConfigured, Unreachable."""
    tokens = oauth.client_credentials(ws.settings, ws.transport, ws.clock())
    app = hashlib.sha256(ws.settings.client_id.encode()).hexdigest()[:24]
    return keep_consent(ws, tokens, consent_id=f"custom-{app}", event="", grant="client_credentials", who="")


def keep_consent(
    ws: Workspace, tokens: oauth.Tokens, *, consent_id: str, event: str, grant: str, who: str
) -> list[Connection]:
    """Tokens first, then one connection per organisation they open."""
    ws.store.save_tokens(consent_id, token_set(tokens))
    opened = oauth.connections(ws.settings, ws.transport, tokens.access_token, event=event)
    found = [one for one in opened if one.tenant_type in ("ORGANISATION", "")]
    if not found:
        raise NotConnected("The permission covers no organisation; connect again and choose one.")
    made = [
        Connection(
            tenant_id=one.tenant_id,
            name=one.tenant_name,
            connection_id=one.id,
            consent_id=consent_id,
            connected_at=ws.clock(),
            connected_by=who,
            grant=grant,
        )
        for one in found
    ]
    for connection in made:
        ws.store.save_connection(connection)
        ws.store.log(ws.clock(), who, "connected", connection.name, tenant_id=connection.tenant_id)
    if len(made) == 1:
        ws.store.choose_organisation(made[0].tenant_id)
    return made


def disconnect(ws: Workspace, connection: Connection) -> None:
    """End the connection in Xero and erase it here; evidence, set-up and receipts stay.

    A permission that has already ended is no obstacle: the erasing is what the person asked for.
    """
    try:
        token = access_token(ws, connection, force_refresh=False)
        oauth.disconnect(ws.settings, ws.transport, token, connection.connection_id)
    except ReconnectNeeded:
        pass
    ws.store.remove_connection(connection.tenant_id)
    ws.store.log(ws.clock(), "", "disconnected", connection.name, tenant_id=connection.tenant_id)


def open_session(ws: Workspace, connection: Connection) -> XeroSession:
    """A session for reads and writes of one organisation."""
    return XeroSession(
        ws.settings,
        ws.transport,
        connection.tenant_id,
        lambda force_refresh: access_token(ws, connection, force_refresh=force_refresh),
    )


def access_token(ws: Workspace, connection: Connection, *, force_refresh: bool) -> str:
    """A token that is good for at least two minutes. Raises ReconnectNeeded when the permission is gone."""
    seen = ws.store.tokens(connection.consent_id)
    if seen is not None and not force_refresh and fresh(seen, ws.clock()):
        return seen.access_token
    with ws.store.token_lock(connection.consent_id):
        now = ws.store.tokens(connection.consent_id)
        moved = now is not None and (seen is None or now.access_token != seen.access_token)
        if now is not None and moved and fresh(now, ws.clock()):
            return now.access_token  # somebody else refreshed while we waited
        return refreshed(ws, connection, now).access_token


def refreshed(ws: Workspace, connection: Connection, tokens: TokenSet | None) -> TokenSet:
    """The next tokens, kept before they are used; call it under the lock only."""
    try:
        after = token_set(next_tokens(ws, connection, tokens))
    except ReconnectNeeded:
        ws.store.save_connection(replace(connection, state="reconnect"))
        raise
    if tokens is not None and tokens.refresh_token != after.refresh_token:
        after = replace(after, previous_refresh_token=tokens.refresh_token, previous_expires_at=ws.clock() + GRACE)
    ws.store.save_tokens(connection.consent_id, after)
    if connection.state != "connected":
        ws.store.save_connection(replace(connection, state="connected"))
    return after


def next_tokens(ws: Workspace, connection: Connection, tokens: TokenSet | None) -> oauth.Tokens:
    """Ask Xero: by client credentials, by the refresh token, or within the grace by the one before it."""
    if connection.grant == "client_credentials":
        return oauth.client_credentials(ws.settings, ws.transport, ws.clock())
    if tokens is None:
        raise ReconnectNeeded(f"The connection to '{connection.name}' has ended; connect again, settings are kept.")
    try:
        return oauth.refresh(ws.settings, ws.transport, sdk_tokens(tokens, tokens.refresh_token), ws.clock())
    except ReconnectNeeded:
        until = tokens.previous_expires_at
        if not tokens.previous_refresh_token or until is None or until < ws.clock():
            raise
        return oauth.refresh(ws.settings, ws.transport, sdk_tokens(tokens, tokens.previous_refresh_token), ws.clock())


def fresh(tokens: TokenSet, now: dt.datetime) -> bool:
    """Good for long enough to be used."""
    return tokens.expires_at > now + dt.timedelta(seconds=EARLY_S)


def token_set(tokens: oauth.Tokens) -> TokenSet:
    """Tokens as the store keeps them."""
    return TokenSet(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_at=tokens.expires_at,
        scope=tokens.scope,
    )


def sdk_tokens(tokens: TokenSet, refresh_token: str) -> oauth.Tokens:
    """Tokens as the sign-in takes them, with the refresh token to try."""
    return oauth.Tokens(
        access_token=tokens.access_token,
        refresh_token=refresh_token,
        expires_at=tokens.expires_at,
        scope=tokens.scope,
    )
