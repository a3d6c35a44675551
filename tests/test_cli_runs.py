"""Commands over stored runs: what changed between two of them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, pretend_xero, sale
from test_cli import SETUP, Desk, desk_on

import i2g_recon as i2g
from i2g_recon.sandbox.i2g_export import csv_bytes


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with pretend_xero(KNOWN_CLIENT) as xero:
        yield desk_on(xero, tmp_path)


def test_what_changed_after_a_run_in_words_in_json_and_in_python(at: Desk) -> None:
    at.connected().run("import", at.file("a_invoice.csv", csv_bytes([sale("T-1"), sale("T-2")])), expect=0)
    at.run(*SETUP, expect=0)
    assert "There are not two runs" in at.refused("drift")
    first = at.json("reconcile", expect=1)
    assert "There are not two runs" in at.refused("drift")
    second = at.json("reconcile", expect=1)
    assert "Nothing changed on either side." in at.run("drift", expect=0).stdout
    at.run("push", "T-1", "--yes", expect=0)  # compares again by itself
    found = at.json("drift", expect=1)
    assert found["before"] == second["run"]
    third = found["after"]
    assert found["counts"] == {
        "source": {"appeared": 0, "vanished": 0, "changed": 0},
        "target": {"appeared": 1, "vanished": 0, "changed": 0},
        "moved": 2,
    }
    (change,) = found["changes"]
    assert (change["side"], change["kind"], change["reference"], change["after"]) == (
        "target",
        "appeared",
        "T-1",
        "110.00",
    )
    assert [(one["side"], one["bucket_before"], one["bucket_after"]) for one in found["moves"]] == [
        ("source", "missing", "agrees"),
        ("target", "", "agrees"),
    ]
    said = at.run("drift", first["run"], third, expect=1).stdout
    assert "Xero       appeared T-1" in said
    assert "missing -> agrees" in said
    runs = [i2g.read_run(run, home=at.home) for run in (first["run"], third)]
    assert i2g.drift(*runs).to_dict() == at.json("drift", first["run"], third, expect=1)


def test_a_change_made_in_xero_after_the_run_is_named_with_its_money(at: Desk) -> None:
    at.connected().run("import", at.file("a_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
    at.run(*SETUP, expect=0)
    at.run("push", "T-1", "--yes", expect=0)
    at.run("reconcile", expect=0)
    (invoice,) = at.xero.live("T-1")
    line = {"Description": "Repair", "Quantity": 1, "UnitAmount": 90, "AccountCode": "200", "TaxType": "OUTPUT"}
    at.xero.api("POST", f"Invoices/{invoice['InvoiceID']}", LineItems=[line])
    at.run("pull", expect=0)
    at.run("reconcile", expect=1)
    found = at.json("drift", expect=1)
    fields = {one["field"]: (one["before"], one["after"], one["delta"]) for one in found["changes"]}
    assert fields["total"] == ("110.00", "99.00", "-11.00")
    assert fields["tax"] == ("10.00", "9.00", "-1.00")
    assert fields["lines"] == ("1 x Repair at 100, OUTPUT, account 200", "1 x Repair at 90, OUTPUT, account 200", "")
    (total,) = (one for one in found["totals"] if one["side"] == "target")
    assert (total["before"], total["changed"], total["after"]) == ("110.00", "-11.00", "99.00")
    assert Decimal(total["before"]) + Decimal(total["changed"]) == Decimal(total["after"])


def test_other_rules_are_said_and_an_unknown_run_is_named(at: Desk) -> None:
    at.connected().run("import", at.file("a_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
    at.run("reconcile", expect=1)
    at.run("reconcile", "--from", "2026-11-01", expect=1)
    found = at.json("drift", expect=1)
    assert found["notes"] == ["The rules changed as well: period_from was not set and is 2026-11-01."]
    assert [one["reason_after"] for one in found["moves"]] == ["out_of_period"]
    assert "has no run nope; its newest are" in at.refused("drift", "nope")


def test_the_working_paper_of_a_stored_run(at: Desk) -> None:
    paper = at.folder / "paper.xlsx"
    at.connected()
    assert "There is no run yet" in at.refused("report", "--output", str(paper))
    at.run("import", at.file("a_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
    first = at.json("reconcile", expect=1)
    at.json("reconcile", expect=1)
    assert at.json("report", "--output", str(paper), "--run", first["run"], expect=1)["run"] == first["run"]
    assert paper.read_bytes().startswith(b"PK")
    with zipfile.ZipFile(paper) as archive:
        assert first["run"].encode() in b"".join(archive.read(name) for name in archive.namelist())
    assert "has no run nope" in at.refused("report", "--output", str(paper), "--run", "nope")
    assert "paper.txt" in at.refused("report", "--output", str(at.folder / "paper.txt"))
