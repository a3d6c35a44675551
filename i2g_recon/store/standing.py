"""Which command stands for which change, and what happens to it within the transactions of the outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import insert
from sqlmodel import Session, col, select

from i2g_recon.errors import NeedsAPerson
from i2g_recon.store.command_rows import approved_row, command_of
from i2g_recon.store.part import canonical
from i2g_recon.store.records import NEW_COPY, OPEN_STATES, TAKEN_STATES, TAKES_AWAY, Command
from i2g_recon.store.tables import CommandRow, PushRow, ReceiptRow

AT_ONCE = 500  # values in one IN list; databases have a limit
TAKEN_BACK = "Taken out of Xero again."
Change = tuple[str, str]


def approve_within(
    session: Session, push_id: str, tenant_id: str, commands: Sequence[Command], now: dt.datetime
) -> list[Command]:
    """The body of an approval: find what stands, write down the rest, give both in the order asked."""
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
    return command.source_id, command.target_id or command.kind


def standing_for(session: Session, tenant_id: str, commands: Sequence[Command]) -> dict[Change, Command]:
    """The commands of these sources that no new one may repeat: open, or confirmed to have put the invoice there.

    A change that was confirmed is over: the invoice can be changed again.
    """
    sources = sorted({command.source_id for command in commands})
    found: dict[Change, Command] = {}
    for start in range(0, len(sources), AT_ONCE):
        wanted = select(CommandRow).where(
            CommandRow.tenant_id == tenant_id,
            col(CommandRow.source_id).in_(sources[start : start + AT_ONCE]),
            col(CommandRow.state).in_(TAKEN_STATES),
        )
        rows = [command_of(row) for row in session.exec(wanted)]
        found |= {change_of(one): one for one in rows if one.kind == "create" or one.state in OPEN_STATES}
    return found


def take_back_within(session: Session, command_id: str, now: dt.datetime) -> None:
    """A confirmed command that ends an invoice of Xero ends the confirmation of the command that had put it there."""
    done = session.exec(select(CommandRow).where(CommandRow.id == command_id)).one()
    if command_of(done).kind not in TAKES_AWAY:
        return
    words = canonical([TAKEN_BACK])
    put_there = select(CommandRow).where(
        CommandRow.tenant_id == done.tenant_id,
        CommandRow.source_id == done.source_id,
        CommandRow.state == "confirmed",
        CommandRow.xero_invoice_id == done.target_id,
        CommandRow.id != command_id,
    )
    for row in session.exec(put_there):
        if command_of(row).kind in NEW_COPY:
            row.state, row.messages, row.remedy = "held", words, ""
            number = row.xero_invoice_number
            session.add(
                ReceiptRow(
                    command_id=row.id,
                    at=now,
                    state="held",
                    xero_invoice_id=row.xero_invoice_id,
                    xero_invoice_number=number,
                    messages=words,
                    remedy="",
                )
            )


def write_push(session: Session, push_id: str, tenant_id: str, now: dt.datetime) -> None:
    """The approval's own row, once. Raises NeedsAPerson when another organisation's push has this id."""
    row = session.get(PushRow, push_id)
    if row is None:
        session.add(PushRow(id=push_id, tenant_id=tenant_id, approved_at=now))
        session.flush()
    elif row.tenant_id != tenant_id:
        raise NeedsAPerson("This push belongs to another organisation; start a new one")
