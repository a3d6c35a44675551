"""Where the books stand: the latest run, and everything that has happened since and that it does not know of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from i2g_recon.jobs.reconcile import RunView, by_other_rules, latest_run
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection

OLD = dt.timedelta(days=1)  # a person should not rely on an older look at Xero without being told


@dataclass(frozen=True, eq=False, kw_only=True)
class Overview:
    """The latest run and what it is worth now.

    imports: files imported. imported_since, taken_back_since, pushed_since: the run does not know of them. rules_since:
    the rules of comparing are others now. left_open: invoices of pushes that have no outcome yet. old: the run looked
    at Xero more than a day ago.
    """

    run: RunView | None
    imports: int
    imported_since: bool
    taken_back_since: bool
    rules_since: bool
    pushed_since: bool
    left_open: int
    old: bool

    @property
    def outdated(self) -> bool:
        """Whether the run must not be taken for how the books stand now."""
        return (
            self.imported_since or self.taken_back_since or self.rules_since or self.pushed_since or self.left_open > 0
        )


def overview(ws: Workspace, connection: Connection) -> Overview:
    """How the books of an organisation stand, from the store alone; nothing is read from Xero."""
    run = latest_run(ws, connection.tenant_id)
    imports = {info.id for info in ws.store.snapshots(connection.tenant_id, "source")}
    seen_at = looked_at(ws, run) if run else None
    return Overview(
        run=run,
        imports=len(imports),
        imported_since=bool(run and imports - set(run.source_snapshots)),
        taken_back_since=bool(run and set(run.source_snapshots) - imports),
        rules_since=bool(run and by_other_rules(ws, run)),
        pushed_since=bool(seen_at and pushed_after(ws, connection, seen_at)),
        left_open=len(ws.outbox.open_commands(connection.tenant_id)),
        old=bool(seen_at and ws.clock() - seen_at > OLD),
    )


def looked_at(ws: Workspace, run: RunView) -> dt.datetime:
    """When the run's look at Xero was taken; never later than the run itself."""
    info = ws.store.snapshot_info(run.target_snapshot)
    return info.taken_at if info else run.created_at


def pushed_after(ws: Workspace, connection: Connection, moment: dt.datetime) -> bool:
    """Whether anything was approved, or came to its outcome in Xero, at this moment or later."""
    if any(push.approved_at >= moment for push in ws.outbox.pushes(connection.tenant_id)):
        return True
    standing = ws.outbox.standing_commands(connection.tenant_id)
    return any(one.settled_at is not None and one.settled_at >= moment for one in standing)
