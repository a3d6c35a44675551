"""The notebooks, run as a script and as Jupyter runs them, their figures against a count made here from the files.

The .ipynb are kept without outputs: a stored figure would be of some other file than the reader's, and would show as a
change at every run. What they give is made anew here and checked.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import re
import runpy
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from fixtures_workspace import Desk, desk, sale

from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs import import_export, notebooks
from i2g_recon.jobs.notebooks import ABOUT_A_RUN, notebook_for, read_as_page
from i2g_recon.jobs.reconcile import reconcile, run_view
from i2g_recon.sandbox.demo import sample_export
from i2g_recon.sandbox.i2g_export import csv_bytes
from i2g_recon.sandbox.samples import write_samples

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.py"))
TWO_FILES = NOTEBOOKS / "reconcile_two_files"
CLOSED = "The bridge closes: every cent between the two totals is explained, and every invoice is in one group.\n"
RUN = """
import sys, nbformat, nbclient
book = nbformat.read(sys.argv[1], as_version=4)
place = {"metadata": {"path": sys.argv[2]}}
nbclient.NotebookClient(book, timeout=120, kernel_name="python3", resources=place).execute()
nbformat.write(book, sys.argv[1])
"""
HOSTILE = "<img src=x onerror=alert(1)>"


@dataclass(frozen=True)
class Count:
    """What the two files hold, by their own columns; numbers compared without case and spaces around."""

    totals: dict[str, tuple[Decimal, Decimal]]
    missing: set[str]
    extra: set[str]
    other_total: set[str]


def counted(folder: Path) -> Count:
    """Reads both sample files with nothing but csv. What was neither sent nor paid was never due in Xero."""
    with zipfile.ZipFile(folder / "invoice2go_export.zip") as archive:
        name = next(name for name in archive.namelist() if "_invoice_" in name)
        source = rows_of(archive.read(name))
    lines = rows_of((folder / "SalesInvoices.csv").read_bytes())
    target = list({row["InvoiceNumber"]: row for row in lines}.values())
    numbers, references = (
        Counter(key(row[column]) for row in rows)
        for rows, column in ((source, "DocumentNumber"), (target, "Reference"))
    )
    by_reference = {key(row["Reference"]): row for row in target}
    due = [row for row in source if row["OutputStatus"] != "unsent" or "succeeded" in row["Payments"]]
    sent = [row for row in due if numbers[key(row["DocumentNumber"])] == 1]
    pairs = [
        (row, by_reference[key(row["DocumentNumber"])]) for row in sent if references[key(row["DocumentNumber"])] == 1
    ]
    currencies = {row["CurrencyCode"] for row in source} | {row["Currency"] for row in target}
    return Count(
        totals={
            one: (
                sum((Decimal(row["TotalAmount"]) for row in source if row["CurrencyCode"] == one), Decimal(0)),
                sum((Decimal(row["Total"]) for row in target if row["Currency"] == one), Decimal(0)),
            )
            for one in currencies
        },
        missing={row["DocumentNumber"] for row in sent if not references[key(row["DocumentNumber"])]}
        | {row["DocumentNumber"] for row in due if numbers[key(row["DocumentNumber"])] > 1 and settled(row, target)},
        extra={row["InvoiceNumber"] for row in target if not numbers[key(row["Reference"])]},
        other_total={
            left["DocumentNumber"]
            for left, right in pairs
            if left["CurrencyCode"] == right["Currency"] and Decimal(left["TotalAmount"]) != Decimal(right["Total"])
        },
    )


def settled(row: dict[str, str], target: list[dict[str, str]]) -> bool:
    """A row of a number used twice is missing when its one copy in Xero has the other row's total."""
    copies = [one for one in target if key(one["Reference"]) == key(row["DocumentNumber"])]
    return len(copies) == 1 and Decimal(copies[0]["Total"]) != Decimal(row["TotalAmount"])


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def key(text: str) -> str:
    return text.strip().casefold()


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return folder


