"""The page: everything escaped, nothing loaded from anywhere, the same content as the workbook."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from fixtures_papers import HOSTILE, document, hostile_document

from i2g_recon.report.content import paper_of
from i2g_recon.report.html import shown
from i2g_recon.report.paper import paper_bytes
from i2g_recon.report.words import legible

OUR_TAGS = set(
    "html head meta title style body header h1 p main section h2 div table thead tr th tbody td footer".split()
)
OUR_ATTRIBUTES = set("lang charset http-equiv content name class scope dir".split())


class Reader(HTMLParser):
    """Tags, attributes and table cells as a browser would find them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.cells: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}
        self.inside = tag == "td"
        if self.inside:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "td"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.cells[-1] += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.fixture(scope="module")
def plain() -> str:
    return paper_bytes(document(), "html").decode()


@pytest.fixture(scope="module")
def hostile() -> str:
    return paper_bytes(hostile_document(), "html").decode()


def test_the_page_names_no_other_place(plain: str) -> None:
    assert re.search(r"https?:|//\w|url\(|@import|<script|<link|<img|src=|href=", plain) is None
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in plain


def test_hostile_text_makes_no_element_and_no_attribute(hostile: str) -> None:
    reader = read(hostile)
    assert reader.tags == OUR_TAGS
    assert {name for name, _ in reader.attributes} == OUR_ATTRIBUTES
    assert "&lt;img src=x onerror=alert(1)&gt;" in hostile
    assert "<img" not in hostile


def test_hostile_text_is_readable(hostile: str) -> None:
    cells = read(hostile).cells
    for text in HOSTILE:
        assert legible(text).replace("\r", "\n") in [cell.replace("\r", "\n") for cell in cells]
    assert "Acme <U+202E>gpj.exe" in cells
    assert "\u202e" not in hostile


def test_every_cell_of_the_workbook_is_on_the_page(plain: str) -> None:
    paper = paper_of(document())
    expected = [shown(cell) for sheet in paper.sheets for block in sheet.blocks for row in block.rows for cell in row]
    assert read(plain).cells == expected


def test_amounts_are_written_with_their_thousands_and_marked_below_zero(plain: str) -> None:
    assert '<td class="number">1,234,567.89</td>' in plain
    assert '<td class="number below">-0.01</td>' in plain


def test_the_verdict_and_the_run_are_said(plain: str) -> None:
    assert '<p class="verdict needs_a_person">Something needs you' in plain
    assert "<footer>Run run-1</footer>" in plain


def test_the_page_prints_and_follows_light_and_dark(plain: str) -> None:
    for rule in ("@media print", "size: A4 landscape", "prefers-color-scheme: dark", "display: table-header-group"):
        assert rule in plain


def test_an_empty_bucket_says_so(plain: str) -> None:
    assert re.search(r"<h2>Excluded</h2>\n<p>[^<]+</p>\n<p>None\.</p>", plain)


def test_the_same_document_gives_the_same_bytes() -> None:
    assert paper_bytes(document(), "html") == paper_bytes(document(), "html")
