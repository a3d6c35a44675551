"""Pages of a read of Xero that has not come to its end.

A migration is history: it spells its own column types and never imports `tables`, which moves on.
"""

import sqlite3

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CAN_BE_STRICT = sqlite3.sqlite_version_info >= (3, 37)
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "pull_page",
        sa.Column("tenant_id", sa.Text(), nullable=False, primary_key=True),
        sa.Column("number", WHOLE, nullable=False, primary_key=True, autoincrement=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sqlite_strict=CAN_BE_STRICT,
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("pull_page")
