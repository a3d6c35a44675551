"""Pairs of invoices that a person took for one.

A migration is history: it spells its own column types and never imports `tables`, which moves on.
"""

import sqlite3

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CAN_BE_STRICT = sqlite3.sqlite_version_info >= (3, 37)
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "accepted_pair",
        sa.Column("tenant_id", sa.Text(), nullable=False, primary_key=True),
        sa.Column("source_id", sa.Text(), nullable=False, primary_key=True),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=False),
        sqlite_strict=CAN_BE_STRICT,
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("accepted_pair")
