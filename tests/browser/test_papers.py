"""What is printed fits the paper it is printed on: nothing is cut off at the right edge of an A4 page."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_workspace import desk
from playwright.sync_api import Browser

from i2g_recon.jobs import import_export
from i2g_recon.jobs.notebooks import ABOUT_A_RUN, read_as_page
from i2g_recon.report.paper import paper_bytes
from i2g_recon.sandbox.demo import sample_export

pytestmark = pytest.mark.browser
A4_WIDTH = 1032  # CSS pixels of a landscape page within margins of 12 mm


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The working paper with every invoice, and a notebook that was run, about the sample books."""
    folder = tmp_path_factory.mktemp("papers")
    with desk(folder / "home", "demo") as at:
        import_export.import_uploads(at.ws, at.connection, [("sample.zip", sample_export())])
        run = at.reconcile()
        made = {
            "working-paper": paper_bytes(run.contract_document(all_items=True), "html"),
            "audit": read_as_page(at.ws, run, next(iter(ABOUT_A_RUN))),
        }
    for name, content in made.items():
        (folder / f"{name}.html").write_bytes(content)
    return {name: folder / f"{name}.html" for name in made}


@pytest.mark.parametrize("name", ["working-paper", "audit"])
def test_a_paper_fits_the_page_and_asks_for_nothing(chromium: Browser, papers: dict[str, Path], name: str) -> None:
    page = chromium.new_page(viewport={"width": A4_WIDTH, "height": 703})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(papers[name].as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= A4_WIDTH
    assert asked == [papers[name].as_uri()]
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")
    page.close()
