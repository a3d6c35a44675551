from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fixtures_store import ROOT, connection, settings_at, store_at, together
from sqlalchemy import create_engine, inspect, text
from sqlmodel import SQLModel

from i2g_recon.errors import NotConfigured, ReconError
from i2g_recon.store.database import database_at
from i2g_recon.store.schema import MIGRATIONS, SCHEMA_VERSION, bring_up_to_date
from i2g_recon.store.workspace import open_store

OPEN_AT_ONCE = """
import sys
from pathlib import Path
from i2g_recon.settings import load
from i2g_recon.store.workspace import open_store
print("ready", flush=True)
sys.stdin.readline()
with open_store(load({}, home=Path(sys.argv[1]))) as store:
    store.choose_organisation("tenant")
    print(store.chosen_organisation())
"""
NEEDED_MODULES = """
import sys
from pathlib import Path
import i2g_recon.store.outbox
from i2g_recon.settings import load
from i2g_recon.store.workspace import open_store
with open_store(load({}, home=Path(sys.argv[1]))) as store:
    store.connections()
print(sorted({"alembic", "pandas", "streamlit"} & set(sys.modules)))
"""


def tables(file: Path) -> set[str]:
    engine = create_engine(f"sqlite:///{file}")
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_a_fresh_workspace_gets_every_table(tmp_path: Path) -> None:
    with store_at(tmp_path):
        pass
    assert tables(tmp_path / "i2g-recon.sqlite") == {*SQLModel.metadata.tables, "alembic_version"}


def test_an_existing_workspace_keeps_what_it_holds(tmp_path: Path) -> None:
    with store_at(tmp_path) as store:
        store.save_connection(connection())
    with store_at(tmp_path) as store:
        assert store.connections() == [connection()]


def test_the_migrations_lead_to_the_tables_as_they_are_written(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - slow to import, used here only
    from alembic.config import Config  # noqa: PLC0415 - as above
    from alembic.migration import MigrationContext  # noqa: PLC0415 - as above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA_VERSION]
    database = database_at(f"sqlite:///{tmp_path / 'x.sqlite'}")
    bring_up_to_date(database)
    with database.engine.connect() as connection_:
        context = MigrationContext.configure(connection_, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
        strict = connection_.execute(text("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'"))
        loose = {name for name, is_strict in strict if not is_strict}
    database.close()
    assert loose <= {"alembic_version", "sqlite_schema"}


def test_a_workspace_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, used here only
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    file = tmp_path / "i2g-recon.sqlite"
    database = database_at(f"sqlite:///{file}")
    with database.engine.connect() as connection_:
        config.attributes["connection"] = connection_
        command.upgrade(config, "0001")
        connection_.execute(text("INSERT INTO preference (name, value) VALUES ('chosen_organisation', 'kept')"))
        connection_.commit()
    database.close()
    assert "accepted_pair" not in tables(file)
    with store_at(tmp_path) as store:
        assert store.chosen_organisation() == "kept"
        assert store.accepted_pairs("kept") == ()
    assert tables(file) == {*SQLModel.metadata.tables, "alembic_version"}


def test_processes_that_open_at_once_upgrade_once(tmp_path: Path) -> None:
    assert together(OPEN_AT_ONCE, str(tmp_path / "home"), processes=4) == ["tenant"] * 4


def test_an_upgrade_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "i2g-recon.sqlite"
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection_:
        connection_.execute(text("CREATE TABLE activity (x INTEGER)"))  # the last table that the migration makes
    engine.dispose()
    with pytest.raises(ReconError):
        open_store(settings_at(tmp_path))
    assert tables(file) == {"activity"}


def test_an_upgrade_that_is_killed_leaves_a_workspace_that_opens(tmp_path: Path) -> None:
    killed = f"""
import os, signal
from sqlalchemy import event
from i2g_recon.store.database import database_at
from i2g_recon.store.schema import bring_up_to_date
database = database_at("sqlite:///{(tmp_path / "i2g-recon.sqlite").as_posix()}")
def die(connection, cursor, statement, *rest):
    if "CREATE TABLE receipt" in statement:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(database.engine, "before_cursor_execute", die)
bring_up_to_date(database)
"""
    assert subprocess.run([sys.executable, "-c", killed], cwd=ROOT, check=False).returncode == -9
    assert tables(tmp_path / "i2g-recon.sqlite") == set()
    with store_at(tmp_path) as store:
        assert store.connections() == []


def test_a_workspace_of_a_newer_version_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with store_at(tmp_path) as store, store.database.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NotConfigured, match="newer version"):
        open_store(settings_at(tmp_path))


def test_opening_an_up_to_date_workspace_needs_neither_alembic_nor_pandas(tmp_path: Path) -> None:
    with store_at(tmp_path):
        pass
    opened = [sys.executable, "-c", NEEDED_MODULES, str(tmp_path)]
    assert subprocess.run(opened, cwd=ROOT, check=True, capture_output=True, text=True).stdout == "[]\n"
