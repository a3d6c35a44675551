"""The activity log: who did what, when. Lines are only ever added, and each bears a hash of itself and the one before.

A line that was changed, taken out or put between shows as a break at that place. The number of lines and the newest
hash are kept beside the log, so lines cut off at the end show too. Whoever can write the whole database can also make a
new log that fits; a working paper or an export from before, which names the newest hash, then tells the two apart.
"""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from i2g_recon.store.part import Part, canonical
from i2g_recon.store.records import Activity
from i2g_recon.store.tables import ActivityRow, PreferenceRow

HEAD = "activity head"  # preference: number of sealed lines, and the newest hash
LINING_UP = 0x12C1  # any number of our own, for `line_up`
AT_ONCE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What checking the log found. sealed: lines with a hash; older: lines of before there were hashes.

    broken_at: the time of the first line that does not fit, None when all do. head: the newest hash.
    """

    sealed: int
    older: int
    broken_at: dt.datetime | None
    cut_off: bool
    head: str

    @property
    def intact(self) -> bool:
        """Whether nothing was changed, taken out or cut off."""
        return self.broken_at is None and not self.cut_off


class ActivityLog(Part):
    """The part of the Store that holds it."""

    def log(
        self,
        at: dt.datetime,
        who: str,
        what: str,
        subject: str = "",
        *,
        tenant_id: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Add a line. Of a client it may hold invoice numbers, nothing else; never a token. who: '' for this login."""
        line = ActivityRow(
            tenant_id=tenant_id,
            at=at.astimezone(dt.UTC),
            who=who or this_login(),
            what=what,
            subject=subject,
            detail=canonical(detail or {}),
        )
        with self.database.writing() as session:
            self.database.line_up(session, LINING_UP)
            count, before = head_of(session)
            line.digest = digest_of(line, before)
            session.add(line)
            session.merge(PreferenceRow(name=HEAD, value=f"{count + 1} {line.digest}"))

    def activity(self, tenant_id: str, limit: int = 1000) -> list[Activity]:
        """The latest lines of one organisation, newest first; of the workspace itself when tenant_id is empty."""
        latest = select(ActivityRow).where(ActivityRow.tenant_id == tenant_id).order_by(col(ActivityRow.id).desc())
        with self.database.reading() as session:
            return [line_of(row) for row in session.exec(latest.limit(limit))]

    def check_activity(self) -> Checked:
        """Every line against its hash and its place."""
        sealed = older = 0
        before, broken_at = "", None
        with self.database.reading() as session:
            kept, head = head_of(session)
            for row in every_line(session):
                if not row.digest and not sealed:
                    older += 1
                    continue
                sealed += 1
                if broken_at is None and row.digest != digest_of(row, before):
                    broken_at = row.at
                before = row.digest
        return Checked(
            sealed=sealed, older=older, broken_at=broken_at, cut_off=(sealed, before) != (kept, head), head=before
        )


def every_line(session: Session) -> Iterator[ActivityRow]:
    """All lines, oldest first, a portion at a time."""
    last = 0
    while True:
        rows = session.exec(
            select(ActivityRow).where(col(ActivityRow.id) > last).order_by(col(ActivityRow.id)).limit(AT_ONCE)
        ).all()
        if not rows:
            return
        yield from rows
        last = rows[-1].id or last
        session.expunge_all()


def head_of(session: Session) -> tuple[int, str]:
    """The number of sealed lines and the newest hash, as kept beside the log."""
    row = session.get(PreferenceRow, HEAD)
    count, _, digest = (row.value if row else "0 ").partition(" ")
    return int(count), digest


def digest_of(line: ActivityRow, before: str) -> str:
    """The hash of a line and of the one before it."""
    at = line.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    text = canonical([before, line.tenant_id, at, line.who, line.what, line.subject, line.detail])
    return hashlib.sha256(text.encode()).hexdigest()


def line_of(row: ActivityRow) -> Activity:
    """The record of a row."""
    return Activity(
        at=row.at,
        who=row.who,
        what=row.what,
        subject=row.subject,
        tenant_id=row.tenant_id,
        detail=json.loads(row.detail),
        digest=row.digest,
    )


def this_login() -> str:
    """The login under which the program runs; '' where the system does not say."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return ""
