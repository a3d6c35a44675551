"""The selftest: what it plants is what it says, it can fail in both ways, and it shares nothing with the engine."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, pretend_xero, sale
from test_cli import FREE, SETUP, desk_on

import i2g_recon as i2g
from i2g_recon.core.policy import Policy
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs import planting
from i2g_recon.jobs.planting import KINDS, Books, Expected
from i2g_recon.jobs.selftest import KindReport, SelftestReport, agreeing, items_of, judged, selftest, selftest_of
from i2g_recon.sandbox.samples import EXPORT_NAME, XERO_NAME, write_samples

NAMES = [kind.name for kind in KINDS]


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[i2g.Invoices, i2g.Invoices]:
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return i2g.read_invoice2go(folder / EXPORT_NAME), i2g.read_xero(folder / XERO_NAME)


@pytest.fixture(scope="module")
def books(sides: tuple[i2g.Invoices, i2g.Invoices]) -> Books:
    source, target = sides
    return Books(source.invoices, source.lines, target.invoices, target.lines)


@pytest.fixture(scope="module")
def report(sides: tuple[i2g.Invoices, i2g.Invoices]) -> SelftestReport:
    return selftest_of(*sides, None, Policy(), seed=3)


def found(report: SelftestReport) -> dict[str, KindReport]:
    return {kind.name: kind for kind in report.kinds}


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_is_planted_and_noticed(report: SelftestReport, name: str) -> None:
    kind = found(report)[name]
    assert (kind.planted, kind.caught, kind.missed, kind.false_alarms) == (5, 5, (), ())


def test_the_planter_imports_nothing_of_the_engine() -> None:
    tree = ast.parse(Path(planting.__file__).read_text(encoding="utf-8"))
    named = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert named
    assert not [name for name in named if name.startswith("i2g_recon")]


def test_what_the_policy_hides_counts_as_missed(sides: tuple[i2g.Invoices, i2g.Invoices]) -> None:
    blind = Policy(tolerance_minor={"total": 1}, fields=("total", "tax", "currency", "date"))
    kinds = found(selftest_of(*sides, None, blind, seed=3))
    assert len(kinds["total_off_by_a_cent"].missed) == len(kinds["other_client"].missed) == 5
    assert not kinds["total_off_by_1"].missed
    assert not kinds["total_off_by_a_cent"].false_alarms


def test_what_is_said_about_an_invoice_nothing_was_done_to_is_a_false_alarm(
    sides: tuple[i2g.Invoices, i2g.Invoices],
) -> None:
    before = items_of(*sides, None, Policy())
    (pair, other, *_) = agreeing(before)
    loud = {**before, ("source", other[0]): {**before["source", other[0]], "bucket": "differs"}}
    kind = next(kind for kind in KINDS if kind.name == "rewritten")
    judgement = judged(kind, {"HT-1": pair}, before, loud)
    assert (judgement.caught, judgement.false_alarms) == (1, (before["source", other[0]]["number"],))
    silent = judged(replace(kind, expected=Expected("missing")), {"HT-1": pair}, before, before)
    assert (silent.caught, silent.missed) == (0, ("HT-1",))
    bad = SelftestReport(1, 1, (silent,))
    assert not bad.passed
    assert not SelftestReport(1, 1, ()).passed  # nothing planted proves nothing


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_planting_changes_a_copy_and_keeps_the_types(books: Books, kind: planting.Kind) -> None:
    names = ("source", "source_lines", "target", "target_lines")
    before = {name: getattr(books, name).copy(deep=True) for name in names}
    by_number = dict(zip(books.target["reference"], books.target["id"], strict=True))
    named = zip(books.source["id"], books.source["number"], strict=True)
    pairs = [(one, by_number[number]) for one, number in named if number in by_number]
    rng = random.Random(1)  # noqa: S311 - a choice that can be repeated, not a secret
    planted = next(made for pair in pairs if (made := kind.plant(books, pair, rng)))
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(books, name), table)
        assert getattr(planted, name).dtypes.equals(table.dtypes)
    assert any(not getattr(planted, name).equals(table) for name, table in before.items())


def test_the_same_seed_chooses_the_same_invoices(
    sides: tuple[i2g.Invoices, i2g.Invoices], report: SelftestReport
) -> None:
    assert selftest_of(*sides, None, Policy(), seed=3) == report


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as held:
        yield held


def test_without_books_there_is_nothing_to_plant_in(at: Desk) -> None:
    with pytest.raises(NeedsAPerson, match="nothing to plant errors in yet"):
        selftest(at.ws, at.connection)
    at.prepare(sale("T-1"))
    with pytest.raises(NeedsAPerson, match="No invoice agrees yet"):
        selftest(at.ws, at.connection)


def test_the_command_changes_nothing_and_says_how_it_went(tmp_path: Path) -> None:
    write_samples(tmp_path)
    with pretend_xero("demo") as xero:
        terminal = desk_on(xero, tmp_path)
        terminal.connected().run("import", str(tmp_path / EXPORT_NAME), expect=0)
        terminal.run(*SETUP, *FREE, expect=0)
        before = terminal.json("reconcile", expect=1)
        calls = len(xero.requests())
        document = terminal.json("selftest", expect=0)
        assert document["passed"]
        assert document["counts"] == {"planted": 80, "caught": 80, "missed": 0, "false_alarms": 0}
        assert "Every planted error was noticed" in terminal.run("selftest", "--seed", "7", expect=0).stdout
        assert len(xero.requests()) == calls
        after = terminal.json("reconcile", expect=1)
        assert (after["counts"], after["totals"]) == (before["counts"], before["totals"])
