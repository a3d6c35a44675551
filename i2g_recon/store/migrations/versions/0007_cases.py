"""What people do about exceptions, and imports that are left out again.

A migration is history: it spells its own column types and never imports `tables`, which moves on.
"""

import sqlite3

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CAN_BE_STRICT = sqlite3.sqlite_version_info >= (3, 37)
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Make the tables, add the column."""
    op.create_table(
        "work_case",
        sa.Column("tenant_id", sa.Text(), nullable=False, primary_key=True),
        sa.Column("key", sa.Text(), nullable=False, primary_key=True),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sqlite_strict=CAN_BE_STRICT,
    )
    op.create_table(
        "case_note",
        sa.Column("seq", WHOLE, nullable=False, primary_key=True),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sqlite_strict=CAN_BE_STRICT,
    )
    op.create_index("ix_case_note_case", "case_note", ["tenant_id", "key"])
    op.add_column("snapshot", sa.Column("withdrawn_at", MOMENT, nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("snapshot", "withdrawn_at")
    op.drop_table("case_note")
    op.drop_table("work_case")
