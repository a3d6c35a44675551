"""The frame alembic runs our migrations in: on the connection and in the transaction that `schema` hands over."""

from alembic import context
from sqlmodel import SQLModel

from i2g_recon.store import tables  # noqa: F401 - fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,
)
context.run_migrations()
