"""What the store takes and gives: frozen records, no table rows.

Every time is an aware datetime and comes back in UTC. Tokens, bodies and people stay out of repr, so that a record
that ends up in a log tells nothing about a client.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Side = Literal["source", "target"]
ConnectionState = Literal["connected", "reconnect", "disconnected"]
CommandState = Literal["approved", "sent", "confirmed", "rejected", "uncertain", "stale", "held", "skipped"]

OPEN_STATES: tuple[CommandState, ...] = ("approved", "sent", "uncertain")
# While a command is in one of these, no other command for the same change may exist.
TAKEN_STATES: tuple[CommandState, ...] = (*OPEN_STATES, "confirmed")
NEW_COPY = ("create", "replace")  # kinds of command that put an invoice into Xero
TAKES_AWAY = ("delete", "void", "replace")  # kinds that end the life of `target_id`
SETTLED_STATES: tuple[CommandState, ...] = ("confirmed", "rejected", "stale", "held", "skipped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One organisation that was connected. consent_id names the token set; several tenants may share one."""

    tenant_id: str
    name: str
    connection_id: str
    consent_id: str
    connected_at: dt.datetime
    connected_by: str = field(default="", repr=False)
    grant: str = "authorization_code"
    state: ConnectionState = "connected"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSet:
    """Tokens of one consent. The previous refresh token is kept for the grace after a lost answer."""

    access_token: str
    expires_at: dt.datetime
    refresh_token: str = ""
    scope: str = ""
    previous_refresh_token: str = ""
    previous_expires_at: dt.datetime | None = None

    def __repr__(self) -> str:
        return f"TokenSet(expires_at={self.expires_at.isoformat()})"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotInfo:
    """One side as it was read, without the rows. row_errors counts them; sha256 is that of the input."""

    id: int
    tenant_id: str
    side: Side
    name: str
    sha256: str
    rows: int
    row_errors: int
    taken_at: dt.datetime
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """One stored reconciliation, without its result."""

    id: str
    tenant_id: str
    created_at: dt.datetime
    source_snapshots: tuple[int, ...]
    target_snapshot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(RunInfo):
    """One stored reconciliation with its inputs, its policy and its result as JSON text."""

    policy_json: str = field(repr=False)
    result_json: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One intent to change Xero. body is canonical JSON text, fingerprint the hash of the target as it was seen.

    action names the change; at most one command per tenant, source_id and action is open or confirmed. Its first word
    is the kind: create, or one of the changes to an invoice that Xero holds (`target_id`), whose second word makes each
    a change of its own. attempts counts how often it was marked sent; idempotency_key is the one of the latest attempt.
    """

    id: str
    push_id: str
    tenant_id: str
    source_id: str
    number: str
    reference: str
    invoice_number: str
    action: str
    body: str = field(repr=False)
    idempotency_key: str
    currency: str
    total_minor: int
    fingerprint: str = ""
    contact_id: str = ""
    contact_name: str = field(default="", repr=False)
    contact_email: str = field(default="", repr=False)
    state: CommandState = "approved"
    attempts: int = 0
    sent_at: dt.datetime | None = None
    settled_at: dt.datetime | None = None
    xero_invoice_id: str = ""
    xero_invoice_number: str = ""
    messages: tuple[str, ...] = ()
    remedy: str = ""
    target_id: str = ""

    @property
    def kind(self) -> str:
        """create, update, replace, delete or void."""
        return self.action.partition(" ")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of a command, to be written down. Empty ids, number and fingerprint leave what is known."""

    command_id: str
    state: CommandState
    xero_invoice_id: str = ""
    xero_invoice_number: str = ""
    messages: tuple[str, ...] = ()
    remedy: str = ""
    fingerprint: str = ""  # of the invoice as it was read back


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One time a command was marked sent, written before its bytes left."""

    command_id: str
    at: dt.datetime
    idempotency_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a command, as known at a moment. A command that was uncertain first has more than one."""

    command_id: str
    push_id: str
    tenant_id: str
    source_id: str
    number: str
    at: dt.datetime
    state: CommandState
    xero_invoice_id: str = ""
    xero_invoice_number: str = ""
    messages: tuple[str, ...] = ()
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushInfo:
    """One approval with the number of its commands by state. calls: requests to Xero it took so far."""

    id: str
    tenant_id: str
    approved_at: dt.datetime
    counts: Mapping[str, int]
    calls: int = 0
    cancelled_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNote:
    """What somebody said about an exception; who is '' for the program. key: `core.cases.key_of`."""

    key: str
    at: dt.datetime
    who: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """A period that was signed off: on which run, by whom, with a hash of the evidence; who reviewed it, if anybody."""

    id: str
    tenant_id: str
    run_id: str
    period_from: dt.date
    period_to: dt.date
    preparer: str
    prepared_at: dt.datetime
    note: str = ""
    evidence: str
    reviewer: str = ""
    reviewed_at: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One line of the activity log. It names invoices by number and nothing else of a client."""

    at: dt.datetime
    who: str = field(repr=False)
    what: str
    subject: str
    tenant_id: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""
