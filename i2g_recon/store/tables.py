"""The tables. Rows never leave this package; `records` holds what does.

Column types are chosen so that SQLite can hold its tables STRICT (a number column then refuses text) and PostgreSQL
gets its natural ones. A change here needs a migration; a test compares the two.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from i2g_recon.store.columns import Moment, Whole
from i2g_recon.store.records import TAKEN_STATES

STRICT = {"sqlite_strict": True}
TAKEN = text("state IN ({})".format(", ".join(f"'{state}'" for state in TAKEN_STATES)))


class Row(SQLModel):
    """A row of a table. Its checks are built when the first one is made, not when the program starts."""

    model_config = {"defer_build": True}


class ConnectionRow(Row, table=True):
    """An organisation that was connected."""

    __tablename__ = "connection"
    __table_args__ = STRICT
    tenant_id: str = Field(sa_type=Text, primary_key=True)
    name: str = Field(sa_type=Text)
    connection_id: str = Field(sa_type=Text)
    consent_id: str = Field(sa_type=Text, index=True)
    connected_at: dt.datetime = Field(sa_type=Moment)
    connected_by: str = Field(sa_type=Text)
    grant_type: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)


class TokenRow(Row, table=True):
    """The tokens of one consent, sealed by the vault."""

    __tablename__ = "token"
    __table_args__ = STRICT
    consent_id: str = Field(sa_type=Text, primary_key=True)
    sealed: str = Field(sa_type=Text)


class LeaseRow(Row, table=True):
    """Who may do a thing alone, and until when."""

    __tablename__ = "lease"
    __table_args__ = STRICT
    name: str = Field(sa_type=Text, primary_key=True)
    owner: str = Field(sa_type=Text)
    until: dt.datetime = Field(sa_type=Moment)


class TicketRow(Row, table=True):
    """A one-time ticket, as its hash."""

    __tablename__ = "ticket"
    __table_args__ = STRICT
    digest: str = Field(sa_type=Text, primary_key=True)
    purpose: str = Field(sa_type=Text)
    expires_at: dt.datetime = Field(sa_type=Moment)


class SetupRow(Row, table=True):
    """The choices of the walk-through, as JSON."""

    __tablename__ = "setup"
    __table_args__ = STRICT
    tenant_id: str = Field(sa_type=Text, primary_key=True)
    body: str = Field(sa_type=Text)


class PreferenceRow(Row, table=True):
    """One named choice of the whole workspace."""

    __tablename__ = "preference"
    __table_args__ = STRICT
    name: str = Field(sa_type=Text, primary_key=True)
    value: str = Field(sa_type=Text)


class OrganisationRow(Row, table=True):
    """What Xero last said about an organisation and its contacts, as JSON."""

    __tablename__ = "organisation"
    __table_args__ = STRICT
    tenant_id: str = Field(sa_type=Text, primary_key=True)
    taken_at: dt.datetime = Field(sa_type=Moment)
    body: str = Field(sa_type=Text)
    contacts: str = Field(sa_type=Text)


class ContactLinkRow(Row, table=True):
    """Which Xero contact a client of Invoice2go is."""

    __tablename__ = "contact_link"
    __table_args__ = STRICT
    tenant_id: str = Field(sa_type=Text, primary_key=True)
    client_key: str = Field(sa_type=Text, primary_key=True)
    contact_id: str = Field(sa_type=Text)


class AcceptedPairRow(Row, table=True):
    """Two invoices that a person took for one, with a hash of what they said then."""

    __tablename__ = "accepted_pair"
    __table_args__ = STRICT
    tenant_id: str = Field(sa_type=Text, primary_key=True)
    source_id: str = Field(sa_type=Text, primary_key=True)
    target_id: str = Field(sa_type=Text)
    facts: str = Field(sa_type=Text)
    accepted_at: dt.datetime = Field(sa_type=Moment)


class KeptBackRow(Row, table=True):
    """An invoice of Invoice2go that a person does not want in Xero, and why."""

    __tablename__ = "kept_back"
    __table_args__ = STRICT
    tenant_id: str = Field(sa_type=Text, primary_key=True)
    source_id: str = Field(sa_type=Text, primary_key=True)
    reason: str = Field(sa_type=Text)
    kept_at: dt.datetime = Field(sa_type=Moment)


class SnapshotRow(Row, table=True):
    """One side as it was read. digest is the hash of frames, checked when they are read back."""

    __tablename__ = "snapshot"
    __table_args__ = (Index("ix_snapshot_tenant_side", "tenant_id", "side"), STRICT)
    id: int | None = Field(sa_type=Whole, primary_key=True, default=None)
    tenant_id: str = Field(sa_type=Text)
    side: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    sha256: str = Field(sa_type=Text)
    rows: int = Field(sa_type=Whole)
    row_errors: int = Field(sa_type=Whole)
    taken_at: dt.datetime = Field(sa_type=Moment)
    extra: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    frames: bytes = Field(sa_type=LargeBinary)
    raw: bytes = Field(sa_type=LargeBinary)
    withdrawn_at: dt.datetime | None = Field(sa_type=Moment, default=None)


class RunRow(Row, table=True):
    """One reconciliation with what it found."""

    __tablename__ = "run"
    __table_args__ = (Index("ix_run_tenant_created", "tenant_id", "created_at"), STRICT)
    id: str = Field(sa_type=Text, primary_key=True)
    tenant_id: str = Field(sa_type=Text)
    created_at: dt.datetime = Field(sa_type=Moment)
    target_snapshot: int = Field(sa_type=Whole, foreign_key="snapshot.id")
    policy_json: str = Field(sa_type=Text)
    result_json: str = Field(sa_type=Text)


class RunSourceRow(Row, table=True):
    """The source snapshots a run compared, in their order."""

    __tablename__ = "run_source"
    __table_args__ = STRICT
    run_id: str = Field(sa_type=Text, primary_key=True, foreign_key="run.id")
    position: int = Field(sa_type=Whole, primary_key=True)
    snapshot_id: int = Field(sa_type=Whole, foreign_key="snapshot.id")


class SignOffRow(Row, table=True):
    """A period that was signed off. Days are ISO text; evidence is the hash of what the run rests on."""

    __tablename__ = "sign_off"
    __table_args__ = STRICT
    id: str = Field(sa_type=Text, primary_key=True)
    tenant_id: str = Field(sa_type=Text, index=True)
    run_id: str = Field(sa_type=Text, foreign_key="run.id")
    period_from: str = Field(sa_type=Text)
    period_to: str = Field(sa_type=Text)
    preparer: str = Field(sa_type=Text)
    prepared_at: dt.datetime = Field(sa_type=Moment)
    note: str = Field(sa_type=Text)
    evidence: str = Field(sa_type=Text)
    reviewer: str = Field(sa_type=Text, default="")
    reviewed_at: dt.datetime | None = Field(sa_type=Moment, default=None)
    withdrawn_at: dt.datetime | None = Field(sa_type=Moment, default=None)


class PushRow(Row, table=True):
    """One approval."""

    __tablename__ = "push"
    __table_args__ = STRICT
    id: str = Field(sa_type=Text, primary_key=True)
    tenant_id: str = Field(sa_type=Text, index=True)
    approved_at: dt.datetime = Field(sa_type=Moment)
    calls: int = Field(sa_type=Whole, default=0)
    cancelled_at: dt.datetime | None = Field(sa_type=Moment, default=None)


class CommandRow(Row, table=True):
    """One intent to change Xero. The partial unique index is what keeps an invoice from being sent by two commands."""

    __tablename__ = "command"
    __table_args__ = (
        Index(
            "ux_command_taken",
            "tenant_id",
            "source_id",
            "action",
            unique=True,
            sqlite_where=TAKEN,
            postgresql_where=TAKEN,
        ),
        STRICT,
    )
    seq: int | None = Field(sa_type=Whole, primary_key=True, default=None)
    id: str = Field(sa_type=Text, unique=True)
    push_id: str = Field(sa_type=Text, foreign_key="push.id", index=True)
    tenant_id: str = Field(sa_type=Text)
    source_id: str = Field(sa_type=Text)
    number: str = Field(sa_type=Text)
    reference: str = Field(sa_type=Text)
    invoice_number: str = Field(sa_type=Text)
    action: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    idempotency_key: str = Field(sa_type=Text)
    currency: str = Field(sa_type=Text)
    total_minor: int = Field(sa_type=Whole)
    fingerprint: str = Field(sa_type=Text)
    contact_id: str = Field(sa_type=Text)
    contact_name: str = Field(sa_type=Text)
    contact_email: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    attempts: int = Field(sa_type=Whole)
    sent_at: dt.datetime | None = Field(sa_type=Moment)
    settled_at: dt.datetime | None = Field(sa_type=Moment)
    xero_invoice_id: str = Field(sa_type=Text)
    xero_invoice_number: str = Field(sa_type=Text)
    messages: str = Field(sa_type=Text)
    remedy: str = Field(sa_type=Text)
    owner: str = Field(sa_type=Text, default="")
    lease_until: dt.datetime | None = Field(sa_type=Moment, default=None)
    target_id: str = Field(sa_type=Text, default="", sa_column_kwargs={"server_default": ""})


class AttemptRow(Row, table=True):
    """One time a command was marked sent."""

    __tablename__ = "attempt"
    __table_args__ = STRICT
    id: int | None = Field(sa_type=Whole, primary_key=True, default=None)
    command_id: str = Field(sa_type=Text, foreign_key="command.id", index=True)
    at: dt.datetime = Field(sa_type=Moment)
    idempotency_key: str = Field(sa_type=Text)


class ReceiptRow(Row, table=True):
    """What became of a command."""

    __tablename__ = "receipt"
    __table_args__ = STRICT
    id: int | None = Field(sa_type=Whole, primary_key=True, default=None)
    command_id: str = Field(sa_type=Text, foreign_key="command.id", index=True)
    at: dt.datetime = Field(sa_type=Moment)
    state: str = Field(sa_type=Text)
    xero_invoice_id: str = Field(sa_type=Text)
    xero_invoice_number: str = Field(sa_type=Text)
    messages: str = Field(sa_type=Text)
    remedy: str = Field(sa_type=Text)


class ActivityRow(Row, table=True):
    """One line of the activity log; lines are only ever added. digest: hash of the line and of the one before."""

    __tablename__ = "activity"
    __table_args__ = STRICT
    id: int | None = Field(sa_type=Whole, primary_key=True, default=None)
    tenant_id: str = Field(sa_type=Text, index=True)
    at: dt.datetime = Field(sa_type=Moment)
    who: str = Field(sa_type=Text)
    what: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    detail: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text, default="", sa_column_kwargs={"server_default": ""})
