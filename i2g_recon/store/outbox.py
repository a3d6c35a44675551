"""The outbox: what shall be sent to Xero is written down before it is sent, and what became of it after.

    approve:  approved                                  command, key and fingerprint in one transaction
    claim:    one process at a time works on a command  a lease that ends by itself
    mark_sent: sent                                     on the disk before the first byte leaves
    settle:   confirmed | rejected | uncertain | stale | held | skipped, with a receipt in the same transaction

Two invoices in Xero for one in Invoice2go begin with two commands for it. So the database itself (a partial unique
index) allows one command per tenant, source_id and action while it is approved, sent, uncertain or confirmed; the
others make room for a new approval. What is confirmed stays confirmed, whoever answers late, until an approved command
takes that very invoice out of Xero again: then its receipt says so, and both are written in one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, update
from sqlmodel import col, select

from i2g_recon.errors import NeedsAPerson
from i2g_recon.store.command_rows import attempt_of, command_of, receipt_of, refuse_unfit
from i2g_recon.store.database import Clash
from i2g_recon.store.lease import ended
from i2g_recon.store.records import (
    NEW_COPY,
    OPEN_STATES,
    SETTLED_STATES,
    TAKEN_STATES,
    Attempt,
    Command,
    CommandState,
    PushInfo,
    Receipt,
    Settlement,
)
from i2g_recon.store.standing import IS_OPEN, approve_within, portions, settle_within
from i2g_recon.store.tables import AttemptRow, CommandRow, PushRow, ReceiptRow
from i2g_recon.store.workspace import Store

TRIES = 3  # approvals at the same instant on several machines


class Outbox:
    """The write-ahead journal of pushes in a Store."""

    def __init__(self, store: Store) -> None:
        self.database = store.database

    def approve(self, push_id: str, tenant_id: str, commands: Sequence[Command], now: dt.datetime) -> list[Command]:
        """Write down the intents of one approval, all or none; gives one command per argument, in its order.

        Where a change is open or confirmed already, the command that stands for it comes back instead of a new one
        (its push_id tells). Raises NeedsAPerson when a command is unfit, naming each one; Clash when an id is taken.
        """
        refuse_unfit(push_id, tenant_id, commands)
        for attempt in range(TRIES):
            try:
                with self.database.writing() as session:
                    return approve_within(session, push_id, tenant_id, commands, now)
            except Clash:  # the same change was approved elsewhere at this instant: now it is there to be found
                if attempt == TRIES - 1:
                    raise
        return []

    def command(self, command_id: str) -> Command | None:
        """One command, or None."""
        found = self._commands(col(CommandRow.id) == command_id)
        return found[0] if found else None

    def commands(self, push_id: str) -> list[Command]:
        """The commands that a push wrote down, in the order of their approval."""
        return self._commands(col(CommandRow.push_id) == push_id)

    def commands_of(self, ids: Sequence[str]) -> list[Command]:
        """The commands of these ids, in the order of approval."""
        return [one for some in portions(ids) for one in self._commands(col(CommandRow.id).in_(some))]

    def open_among(self, ids: Sequence[str]) -> list[Command]:
        """Those of the commands that no outcome was written for, as they now stand, in the order of approval."""
        return [one for some in portions(ids) for one in self._commands(col(CommandRow.id).in_(some) & IS_OPEN)]

    def open_commands(self, tenant_id: str) -> list[Command]:
        """What is approved, sent or uncertain, in the order of approval."""
        return self._commands((col(CommandRow.tenant_id) == tenant_id) & IS_OPEN)

    def standing_commands(self, tenant_id: str) -> list[Command]:
        """What is open, or confirmed to have put an invoice into Xero: what no new command may repeat."""
        taken = self._commands((col(CommandRow.tenant_id) == tenant_id) & col(CommandRow.state).in_(TAKEN_STATES))
        return [one for one in taken if one.state in OPEN_STATES or one.kind in NEW_COPY]

    def pushes(self, tenant_id: str) -> list[PushInfo]:
        """The approvals of one organisation, newest first, with their commands counted by state."""
        approvals = select(PushRow).where(PushRow.tenant_id == tenant_id)
        tally = (
            select(CommandRow.push_id, CommandRow.state, func.count())
            .where(CommandRow.tenant_id == tenant_id)
            .group_by(CommandRow.push_id, CommandRow.state)
        )
        counts: dict[str, dict[str, int]] = {}
        with self.database.reading() as session:
            for push_id, state, count in session.exec(tally):
                counts.setdefault(push_id, {})[state] = count
            rows = session.exec(approvals.order_by(col(PushRow.approved_at).desc(), col(PushRow.id).desc()))
            return [
                PushInfo(
                    id=row.id,
                    tenant_id=row.tenant_id,
                    approved_at=row.approved_at,
                    counts=counts.get(row.id, {}),
                    calls=row.calls,
                    cancelled_at=row.cancelled_at,
                )
                for row in rows
            ]

    def cancel(self, push_id: str, now: dt.datetime) -> None:
        """A person stops a push: what was not sent yet is not sent any more. Asking twice changes nothing."""
        change = update(PushRow).where(col(PushRow.id) == push_id, col(PushRow.cancelled_at).is_(None))
        with self.database.writing() as session:
            session.connection().execute(change.values(cancelled_at=now))

    def count_calls(self, push_id: str, number: int) -> None:
        """Add to what a push took of Xero's calls."""
        change = update(PushRow).where(col(PushRow.id) == push_id).values(calls=col(PushRow.calls) + number)
        with self.database.writing() as session:
            session.connection().execute(change)

    def cancelled(self, push_ids: Iterable[str]) -> set[str]:
        """Which of these pushes a person stopped."""
        wanted = select(PushRow.id).where(col(PushRow.id).in_(set(push_ids)), col(PushRow.cancelled_at).is_not(None))
        with self.database.reading() as session:
            return set(session.exec(wanted))

    def claim(self, command_id: str, owner: str, now: dt.datetime, lease_s: float) -> bool:
        """Whether this owner may work on the open command until the lease ends. Claiming again prolongs it."""
        return bool(self.claim_all([command_id], owner, now, lease_s))

    def claim_all(self, ids: Sequence[str], owner: str, now: dt.datetime, lease_s: float) -> list[Command]:
        """Claim those of the open commands that are free, and give them as they now stand, in the order of approval."""
        free = (col(CommandRow.owner) == owner) | ended(col(CommandRow.lease_until), now, lease_s)
        until = now + dt.timedelta(seconds=lease_s)
        claimed: list[Command] = []
        for some in portions(ids):
            among = col(CommandRow.id).in_(some)
            with self.database.writing() as session:
                change = update(CommandRow).where(among, IS_OPEN, free).values(owner=owner, lease_until=until)
                session.connection().execute(change)
                rows = session.exec(
                    select(CommandRow)
                    .where(among, IS_OPEN, CommandRow.owner == owner, CommandRow.lease_until == until)
                    .order_by(col(CommandRow.seq))
                )
                claimed += [command_of(row) for row in rows]
        return claimed

    def renew(self, owner: str, now: dt.datetime, lease_s: float) -> None:
        """Prolong every claim of this owner."""
        change = update(CommandRow).where(col(CommandRow.owner) == owner, IS_OPEN)
        with self.database.writing() as session:
            session.connection().execute(change.values(lease_until=now + dt.timedelta(seconds=lease_s)))

    def release(self, owner: str) -> None:
        """Give every claim of this owner back before its end."""
        change = update(CommandRow).where(col(CommandRow.owner) == owner).values(owner="", lease_until=None)
        with self.database.writing() as session:
            session.connection().execute(change)

    def mark_sent(self, ids: Sequence[str], now: dt.datetime, idempotency_key: str, *, owner: str = "") -> None:
        """Write down that one request with these commands leaves now, under this key. On the disk when this returns.

        Raises NeedsAPerson when any of them is settled, or claimed by another than the given owner: send nothing then.
        """
        mine = (col(CommandRow.owner) == owner) if owner else IS_OPEN
        change = (
            update(CommandRow)
            .where(col(CommandRow.id).in_(ids), IS_OPEN, mine)
            .values(state="sent", sent_at=now, idempotency_key=idempotency_key, attempts=CommandRow.attempts + 1)
        )
        rows = [{"command_id": one, "at": now, "idempotency_key": idempotency_key} for one in ids]
        with self.database.writing() as session:
            if session.connection().execute(change).rowcount != len(ids):
                raise NeedsAPerson(
                    "This invoice's push was settled or taken over meanwhile; nothing was sent, look again"
                )
            session.execute(insert(AttemptRow), rows)

    def mark_contacts(self, contact_ids: Mapping[str, str]) -> None:
        """Write down which contact each open command goes to: command id to ContactID."""
        open_ = or_(*(col(CommandRow.state) == state for state in OPEN_STATES))  # IN cannot go with many rows at once
        change = update(CommandRow).where(col(CommandRow.id) == bindparam("command"), open_)
        rows = [{"command": command_id, "contact": contact_id} for command_id, contact_id in contact_ids.items()]
        if rows:
            with self.database.writing() as session:
                session.connection().execute(change.values(contact_id=bindparam("contact")), rows)

    def settle(self, command_id: str, state: CommandState, now: dt.datetime, **more: Any) -> bool:
        """Settle one command (`Settlement` has the fields of `more`); whether this was news."""
        more = {**more, "messages": tuple(more.get("messages", ()))}
        return bool(self.settle_all([Settlement(command_id=command_id, state=state, **more)], now))

    def settle_all(self, settlements: Sequence[Settlement], now: dt.datetime) -> set[str]:
        """Write down what became of commands, with their receipts, and end their claims; the ids for which it was news.

        An open command takes any outcome, uncertain included. A settled one changes only to confirmed, and not when a
        newer command stands for the same change. Raises ValueError for a state that is no outcome.
        """
        for one in settlements:
            if one.state not in {*SETTLED_STATES, "uncertain"}:
                raise ValueError(f"'{one.state}' is not an outcome")
        try:
            with self.database.writing() as session:
                return settle_within(session, settlements, now)
        except Clash:  # a newer command stands for one of these changes: each by itself, that one is left
            if len(settlements) == 1:
                return set()
            return {found for one in settlements for found in self.settle_all([one], now)}

    def receipts(self, tenant_id: str, push_id: str | None = None) -> list[Receipt]:
        """What became of the commands of an organisation, or of one push, oldest first."""
        wanted = select(ReceiptRow, CommandRow).join(CommandRow, col(CommandRow.id) == col(ReceiptRow.command_id))
        wanted = wanted.where(CommandRow.tenant_id == tenant_id)
        if push_id is not None:
            wanted = wanted.where(CommandRow.push_id == push_id)
        with self.database.reading() as session:
            rows = session.exec(wanted.order_by(col(ReceiptRow.id)))
            return [receipt_of(receipt, command) for receipt, command in rows]

    def attempts(self, command_id: str) -> list[Attempt]:
        """Each time the command was marked sent, oldest first."""
        wanted = select(AttemptRow).where(AttemptRow.command_id == command_id).order_by(col(AttemptRow.id))
        with self.database.reading() as session:
            return [attempt_of(row) for row in session.exec(wanted)]

    def _commands(self, which: ColumnElement[bool]) -> list[Command]:
        """Commands in the order of their approval."""
        with self.database.reading() as session:
            rows = session.exec(select(CommandRow).where(which).order_by(col(CommandRow.seq)))
            return [command_of(row) for row in rows]
