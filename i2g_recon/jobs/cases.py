"""Cases in the workspace: followed by every comparison of the whole books, moved by people, each with its notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from i2g_recon.core.cases import BY_HAND, Case, CaseState, followed, is_exception, key_of
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.store.database import Clash
from i2g_recon.store.records import CaseNote

__all__ = ["Case", "CaseNote", "CaseState", "assign", "cases_of", "comment", "follow", "move", "notes_of"]


def follow(
    ws: Workspace, tenant_id: str, document: Mapping[str, Any], seen_at: dt.datetime, read_at: dt.datetime
) -> None:
    """Bring the cases up to a run of the whole books: its document, when it compared and when it looked at Xero."""
    steps = list(followed(ws.store.cases(tenant_id), document["items"], seen_at, read_at))
    notes = [CaseNote(key=one.case.key, at=seen_at, who="", words=one.why) for one in steps if one.why]
    with suppress(Clash):  # another comparison has just written the same down
        if steps:
            ws.store.keep_cases(tenant_id, [one.case for one in steps], notes)


def cases_of(ws: Workspace, tenant_id: str) -> dict[str, Case]:
    """Every case by its key."""
    return ws.store.cases(tenant_id)


def notes_of(ws: Workspace, tenant_id: str, item: Mapping[str, Any]) -> list[CaseNote]:
    """What was said about an item, oldest first."""
    return ws.store.case_notes(tenant_id, key_of(item))


def move(
    ws: Workspace,
    connection: Connection,
    items: Collection[Mapping[str, Any]],
    state: CaseState,
    *,
    who: str,
    reason: str = "",
) -> int:
    """Give exceptions another state; how many. Raises NeedsAPerson without a name, or accepting without a reason."""
    if state not in BY_HAND:
        raise NeedsAPerson("An exception closes by itself when the comparison no longer shows it.")
    if state == "accepted" and not reason.strip():
        raise NeedsAPerson("Say why it is accepted as it is; the reason stands beside it and in the activity log.")
    words = f"{state}: {reason.strip()}" if reason.strip() else state
    return changed(ws, connection, items, who, words, state=state, reason=reason.strip())


def assign(ws: Workspace, connection: Connection, items: Collection[Mapping[str, Any]], whom: str, *, who: str) -> int:
    """Give exceptions to somebody, to nobody with ''; how many."""
    words = f"given to {whom.strip()}" if whom.strip() else "given to nobody"
    return changed(ws, connection, items, who, words, assignee=whom.strip())


def comment(
    ws: Workspace, connection: Connection, items: Collection[Mapping[str, Any]], words: str, *, who: str
) -> int:
    """Say something about exceptions; how many. Raises NeedsAPerson without a name or words."""
    if not words.strip():
        raise NeedsAPerson("Write the comment first.")
    return changed(ws, connection, items, who, words.strip())


def changed(
    ws: Workspace,
    connection: Connection,
    items: Collection[Mapping[str, Any]],
    who: str,
    words: str,
    **changes: Any,
) -> int:
    """Keep the change with its note, all of them or none, and put it into the log."""
    if not who.strip():
        raise NeedsAPerson("Say who you are; the name stands beside what you did.")
    now, known = ws.clock(), ws.store.cases(connection.tenant_id)
    meant = [known[key_of(item)] for item in items if is_exception(item) and key_of(item) in known]
    if not meant:
        raise NeedsAPerson("None of these needs anybody any more: reconcile again.")
    moved = [replace(case, **changes, changed_at=now) for case in meant] if changes else meant
    notes = [CaseNote(key=case.key, at=now, who=who.strip(), words=words) for case in meant]
    ws.store.keep_cases(connection.tenant_id, moved, notes)
    numbers = sorted({str(item["number"] or item["reference"]) for item in items if is_exception(item)})
    detail = {"what": words, "numbers": numbers}
    ws.store.log(
        now, who.strip(), "worked on", f"{len(meant)} exceptions", tenant_id=connection.tenant_id, detail=detail
    )
    return len(meant)
