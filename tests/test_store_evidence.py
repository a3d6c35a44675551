from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fixtures_store import NOW, TENANT, seconds, store_at
from pandas.testing import assert_frame_equal
from sqlalchemy import update

from i2g_recon.core.frame import Invoices, Origin, from_records
from i2g_recon.core.invoice import Contact, Invoice, RowError
from i2g_recon.errors import NeedsAPerson, UnreadableFile
from i2g_recon.store.database import Clash
from i2g_recon.store.records import Run, RunInfo, SnapshotInfo
from i2g_recon.store.tables import RunRow, SnapshotRow
from i2g_recon.store.workspace import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with store_at(tmp_path) as opened:
        yield opened


def side(count: int = 2) -> Invoices:
    invoices = [
        Invoice(
            id=str(number),
            number=f"INV{number}",
            reference="",
            contact=Contact(name="Brook Café"),
            currency="AUD",
            total=Decimal("10.50"),
        )
        for number in range(count)
    ]
    error = RowError(
        file="export.csv", row=9, column="Total", value="x", problem="Not an amount.", remedy="Correct it."
    )
    return from_records(
        invoices,
        row_errors=[error],
        origin=Origin(name="export.csv", sha256="ab" * 32, rows=count + 1),
        notes=["Note."],
    )


def run(name: str, sources: tuple[int, ...], target: int, later_s: float = 0, **changes: Any) -> Run:
    values: dict[str, Any] = {"tenant_id": TENANT, "policy_json": "{}", "result_json": '{"schema":1}', **changes}
    return Run(id=name, created_at=NOW + seconds(later_s), source_snapshots=sources, target_snapshot=target, **values)


def test_a_snapshot_comes_back_as_it_was_read(store: Store) -> None:
    number = store.add_snapshot(TENANT, "source", side(), taken_at=NOW, raw=b"Id,Total\n" * 99, extra={"kind": "zip"})
    after = store.load_snapshot(number)
    assert_frame_equal(after.invoices, side().invoices)
    assert_frame_equal(after.lines, side().lines)
    assert (after.row_errors, after.origin, after.notes) == (side().row_errors, side().origin, side().notes)
    assert store.raw_input(number) == b"Id,Total\n" * 99


def test_snapshots_are_listed_by_side_newest_first(store: Store) -> None:
    old = store.add_snapshot(TENANT, "source", side(), taken_at=NOW, extra={"kind": "zip"})
    new = store.add_snapshot(TENANT, "source", side(0), taken_at=NOW + seconds(1))
    target = store.add_snapshot(TENANT, "target", side(), taken_at=NOW)
    assert [each.id for each in store.snapshots(TENANT, "source")] == [new, old]
    assert [each.id for each in store.snapshots(TENANT, "target")] == [target]
    assert store.snapshots("another", "source") == []
    known = SnapshotInfo(
        id=old,
        tenant_id=TENANT,
        side="source",
        name="export.csv",
        sha256="ab" * 32,
        rows=3,
        row_errors=1,
        taken_at=NOW,
        extra={"kind": "zip"},
    )
    assert store.snapshot_info(old) == known
    assert store.snapshot_info(999) is None
    assert store.raw_input(new) == b""


def test_an_unknown_snapshot_is_a_sentence(store: Store) -> None:
    with pytest.raises(NeedsAPerson, match="no snapshot 7"):
        store.load_snapshot(7)


def test_evidence_that_was_changed_is_not_believed(store: Store) -> None:
    number = store.add_snapshot(TENANT, "source", side(), taken_at=NOW)
    with store.database.writing() as session:
        session.execute(update(SnapshotRow).values(frames=b"changed"))
    with pytest.raises(UnreadableFile, match="was changed"):
        store.load_snapshot(number)


def test_a_run_comes_back_with_its_inputs_in_order(store: Store) -> None:
    first, second, target = (store.add_snapshot(TENANT, "source", side(), taken_at=NOW) for _ in range(3))
    assert store.latest_run(TENANT) is None
    store.add_run(run("a", (second, first), target))
    store.add_run(run("b", (), target, later_s=60))
    store.add_run(run("c", (first,), target, later_s=90, tenant_id="another"))
    assert store.run("a") == run("a", (second, first), target)
    assert store.run("unknown") is None
    assert store.latest_run(TENANT) == run("b", (), target, later_s=60)
    assert store.runs(TENANT) == [
        RunInfo(id="b", tenant_id=TENANT, created_at=NOW + seconds(60), source_snapshots=(), target_snapshot=target),
        RunInfo(id="a", tenant_id=TENANT, created_at=NOW, source_snapshots=(second, first), target_snapshot=target),
    ]


def test_a_run_on_evidence_that_is_not_there_leaves_nothing(store: Store) -> None:
    target = store.add_snapshot(TENANT, "target", side(), taken_at=NOW)
    with pytest.raises(Clash):
        store.add_run(run("a", (target, 999), target))
    assert store.runs(TENANT) == []
    with store.database.reading() as session:
        assert session.get(RunRow, "a") is None
