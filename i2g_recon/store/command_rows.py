"""Commands, attempts and receipts as rows and as records, and the checks before a command is written down."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from i2g_recon.errors import NeedsAPerson
from i2g_recon.store.encoding import fields_of
from i2g_recon.store.part import canonical
from i2g_recon.store.records import Attempt, Command, Receipt
from i2g_recon.store.tables import AttemptRow, CommandRow, ReceiptRow

LONGEST_KEY = 128  # Xero's idempotency guide
SHOWN = 10  # problems in one message; the rest is counted


def refuse_unfit(push_id: str, tenant_id: str, commands: Sequence[Command]) -> None:
    """Raise NeedsAPerson with everything that keeps these commands from being written down, if anything does."""
    problems = [problem for command in commands for problem in unfit(push_id, tenant_id, command)]
    repeated = Counter(command.id for command in commands)
    problems += [f"command {name} appears {count} times" for name, count in repeated.items() if count > 1]
    if problems:
        more = f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise NeedsAPerson(f"Nothing was approved: {'; '.join(problems[:SHOWN])}{more}. Make the plan again")


def unfit(push_id: str, tenant_id: str, command: Command) -> Iterator[str]:
    """What is wrong with one command."""
    name = f"invoice {command.number or command.source_id}"
    if command.tenant_id != tenant_id:
        yield f"{name} was planned for another organisation"
    if command.push_id != push_id:
        yield f"{name} was planned for another push"
    if not (command.id and command.source_id and command.action):
        yield f"{name} lacks an id, a source or an action"
    if not 1 <= len(command.idempotency_key) <= LONGEST_KEY:
        yield f"{name} has no idempotency key of 1 to {LONGEST_KEY} characters"
    if not is_json_object(command.body):
        yield f"{name} has no readable body"


def is_json_object(text: str) -> bool:
    """Whether the text is one JSON object."""
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def approved_row(command: Command) -> dict[str, Any]:
    """A new command's columns. Whatever the record says about sending and outcome, nothing of it has happened yet.

    Ids of the target stay: an update says with them which invoice it means.
    """
    return {
        **fields_of(command),
        "state": "approved",
        "attempts": 0,
        "sent_at": None,
        "settled_at": None,
        "messages": canonical([]),
        "remedy": "",
        "owner": "",
        "lease_until": None,
    }


def command_of(row: CommandRow) -> Command:
    """The record of a row."""
    names = set(Command.__dataclass_fields__)
    values = {name: value for name, value in row.model_dump().items() if name in names}
    return Command(**{**values, "messages": tuple(json.loads(row.messages))})


def attempt_of(row: AttemptRow) -> Attempt:
    """The record of a row."""
    return Attempt(command_id=row.command_id, at=row.at, idempotency_key=row.idempotency_key)


def receipt_of(row: ReceiptRow, command: CommandRow) -> Receipt:
    """The record of a row together with the command it belongs to."""
    return Receipt(
        command_id=row.command_id,
        push_id=command.push_id,
        tenant_id=command.tenant_id,
        source_id=command.source_id,
        number=command.number,
        at=row.at,
        state=row.state,  # type: ignore[arg-type] # only `Outbox.settle` writes it, from the same type
        xero_invoice_id=row.xero_invoice_id,
        xero_invoice_number=row.xero_invoice_number,
        messages=tuple(json.loads(row.messages)),
        remedy=row.remedy,
    )
