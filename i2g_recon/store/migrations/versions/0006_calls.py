"""How many of Xero's calls a push took.

A migration is history: it spells its own column types and never imports `tables`, which moves on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Add the column; of earlier pushes it is not known."""
    op.add_column("push", sa.Column("calls", WHOLE, nullable=False, server_default="0"))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("push", "calls")
