"""Import: all files or none, every row accounted for, the same file known again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from exports import make_export, make_rows, to_csv
from fixtures_workspace import MORNING, Desk, desk, sale

from i2g_recon.errors import UnreadableFile
from i2g_recon.jobs.import_export import import_files, import_uploads
from i2g_recon.jobs.plan import plan
from i2g_recon.jobs.push import push
from i2g_recon.jobs.source import current_source
from i2g_recon.sandbox.i2g_export import csv_bytes

LATER = MORNING + dt.timedelta(days=9)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "home") as found:
        yield found


def files(folder: Path, **contents: bytes) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / f"{name}.csv").write_bytes(content)
    return [folder / f"{name}.csv" for name in contents]


def test_several_files_become_one_side(at: Desk, tmp_path: Path) -> None:
    other = sale("T-1", account_id="50817737")
    paths = files(tmp_path / "in", a_invoice=csv_bytes([other]), b_invoice=csv_bytes([sale("T-2"), sale("T-3")]))
    seen: list[tuple[int, int]] = []
    report = import_files(at.ws, at.connection, paths, lambda done, of_all: seen.append((done, of_all)))
    assert [(one.name, one.rows, one.accepted) for one in report.files] == [
        ("a_invoice.csv", 1, 1),
        ("b_invoice.csv", 2, 2),
    ]
    assert (report.invoices, report.no_longer_exported) == (3, 0)
    assert report.files[1].totals == (("AUD", 22000),)
    assert seen[-1][0] == seen[-1][1]


def test_one_bad_file_of_three_keeps_nothing_and_names_every_bad_one(at: Desk, tmp_path: Path) -> None:
    good = csv_bytes([sale("T-1")])
    paths = files(tmp_path / "in", one_invoice=good, empty=b"", paper=b"%PDF-1.7 nonsense")
    with pytest.raises(UnreadableFile) as problem:
        import_files(at.ws, at.connection, paths)
    assert "empty.csv" in str(problem.value)
    assert "paper.csv" in str(problem.value)
    assert at.ws.store.snapshots(at.tenant_id, "source") == []
    assert len(current_source(at.ws, at.tenant_id).invoices.invoices) == 0


def test_the_same_file_again_is_recognised(at: Desk) -> None:
    assert not at.bring_in(sale("T-1")).files[0].repeated
    again = at.bring_in(sale("T-1"), name="renamed_invoice.csv")
    assert (again.files[0].repeated, again.invoices) == (True, 1)
    assert len(at.ws.store.snapshots(at.tenant_id, "source")) == 1


def test_the_same_file_twice_in_one_import_is_kept_once(at: Desk) -> None:
    data = csv_bytes([sale("T-1")])
    report = import_uploads(at.ws, at.connection, [("a_invoice.csv", data), ("b_invoice.csv", data)])
    assert [one.repeated for one in report.files] == [False, True]
    assert report.invoices == 1


def test_accepted_and_refused_rows_are_all_the_rows(at: Desk) -> None:
    rows, _ = make_rows(7, 20)
    rows[3]["TotalAmount"], rows[11]["DocumentDate"] = "twelve", "yesterday"
    report = import_uploads(at.ws, at.connection, [("x_invoice.csv", to_csv([list(row.values()) for row in rows]))])
    (file,) = report.files
    assert (file.rows, file.accepted + file.refused, file.refused) == (20, 20, 2)
    assert {error.column for error in file.row_errors if error.refused} == {"TotalAmount", "DocumentDate"}
    document = report.to_dict()
    assert document["files"][0]["row_errors"][0]["remedy"]
    assert document["invoices"] == 18


def test_totals_are_those_of_the_rows(at: Desk) -> None:
    export = make_export(3, 50)
    (file,) = import_uploads(at.ws, at.connection, [("x_invoice.csv", export.csv)]).files
    minor = sum(int(Decimal(str(row["total"])) * 100) for row in export.expected)
    assert file.totals == (("AUD", minor),)


def test_an_older_export_after_a_newer_changes_nothing(at: Desk) -> None:
    newer = replace(sale("T-1", "150"), updated=LATER)
    at.bring_in(newer, sale("T-2"), name="new_invoice.csv")
    report = at.bring_in(sale("T-1", "100"), name="old_invoice.csv")
    frame = current_source(at.ws, at.tenant_id).invoices.invoices.set_index("number")
    assert (report.invoices, report.no_longer_exported) == (2, 0)
    assert frame.loc["T-1", "total_minor"] == 16500
    assert not frame["no_longer_exported"].any()


def test_a_row_that_the_newest_export_lacks_is_marked_and_never_pushed(at: Desk) -> None:
    at.bring_in(sale("T-1"), sale("T-2"))
    at.set_up()
    at.plan()
    report = at.bring_in(replace(sale("T-1"), updated=LATER), name="new_invoice.csv")
    assert (report.invoices, report.no_longer_exported) == (2, 1)
    view = plan(at.ws, at.connection)  # nobody asked for a new comparison: the import must be noticed by itself
    assert [one.number for one in view.commands if one.action == "create"] == ["T-1"]
    push(at.ws, at.connection, view.commands)
    assert at.xero.live("T-2") == []
