"""Commands that change an invoice of Xero, pushes that were cancelled, invoices that a person does not want sent.

A migration is history: it spells its own column types and never imports `tables`, which moves on.
"""

import sqlite3

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CAN_BE_STRICT = sqlite3.sqlite_version_info >= (3, 37)
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Add the columns, make the table."""
    op.add_column("command", sa.Column("target_id", sa.Text(), nullable=False, server_default=""))
    op.add_column("push", sa.Column("cancelled_at", MOMENT, nullable=True))
    op.create_table(
        "kept_back",
        sa.Column("tenant_id", sa.Text(), nullable=False, primary_key=True),
        sa.Column("source_id", sa.Text(), nullable=False, primary_key=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sqlite_strict=CAN_BE_STRICT,
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("kept_back")
    op.drop_column("push", "cancelled_at")
    op.drop_column("command", "target_id")
