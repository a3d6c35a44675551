"""The commands over the real sandbox: what they say, where they say it, and how they end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fixtures_workspace import KNOWN_CLIENT, Xero, environment, pretend_xero, sale
from typer.testing import CliRunner, Result

from i2g_recon.cli import app
from i2g_recon.sandbox.i2g_export import csv_bytes
from i2g_recon.sandbox.samples import EXPORT_NAME, XERO_NAME, write_samples

SETUP = ("setup", "--revenue-account", "200", "--confirm-taxes", "--confirm-currency")
FREE = ("--tax", "GST Free 0%=EXEMPTOUTPUT")


@dataclass
class Desk:
    """A terminal, a home and a pretend Xero."""

    xero: Xero
    folder: Path
    variables: dict[str, str]

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def run(self, *words: str, expect: int, **variables: str) -> Result:
        result = CliRunner().invoke(app, words, env={**self.variables, **variables})
        assert result.exit_code == expect, f"{words}: {result.stdout}{result.stderr}"
        return result

    def json(self, *words: str, expect: int) -> Any:
        """The one document on stdout; that it is the only thing there is part of every test."""
        result = self.run(*words, "--json", expect=expect)
        assert result.stdout.count("\n") == 1
        return json.loads(result.stdout)

    def refused(self, *words: str, expect: int = 2) -> str:
        """The one sentence on stderr of a command that did nothing."""
        result = self.run(*words, expect=expect)
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        assert result.stderr.count("\n") == 1
        return result.stderr

    def file(self, name: str, content: bytes) -> str:
        (self.folder / name).write_bytes(content)
        return str(self.folder / name)

    def connected(self) -> Desk:
        self.run("connect", expect=0)
        return self


def desk_on(xero: Xero, folder: Path) -> Desk:
    unset = {"XERO_SCOPES": "", "DATABASE_URL": "", "I2G_RECON_SECRET_KEY": "", "I2G_RECON_DEBUG": ""}
    home = {"I2G_RECON_HOME": str(folder / "home"), "COLUMNS": "200", "TERM": "dumb"}
    return Desk(xero, folder, {**unset, **environment(xero.sandbox), **home})


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with pretend_xero(KNOWN_CLIENT) as xero:
        yield desk_on(xero, tmp_path)


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    write_samples(tmp_path / "samples")
    return tmp_path / "samples"


def test_from_connecting_to_everything_agreeing(tmp_path: Path, samples: Path) -> None:
    """The acceptance: after `push --all --yes` a second reconcile has nothing missing, each invoice once and right."""
    with pretend_xero("demo") as xero:
        at = desk_on(xero, tmp_path)
        (connected,) = at.json("connect", expect=0)["connected"]
        assert connected["tenant_id"] == xero.sandbox.organisations[0]["tenant_id"]
        imported = at.json("import", str(samples / EXPORT_NAME), expect=0)
        (file,) = imported["files"]
        assert file["accepted"] + file["refused"] == file["rows"] > 300
        assert at.json(*SETUP, *FREE, expect=0)["completed"]
        before = at.json("reconcile", expect=1)
        assert missing(before)
        plan = at.json("plan", expect=1)
        shown = at.json("push", "--all", expect=1)  # without --yes: the plan, and nothing is sent
        assert (shown["commands"], xero.puts()) == (plan["commands"], 0)
        pushed = at.json("push", "--all", "--yes", expect=1)  # 1: what is held needs a person
        states = {one["number"]: one["state"] for one in pushed["results"]}
        after = at.json("reconcile", expect=1)
        assert missing(after) == []
        assert set(missing(before)) == {number for number, state in states.items() if state == "confirmed"}
        held = xero.invoices()
        for one in pushed["results"]:
            if one["state"] == "confirmed":
                (found,) = (each for each in held if each["InvoiceID"] == one["xero_invoice_id"])
                assert (found["Reference"], found["Status"]) == (one["number"], "DRAFT")
                assert f"{found['Total']:.2f}" == total_of(before, one["number"])
        puts = xero.puts()
        at.json("push", "--all", "--yes", expect=1)
        assert xero.puts() == puts
        assert {total["unexplained"] for total in after["totals"]} == {"0.00"}


def missing(document: Any) -> list[str]:
    return sorted(item["number"] for item in document["items"] if item["reason"] == "sent_not_in_target")


def total_of(document: Any, number: str) -> str:
    (item,) = (one for one in document["items"] if one["number"] == number and one["bucket"] == "missing")
    return str(item["source_total"])


def test_all_clear_is_exit_0_in_words_and_in_json(at: Desk) -> None:
    export = at.file("x_invoice.csv", csv_bytes([sale("T-1"), sale("T-2")]))
    at.connected().run("import", export, expect=0)
    at.run(*SETUP, expect=0)
    assert "Something needs you" in at.run("reconcile", expect=1).stdout
    assert "confirmed 2" in at.run("push", "T-1", "T-2", "--yes", expect=0).stdout
    assert "All clear" in at.run("reconcile", expect=0).stdout
    document = at.json("reconcile", "--all-items", expect=0)
    assert [item["bucket"] for item in document["items"]] == ["agrees", "agrees"]
    assert at.json("reconcile", expect=0)["items"] == []
    assert at.json("plan", expect=0)["commands"] == []
    findings = at.json("doctor", expect=0)["findings"]
    assert all(one["ok"] for one in findings)
    assert at.json("pull", expect=0)["invoices"] == 2


def test_words_of_each_command_are_for_a_person(at: Desk) -> None:
    export = at.file("x_invoice.csv", csv_bytes([sale("T-1"), sale("T-2", currency="NZD")]))
    assert "Connected: Sandbox Company" in at.run("connect", expect=0).stdout
    assert "2 rows, 2 accepted, 0 refused" in at.run("import", export, expect=0).stdout
    assert "nothing new" in at.run("import", export, expect=0).stdout
    assert "Missing: " in at.run("setup", "--show", expect=1).stdout
    assert "Completed        yes" in at.run(*SETUP, expect=0).stdout
    assert "0 invoices read from Xero" in at.run("pull", expect=0).stdout
    plan = at.run("plan", expect=1).stdout
    assert "1 to create, 1 held" in plan
    shown = at.run("push", "--all", expect=1)
    assert "Nothing was sent" in shown.stderr
    assert "Nothing was sent" not in at.run("push", "--all", "--quiet", expect=1).stderr
    assert "held" in at.run("push", "--all", "--yes", expect=1).stdout


def test_automatic_export_pushes_after_an_import(at: Desk) -> None:
    at.connected().run("import", at.file("x_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
    at.run(*SETUP, "--auto-export", "on", "--status", "AUTHORISED", expect=0)
    document = at.json("import", at.file("y_invoice.csv", csv_bytes([sale("T-1"), sale("T-2")])), expect=0)
    assert document["push"]["counts"]["confirmed"] == 2
    assert {one["Status"] for one in at.xero.invoices()} == {"AUTHORISED"}


def test_two_files_need_no_account(at: Desk, samples: Path) -> None:
    document = at.json("compare", str(samples / EXPORT_NAME), str(samples / XERO_NAME), expect=1)
    assert document["counts"]["agrees"] > 300
    assert not at.home.exists()
    words = at.run("compare", str(samples / EXPORT_NAME), str(samples / XERO_NAME), expect=1).stdout
    assert "unexplained 0.00" in words


def test_samples_are_written(at: Desk) -> None:
    document = at.json("samples", str(at.folder / "s"), expect=0)
    assert [Path(name).name for name in document["files"]] == [EXPORT_NAME, XERO_NAME]
    assert "cannot be written" in at.refused("samples", str(at.file("taken", b"")) + "/below")


def test_period_limits_the_comparison(at: Desk) -> None:
    at.connected().run("import", at.file("x_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
    document = at.json("reconcile", "--from", "2030-01-01", "--to", "2030-12-31", expect=1)
    assert (document["counts"]["missing"], document["counts"]["excluded_source"]) == (0, 1)
    assert "--from is after --to" in at.refused("reconcile", "--from", "2031-01-01", "--to", "2030-12-31")


def test_an_output_is_written_or_refused_before_any_work(at: Desk) -> None:
    at.connected().run("import", at.file("x_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
    for ending in ("json", "html", "xlsx"):
        target = at.folder / f"paper.{ending}"
        at.run("reconcile", "--output", str(target), expect=1)
        assert target.stat().st_size > 0
    calls = len(at.xero.requests())
    at.refused("reconcile", "--output", str(at.folder / "paper.docx"))
    at.refused("reconcile", "--output", str(at.folder / "nowhere" / "paper.html"))
    assert len(at.xero.requests()) == calls
