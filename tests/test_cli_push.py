"""The commands that change Xero, as a person at a terminal meets them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, pretend_xero, sale
from test_cli import SETUP, Desk, desk_on

from i2g_recon.sandbox.i2g_export import csv_bytes

LINE = {"Description": "Repair", "Quantity": 1, "UnitAmount": 90, "AccountCode": "200", "TaxType": "OUTPUT"}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with pretend_xero(KNOWN_CLIENT) as xero:
        yield desk_on(xero, tmp_path)


def ready(at: Desk, *numbers: str) -> Desk:
    export = at.file("x_invoice.csv", csv_bytes([sale(number) for number in numbers]))
    at.connected().run("import", export, expect=0)
    at.run(*SETUP, expect=0)
    return at


def test_a_push_is_taken_back(at: Desk) -> None:
    pushed = ready(at, "T-1", "T-2").json("push", "--all", "--yes", expect=0)
    shown = at.json("undo", pushed["push"], expect=1)
    assert shown["counts"] == {"possible": 2, "stays": 0}
    assert [one["Status"] for one in at.xero.invoices()] == ["DRAFT", "DRAFT"]
    assert "2 of 2 can be taken back" in at.run("undo", pushed["push"], expect=1).stdout
    done = at.json("undo", pushed["push"], "--yes", expect=0)
    assert done["counts"]["confirmed"] == 2
    assert [one["Status"] for one in at.xero.invoices()] == ["DELETED", "DELETED"]
    assert "Nothing of this push can be taken back" in at.refused("undo", pushed["push"], "--yes")
    assert "There is no push nope" in at.refused("undo", "nope")


def test_the_id_of_a_push_stands_in_its_words(at: Desk) -> None:
    words = ready(at, "T-1").run("push", "--all", "--yes", expect=0).stdout
    push_id = words.split()[1]
    at.run("undo", push_id, "--yes", expect=0)


def test_what_differs_is_shown_then_changed(at: Desk) -> None:
    ready(at, "T-1")
    at.xero.type_in(Reference="T-1", LineItems=[LINE], Date="2026-10-01", DueDate="2026-10-31")
    at.run("pull", expect=0)
    at.run("reconcile", expect=1)
    shown = at.json("push", "T-1", "--fix", "all", expect=1)
    assert [(one["number"], one["action"]) for one in shown["changes"]] == [("T-1", "update")]
    assert "total: 99.00 AUD -> 110.00 AUD" in at.run("push", "T-1", "--fix", "lines", expect=1).stdout
    assert at.xero.requests("POST", "/Invoices") == []
    assert at.json("push", "--all", "--fix", "lines", "--yes", expect=0)["counts"]["confirmed"] == 1
    assert [one["Total"] for one in at.xero.invoices()] == [Decimal("110.00")]
    at.run("reconcile", expect=0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["push", "T-9", "--fix", "all"], "Not among the invoices that differ: T-9"),
        (["push", "T-1", "--fix", "colour"], "'colour' cannot be changed from here"),
        (["push", "--all", "--again"], "--again goes with invoice numbers only"),
        (["push"], "Name the invoices to push"),
        (["keep-back", "T-1"], "Say why they shall not be sent"),
        (["keep-back", "T-9", "--reason", "x"], "Not among the missing invoices: T-9"),
    ],
    ids=lambda found: " ".join(found) if isinstance(found, list) else "",
)
def test_a_wrong_word_changes_nothing(at: Desk, words: list[str], said: str) -> None:
    ready(at, "T-1").run("reconcile", expect=1)
    assert said in at.refused(*words)
    assert at.xero.puts() == 0


def test_a_deleted_copy_is_made_again_when_asked_by_name(at: Desk) -> None:
    pushed = ready(at, "T-1").json("push", "--all", "--yes", expect=0)
    at.run("undo", pushed["push"], "--yes", expect=0)
    assert at.json("push", "--all", "--yes", expect=1)["counts"]["held"] == 1
    again = at.json("push", "T-1", "--again", "--yes", expect=0)
    assert again["counts"]["confirmed"] == 1
    assert again["results"][0]["xero_invoice_number"].startswith("T-1-")
    assert len(at.xero.live("T-1")) == 1


def test_what_is_kept_back_stays_out(at: Desk) -> None:
    ready(at, "T-1", "T-2")
    assert at.json("keep-back", "T-1", "--reason", "Billed by hand", expect=0)["kept_back"] == ["T-1"]
    assert at.json("push", "--all", "--yes", expect=1)["counts"] == {
        "confirmed": 1, "rejected": 0, "held": 1, "uncertain": 0, "stale": 0, "skipped": 0,
    }  # fmt: skip
    assert "Billed by hand" in at.run("plan", expect=1).stdout
    assert at.json("keep-back", "T-1", "--let-go", expect=0)["kept_back"] == []
    assert at.json("push", "--all", "--yes", expect=0)["counts"]["confirmed"] == 1


def test_a_worker_that_has_nothing_to_do_ends_at_once(at: Desk) -> None:
    assert ready(at, "T-1").json("worker", "--once", expect=0) == {
        "schema": 1, "settled": 0, "open": 0, "problems": [],
    }  # fmt: skip


def test_a_worker_takes_up_what_a_push_left_open(at: Desk) -> None:
    ready(at, "T-1")
    at.xero.arm("limit", problem="day", retry_after_s=7200, method="PUT")
    at.run("push", "--all", "--yes", expect=3)
    assert at.json("worker", "--once", expect=0)["settled"] == 1
    assert len(at.xero.live("T-1")) == 1
