"""Connecting organisations, and keeping the permission alive.

One place refreshes tokens: under the store's lock, so that of all threads and processes one asks Xero; the rotated
token is on the disk before it is used; the one before it is kept for Xero's half hour of grace.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from i2g_recon.errors import Disconnected, NotConnected, OtherSideFailed, ReconError, ReconnectNeeded
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.settings import Settings
from i2g_recon.store.records import Connection, ConnectionState, TokenSet
from i2g_recon.xero import oauth
from i2g_recon.xero.session import XeroSession

EARLY_S = 120  # a token this close to its end is refreshed first
GRACE = dt.timedelta(minutes=30)  # Xero keeps the previous refresh token usable (developer.xero.com, OAuth 2 FAQ)
SAVE_PAUSES_S = (1.0, 2.0, 4.0, 8.0)  # a rotated token exists once, so a busy database is asked again


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in under way. other: ask for the other age of permissions, after Xero refused the first list."""

    read_only: bool = False
    other: bool = False

    def scopes(self, settings: Settings) -> str:
        """What is asked for; empty when there is no other list."""
        wanted = oauth.read_only(settings.scopes) if self.read_only else settings.scopes
        return oauth.other_scopes(wanted) if self.other else wanted


def login_address(ws: Workspace, browser: str, *, read_only: bool = False) -> str:
    """The address that starts the sign-in, with a one-time ticket that is good in this browser only.

    browser: what tells the visitor's browser, and the person signed in there, from all others.
    """
    return f"/xero/login?ticket={ws.store.add_ticket(purpose(browser, read_only=read_only), ws.clock())}"


def redeem_login(ws: Workspace, ticket: str, browser: str) -> SignIn | None:
    """The sign-in this ticket stands for; None unless our page made it for this browser, lately and not used before."""
    if browser:
        for read_only in (False, True):
            if ws.store.redeem_ticket(ticket, purpose(browser, read_only=read_only), ws.clock()):
                return SignIn(read_only=read_only)
    return None


def purpose(browser: str, *, read_only: bool) -> str:
    """What a ticket is for, as the store keeps it: no trace of the browser itself."""
    return f"connect {'read' if read_only else 'write'} {hashlib.sha256(browser.encode()).hexdigest()}"


def sign_in_client(settings: Settings, flow: SignIn) -> oauth.AuthorizationClient:
    """Authlib's client for the HTTP routes."""
    return oauth.authorization_client(settings, scopes=flow.scopes(settings))


def finish_consent(ws: Workspace, answer: Mapping[str, Any], *, who: str = "") -> list[Connection]:
    """Keep the tokens of a consent and the organisations it opened; the only one is chosen at once."""
    tokens = oauth.tokens_from(answer, ws.clock())
    event = oauth.authentication_event(tokens.access_token)
    return keep_consent(
        ws, tokens, consent_id=event or uuid.uuid4().hex, event=event, grant="authorization_code", who=who
    )


def connect_custom(ws: Workspace, *, read_only: bool = False) -> list[Connection]:
    """Connect without a browser (client credentials). Raises NotConfigured, Unreachable."""
    wanted = SignIn(read_only=read_only).scopes(ws.settings)
    tokens = oauth.client_credentials(replace(ws.settings, scopes=wanted), ws.transport, ws.clock())
    app = hashlib.sha256(ws.settings.client_id.encode()).hexdigest()[:24]
    return keep_consent(ws, tokens, consent_id=f"custom-{app}", event="", grant="client_credentials", who="")


def keep_consent(
    ws: Workspace, tokens: oauth.Tokens, *, consent_id: str, event: str, grant: str, who: str
) -> list[Connection]:
    """Tokens first, then one connection per organisation they open; of several a person chooses, nobody else."""
    ws.store.save_tokens(consent_id, token_set(tokens))
    try:
        opened = opened_by(ws, tokens, event)
    except ReconError:
        ws.store.forget_unused_tokens({consent_id})
        raise
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
        for one in opened
        if one.tenant_type in ("ORGANISATION", "")
    ]
    before = {known.consent_id for one in made if (known := ws.store.connection(one.tenant_id))}
    for connection in made:
        ws.store.save_connection(connection)
        ws.store.log(ws.clock(), who, "connected", connection.name, tenant_id=connection.tenant_id)
    ws.store.forget_unused_tokens({consent_id, *before})
    if not made and grant == "client_credentials":
        raise NotConnected(
            "The custom connection opens no organisation: authorise it again in Xero's developer portal, then connect."
        )
    if not made:
        raise NotConnected("The permission covers no organisation; connect again and choose one.")
    if len(made) == 1:
        ws.store.choose_organisation(made[0].tenant_id)
    return made


