"""A watched folder: what is dropped in it is imported once it is complete, and nothing that was dropped is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, sale
from test_cli import desk_on

from i2g_recon.errors import NeedsAPerson, OtherSideFailed
from i2g_recon.jobs import watch as watching
from i2g_recon.jobs.imports import imports
from i2g_recon.jobs.watch import Watch
from i2g_recon.sandbox.i2g_export import csv_bytes

EXPORT = csv_bytes([sale("T-1"), sale("T-2")])


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        found.prepare(sale("T-0"))
        yield found


@pytest.fixture
def watch(at: Desk, tmp_path: Path) -> Watch:
    return Watch(tmp_path / "drop", at.connection)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def looked(watch: Watch, at: Desk, times: int = 2) -> list[tuple[str, bool]]:
    return [(one.name, one.imported) for _ in range(times) for one in watch.look(at.ws)]


def test_a_file_is_taken_when_it_is_complete(at: Desk, watch: Watch) -> None:
    place = watch.folder / "new_invoice.csv"
    place.write_bytes(EXPORT[:200])
    assert looked(watch, at, 1) == []
    place.write_bytes(EXPORT)  # the copy goes on
    assert looked(watch, at, 1) == []
    assert looked(watch, at, 1) == [("new_invoice.csv", True)]
    assert names(watch.folder) == ["imported/new_invoice.csv"]
    assert looked(watch, at) == []
    assert len(imports(at.ws, at.connection)) == 2
    assert at.xero.puts() == 0


def test_what_cannot_be_read_is_put_aside_with_its_reason(at: Desk, watch: Watch) -> None:
    for _ in range(2):
        (watch.folder / "x_invoice.csv").write_bytes(b"%PDF-1.7")
        (watch.folder / "notes.txt").write_text("left alone")
        assert looked(watch, at) == [("x_invoice.csv", False)]
    assert names(watch.folder) == [
        "notes.txt", "refused/x_invoice (2).csv", "refused/x_invoice (2).csv.txt", "refused/x_invoice.csv",
        "refused/x_invoice.csv.txt",
    ]  # fmt: skip
    assert "x_invoice.csv" in (watch.folder / "refused" / "x_invoice.csv.txt").read_text()


def test_what_fails_for_another_reason_stays_for_the_next_look(
    at: Desk, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise OtherSideFailed("The workspace is busy")

    (watch.folder / "new_invoice.csv").write_bytes(EXPORT)
    with monkeypatch.context() as patch:
        patch.setattr(watching, "import_files", busy)
        assert looked(watch, at) == []
    assert looked(watch, at, 1) == [("new_invoice.csv", True)]


def test_automatic_export_pushes_what_was_dropped(at: Desk, watch: Watch) -> None:
    at.set_up(auto_export="on")
    (watch.folder / "new_invoice.csv").write_bytes(EXPORT)
    assert looked(watch, at) == [("new_invoice.csv", True), ("automatic export", True)]
    assert sorted(one["Reference"] for one in at.xero.invoices()) == ["T-1", "T-2"]  # T-0 is in no export now


def test_trouble_of_the_export_is_told_and_the_import_stays(at: Desk, watch: Watch) -> None:
    at.set_up(auto_export="on")
    at.xero.turn("disconnect")
    (watch.folder / "new_invoice.csv").write_bytes(EXPORT)
    assert looked(watch, at) == [("new_invoice.csv", True), ("automatic export", False)]
    assert len(imports(at.ws, at.connection)) == 2


def test_a_folder_that_cannot_be_used_is_a_sentence(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(NeedsAPerson, match="cannot be used"):
        Watch(tmp_path / "file", at.connection)


def test_the_worker_watches(at: Desk, tmp_path: Path) -> None:
    terminal = desk_on(at.xero, tmp_path / "terminal")
    terminal.folder.mkdir()
    terminal.connected()
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "new_invoice.csv").write_bytes(EXPORT)
    done = terminal.run("worker", "--once", "--watch", str(folder), expect=0)
    assert "new_invoice.csv: 2 invoices read" in done.stderr
    assert names(folder) == ["imported/new_invoice.csv"]


def test_a_file_that_another_program_holds_is_taken_once_and_the_watch_goes_on(
    at: Desk, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(_: Path, __: Path) -> None:
        raise PermissionError(13, "the file is used by another process")

    (watch.folder / "new_invoice.csv").write_bytes(EXPORT)
    monkeypatch.setattr(Path, "replace", held)
    found = [one for _ in range(4) for one in watch.look(at.ws)]
    assert [(one.name, one.imported) for one in found] == [("new_invoice.csv", True)]
    assert "used by another process" in found[0].words
    assert len(imports(at.ws, at.connection)) == 2
    monkeypatch.undo()
    (watch.folder / "new_invoice.csv").write_bytes(csv_bytes([sale("T-1"), sale("T-2"), sale("T-3")]))
    assert looked(watch, at) == [("new_invoice.csv", True)]
    assert names(watch.folder) == ["imported/new_invoice.csv"]
