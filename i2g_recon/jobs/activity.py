"""Who did what, when: the log for a person, its check, and the table of it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.store.activity import Checked
from i2g_recon.store.records import Activity

__all__ = ["Activity", "Checked", "activity", "check", "check_words", "table"]

COLUMNS = ("When (UTC)", "Who", "What", "About", "Details", "Hash")


def activity(ws: Workspace, connection: Connection | None, limit: int = 1000) -> list[Activity]:
    """The latest lines of an organisation, newest first; those of the workspace itself without one."""
    return ws.store.activity(connection.tenant_id if connection else "", limit)


def check(ws: Workspace) -> Checked:
    """Whether the log is as it was written."""
    return ws.store.check_activity()


def check_words(found: Checked) -> str:
    """What the check found, in a sentence or two."""
    older = f" {found.older:,} older lines were written before lines were sealed." if found.older else ""
    if found.broken_at is not None:
        return f"The log was changed: the line of {found.broken_at:%Y-%m-%d %H:%M:%S} UTC does not fit the one before."
    if found.cut_off:
        return "The log was changed: its newest lines are not those that were written last."
    return f"Nothing was changed, taken out or put between in {found.sealed:,} lines.{older} Newest: {found.head[:16]}."


def detail_words(line: Activity) -> str:
    """The details of a line as text."""
    return "; ".join(
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in line.detail.items()
    )


def table(lines: Sequence[Activity]) -> pd.DataFrame:
    """The lines as a table, times in UTC, each with its hash."""
    rows = [
        (one.at.isoformat(timespec="seconds"), one.who, one.what, one.subject, detail_words(one), one.digest)
        for one in lines
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
