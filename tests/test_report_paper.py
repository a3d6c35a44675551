"""The front door: where a paper may go, what it is by its name, and that a failed write leaves the old one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fixtures_papers import document, hostile_document

from i2g_recon.errors import NeedsAPerson
from i2g_recon.report.paper import KINDS, check_output, paper_bytes, write_paper


@pytest.mark.parametrize("name", ["a.xlsx", "a.HTML", "a b.json", None])
def test_a_good_place_passes(tmp_path: Path, name: str | None) -> None:
    check_output(tmp_path / name if name else None)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.pdf", "ends in .xlsx, .html, .md or .json"),
        ("a.xls", "ends in .xlsx, .html, .md or .json"),
        ("a", "ends in .xlsx, .html, .md or .json"),
        ("nowhere/a.xlsx", "does not exist"),
        ("folder.xlsx", "is a folder"),
    ],
)
def test_a_bad_place_is_refused_before_any_work(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(NeedsAPerson, match=said):
        check_output(tmp_path / name)
    with pytest.raises(NeedsAPerson, match=said):
        write_paper(document(), tmp_path / name)


@pytest.mark.parametrize(("name", "begin"), [("a.xlsx", b"PK"), ("a.html", b"<!DOCTYPE html>"), ("a.json", b"{")])
def test_the_name_decides_the_kind_and_nothing_else_is_left(tmp_path: Path, name: str, begin: bytes) -> None:
    (tmp_path / name).write_text("old")
    write_paper(document(), tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(begin)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_write_that_fails_leaves_the_old_paper_and_no_remains(tmp_path: Path) -> None:
    name = "a" * 250 + ".xlsx"  # as long as a name may be, so that the one beside it cannot be made
    (tmp_path / name).write_text("old")
    with pytest.raises(NeedsAPerson, match="cannot be written"):
        write_paper(document(), tmp_path / name)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "old")]


@pytest.mark.parametrize("made", [document(), hostile_document()])
def test_the_json_paper_is_the_document(made: dict[str, Any]) -> None:
    assert json.loads(paper_bytes(made, "json")) == made


def test_the_document_is_not_changed() -> None:
    made = hostile_document()
    for kind in KINDS:
        paper_bytes(made, kind)
    assert made == hostile_document()