def notebook_at(path: Path) -> Any:
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_and_its_script_are_one(name: str) -> None:
    book, script = (jupytext.read(NOTEBOOKS / f"{name}{ending}") for ending in (".ipynb", ".py"))
    told = [
        [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in each.cells] for each in (book, script)
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_is_kept_without_outputs(name: str) -> None:
    book = notebook_at(NOTEBOOKS / f"{name}.ipynb")
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert code[0].metadata.get("tags") == ["parameters"]


@pytest.fixture
def ran(samples: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names of the notebook after its script has run in this process."""
    monkeypatch.setenv("I2G_RECON_SAMPLES", str(samples))
    monkeypatch.setattr(sys, "path", list(sys.path))
    return runpy.run_path(f"{TWO_FILES}.py")


def test_the_script_gives_the_figures_of_the_files(samples: Path, ran: dict[str, Any]) -> None:
    own, result = counted(samples), ran["result"]
    assert len(own.missing) > 10
    assert len(own.other_total) > 10
    numbers = {
        bucket: set(result.items.loc[result.items["bucket"] == bucket, "number"]) for bucket in ("missing", "extra")
    }
    assert numbers == {"missing": own.missing, "extra": own.extra}
    differing = result.discrepancies
    assert set(differing.loc[differing["field"] == "total", "number"]) == own.other_total
    totals = {one["currency"]: (Decimal(one["source"]), Decimal(one["target"])) for one in ran["totals"]}
    assert totals == own.totals


class Cells(HTMLParser):
    """The text of every table cell, and every tag."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.tags: set[str] = set()
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert attrs is not None
        self.inside = tag in ("td", "th")
        if self.inside:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.cells[-1] += data


@dataclass(frozen=True)
class Shown:
    """What a run notebook shows: printed text, and tables as cells with their tags."""

    printed: str
    tables: Cells


def run_by_jupyter(folder: Path, name: str = TWO_FILES.stem, **parameters: str) -> Shown:
    """Runs the .ipynb in a kernel of this Python, in the notebooks' folder, with parameters put in as a cell."""
    book = notebook_at(NOTEBOOKS / f"{name}.ipynb")
    place = next(n for n, cell in enumerate(book.cells) if cell.metadata.get("tags") == ["parameters"])
    set_to = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    book.cells.insert(place + 1, nbformat.v4.new_code_cell(set_to))  # type: ignore[no-untyped-call]  # nbformat has no types
    copy = folder / "run.ipynb"
    nbformat.write(book, copy)  # type: ignore[no-untyped-call]  # nbformat has no types
    subprocess.run(
        [sys.executable, "-c", RUN, str(copy), str(NOTEBOOKS)], env=jupyter_at(folder), check=True, timeout=150
    )
    outputs = [out for cell in notebook_at(copy).cells for out in cell.get("outputs", [])]
    tables = Cells()
    tables.feed("".join(out.data.get("text/html", "") for out in outputs if "data" in out))
    return Shown(
        printed="".join(out.text for out in outputs if out.get("name") == "stdout"),
        tables=tables,
    )


def jupyter_at(folder: Path) -> dict[str, str]:
    """An environment in which Jupyter knows one kernel, this Python, and keeps everything in the folder."""
    kernel = folder / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    start = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": start, "display_name": "Python 3", "language": "python"}))
    own = {name: str(folder / name.lower()) for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")}
    rest = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "JUPYTER_PREFER_ENV_PATH")}
    return {**rest, **own, "JUPYTER_PATH": str(folder / "jupyter"), "JUPYTER_DATA_DIR": str(folder / "jupyter")}


def test_the_notebook_shows_the_figures_of_the_files(samples: Path, tmp_path: Path) -> None:
    own = counted(samples)
    shown = run_by_jupyter(
        tmp_path,
        source_path=str(samples / "invoice2go_export.zip"),
        target_path=str(samples / "SalesInvoices.csv"),
        working_paper=str(tmp_path / "paper.xlsx"),
    )
    assert CLOSED in shown.printed
    assert shown.printed.startswith("Something needs you")
    assert own.missing | own.extra | own.other_total <= set(shown.tables.cells)
    assert {f"{amount:,.2f}" for sides in own.totals.values() for amount in sides if amount} <= set(shown.tables.cells)
    assert "svg" in shown.tables.tags
    assert "script" not in shown.tables.tags, "what is shown must not need the internet"
    assert zipfile.is_zipfile(tmp_path / "paper.xlsx")


def test_the_notebook_bears_empty_tables_and_hostile_names(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_bytes(csv_bytes([sale("1", client=HOSTILE), sale("2")]))
    line = {"Description": "Repair", "Quantity": 1, "UnitAmount": 100, "LineAmount": 100, "TaxAmount": 10}
    invoice = {
        "Type": "ACCREC",
        "InvoiceID": "11111111-aaaa-4bbb-8ccc-000000000009",
        "InvoiceNumber": "INV-1",
        "Reference": "2",
        "Contact": {"Name": "Marlin Cafe"},
        "DateString": "2026-10-01T00:00:00",
        "CurrencyCode": "AUD",
        "Status": "AUTHORISED",
        "LineAmountTypes": "Exclusive",
        "LineItems": [line],
        "SubTotal": 100,
        "TotalTax": 10,
        "Total": 110,
    }
    (tmp_path / "pages.json").write_text(json.dumps({"Invoices": [invoice]}))
    shown = run_by_jupyter(tmp_path, source_path=str(tmp_path / "export.csv"), target_path=str(tmp_path / "pages.json"))
    assert CLOSED in shown.printed
    assert HOSTILE in shown.tables.cells
    assert "img" not in shown.tables.tags


# --- The notebooks about a stored comparison

ABOUT_RUNS = [name for name in NAMES if name != TWO_FILES.stem]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The demo's books, compared twice, with something that changed in between."""
    with desk(tmp_path_factory.mktemp("books"), "demo") as at:
        import_export.import_uploads(at.ws, at.connection, [("sample.zip", sample_export())])
        at.reconcile()
        invoice = next(one for one in at.xero.invoices() if one["Status"] == "DRAFT")
        at.xero.api("POST", f"Invoices/{invoice['InvoiceID']}", DueDate="2027-01-31")
        reconcile(at.ws, at.connection, refresh="always")
        yield at


def run_on(books: Desk, name: str, monkeypatch: pytest.MonkeyPatch, **parameters: str) -> dict[str, Any]:
    """The names of a notebook after its script has run on these books."""
    monkeypatch.setenv("I2G_RECON_HOME", str(books.ws.settings.home))
    monkeypatch.setattr(sys, "path", list(sys.path))
    script = (NOTEBOOKS / f"{name}.py").read_text(encoding="utf-8")
    for parameter, value in parameters.items():
        script, found = re.subn(rf'^{parameter} = ""', f"{parameter} = {value!r}", script, flags=re.MULTILINE)
        assert found == 1
    names: dict[str, Any] = {}
    exec(compile(script, name, "exec"), names)  # noqa: S102 - our own notebook, with its parameters set
    return names


@pytest.mark.parametrize("name", ABOUT_RUNS)
def test_a_notebook_about_a_run_reads_well_on_the_demo(
    books: Desk, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = run_on(books, name, monkeypatch)
    assert names["stored"].id == books.ws.store.latest_run_id(books.tenant_id)
    assert f"Comparison {names['stored'].id}" in capsys.readouterr().out


def test_the_audit_makes_the_same_comparison_again(
    books: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = run_on(books, "audit_a_run", monkeypatch)
    assert "399 invoices stand where they stood" in capsys.readouterr().out
    assert len(names["open_items"]) == sum(
        item["bucket"] in ("missing", "differs", "ambiguous", "extra") for item in names["document"]["items"]
    )


def test_sql_comes_to_the_same_for_most_invoices_one_by_one(books: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_on(books, "recompute_in_sql", monkeypatch)["checked"] > 330


@pytest.mark.parametrize("wrong", ["bucket", "total"])
def test_sql_notices_a_result_that_is_not_so(books: Desk, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """A stored result that calls a missing invoice one that agrees, or a sum that is a cent off."""
    newest = next(one.id for one in books.ws.store.runs(books.tenant_id) if not one.id.startswith("forged"))
    run = books.ws.store.run(newest)
    assert run is not None
    document = json.loads(run.result_json)
    if wrong == "bucket":
        item = next(one for one in document["items"] if one["reason"] == "sent_not_in_target")
        item["bucket"], item["matched_by"] = "agrees", "exact"
    else:
        document["totals"][0]["source"] = "1.00"
    early = run.created_at - dt.timedelta(days=1)  # so that it is not the newest
    books.ws.store.add_run(replace(run, id=f"forged-{wrong}", created_at=early, result_json=json.dumps(document)))
    with pytest.raises(AssertionError, match="in SQL and 'agrees'" if wrong == "bucket" else "source"):
        run_on(books, "recompute_in_sql", monkeypatch, run=f"forged-{wrong}")


def test_drift_names_what_changed_between_two_runs(books: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [one.id for one in books.ws.store.runs(books.tenant_id) if not one.id.startswith("forged")]
    changes = run_on(books, "duplicates_and_drift", monkeypatch, run=runs[0], before=runs[-1])["changes"]
    assert list(changes["field"]) == ["due_date"]
    assert len(run_on(books, "duplicates_and_drift", monkeypatch)["copies"]) >= 4


def test_the_paper_of_a_period_holds_its_invoices_only(books: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    begin, end = "2026-02-01", "2026-02-28"
    script = (NOTEBOOKS / "close_a_period.py").read_text(encoding="utf-8")
    assert 'period_from, period_to = "", ""' in script
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: script.replace('= "", ""', f'= "{begin}", "{end}"'))
    names = run_on(books, "close_a_period", monkeypatch)
    days = [one["date"] for one in names["items"]]
    assert days
    assert all(begin <= day <= end for day in days if day)
    assert sum(names["counted"].values()) == len(days)


def test_a_notebook_about_a_run_runs_in_jupyter(books: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("I2G_RECON_HOME", str(books.ws.settings.home))
    shown = run_by_jupyter(tmp_path, "tax_by_code_and_month")
    assert "The months add up to the tax of every live invoice" in shown.printed
    assert "script" not in shown.tables.tags


@pytest.mark.parametrize("name", ABOUT_A_RUN)
def test_a_copy_is_about_one_comparison(books: Desk, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parameters are set, and as a script it opens that comparison wherever the environment points."""
    oldest = [one.id for one in books.ws.store.runs(books.tenant_id) if not one.id.startswith("forged")][-1]
    run = run_view(books.ws, oldest)
    assert run is not None
    copy = json.loads(notebook_for(books.ws, run, name))
    code = "\n".join("".join(cell["source"]) for cell in copy["cells"] if cell["cell_type"] == "code")
    monkeypatch.setenv("I2G_RECON_HOME", "/nowhere")
    monkeypatch.setattr(sys, "path", list(sys.path))
    names: dict[str, Any] = {}
    exec(compile(code, name, "exec"), names)  # noqa: S102 - our own notebook
    assert names["stored"].id == oldest


@pytest.mark.parametrize("name", ABOUT_A_RUN)
def test_a_notebook_is_read_as_a_page_that_needs_nothing_else(books: Desk, name: str) -> None:
    run = run_view(books.ws, books.ws.store.latest_run_id(books.tenant_id))
    assert run is not None
    told: list[tuple[int, int]] = []
    page = read_as_page(books.ws, run, name, lambda done, of_all: told.append((done, of_all))).decode()
    assert f"{ABOUT_A_RUN[name]}, run {run.id}" in page
    assert run.id in page.split("<main>")[1].split("<footer>")[0], "its first line names the run it is about"
    assert page.count("<table") >= 2
    assert not re.findall(r"<script|<link|@import|url\(|(?:src|href)=.(?!#)", page), "nothing is fetched"
    assert "import pandas" not in page, "no code"
    assert told[-1][0] == told[-1][1]


def test_a_notebook_that_fails_says_where_to_look(books: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = run_view(books.ws, books.ws.store.latest_run_id(books.tenant_id))
    assert run is not None
    book = notebook_at(NOTEBOOKS / "audit_a_run.ipynb")
    book.cells[-1]["cell_type"], book.cells[-1]["source"] = "code", "1 / 0"
    nbformat.write(book, tmp_path / "audit_a_run.ipynb")  # type: ignore[no-untyped-call]  # nbformat has no types
    monkeypatch.setattr(notebooks, "FOLDER", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOKS.parent))
    with pytest.raises(NeedsAPerson, match="ZeroDivisionError"):
        read_as_page(books.ws, run, "audit_a_run")


def test_a_notebook_that_is_not_there_is_a_sentence(books: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_view(books.ws, books.ws.store.latest_run_id(books.tenant_id))
    assert run is not None
    monkeypatch.setattr(notebooks, "FOLDER", Path("/nowhere"))
    with pytest.raises(NeedsAPerson, match="not beside this installation"):
        notebook_for(books.ws, run, "audit_a_run")


def test_every_notebook_about_a_run_is_offered() -> None:
    assert sorted(ABOUT_A_RUN) == sorted(ABOUT_RUNS)
