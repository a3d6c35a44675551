"""Tables without ids in a workspace: merged by number, never beside an export, their layout remembered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, environment, sale
from test_cli import Desk as Terminal
from test_cli import desk_on
from test_pages_desk import checked, home_in_environment, opened, plainly, text_of

from i2g_recon.core.answers import Answers
from i2g_recon.errors import NeedsAnswer, NeedsAPerson, UnreadableFile
from i2g_recon.jobs.import_export import ImportReport, import_uploads
from i2g_recon.jobs.layouts import layouts
from i2g_recon.jobs.source import current_source, merge
from i2g_recon.sandbox.i2g_export import csv_bytes

HEAD = "Invoice No.,Client,Date,Total,Status\n"
AUD = Answers(currency="AUD")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "home", KNOWN_CLIENT) as found:
        yield found


def bring(at: Desk, *rows: str, answers: Answers = AUD, name: str = "list.csv", head: str = HEAD) -> ImportReport:
    data = (head + "".join(f"{row}\n" for row in rows)).encode()
    return import_uploads(at.ws, at.connection, [(name, data)], answers=answers)


def held(at: Desk) -> dict[str, tuple[int, bool]]:
    rows = current_source(at.ws, at.tenant_id).invoices.invoices
    return {row["number"]: (row["total_minor"], row["no_longer_exported"]) for row in rows.to_dict("records")}


def test_a_newer_table_takes_the_place_of_its_numbers_only(at: Desk) -> None:
    bring(at, "HT-1,Ada,25/01/2026,10.00,Sent", "HT-2,Ada,26/01/2026,20.00,Sent")
    bring(at, "ht-2,Ada,26/01/2026,25.00,Sent", "HT-3,Ada,28/02/2026,30.00,Sent")
    assert held(at) == {"HT-1": (1000, False), "ht-2": (2500, False), "HT-3": (3000, False)}
    report = bring(at, "HT-3,Ada,28/02/2026,30.00,Sent", "HT-1,Ada,25/01/2026,10.00,Sent")
    assert held(at)["ht-2"] == (2500, True)  # within the dates of the newest table, and not in it
    assert report.no_longer_exported == 1


def test_a_table_read_again_with_another_answer_replaces_the_first_reading(at: Desk) -> None:
    row = "HT-1,Ada,07/11/2026,10.00,Sent"
    with pytest.raises(NeedsAnswer, match="--dates"):
        bring(at, row)
    for day_first, month in ((False, 7), (True, 11)):
        bring(at, row, answers=Answers(currency="AUD", day_first=day_first))
        (date,) = current_source(at.ws, at.tenant_id).invoices.invoices["date"]
        assert date.month == month


def test_what_was_said_is_used_again_for_the_same_headings_of_the_same_organisation(at: Desk) -> None:
    with pytest.raises(NeedsAnswer, match="does not say its currency"):
        bring(at, "HT-1,Ada,25/01/2026,10.00,Sent", answers=Answers())
    bring(at, "HT-1,Ada,25/01/2026,10.00,Sent")
    assert list(layouts(at.ws, at.tenant_id).values()) == [AUD]
    assert layouts(at.ws, "another") == {}
    bring(at, "HT-2,Ada,26/01/2026,10.00,Sent", answers=Answers())
    with pytest.raises(NeedsAnswer, match="does not say its currency"):
        bring(at, "HT-3,Ada,26/01/2026,10.00,Sent,x", answers=Answers(), head=HEAD.replace("Status", "Status,Note"))
    assert set(held(at)) == {"HT-1", "HT-2"}


def test_a_table_never_stands_beside_an_export(at: Desk) -> None:
    bring(at, "T-1,Marlin Cafe,01/10/2026,110.00,Sent", "T-9,Marlin Cafe,13/10/2026,110.00,Sent")
    at.bring_in(sale("T-1"))
    side = current_source(at.ws, at.tenant_id).invoices
    assert side.invoices["number"].tolist() == ["T-1"]
    assert "Tables without ids are set aside" in side.notes[-1]
    with pytest.raises(NeedsAPerson, match="this organisation has Invoice2go's own export"):
        bring(at, "T-2,Marlin Cafe,13/10/2026,110.00,Sent")
    both = [("a_invoice.csv", csv_bytes([sale("U-1")])), ("b.csv", (HEAD + "U-2,Ada,25/01/2026,1.00,Sent\n").encode())]
    with pytest.raises(NeedsAPerson, match=r"b\.csv is a table without ids"):
        import_uploads(at.ws, at.connection, both, answers=AUD)


def test_an_invoice_of_a_table_is_compared_and_its_push_is_held(at: Desk) -> None:
    at.xero.type_in(InvoiceNumber="INV-1", Reference="T-1", Date="2026-10-13", LineAmountTypes="Exclusive")
    bring(at, "T-1,Marlin Cafe,13/10/2026,5.50,Sent", "T-2,Marlin Cafe,13/10/2026,110.00,Sent")
    at.set_up()
    run = at.reconcile()
    assert (run.counts["agrees"], run.counts["missing"]) == (1, 1)
    view = at.plan()
    assert [(one.number, one.action, one.reason) for one in view.commands] == [("T-2", "hold", "no_lines")]
    assert not view.pushable


def test_merging_keeps_every_refused_row(at: Desk) -> None:
    bring(at, "HT-1,Ada,25/01/2026,10.00,Sent", "HT-2,Ada,26/01/2026,x,Sent")
    bring(at, "HT-3,Ada,25/02/2026,10.00,Sent")
    sides = [at.ws.store.load_snapshot(info.id) for info in at.ws.store.snapshots(at.tenant_id, "source")]
    merged = merge(sides)
    assert merged.origin.rows == len(merged.invoices) + 1 == 3
    assert all(one.origin.sha256 != other.origin.sha256 for one, other in pairwise(sides))


def test_a_refused_row_is_settled_by_a_newer_table_of_the_same_dates_and_by_no_other(at: Desk) -> None:
    bad, good = "HT-2,Ada,26/01/2026,x,Sent", "HT-2,Ada,26/01/2026,20.00,Sent"
    first, last = "HT-1,Ada,25/01/2026,10.00,Sent", "HT-3,Ada,28/01/2026,30.00,Sent"
    bring(at, first, bad, last)
    bring(at, good, last)  # begins a day later: perhaps another row is meant
    assert [error.refused for error in current_source(at.ws, at.tenant_id).invoices.row_errors] == [True]
    bring(at, first, good, last)
    side = current_source(at.ws, at.tenant_id).invoices
    assert side.row_errors == ()
    assert side.origin.rows == len(side.invoices) == 3


def test_the_commands_take_the_answers(at: Desk, tmp_path: Path) -> None:
    terminal: Terminal = desk_on(at.xero, tmp_path / "terminal")
    terminal.folder.mkdir()
    table = terminal.file("list.csv", b"Nummer;Kunde;Datum;Summe\nHT-1;Ada;07.11.2026;1.234,50\n")
    columns = [
        word for one in ("number=Nummer", "client=Kunde", "date=Datum", "total=Summe") for word in ("--map", one)
    ]
    terminal.connected()
    assert "lacks the columns" in terminal.refused("import", table)
    assert "--currency AUD" in terminal.refused("import", table, *columns)
    assert "--dates day-first" in terminal.refused("import", table, *columns, "--currency", "eur")
    report = terminal.json("import", table, *columns, "--currency", "eur", "--dates", "day-first", expect=0)
    assert report["files"][0]["totals"] == {"EUR": "1234.50"}
    assert terminal.json("import", table, expect=0)["files"][0]["repeated"]
    for words, sentence in (
        (("--map", "sum=Summe"), "--map does not know 'sum=Summe'"),
        (("--map", "total"), "--map does not know 'total='"),
        (("--decimal", ";"), "--decimal is ';'"),
        (("--currency", "euro"), "--currency is 'euro'"),
        (("--dates", "iso"), "--dates is 'iso'"),
    ):
        assert sentence in terminal.refused("import", table, *words)


def test_the_page_asks_one_question_after_the_other(tmp_path: Path) -> None:
    with desk(tmp_path) as here, home_in_environment(tmp_path, environment(here.xero.sandbox)):
        app = opened("import_files")
        data = b"Invoice No.,Client,Date,Total\nHT-1,Ada,07/11/2026,10.00\n"
        app.file_uploader(key="import_files").set_value([("list.csv", data, "text/csv")]).run()
        assert [one.value for one in checked(app).subheader] == ["How is this table to be read?"]
        assert app.button(key="import_now").disabled
        app.selectbox(key="table_currency").select("AUD").run()
        app.radio(key="table_dates").set_value("Day first, as 25/12/2026").run()
        assert not checked(app).button(key="import_now").disabled
        app.button(key="import_now").click().run()
        assert "1 row, 1 accepted, 0 refused" in plainly(text_of(checked(app)))
        (date,) = current_source(here.ws, here.tenant_id).invoices.invoices["date"]
        assert (date.day, date.month) == (7, 11)


def test_a_file_that_nobody_can_read_asks_nothing(at: Desk) -> None:
    with pytest.raises(UnreadableFile):
        import_uploads(at.ws, at.connection, [("x.csv", b"a,b\n1,2\n")])