def opened_by(ws: Workspace, tokens: oauth.Tokens, event: str) -> list[oauth.Connection]:
    """The organisations of this consent; all that the person ever allowed when a later consent took them over."""
    opened = oauth.connections(ws.settings, ws.transport, tokens.access_token, event=event)
    return opened if opened or not event else oauth.connections(ws.settings, ws.transport, tokens.access_token)


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


def rotate_key(ws: Workspace) -> int:
    """Seal all tokens with a new key; gives how many sets. Raises NotConfigured, and then every key is kept."""
    number = ws.store.rotate_key()
    ws.store.log(ws.clock(), "", "key changed", str(number))
    return number


@contextmanager
def noticing_loss(ws: Workspace, connection: Connection) -> Iterator[None]:
    """Remembers on the connection that Xero no longer accepts it, for every page to show."""
    try:
        yield
    except ReconnectNeeded as loss:
        state: ConnectionState = "disconnected" if isinstance(loss, Disconnected) else "reconnect"
        ws.store.note_connection(connection, state=state)
        raise


def open_session(ws: Workspace, connection: Connection) -> XeroSession:
    """A session for reads and writes of one organisation."""
    return XeroSession(
        ws.settings,
        ws.transport,
        connection.tenant_id,
        lambda force_refresh: access_token(ws, connection, force_refresh=force_refresh),
    )


def access_token(ws: Workspace, connection: Connection, *, force_refresh: bool) -> str:
    """A token that is good for at least two minutes. Raises ReconnectNeeded when the permission is gone.

    Of all who ask at once, one refreshes; the others find its token without ever holding the lock.
    """
    seen = ws.store.tokens(connection.consent_id)
    if seen is not None and not force_refresh and fresh(seen, ws.clock()):
        return seen.access_token

    def somebody_elses() -> TokenSet | None:
        now = ws.store.tokens(connection.consent_id)
        moved = now is not None and (seen is None or now.access_token != seen.access_token)
        return now if now is not None and moved and fresh(now, ws.clock()) else None

    with ws.store.token_lock(connection.consent_id, unless=lambda: somebody_elses() is not None):
        found = somebody_elses()
        return (found or refreshed(ws, connection, ws.store.tokens(connection.consent_id))).access_token


def refreshed(ws: Workspace, connection: Connection, tokens: TokenSet | None) -> TokenSet:
    """The next tokens, kept before they are used; call it under the lock only."""
    try:
        after = token_set(next_tokens(ws, connection, tokens))
    except ReconnectNeeded:
        ws.store.note_consent(connection.consent_id, before="connected", after="reconnect")
        raise
    if tokens is not None and tokens.refresh_token != after.refresh_token:
        after = replace(after, previous_refresh_token=tokens.refresh_token, previous_expires_at=ws.clock() + GRACE)
    keep_tokens(ws, connection.consent_id, after)
    ws.store.note_consent(connection.consent_id, before="reconnect", after="connected")
    return after


def keep_tokens(ws: Workspace, consent_id: str, tokens: TokenSet) -> None:
    """Save them, with patience for a busy database; a person can wait, the rotated token does not come again."""
    for pause_s in SAVE_PAUSES_S:
        try:
            ws.store.save_tokens(consent_id, tokens)
        except OtherSideFailed:
            ws.sleep(pause_s)
        else:
            return
    ws.store.save_tokens(consent_id, tokens)


def next_tokens(ws: Workspace, connection: Connection, tokens: TokenSet | None) -> oauth.Tokens:
    """Ask Xero: by client credentials, by the refresh token, or within the grace by the one before it."""
    if tokens is None:
        raise ReconnectNeeded(f"The connection to '{connection.name}' has ended; connect again, settings are kept.")
    if connection.grant == "client_credentials":  # for what was granted: an audit stays one
        granted = replace(ws.settings, scopes=tokens.scope or ws.settings.scopes)
        return oauth.client_credentials(granted, ws.transport, ws.clock())
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
