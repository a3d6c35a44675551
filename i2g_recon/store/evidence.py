"""Evidence: both sides as they were read, and the runs that compared them. Nothing that was kept is ever changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from i2g_recon.errors import NeedsAPerson, UnreadableFile
from i2g_recon.store.part import Part, canonical
from i2g_recon.store.records import Run, RunInfo, Side, SnapshotInfo
from i2g_recon.store.tables import RunRow, RunSourceRow, SnapshotRow

if TYPE_CHECKING:
    # The frames bring pandas, a second and more to import; a push, which starts often, does not need them.
    from i2g_recon.core.frame import Invoices

ABOUT_SNAPSHOT = (
    col(SnapshotRow.id),
    col(SnapshotRow.tenant_id),
    col(SnapshotRow.side),
    col(SnapshotRow.name),
    col(SnapshotRow.sha256),
    col(SnapshotRow.rows),
    col(SnapshotRow.row_errors),
    col(SnapshotRow.taken_at),
    col(SnapshotRow.extra),
)
ABOUT_RUN = (col(RunRow.id), col(RunRow.tenant_id), col(RunRow.created_at), col(RunRow.target_snapshot))


class Evidence(Part):
    """The Store's part about what was read and what it came to."""

    def add_snapshot(
        self,
        tenant_id: str,
        side: Side,
        invoices: Invoices,
        *,
        taken_at: dt.datetime,
        raw: bytes = b"",
        extra: Mapping[str, Any] | None = None,
    ) -> int:
        """Keep one side as it was read, with the raw input where there is one; gives the snapshot's id."""
        from i2g_recon.core import snapshot  # noqa: PLC0415 - brings pandas

        frames = snapshot.to_bytes(invoices)
        content = hashlib.sha256(frames).hexdigest()
        row = SnapshotRow(
            tenant_id=tenant_id,
            side=side,
            name=invoices.origin.name,
            sha256=invoices.origin.sha256 or content,
            rows=invoices.origin.rows,
            row_errors=len(invoices.row_errors),
            taken_at=taken_at,
            extra=canonical(extra or {}),
            digest=content,
            frames=frames,
            raw=zlib.compress(raw) if raw else b"",
        )
        with self.database.writing() as session:
            session.add(row)
            session.flush()
            return numbered(row)

    def snapshots(self, tenant_id: str, side: Side) -> list[SnapshotInfo]:
        """What was read of one side and was not taken back, newest first."""
        chosen = select(*ABOUT_SNAPSHOT).where(  # type: ignore[call-overload] # sqlmodel types up to four columns
            SnapshotRow.tenant_id == tenant_id, SnapshotRow.side == side, col(SnapshotRow.withdrawn_at).is_(None)
        )
        with self.database.reading() as session:
            return [snapshot_info(row) for row in session.exec(chosen.order_by(col(SnapshotRow.id).desc()))]

    def snapshot_info(self, snapshot_id: int) -> SnapshotInfo | None:
        """What is known about one snapshot without reading it, or None."""
        chosen = select(*ABOUT_SNAPSHOT).where(SnapshotRow.id == snapshot_id)  # type: ignore[call-overload] # as above
        with self.database.reading() as session:
            row = session.exec(chosen).first()
            return None if row is None else snapshot_info(row)

    def load_snapshot(self, snapshot_id: int) -> Invoices:
        """The side again. Raises NeedsAPerson for an unknown id, UnreadableFile when the kept bytes changed."""
        from i2g_recon.core import snapshot  # noqa: PLC0415 - brings pandas

        with self.database.reading() as session:
            row = session.exec(
                select(SnapshotRow.frames, SnapshotRow.digest).where(SnapshotRow.id == snapshot_id)
            ).first()
        if row is None:
            raise NeedsAPerson(f"The workspace holds no snapshot {snapshot_id}; read the input again")
        frames, content = row
        if hashlib.sha256(frames).hexdigest() != content:
            raise UnreadableFile(f"Snapshot {snapshot_id} was changed after it was taken; read the input again")
        return snapshot.from_bytes(frames)

    def withdraw_snapshot(self, snapshot_id: int, at: dt.datetime) -> bool:
        """Leave it out from now on; runs that were made of it keep it. Whether it was in."""
        change = update(SnapshotRow).where(col(SnapshotRow.id) == snapshot_id, col(SnapshotRow.withdrawn_at).is_(None))
        with self.database.writing() as session:
            return session.connection().execute(change.values(withdrawn_at=at)).rowcount == 1

    def raw_input(self, snapshot_id: int) -> bytes:
        """The raw input kept with a snapshot; empty when none was."""
        with self.database.reading() as session:
            raw = session.exec(select(SnapshotRow.raw).where(SnapshotRow.id == snapshot_id)).first()
        return zlib.decompress(raw) if raw else b""

    def add_run(self, run: Run) -> None:
        """Keep a reconciliation. Raises Clash when its snapshots are unknown or its id is taken."""
        row = RunRow(
            id=run.id,
            tenant_id=run.tenant_id,
            created_at=run.created_at,
            target_snapshot=run.target_snapshot,
            policy_json=run.policy_json,
            result_json=run.result_json,
        )
        with self.database.writing() as session:
            session.add(row)
            session.flush()
            session.add_all(
                RunSourceRow(run_id=run.id, position=position, snapshot_id=snapshot_id)
                for position, snapshot_id in enumerate(run.source_snapshots)
            )

    def runs(self, tenant_id: str) -> list[RunInfo]:
        """The reconciliations of one organisation, newest first, without their results."""
        chosen = select(*ABOUT_RUN).where(RunRow.tenant_id == tenant_id).order_by(*newest_run())
        with self.database.reading() as session:
            rows = session.exec(chosen).all()
            sources = sources_of(session, col(RunRow.tenant_id) == tenant_id)
        return [
            RunInfo(
                id=run_id,
                tenant_id=tenant,
                created_at=created_at,
                source_snapshots=sources.get(run_id, ()),
                target_snapshot=target,
            )
            for run_id, tenant, created_at, target in rows
        ]

    def run(self, run_id: str) -> Run | None:
        """One reconciliation with its result, or None."""
        with self.database.reading() as session:
            row = session.get(RunRow, run_id)
            return None if row is None else run_of(session, row)

    def latest_run(self, tenant_id: str) -> Run | None:
        """The newest reconciliation of one organisation, or None."""
        with self.database.reading() as session:
            row = session.exec(select(RunRow).where(RunRow.tenant_id == tenant_id).order_by(*newest_run())).first()
            return None if row is None else run_of(session, row)

    def latest_run_id(self, tenant_id: str) -> str:
        """Which one that is, without reading its result; '' when there is none."""
        with self.database.reading() as session:
            chosen = select(RunRow.id).where(RunRow.tenant_id == tenant_id).order_by(*newest_run())
            return session.exec(chosen).first() or ""


