"""Push: the approved invoices into Xero, exactly once in effect, a receipt for each.

    approve   command, idempotency key and fingerprint in one transaction with the approval
    send      each command to its outcome, a batch at a time (`sending`)

Each invoice carries an InvoiceNumber that Xero keeps unique, so a request that arrives late or twice is refused by Xero
itself. Changes name their invoice by its id and are sent only while it is as it was seen (`changing`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from i2g_recon.core.plan import PushCommand
from i2g_recon.errors import ReconError
from i2g_recon.jobs import sending
from i2g_recon.jobs.access import require_write
from i2g_recon.jobs.connect import noticing_loss, open_session
from i2g_recon.jobs.push_report import PushReport
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Command, Connection
from i2g_recon.xero.session import XeroSession

APPROVABLE = ("create", "update", "replace", "delete", "void")


def approve(ws: Workspace, connection: Connection, commands: Sequence[PushCommand]) -> list[Command]:
    """Write the intents down, all in one transaction, and give them; holds are never written.

    An invoice that an earlier push already stands for gives that push's command: a second click changes nothing.
    Raises ReadOnly for a connection that may not write.
    """
    require_write(ws, connection)
    push_id = uuid.uuid4().hex[:12]
    intents = [intent(push_id, connection.tenant_id, one) for one in commands if one.action in APPROVABLE]
    if not intents:
        return []
    approved = ws.outbox.approve(push_id, connection.tenant_id, intents, ws.clock())
    numbers = [one.number for one in approved if one.push_id == push_id]
    ws.store.log(ws.clock(), "", "approved", push_id, tenant_id=connection.tenant_id, detail={"numbers": numbers})
    return approved


def intent(push_id: str, tenant_id: str, planned: PushCommand) -> Command:
    """A planned command as the outbox keeps it, with its idempotency key; each change is one of its own."""
    command_id = uuid.uuid4().hex
    return Command(
        id=command_id,
        push_id=push_id,
        tenant_id=tenant_id,
        source_id=planned.source_id,
        number=planned.number,
        reference=planned.reference,
        invoice_number=planned.invoice_number,
        action=planned.action if planned.action == "create" else f"{planned.action} {command_id}",
        body=planned.body,
        idempotency_key=uuid.uuid4().hex,
        currency=planned.currency,
        total_minor=planned.total_minor,
        fingerprint=planned.seen or planned.fingerprint,
        target_id=planned.target_id,
        contact_id=planned.contact_id,
        contact_name=planned.contact_name,
        contact_email=planned.contact_email,
    )


def push(
    ws: Workspace, connection: Connection, commands: Sequence[PushCommand], *, with_open: bool = False
) -> PushReport:
    """Approve and send; with_open: take up what earlier pushes left open too.

    Raises what stops the whole push; what was done is kept, running again resumes.
    """
    approved = approve(ws, connection, commands)
    asked = {one.id for one in approved}
    earlier = ws.outbox.open_commands(connection.tenant_id) if with_open else []
    report = send(ws, connection, [*approved, *(one for one in earlier if one.id not in asked)])
    return replace(report, held=tuple(one for one in commands if one.is_held))


def resume(ws: Workspace, connection: Connection) -> PushReport:
    """Take up what earlier pushes left open. Raises ReadOnly for a connection that may not write."""
    require_write(ws, connection)
    return send(ws, connection, ws.outbox.open_commands(connection.tenant_id))


def send(ws: Workspace, connection: Connection, commands: Sequence[Command]) -> PushReport:
    """Take these commands to their outcome, those apart that another process is at work on."""
    calls = ws.transport.calls
    before = calls.total, calls.read, calls.write
    owner, session = uuid.uuid4().hex, open_session(ws, connection)
    with noticing_loss(ws, connection):
        for start in range(0, len(commands), sending.GROUP):
            send_counted(ws, session, commands[start : start + sending.GROUP], owner)
    calls = ws.transport.calls
    return PushReport(
        push_id=commands[0].push_id if commands else "",
        commands=tuple(ws.outbox.commands_of([one.id for one in commands])),
        calls=calls.total - before[0],
        reads=calls.read - before[1],
        writes=calls.write - before[2],
    )


def send_counted(ws: Workspace, session: XeroSession, group: Sequence[Command], owner: str) -> None:
    """Send a group and add its calls to its push, which its receipts name; of several pushes, to the first."""
    before = ws.transport.own_calls
    try:
        sending.send_group(ws, session, group, owner)
    finally:
        number = ws.transport.own_calls - before
        with suppress(ReconError):  # a count that cannot be written is no reason to call a push failed
            ws.outbox.count_calls(group[0].push_id, number)
