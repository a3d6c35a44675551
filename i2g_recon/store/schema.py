"""Brings the database to the schema this version works with.

Looking is cheap and happens at every start; alembic (about a second to import) is loaded only when there is something
to do. The upgrade is one transaction under a lock, so two processes that start at once, or one that is killed on the
way, leave either the old schema or the new one.
"""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from i2g_recon.errors import NotConfigured
from i2g_recon.store.database import Database, plainly

SCHEMA_VERSION = "0008"
MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 0x12C0  # any number of our own: the name of PostgreSQL's lock for the upgrade
ONE_AT_A_TIME = threading.Lock()  # alembic keeps the running upgrade in a module, so threads take turns


def bring_up_to_date(database: Database) -> None:
    """Upgrade when needed. Raises NotConfigured when a newer version of the product made the workspace."""
    with plainly():
        with database.engine.connect() as connection:
            if version(connection) == SCHEMA_VERSION:
                return
        with ONE_AT_A_TIME:
            upgrade(database)


def version(connection: Connection) -> str:
    """The schema's revision; empty for a database without tables."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def upgrade(database: Database) -> None:
    """Run the missing migrations in one transaction."""
    from alembic import command  # noqa: PLC0415 - takes a second to import and is rarely needed
    from alembic.config import Config  # noqa: PLC0415 - as above
    from alembic.util import CommandError  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.writing_engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # SQLite's write lock is taken already
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise NotConfigured(
                "A newer version of i2g-recon made this workspace; install that version or choose another home"
            ) from None
