"""Periods that were signed off, with the run they rest on and a hash of all of its evidence.

A migration is history: it spells its own column types and never imports `tables`, which moves on.
"""

import sqlite3

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CAN_BE_STRICT = sqlite3.sqlite_version_info >= (3, 37)
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sign_off",
        sa.Column("id", sa.Text(), nullable=False, primary_key=True),
        sa.Column("tenant_id", sa.Text(), nullable=False, index=True),
        sa.Column("run_id", sa.Text(), sa.ForeignKey("run.id"), nullable=False),
        sa.Column("period_from", sa.Text(), nullable=False),
        sa.Column("period_to", sa.Text(), nullable=False),
        sa.Column("preparer", sa.Text(), nullable=False),
        sa.Column("prepared_at", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sqlite_strict=CAN_BE_STRICT,
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("sign_off")
