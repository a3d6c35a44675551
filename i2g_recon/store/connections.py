"""Connections, their tokens, and the one-time tickets of the sign-in."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from i2g_recon.errors import NotConfigured
from i2g_recon.store.keys import add_new_key, forget_old_keys
from i2g_recon.store.lease import alone, never
from i2g_recon.store.part import Part
from i2g_recon.store.records import Connection, ConnectionState, TokenSet
from i2g_recon.store.tables import ConnectionRow, PreferenceRow, TicketRow, TokenRow

CHOSEN = "chosen_organisation"
SEALING = 0x12C0  # any number of our own, for `line_up`


class Connections(Part):
    """The Store's part about who may speak to Xero."""

    def save_connection(self, connection: Connection) -> None:
        """Insert or replace by tenant."""
        self.database.put(
            ConnectionRow(
                tenant_id=connection.tenant_id,
                name=connection.name,
                connection_id=connection.connection_id,
                consent_id=connection.consent_id,
                connected_at=connection.connected_at,
                connected_by=connection.connected_by,
                grant_type=connection.grant,
                state=connection.state,
            )
        )

    def note_connection(self, connection: Connection, *, state: ConnectionState, name: str = "") -> None:
        """Note its state, and its name when one is given; nothing happens when it was removed or renewed meanwhile."""
        news = {"state": state} | ({"name": name} if name else {})
        mine = (col(ConnectionRow.tenant_id) == connection.tenant_id) & (
            col(ConnectionRow.consent_id) == connection.consent_id
        )
        with self.database.writing() as session:
            session.execute(update(ConnectionRow).where(mine).values(**news))

    def note_consent(self, consent_id: str, *, before: ConnectionState, after: ConnectionState) -> None:
        """Note the state of every organisation of one consent that was in the state before."""
        siblings = (col(ConnectionRow.consent_id) == consent_id) & (col(ConnectionRow.state) == before)
        with self.database.reading() as session:
            if session.exec(select(ConnectionRow).where(siblings)).first() is None:
                return
        with self.database.writing() as session:
            session.execute(update(ConnectionRow).where(siblings).values(state=after))

    def connections(self) -> list[Connection]:
        """All of them, by name."""
        with self.database.reading() as session:
            rows = session.exec(select(ConnectionRow).order_by(col(ConnectionRow.name), col(ConnectionRow.tenant_id)))
            return [connection_of(row) for row in rows]

    def connection(self, tenant_id: str) -> Connection | None:
        """The connection of one tenant, or None."""
        with self.database.reading() as session:
            row = session.get(ConnectionRow, tenant_id)
            return None if row is None else connection_of(row)

    def remove_connection(self, tenant_id: str) -> None:
        """Forget the connection; its tokens too unless another organisation came with the same consent.

        Evidence, set-up and receipts stay: they are the books' history, not the connection's.
        """
        with self.database.writing() as session:
            row = session.get(ConnectionRow, tenant_id)
            if row is None:
                return
            consent_id = row.consent_id
            session.delete(row)
            session.flush()
            if session.exec(select(ConnectionRow).where(ConnectionRow.consent_id == consent_id)).first() is None:
                session.execute(delete(TokenRow).where(col(TokenRow.consent_id) == consent_id))
            forget_choice(session, tenant_id)

    def forget_unused_tokens(self, consent_ids: Collection[str]) -> None:
        """Erase the tokens of those of the consents that no organisation is connected by any more."""
        used = select(ConnectionRow.consent_id).where(col(ConnectionRow.consent_id).in_(consent_ids))
        unused = col(TokenRow.consent_id).in_(consent_ids) & col(TokenRow.consent_id).not_in(used)
        with self.database.writing() as session:
            session.execute(delete(TokenRow).where(unused))

    def save_tokens(self, consent_id: str, sealed: TokenSet) -> None:
        """Seal and keep the tokens; they are on the disk when this returns.

        Sealed inside the transaction: a key that is being changed is then either still kept, or already the new one.
        """
        content = {
            "consent_id": consent_id,
            "access_token": sealed.access_token,
            "refresh_token": sealed.refresh_token,
            "expires_at": sealed.expires_at.isoformat(),
            "scope": sealed.scope,
            "previous_refresh_token": sealed.previous_refresh_token,
            "previous_expires_at": sealed.previous_expires_at and sealed.previous_expires_at.isoformat(),
        }

        def row(session: Session) -> TokenRow:
            self.database.line_up(session, SEALING)
            return TokenRow(consent_id=consent_id, sealed=self.vault.seal(content))

        self.database.put_made(row)

    def tokens(self, consent_id: str) -> TokenSet | None:
        """The tokens, or None. Raises NotConfigured when the vault's key is not the one that sealed them."""
        sealed = self.sealed_tokens(consent_id)
        while sealed is not None:
            try:
                return token_set(self.vault.unseal(sealed), consent_id)
            except NotConfigured:
                before, sealed = sealed, self.sealed_tokens(consent_id)
                if sealed == before:  # else the key was changed between our look at the row and at the key
                    raise
        return None

    def sealed_tokens(self, consent_id: str) -> str | None:
        """What the row holds, sealed."""
        with self.database.reading() as session:
            row = session.get(TokenRow, consent_id)
            return None if row is None else row.sealed

    def rotate_key(self) -> int:
        """Seal every token set with a new key and forget the old ones; gives how many.

        The old key opens until all are sealed with the new one, so it can be interrupted anywhere and run again; other
        processes go on working meanwhile. Raises NotConfigured as `keys` and `vault` do, and then keeps every key.
        """
        with alone(self.database, "rotate key", self.clock):
            add_new_key(self.settings)
            number = self.reseal_tokens()
            forget_old_keys(self.settings)
        return number

    def reseal_tokens(self) -> int:
        """Seal every token set with the vault's first key, after a new key was put first; gives how many."""
        with self.database.writing() as session:
            self.database.line_up(session, SEALING)
            self.vault.look_again()
            rows = session.exec(select(TokenRow)).all()
            for row in rows:
                row.sealed = self.vault.reseal(row.sealed)
            return len(rows)

    @contextmanager
    def token_lock(self, consent_id: str, *, unless: Callable[[], bool] = never) -> Iterator[None]:
        """Only one thread of all processes is inside at a time: whoever waited must read the tokens again.

        unless: true when there is nothing left to do; then the block runs without the lock, beside others.
        Not re-entrant. Raises OtherSideFailed when the turn does not come within the longest time a holder may take.
        """
        with alone(self.database, f"token {consent_id}", self.clock, unless=unless):
            yield

    def add_ticket(self, purpose: str, now: dt.datetime, lifetime_s: float = 600) -> str:
        """A fresh one-time ticket; only its hash is kept. Tickets that ran out go away on the way."""
        ticket = secrets.token_urlsafe(32)
        until = now + dt.timedelta(seconds=lifetime_s)
        with self.database.writing() as session:
            session.execute(delete(TicketRow).where(col(TicketRow.expires_at) <= now))
            session.add(TicketRow(digest=digest(ticket), purpose=purpose, expires_at=until))
        return ticket

    def redeem_ticket(self, ticket: str, purpose: str, now: dt.datetime) -> bool:
        """Whether the ticket was good for this purpose; it never is again."""
        good = (
            delete(TicketRow)
            .where(col(TicketRow.digest) == digest(ticket), col(TicketRow.purpose) == purpose)
            .where(col(TicketRow.expires_at) > now)
        )
        with self.database.writing() as session:
            return session.connection().execute(good).rowcount == 1


