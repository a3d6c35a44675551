"""Which invoices a pull reads: all of them, or only what was changed since the last look, set into what that brought.

Changes are asked for since the newest change seen, by Xero's own clock, less an overlap and less the time that look
took: what changed behind the back of a long look is older than the newest it saw. They are believed only while Xero's
count of the live invoices is what they lead to. Some changes are not dated by Xero (a due date on a part-paid one), so
once a day, and for a sign-off, everything is read all the same. A read of everything that breaks off goes on at the
page it broke off at, and is followed by the changes since it began.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd

from i2g_recon.core.frame import Invoices
from i2g_recon.core.invoice import GONE
from i2g_recon.core.organisation import Organisation
from i2g_recon.jobs.source import target_side
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.store.records import SnapshotInfo
from i2g_recon.xero import reader
from i2g_recon.xero.answers import later_wins
from i2g_recon.xero.paging import PAGE_SIZE
from i2g_recon.xero.session import XeroSession
from i2g_recon.xero.standing import moment_of

SMALL = 2 * PAGE_SIZE  # invoices; for fewer, everything costs no more calls than the changes and the count
OVERLAP = dt.timedelta(minutes=10)
FULL_EVERY = dt.timedelta(days=1)
GOES_ON_FOR = dt.timedelta(minutes=30)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Sales:
    """What was read. full_at: when everything was last read; took_s: how long this look took."""

    invoices: Invoices
    full_at: dt.datetime
    took_s: float

    @property
    def notes(self) -> dict[str, Any]:
        """What the next look has to know, kept with the snapshot."""
        return {"full_at": self.full_at.isoformat(), "took_s": self.took_s}


def read_sales(
    ws: Workspace,
    connection: Connection,
    session: XeroSession,
    organisation: Organisation,
    *,
    full: bool = False,
    progress: Progress | None = None,
) -> Sales:
    """The organisation's sales invoices as they are now. full: read everything. Raises as `reader.read_invoices`."""
    rates = {rate.tax_type: rate.rate for rate in organisation.tax_rates}
    before = None if full else usable(ws, connection, organisation)
    watch, began = time.monotonic(), ws.clock()

    def took_s() -> float:
        return max(time.monotonic() - watch, (ws.clock() - began).total_seconds())

    if before is not None:
        info, full_at = before
        lag = OVERLAP + dt.timedelta(seconds=info.extra["took_s"])
        merged = with_changes(session, target_side(ws, info.id), rates, lag)
        if merged is not None and live_in(merged) == reader.count_live_invoices(session):
            return Sales(merged, full_at, took_s())
    return Sales(everything(ws, connection, session, rates, progress), began, took_s())


def live_in(side: Invoices) -> int:
    """How many are neither voided nor deleted: a void that Xero did not date would show here."""
    return int((~side.invoices["state"].isin(GONE)).sum())


def usable(
    ws: Workspace, connection: Connection, organisation: Organisation
) -> tuple[SnapshotInfo, dt.datetime] | None:
    """The last look, when changes can be set into it, and when everything was read last; else None."""
    known = ws.store.snapshots(connection.tenant_id, "target")
    kept = ws.store.organisation(connection.tenant_id)
    full_at = known[0].extra.get("full_at") if known else None
    if not full_at or "took_s" not in known[0].extra or not kept or known[0].rows <= SMALL or known[0].row_errors:
        return None
    age = ws.clock() - dt.datetime.fromisoformat(full_at)
    if not dt.timedelta(0) <= age < FULL_EVERY or kept[0].tax_rates != organisation.tax_rates:
        return None
    return known[0], dt.datetime.fromisoformat(full_at)


def with_changes(
    session: XeroSession, before: Invoices, rates: Mapping[str, Decimal], lag: dt.timedelta
) -> Invoices | None:
    """The side with what was changed since its newest change less the lag; None when it does not say when that was."""
    newest = before.invoices["updated"].max()
    if pd.isna(newest):
        return None
    since = newest.to_pydatetime().replace(tzinfo=dt.UTC) - lag
    return set_into(before, reader.read_invoices(session, modified_since=since, rates=rates))


def set_into(before: Invoices, changes: Invoices) -> Invoices:
    """One side of both; of an invoice that is in both the changed one, with its lines."""
    side = later_wins([before, changes])
    digest = hashlib.sha256(f"{before.origin.sha256} {changes.origin.sha256}".encode()).hexdigest()
    ordered = side.invoices.sort_values("id", ignore_index=True)
    return replace(
        side,
        invoices=ordered,
        origin=replace(before.origin, sha256=digest, rows=len(ordered) + changes.origin.rows - len(changes.invoices)),
        row_errors=changes.row_errors,
        notes=tuple(dict.fromkeys([*before.notes, *changes.notes])),
    )


def everything(
    ws: Workspace,
    connection: Connection,
    session: XeroSession,
    rates: Mapping[str, Decimal],
    progress: Progress | None,
) -> Invoices:
    """Every page; those that an earlier try has read are taken from the store."""
    began, pages = ws.store.kept_pages(connection.tenant_id, ws.clock() - GOES_ON_FOR)
    keeping = KeepingPages(ws, connection, session, began, dict(pages))
    side = reader.read_invoices(keeping, progress=progress, rates=rates)
    if pages and began:
        side = set_into(side, reader.read_invoices(session, modified_since=began - OVERLAP, rates=rates))
    if keeping.kept:
        ws.store.drop_pages(connection.tenant_id)
    return side


class KeepingPages:
    """A session whose pages of invoices are kept while there are more to come, and not asked for twice.

    began: when the read began by Xero's own clock, for the changes since are asked for by it.
    """

    def __init__(
        self,
        ws: Workspace,
        connection: Connection,
        session: XeroSession,
        began: dt.datetime | None,
        pages: dict[int, bytes],
    ) -> None:
        self.ws, self.connection, self.session, self.began = ws, connection, session, began
        self.pages, self.kept, self.first = pages, bool(pages), b""

    def fetch_raw(
        self, path: str, params: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """As the session's own. The first page is kept when there is a second one."""
        number = int(str((params or {}).get("page", 0)))
        if number in self.pages:
            return self.pages.pop(number)  # a second round, after a page that shifted, asks Xero again
        answer = self.session.answer(path, params, headers)
        raw = answer.data
        self.began = self.began or moment_of(answer.headers.get("Date", "")) or self.ws.clock()
        if number == 1:
            self.first = raw
        else:
            if self.first:
                self._keep(1, self.first)
                self.first = b""
            self._keep(number, raw)
        return raw

    def _keep(self, number: int, raw: bytes) -> None:
        self.kept = True
        self.ws.store.keep_page(self.connection.tenant_id, self.began or self.ws.clock(), number, raw)
