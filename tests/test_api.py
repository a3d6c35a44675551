"""The Python contract, used as a script uses it."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fixtures_papers import SOURCE, TARGET, Book, table
from fixtures_store import NOW, TENANT, connection, store_at

import i2g_recon as i2g
from i2g_recon import api
from i2g_recon.errors import NeedsAPerson, UnreadableFile, UnusableFrame
from i2g_recon.sandbox.samples import write_samples
from i2g_recon.store.records import Run

ROOT = Path(__file__).parent.parent
ORGANISATION = i2g.Organisation(tenant_id=TENANT, name="Harbour Trades", base_currency="AUD", currencies=("AUD", "JPY"))


def two_sides() -> tuple[i2g.Invoices, i2g.Invoices]:
    return i2g.frame(table(SOURCE)), i2g.frame(table(TARGET))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return folder


def test_importing_the_package_loads_nothing_heavy() -> None:
    asked = "import sys, i2g_recon; print(i2g_recon.__version__, sorted({'pandas', 'xero_python'} & set(sys.modules)))"
    said = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.split(maxsplit=1) == [i2g.__version__, "[]\n"]


def test_every_public_name_is_there_and_no_other() -> None:
    assert set(dir(i2g)) == set(i2g.__all__) == {*api.__all__, "__version__"}
    for name in api.__all__:
        assert getattr(i2g, name) is getattr(api, name)
    with pytest.raises(AttributeError, match="no attribute 'guess'"):
        _ = i2g.guess  # type: ignore[attr-defined]  # asked for on purpose


def test_two_files_from_reading_to_the_workbook(samples: Path, tmp_path: Path) -> None:
    source = i2g.read_invoice2go(str(samples / "invoice2go_export.zip"))
    target = i2g.read_xero(samples / "SalesInvoices.csv")
    result = i2g.reconcile(source, target, policy=i2g.Policy())
    assert result.counts["source"] == len(source.invoices) == 400
    result.to_excel(tmp_path / "paper.xlsx")
    result.to_html(str(tmp_path / "paper.html"))
    (aud,) = [
        row
        for row in Book.of((tmp_path / "paper.xlsx").read_bytes()).records("Bridge")
        if row["Code"] == "source" and row["Currency"] == "AUD"
    ]
    assert aud["Amount"] == Decimal(result.to_dict()["totals"][0]["source"])
    assert (tmp_path / "paper.html").read_bytes().startswith(b"<!DOCTYPE html>")


def test_the_arguments_are_not_changed() -> None:
    sides, before = two_sides(), two_sides()
    frame = table(SOURCE)
    i2g.frame(frame)
    i2g.reconcile(*sides)
    pd.testing.assert_frame_equal(frame, table(SOURCE))
    for after, earlier in zip(sides, before, strict=True):
        pd.testing.assert_frame_equal(after.invoices, earlier.invoices)
        pd.testing.assert_frame_equal(after.lines, earlier.lines)


def test_the_frames_have_the_columns_of_the_json() -> None:
    result = i2g.reconcile(*two_sides())
    made = json.loads(result.to_json(all_items=True))
    assert list(result.items.columns) == list(made["items"][0])
    assert result.items.to_dict("records") == made["items"]
    assert {"field", "source", "target", "delta", "cause"} <= set(result.discrepancies.columns)
    flat = [{"currency": one["currency"], **step} for one in made["totals"] for step in one["bridge"]]
    assert result.bridge[["currency", "reason", "count", "amount"]].to_dict("records") == flat
    assert result.counts == made["counts"]


def test_the_bridge_frame_says_minor_and_major_units_of_each_currency() -> None:
    source = i2g.frame(pd.DataFrame([{"id": "1", "reference": "1", "currency": "JPY", "total_minor": 5000}]))
    nothing = i2g.frame(pd.DataFrame(columns=["id", "reference", "currency", "total"], dtype=object))
    (row,) = i2g.reconcile(source, nothing).bridge.to_dict("records")
    assert (row["amount"], row["amount_minor"]) == ("-5000", -5000)
    assert i2g.reconcile(nothing, nothing).bridge.empty


def test_an_organisation_is_named_and_its_currencies_count() -> None:
    result = i2g.reconcile(*two_sides(), organisation=ORGANISATION)
    assert json.loads(result.to_json())["organisation"] == {
        "name": "Harbour Trades",
        "tenant_id": TENANT,
        "base_currency": "AUD",
    }
    assert i2g.reconcile(*two_sides()).to_dict()["organisation"]["name"] == ""


def test_wrong_columns_are_all_named_at_once() -> None:
    with pytest.raises(UnusableFrame, match=r"'reference'.*'currency'.*'total'"):
        i2g.frame(pd.DataFrame({"id": ["1"]}))


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    for read in (i2g.read_invoice2go, i2g.read_xero):
        with pytest.raises(UnreadableFile, match=r"nothing\.csv"):
            read(tmp_path / "nothing.csv")


def test_a_paper_is_only_written_under_its_own_ending(tmp_path: Path) -> None:
    result = i2g.reconcile(*two_sides())
    with pytest.raises(NeedsAPerson, match=r"ends in \.xlsx"):
        result.to_excel(tmp_path / "paper.html")
    with pytest.raises(NeedsAPerson, match=r"ends in \.html"):
        result.to_html(tmp_path / "paper")
    assert list(tmp_path.iterdir()) == []


def stored(home: Path) -> dict[str, Any]:
    """A workspace with one run; gives the run's document."""
    source, target = two_sides()
    result = i2g.reconcile(source, target, organisation=ORGANISATION)
    with store_at(home) as store:
        store.save_connection(connection())
        store.save_organisation(TENANT, ORGANISATION, (), NOW)
        sides = [
            store.add_snapshot(TENANT, "source", source, taken_at=NOW),
            store.add_snapshot(TENANT, "target", target, taken_at=NOW),
        ]
        text = result.to_json(run="run-1", all_items=True)
        store.add_run(
            Run(
                id="run-1",
                tenant_id=TENANT,
                created_at=NOW,
                source_snapshots=(sides[0],),
                target_snapshot=sides[1],
                policy_json=json.dumps(result.policy.to_dict()),
                result_json=text,
            )
        )
    return json.loads(text)


def test_a_run_of_the_workspace_reads_back_to_the_same_result(tmp_path: Path) -> None:
    document = stored(tmp_path)
    for run in (i2g.read_run(home=tmp_path), i2g.read_run("run-1", home=str(tmp_path))):
        assert run.id == "run-1"
        assert run.document == document
        again = i2g.reconcile(run.source, i2g.read_xero(run), organisation=run.organisation)
        assert json.loads(again.to_json(run="run-1", all_items=True)) == document


def test_a_run_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NeedsAPerson, match="no run run-9"):
        i2g.read_run("run-9", home=tmp_path)
