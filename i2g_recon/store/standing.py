"""Which command stands for which change, and what happens to it within the transactions of the outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, insert, update
from sqlmodel import Session, col, select

from i2g_recon.errors import NeedsAPerson
from i2g_recon.store.command_rows import approved_row, command_of
from i2g_recon.store.part import canonical
from i2g_recon.store.records import NEW_COPY, OPEN_STATES, TAKEN_STATES, TAKES_AWAY, Command, Settlement
from i2g_recon.store.tables import CommandRow, PushRow, ReceiptRow

AT_ONCE = 500  # values in one IN list; databases have a limit
IS_OPEN: ColumnElement[bool] = col(CommandRow.state).in_(OPEN_STATES)
COPIED_ANEW = "Voided or deleted in Xero since, and copied anew."
TAKEN_BACK = "Taken out of Xero again."
Change = tuple[str, str]


def portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Ids in lists that a database takes."""
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def approve_within(
    session: Session, push_id: str, tenant_id: str, commands: Sequence[Command], now: dt.datetime
) -> list[Command]:
    """The body of an approval: find what stands, write down the rest, give both in the order asked."""
    end_confirmations(session, tenant_id, commands, now)
    standing = standing_for(session, tenant_id, commands)
    fresh: dict[Change, Command] = {}
    for command in commands:
        if change_of(command) not in standing:
            fresh.setdefault(change_of(command), command)
    if fresh:
        write_push(session, push_id, tenant_id, now)
        session.execute(insert(CommandRow), [approved_row(command) for command in fresh.values()])
        standing |= standing_for(session, tenant_id, list(fresh.values()))
    return [standing[change_of(command)] for command in commands]


def change_of(command: Command) -> Change:
    """What one command stands for: putting a source into Xero, or changing the invoice that is there."""
    return command.source_id, command.kind if command.kind == "create" else command.target_id


def standing_for(session: Session, tenant_id: str, commands: Sequence[Command]) -> dict[Change, Command]:
    """The commands of these sources that no new one may repeat: open, or confirmed to have put the invoice there.

    A change that was confirmed is over: the invoice can be changed again.
    """
    sources = sorted({command.source_id for command in commands})
    found: dict[Change, Command] = {}
    for some in portions(sources):
        wanted = select(CommandRow).where(
            CommandRow.tenant_id == tenant_id,
            col(CommandRow.source_id).in_(some),
            col(CommandRow.state).in_(TAKEN_STATES),
        )
        rows = [command_of(row) for row in session.exec(wanted)]
        found |= {change_of(one): one for one in rows if one.kind == "create" or one.state in OPEN_STATES}
    return found


def settle_within(session: Session, settlements: Sequence[Settlement], now: dt.datetime) -> set[str]:
    """States and receipts in one transaction; the ids that changed."""
    changed, receipts = set(), []
    for one in settlements:
        may_become = IS_OPEN if one.state != "confirmed" else col(CommandRow.state) != "confirmed"
        change = (
            update(CommandRow).where(col(CommandRow.id) == one.command_id, may_become).values(**values_of(one, now))
        )
        if session.connection().execute(change).rowcount == 1:
            changed.add(one.command_id)
            receipts.append(receipt_row(one, now))
    if receipts:
        session.execute(insert(ReceiptRow), receipts)
    take_back_within(session, {one.command_id for one in settlements if one.state == "confirmed"} & changed, now)
    return changed


def values_of(settlement: Settlement, now: dt.datetime) -> dict[str, Any]:
    """The columns that a settlement changes."""
    values: dict[str, Any] = {
        "state": settlement.state,
        "messages": canonical(list(settlement.messages)),
        "remedy": settlement.remedy,
        "owner": "",
        "lease_until": None,
    }
    values |= {} if settlement.state == "uncertain" else {"settled_at": now}
    known = ("xero_invoice_id", "xero_invoice_number", "fingerprint")
    return values | {name: getattr(settlement, name) for name in known if getattr(settlement, name)}


def receipt_row(settlement: Settlement, now: dt.datetime) -> dict[str, Any]:
    """The receipt of a settlement."""
    return {
        "command_id": settlement.command_id,
        "at": now,
        "state": settlement.state,
        "xero_invoice_id": settlement.xero_invoice_id,
        "xero_invoice_number": settlement.xero_invoice_number,
        "messages": canonical(list(settlement.messages)),
        "remedy": settlement.remedy,
    }


def end_confirmations(session: Session, tenant_id: str, commands: Sequence[Command], now: dt.datetime) -> None:
    """A new copy of what was voided or deleted in Xero ends the confirmation of the command that had put it there."""
    for one in commands:
        if one.kind == "create" and one.target_id:
            end_confirmation(session, tenant_id, one, now, COPIED_ANEW)


def take_back_within(session: Session, ids: Collection[str], now: dt.datetime) -> None:
    """Confirmed commands that end invoices of Xero end the confirmation of the commands that had put them there."""
    wanted = select(CommandRow).where(col(CommandRow.id).in_(ids), CommandRow.target_id != "")
    for done in [command_of(row) for row in session.exec(wanted).all()] if ids else []:
        if done.kind in TAKES_AWAY:
            end_confirmation(session, done.tenant_id, done, now, TAKEN_BACK)


def end_confirmation(session: Session, tenant_id: str, after: Command, now: dt.datetime, why: str) -> None:
    """The command that put the target of another one into Xero does not stand for its invoice any more."""
    put_there = select(CommandRow).where(
        CommandRow.tenant_id == tenant_id,
        CommandRow.source_id == after.source_id,
        CommandRow.state == "confirmed",
        CommandRow.xero_invoice_id == after.target_id,
        CommandRow.id != after.id,
    )
    for row in session.exec(put_there).all():
        if command_of(row).kind in NEW_COPY:
            taken = Settlement(
                command_id=row.id,
                state="held",
                xero_invoice_id=row.xero_invoice_id,
                xero_invoice_number=row.xero_invoice_number,
                messages=(why,),
            )
            row.state, row.messages, row.remedy = "held", canonical([why]), ""
            session.execute(insert(ReceiptRow), [receipt_row(taken, now)])
    session.flush()


def write_push(session: Session, push_id: str, tenant_id: str, now: dt.datetime) -> None:
    """The approval's own row, once. Raises NeedsAPerson when another organisation's push has this id."""
    row = session.get(PushRow, push_id)
    if row is None:
        session.add(PushRow(id=push_id, tenant_id=tenant_id, approved_at=now))
        session.flush()
    elif row.tenant_id != tenant_id:
        raise NeedsAPerson("This push belongs to another organisation; start a new one")
