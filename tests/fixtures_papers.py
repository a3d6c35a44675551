"""What the tests of reports share: a small result, one with hostile texts, and a reader of workbooks of its own.

The reader knows only the file format: cells by their XML, no library that the writer could share a mistake with.
"""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from i2g_recon.core.intake import frame
from i2g_recon.core.reconcile import reconcile
from i2g_recon.core.result import Reconciliation

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
SOURCE = """
id  reference  contact        date        currency  total
s1  1001       Acme Example   2026-09-01  AUD       110.00
s2  1002       Birch Example  2026-09-02  AUD       220.01
s3  1003       Cedar Example  2026-09-03  AUD       33.30
s4  1004       Dune Example   2026-09-04  JPY       5000
s5  1005       Elm Example    2026-09-05  AUD       70.00
s6  1006       Fern Example   2026-09-06  AUD       10.00
s7  1006       Fern Example   2026-09-07  AUD       20.00
"""
TARGET = """
id  reference  contact        date        currency  total
t1  1001       Acme Example   2026-09-01  AUD       110.00
t2  1002       Birch Example  2026-09-04  AUD       220.00
t4  1004       Dune Example   2026-09-04  JPY       5000
t5  1005       Elm Example    2026-09-05  NZD       70.00
t8  9001       Gale Example   2026-09-08  AUD       1234567.89
"""
LEADING = ("=", "+", "-", "@", "\t", "\r", "\n")
HOSTILE = (
    *(f'{sign}HYPERLINK("http://evil.example",1)' for sign in LEADING),
    "<img src=x onerror=alert(1)>",
    "</style><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "Acme \u202egpj.exe",
    "\u05e9\u05dc\u05d5\u05dd",
    "\U0001f469\u200d\U0001f527 caf\u00e9",
    "https://evil.example/click",
    "nul\x00bell\x07",
    "half \ud83d pair",
    "_x0041_",
    "007",
    "long " * 8000,
)


def table(text: str) -> pd.DataFrame:
    """A small text table as a frame of texts; columns are two spaces apart."""
    header, *rows = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.strip().splitlines()]
    return pd.DataFrame(rows, columns=header, dtype=object)


def result() -> Reconciliation:
    """Agreeing, differing, missing, extra and ambiguous invoices in three currencies."""
    return reconcile(frame(table(SOURCE), name="source.csv"), frame(table(TARGET), name="target.csv"))


def document(*, all_items: bool = True) -> dict[str, Any]:
    """The small result as its document."""
    about = {"name": "Harbour Trades", "tenant_id": "t-1", "base_currency": "AUD"}
    return result().to_dict(run="run-1", organisation=about, all_items=all_items)


def hostile_document() -> dict[str, Any]:
    """A document whose every text from outside is hostile, in every place such a text can stand."""
    made = document()
    one = next(item for item in made["items"] if item["bucket"] == "differs")
    items = [
        {
            **one,
            "number": text,
            "reference": text,
            "contact": text,
            "source_ids": [text],
            "target_ids": [text],
            "discrepancies": [{"field": "contact", "source": text, "target": text, "delta": None, "cause": ""}],
        }
        for text in HOSTILE
    ]
    named = [{**side, "name": text} for side, text in zip(made["inputs"], ("=1+1", "<b>"), strict=True)]
    about = {"name": "=cmd|' /C calc'!A0", "tenant_id": "@x", "base_currency": "AUD"}
    return {**made, "run": "&P<run>", "organisation": about, "inputs": named, "items": [*made["items"], *items]}


@dataclass(frozen=True)
class Book:
    """A workbook as its XML says it is."""

    files: dict[str, bytes]

    @classmethod
    def of(cls, content: bytes) -> Book:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return cls({name: archive.read(name) for name in archive.namelist()})

    def tree(self, name: str) -> ET.Element:
        return ET.fromstring(self.files[name])  # noqa: S314 - our own file

    @property
    def sheets(self) -> dict[str, str]:
        """Names of the sheets, in order, with their files."""
        rels = {rel.get("Id"): rel.get("Target") for rel in self.tree("xl/_rels/workbook.xml.rels")}
        found = self.tree("xl/workbook.xml").findall("m:sheets/m:sheet", NS)
        return {str(sheet.get("name")): f"xl/{rels[sheet.get(LINK)]}" for sheet in found}

    def sheet(self, name: str) -> ET.Element:
        return self.tree(self.sheets[name])

    def texts(self) -> list[str]:
        """The shared texts, in order."""
        return ["".join(t.text or "" for t in si.iter(f"{{{NS['m']}}}t")) for si in self.tree("xl/sharedStrings.xml")]

    def rows(self, name: str) -> list[dict[str, str | Decimal]]:
        """Cells of each row by column letter: texts as text, numbers as Decimal."""
        texts = self.texts()
        return [
            {
                str(cell.get("r")).rstrip("0123456789"): value_of(cell, texts)
                for cell in row
                if cell.find("m:v", NS) is not None
            }
            for row in self.sheet(name).findall("m:sheetData/m:row", NS)
        ]

    def records(self, name: str) -> list[dict[str, str | Decimal]]:
        """Rows of a sheet with one table, by heading; the heading is the third row."""
        _, _, head, *body = self.rows(name)
        return [{str(title): row.get(letter, "") for letter, title in head.items()} for row in body]


def value_of(cell: ET.Element, texts: list[str]) -> str | Decimal:
    value = cell.findtext("m:v", default="", namespaces=NS)
    return texts[int(value)] if cell.get("t") == "s" else Decimal(value)
