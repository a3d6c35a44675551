"""The imports of an organisation, and taking one back: it is left out from now on, and stays in the runs made of it."""

from __future__ import annotations

from dataclasses import dataclass

from i2g_recon.core.money import money_text
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.source import current_source, merged_source
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.store.records import SnapshotInfo

__all__ = ["SnapshotInfo", "TakingBack", "imports", "take_back", "taking_back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingBack:
    """What taking an import back means. unknown: invoices that no other import holds, with their money by currency.

    pushed: how many of those were put into Xero from here; they stay there and will stand as only in Xero.
    """

    unknown: int
    totals: dict[str, int]
    pushed: int

    @property
    def words(self) -> str:
        """For a person who is about to do it."""
        if not self.unknown:
            return "Other imports hold every invoice of this one; nothing else changes, but details may be older."
        money = " and ".join(money_text(minor, code) for code, minor in sorted(self.totals.items()))
        noun = "invoice" if self.unknown == 1 else "invoices"
        said = f"{self.unknown:,} {noun} ({money}) would not be known any more."
        if self.pushed:
            said += f" Pushed from here of these: {self.pushed:,}, which stay in Xero and will stand as only in Xero."
        return said


def imports(ws: Workspace, connection: Connection) -> list[SnapshotInfo]:
    """What was imported and not taken back, newest first."""
    return ws.store.snapshots(connection.tenant_id, "source")


def taking_back(ws: Workspace, connection: Connection, snapshot_id: int) -> TakingBack:
    """What it would mean, before it is done. Raises NeedsAPerson for an import that is not there."""
    known = tuple(one.id for one in imports(ws, connection))
    require(known, snapshot_id)
    left = merged_source(ws, tuple(one for one in known if one != snapshot_id)).invoices.invoices
    now = current_source(ws, connection.tenant_id).invoices.invoices
    gone = now[~now["id"].isin(left["id"])]
    pushed = {one.source_id for one in ws.outbox.standing_commands(connection.tenant_id)}
    totals = gone.groupby("currency")["total_minor"].sum()
    return TakingBack(
        unknown=len(gone),
        totals={str(currency): int(total) for currency, total in totals.items()},
        pushed=int(gone["id"].isin(pushed).sum()),
    )


def take_back(ws: Workspace, connection: Connection, snapshot_id: int) -> None:
    """Leave the import out from now on; importing the file again brings it back.

    Raises NeedsAPerson for an import that is not there, and while one of its invoices is under way to Xero.
    """
    known = {one.id: one for one in imports(ws, connection)}
    require(tuple(known), snapshot_id)
    if ws.outbox.open_commands(connection.tenant_id):
        raise NeedsAPerson("A push has invoices without an outcome; finish it on page Push first.")
    ws.store.withdraw_snapshot(snapshot_id, ws.clock())
    digest = known[snapshot_id].sha256[:12]
    ws.store.log(ws.clock(), "", "took an import back", digest, tenant_id=connection.tenant_id)


def require(known: tuple[int, ...], snapshot_id: int) -> None:
    """Raise NeedsAPerson unless it is among the known ones."""
    if snapshot_id not in known:
        raise NeedsAPerson("That import is not there any more; it may have been taken back already.")
