"""The first tables.

A migration is history: it spells its own column types and never imports `tables`, which moves on.
"""

import sqlite3
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CAN_BE_STRICT = sqlite3.sqlite_version_info >= (3, 37)  # older ones, still on some servers, go without
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TAKEN = sa.text("state IN ('approved', 'sent', 'uncertain', 'confirmed')")
TABLES = (
    "run_source receipt attempt run command token ticket snapshot setup push preference organisation lease "
    "contact_link connection activity"
)


def upgrade() -> None:
    """Make every table."""
    make_connections()
    make_choices()
    make_evidence()
    make_outbox()
    table("activity", number("id"), *words("tenant_id"), moment("at"), *words("who what subject detail"))
    index("activity", "tenant_id")


def downgrade() -> None:
    """Take every table away; what depends on another goes first."""
    for name in TABLES.split():
        op.drop_table(name)


def make_connections() -> None:
    """Organisations, their tokens, and what the sign-in needs."""
    table(
        "connection",
        *words("tenant_id", primary_key=True),
        *words("name connection_id consent_id"),
        moment("connected_at"),
        *words("connected_by grant_type state"),
    )
    index("connection", "consent_id")
    table("token", *words("consent_id", primary_key=True), *words("sealed"))
    table("lease", *words("name", primary_key=True), *words("owner"), moment("until"))
    table("ticket", *words("digest", primary_key=True), *words("purpose"), moment("expires_at"))


def make_choices() -> None:
    """What a person chose, and what Xero says about the organisation."""
    table("setup", *words("tenant_id", primary_key=True), *words("body"))
    table("preference", *words("name", primary_key=True), *words("value"))
    table("organisation", *words("tenant_id", primary_key=True), moment("taken_at"), *words("body contacts"))
    table("contact_link", *words("tenant_id client_key", primary_key=True), *words("contact_id"))


def make_evidence() -> None:
    """Both sides as read, and the runs that compared them."""
    table(
        "snapshot",
        number("id"),
        *words("tenant_id side name sha256"),
        sa.Column("rows", WHOLE, nullable=False),
        sa.Column("row_errors", WHOLE, nullable=False),
        moment("taken_at"),
        *words("extra digest"),
        sa.Column("frames", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_snapshot_tenant_side", "snapshot", ["tenant_id", "side"])
    table(
        "run",
        *words("id", primary_key=True),
        *words("tenant_id"),
        moment("created_at"),
        sa.Column("target_snapshot", WHOLE, sa.ForeignKey("snapshot.id"), nullable=False),
        *words("policy_json result_json"),
    )
    op.create_index("ix_run_tenant_created", "run", ["tenant_id", "created_at"])
    table(
        "run_source",
        refers("run_id", "run.id", primary_key=True),
        sa.Column("position", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("snapshot_id", WHOLE, sa.ForeignKey("snapshot.id"), nullable=False),
    )


def make_outbox() -> None:
    """Approvals, commands, the times they were sent, and what became of them."""
    table("push", *words("id", primary_key=True), *words("tenant_id"), moment("approved_at"))
    index("push", "tenant_id")
    table(
        "command",
        number("seq"),
        *words("id", unique=True),
        refers("push_id", "push.id"),
        *words("tenant_id source_id number reference invoice_number action body idempotency_key currency"),
        sa.Column("total_minor", WHOLE, nullable=False),
        *words("fingerprint contact_id contact_name contact_email state"),
        sa.Column("attempts", WHOLE, nullable=False),
        moment("sent_at", nullable=True),
        moment("settled_at", nullable=True),
        *words("xero_invoice_id xero_invoice_number messages remedy owner"),
        moment("lease_until", nullable=True),
    )
    index("command", "push_id")
    one_command = ["tenant_id", "source_id", "action"]
    op.create_index("ux_command_taken", "command", one_command, unique=True, sqlite_where=TAKEN, postgresql_where=TAKEN)
    table("attempt", number("id"), refers("command_id", "command.id"), moment("at"), *words("idempotency_key"))
    index("attempt", "command_id")
    table(
        "receipt",
        number("id"),
        refers("command_id", "command.id"),
        moment("at"),
        *words("state xero_invoice_id xero_invoice_number messages remedy"),
    )
    index("receipt", "command_id")


def table(name: str, *columns: Any) -> None:
    """A table that SQLite keeps STRICT where it can."""
    op.create_table(name, *columns, sqlite_strict=CAN_BE_STRICT)


def index(table_name: str, column: str) -> None:
    """An index on one column, named as SQLModel names it."""
    op.create_index(f"ix_{table_name}_{column}", table_name, [column])


def words(names: str, **options: Any) -> list[Any]:
    """Text columns."""
    return [sa.Column(name, sa.Text(), nullable=False, **options) for name in names.split()]


def moment(name: str, *, nullable: bool = False) -> Any:
    """A column for a time."""
    return sa.Column(name, MOMENT, nullable=nullable)


def number(name: str) -> Any:
    """A primary key that the database counts up."""
    return sa.Column(name, WHOLE, primary_key=True)


def refers(name: str, target: str, **options: Any) -> Any:
    """A text column that must name a row of another table."""
    return sa.Column(name, sa.Text(), sa.ForeignKey(target), nullable=False, **options)
