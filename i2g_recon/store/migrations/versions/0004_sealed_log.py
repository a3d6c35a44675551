"""Each line of the activity log bears a hash of itself and of the line before; the database lets none be changed.

Lines of before stay without a hash, and are counted as such when the log is checked.

A migration is history: it spells its own column types and never imports `tables`, which moves on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KINDS = ("update", "delete")


def upgrade() -> None:
    """Add the column and the guards."""
    op.add_column("activity", sa.Column("digest", sa.Text(), nullable=False, server_default=""))
    sqlite = op.get_bind().dialect.name == "sqlite"
    for kind in KINDS:
        op.execute(
            f"CREATE TRIGGER activity_no_{kind} BEFORE {kind} ON activity "
            "BEGIN SELECT RAISE(ABORT, 'the activity log only grows'); END"
            if sqlite
            else f"CREATE RULE activity_no_{kind} AS ON {kind} TO activity DO INSTEAD NOTHING"
        )


def downgrade() -> None:
    """Take them away."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for kind in KINDS:
        op.execute(f"DROP TRIGGER activity_no_{kind}" if sqlite else f"DROP RULE activity_no_{kind} ON activity")
    op.drop_column("activity", "digest")
