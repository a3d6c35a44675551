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
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, update
from sqlmodel import col, select

from i2g_recon.errors import NeedsAPerson
from i2g_recon.store.command_rows import attempt_of, command_of, receipt_of, refuse_unfit
from i2g_recon.store.database import Clash
from i2g_recon.store.lease import ended
from i2g_recon.store.part import canonical
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
)
from i2g_recon.store.standing import approve_within, take_back_within
from i2g_recon.store.tables import AttemptRow, CommandRow, PushRow, ReceiptRow
from i2g_recon.store.workspace import Store

TRIES = 3  # approvals at the same instant on several machines
IS_OPEN: ColumnElement[bool] = col(CommandRow.state).in_(OPEN_STATES)


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
                    cancelled_at=row.cancelled_at,
                )
                for row in rows
            ]

    def cancel(self, push_id: str, now: dt.datetime) -> None:
        """A person stops a push: what was not sent yet is not sent any more. Asking twice changes nothing."""
        change = update(PushRow).where(col(PushRow.id) == push_id, col(PushRow.cancelled_at).is_(None))
        with self.database.writing() as session:
            session.connection().execute(change.values(cancelled_at=now))

    def cancelled(self, push_ids: Iterable[str]) -> set[str]:
        """Which of these pushes a person stopped."""
        wanted = select(PushRow.id).where(col(PushRow.id).in_(set(push_ids)), col(PushRow.cancelled_at).is_not(None))
        with self.database.reading() as session:
            return set(session.exec(wanted))

    def claim(self, command_id: str, owner: str, now: dt.datetime, lease_s: float) -> bool:
        """Whether this owner may work on the open command until the lease ends. Claiming again prolongs it."""
        free = (col(CommandRow.owner) == owner) | ended(col(CommandRow.lease_until), now, lease_s)
        until = now + dt.timedelta(seconds=lease_s)
        return self._change(command_id, IS_OPEN & free, owner=owner, lease_until=until)

    def renew(self, owner: str, now: dt.datetime, lease_s: float) -> None:
        """Prolong every claim of this owner."""
        change = update(CommandRow).where(col(CommandRow.owner) == owner, IS_OPEN)
        with self.database.writing() as session:
            session.connection().execute(change.values(lease_until=now + dt.timedelta(seconds=lease_s)))

    def release(self, command_id: str, owner: str) -> None:
        """Give a claim back before its end, when the work is put off."""
        self._change(command_id, col(CommandRow.owner) == owner, owner="", lease_until=None)

    def mark_sent(self, command_id: str, now: dt.datetime, idempotency_key: str, *, owner: str = "") -> None:
        """Write down that the request leaves now, under this key. On the disk when this returns.

        Raises NeedsAPerson when the command is settled, or claimed by another than the given owner: send nothing then.
        """
        mine = (col(CommandRow.owner) == owner) if owner else IS_OPEN
        change = (
            update(CommandRow)
            .where(col(CommandRow.id) == command_id, IS_OPEN, mine)
            .values(state="sent", sent_at=now, idempotency_key=idempotency_key, attempts=CommandRow.attempts + 1)
        )
        with self.database.writing() as session:
            if session.connection().execute(change).rowcount != 1:
                raise NeedsAPerson(
                    "This invoice's push was settled or taken over meanwhile; nothing was sent, look again"
                )
            session.add(AttemptRow(command_id=command_id, at=now, idempotency_key=idempotency_key))

    def mark_contact(self, command_id: str, contact_id: str) -> None:
        """Write down which contact the open command goes to."""
        self._change(command_id, IS_OPEN, contact_id=contact_id)

    def settle(
        self,
        command_id: str,
        state: CommandState,
        now: dt.datetime,
        *,
        xero_invoice_id: str = "",
        xero_invoice_number: str = "",
        messages: Iterable[str] = (),
        remedy: str = "",
        fingerprint: str = "",
    ) -> bool:
        """Write down what became of a command, with its receipt, and end the claim; whether this was news.

        An open command takes any outcome, uncertain included. A settled one changes only to confirmed, and not when a
        newer command stands for the same change. An empty id, number or fingerprint (of the invoice as it was read
        back) leaves what is known. Raises ValueError for a state that is no outcome.
        """
        if state not in {*SETTLED_STATES, "uncertain"}:
            raise ValueError(f"'{state}' is not an outcome")
        words = canonical(list(messages))
        values: dict[str, Any] = {"state": state, "messages": words, "remedy": remedy, "owner": "", "lease_until": None}
        values |= {} if state == "uncertain" else {"settled_at": now}
        values |= {"xero_invoice_id": xero_invoice_id} if xero_invoice_id else {}
        values |= {"xero_invoice_number": xero_invoice_number} if xero_invoice_number else {}
        values |= {"fingerprint": fingerprint} if fingerprint else {}
        receipt = ReceiptRow(
            command_id=command_id,
            at=now,
            state=state,
            xero_invoice_id=xero_invoice_id,
            xero_invoice_number=xero_invoice_number,
            messages=words,
            remedy=remedy,
        )
        return self._settle(command_id, values, receipt)

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

    def _change(self, command_id: str, condition: ColumnElement[bool], **values: Any) -> bool:
        """Change one command if it meets the condition, in one statement; whether it did."""
        change = update(CommandRow).where(col(CommandRow.id) == command_id, condition).values(**values)
        with self.database.writing() as session:
            return session.connection().execute(change).rowcount == 1

    def _settle(self, command_id: str, values: dict[str, Any], receipt: ReceiptRow) -> bool:
        """State and receipt in one transaction. A Clash means that a newer command stands for the change."""
        may_become = IS_OPEN
        if values["state"] == "confirmed":
            may_become = col(CommandRow.state) != "confirmed"
        change = update(CommandRow).where(col(CommandRow.id) == command_id, may_become).values(**values)
        try:
            with self.database.writing() as session:
                if session.connection().execute(change).rowcount != 1:
                    return False
                session.add(receipt)
                if values["state"] == "confirmed":
                    take_back_within(session, command_id, receipt.at)
        except Clash:
            return False
        return True
