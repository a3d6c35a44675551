"""The workbook as LibreOffice opens it: every sheet is there, and its figures add up to the run's totals again."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from fixtures_papers import document

from i2g_recon.report.paper import paper_bytes


def working_office() -> str:
    """LibreOffice's command, '' where there is none or where it does not start."""
    found = shutil.which("soffice") or shutil.which("libreoffice") or ""
    starts = found and subprocess.run([found, "--version"], check=False, capture_output=True, timeout=60)
    return found if starts and starts.returncode == 0 else ""


OFFICE = working_office()
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"  # UTF-8, as shown, all
pytestmark = pytest.mark.skipif(not OFFICE, reason="no LibreOffice on this machine")


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[str]]]:
    """Rows of text by the name of the sheet, as LibreOffice shows them."""
    folder = tmp_path_factory.mktemp("office")
    paper = folder / "paper.xlsx"
    paper.write_bytes(paper_bytes(document(), "xlsx"))
    home = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    words = [
        OFFICE,
        home,
        "--headless",
        "--convert-to",
        EVERY_SHEET,
        "--outdir",
        str(folder),
        str(folder / "paper.xlsx"),
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=180)
    return {path.stem.removeprefix("paper-"): rows_of(path) for path in sorted(folder.glob("paper-*.csv"))}


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def table(rows: list[list[str]], first: str) -> list[dict[str, str]]:
    """The table whose heading begins so."""
    at = next(number for number, row in enumerate(rows) if row and row[0] == first)
    return [dict(zip(rows[at], row, strict=False)) for row in rows[at + 1 :] if any(row)]


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", "") or 0)


def test_every_sheet_opens(sheets: dict[str, list[list[str]]]) -> None:
    assert {"Summary", "Bridge", "Missing", "Differs", "Ambiguous", "Extra", "Excluded", "Agrees"} <= set(sheets)
    assert not [name for name, rows in sheets.items() for row in rows for cell in row if cell.startswith(("#", "Err:"))]


def test_the_bridge_adds_up_from_one_total_to_the_other(sheets: dict[str, list[list[str]]]) -> None:
    steps: defaultdict[str, Decimal] = defaultdict(Decimal)
    ends: dict[tuple[str, str], Decimal] = {}
    for row in table(sheets["Bridge"], "Currency"):
        if row["Code"] in ("target", "unexplained"):
            ends[row["Currency"], row["Code"]] = amount(row["Amount"])
        elif row["Code"]:
            steps[row["Currency"]] += amount(row["Amount"])
    for total in document()["totals"]:
        currency = total["currency"]
        assert steps[currency] == ends[currency, "target"] == Decimal(total["target"])
        assert ends[currency, "unexplained"] == Decimal(total["unexplained"]) == 0


def test_the_buckets_add_up_to_the_invoice2go_total(sheets: dict[str, list[list[str]]]) -> None:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for bucket in ("Missing", "Differs", "Ambiguous", "Excluded", "Agrees"):
        if any(sheets[bucket][1:]):
            for row in table(sheets[bucket], "Number"):
                sums[row["Currency"]] += amount(row["Invoice2go total"])
    items = document()["items"]
    for currency, found in sums.items():
        wanted = [Decimal(one["source_total"] or 0) for one in items if one["currency"] == currency]
        assert found == sum(wanted)