def connection_of(row: ConnectionRow) -> Connection:
    """The record of a row."""
    return Connection(
        tenant_id=row.tenant_id,
        name=row.name,
        connection_id=row.connection_id,
        consent_id=row.consent_id,
        connected_at=row.connected_at,
        connected_by=row.connected_by,
        grant=row.grant_type,
        state=row.state,  # type: ignore[arg-type] # only `save_connection` writes it, from the same type
    )


def forget_choice(session: Session, tenant_id: str) -> None:
    """The chosen organisation is none when its connection goes."""
    session.execute(
        delete(PreferenceRow).where(col(PreferenceRow.name) == CHOSEN, col(PreferenceRow.value) == tenant_id)
    )


def token_set(content: dict[str, Any], consent_id: str) -> TokenSet:
    """The record of unsealed content. Raises NotConfigured when the content was sealed for another consent."""
    if content["consent_id"] != consent_id:
        raise NotConfigured("The saved Xero connection was moved between organisations; connect again")
    previous = content["previous_expires_at"]
    return TokenSet(
        access_token=content["access_token"],
        refresh_token=content["refresh_token"],
        expires_at=dt.datetime.fromisoformat(content["expires_at"]),
        scope=content["scope"],
        previous_refresh_token=content["previous_refresh_token"],
        previous_expires_at=None if previous is None else dt.datetime.fromisoformat(previous),
    )


def digest(ticket: str) -> str:
    """What is kept of a ticket."""
    return hashlib.sha256(ticket.encode()).hexdigest()
