"""The page Activity and the command `verify`: who did what, and whether the log is as it was written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from fixtures_workspace import KNOWN_CLIENT, desk, environment, pretend_xero, sale
from test_cli import desk_on
from test_pages_desk import checked, home_in_environment, opened, plainly, text_of


def tamper(home: Path) -> None:
    (file,) = home.rglob("i2g-recon.sqlite")
    with closing(sqlite3.connect(file)) as database:
        database.execute("DROP TRIGGER activity_no_update")
        database.execute("UPDATE activity SET who = 'Kim' WHERE id = 1")
        database.commit()


def test_the_page_shows_what_was_done_and_checks_it(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at, home_in_environment(tmp_path, environment(at.xero.sandbox)):
        at.prepare(sale("T-1"))
        app = checked(opened("activity"))
        (lines,) = [one.value for one in app.dataframe]
        assert {"connected", "imported", "reconciled"} <= set(lines["What"])
        assert lines["What"].tolist()[-1] == "connected"  # newest first
        app.multiselect(key="activity_kinds").set_value(["imported"]).run()
        assert set(checked(app).dataframe[0].value["What"]) == {"imported"}
        app.button(key="check_log").click().run()
        assert "Nothing was changed, taken out or put between" in plainly(text_of(checked(app)))
        tamper(tmp_path)
        app.button(key="check_log").click().run()
        assert "The log was changed" in plainly(app.error[0].value)


def test_verify_is_0_for_an_intact_log_and_1_for_a_changed_one(tmp_path: Path) -> None:
    with pretend_xero(KNOWN_CLIENT) as xero:
        at = desk_on(xero, tmp_path).connected()
        found = at.json("verify", expect=0)
        assert (found["intact"], found["lines"] > 0, len(found["newest"])) == (True, True, 64)
        at.run("verify", "--output", str(tmp_path / "log.csv"), expect=0)
        assert found["newest"] in (tmp_path / "log.csv").read_text(encoding="utf-8-sig")
        assert "written as .csv" in at.refused("verify", "--output", "log.xlsx")
        tamper(tmp_path)
        assert "The log was changed" in at.run("verify", expect=1).stdout