def newest_run() -> tuple[Any, Any]:
    """The order that puts the newest run first, always the same for equal times."""
    return col(RunRow.created_at).desc(), col(RunRow.id).desc()


def numbered(row: SnapshotRow) -> int:
    """The id that the database gave."""
    if row.id is None:
        raise RuntimeError("the database gave the snapshot no id")
    return row.id


def snapshot_info(row: Any) -> SnapshotInfo:
    """The record of the columns in ABOUT_SNAPSHOT."""
    return SnapshotInfo(**{**row._mapping, "extra": json.loads(row.extra)})  # noqa: SLF001 - SQLAlchemy's public name


def sources_of(session: Session, which: ColumnElement[bool]) -> dict[str, tuple[int, ...]]:
    """The source snapshots by run, in their order, of the runs that meet the condition."""
    wanted = (
        select(RunSourceRow)
        .join(RunRow, col(RunRow.id) == col(RunSourceRow.run_id))
        .where(which)
        .order_by(col(RunSourceRow.run_id), col(RunSourceRow.position))
    )
    found: dict[str, tuple[int, ...]] = {}
    for row in session.exec(wanted):
        found[row.run_id] = (*found.get(row.run_id, ()), row.snapshot_id)
    return found


def run_of(session: Session, row: RunRow) -> Run:
    """The record of a row with the snapshots it compared."""
    return Run(
        id=row.id,
        tenant_id=row.tenant_id,
        created_at=row.created_at,
        source_snapshots=sources_of(session, col(RunRow.id) == row.id).get(row.id, ()),
        target_snapshot=row.target_snapshot,
        policy_json=row.policy_json,
        result_json=row.result_json,
    )
