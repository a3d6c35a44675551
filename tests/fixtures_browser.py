"""What the browser tests share: waiting for the page, pictures of it, rows of a grid, and accessibility findings."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from i2g_recon.web.places import ROOT, place

ARTEFACTS = Path(os.environ.get("I2G_RECON_ARTEFACTS") or ROOT / "artefacts")
expect.set_options(timeout=20_000)  # the first page of a fresh server imports pandas
DESK = {"width": 1280, "height": 1100}
HEADER_PX, ROW_PX, TICK_PX = 35, 35, 15  # a grid is a canvas: header, rows, the middle of the tick column
COLOURS = ("color-contrast", "link-in-text-block")  # all that another scheme can break
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GRAVE = {"serious", "critical"}
STREAMLITS_OWN = {
    "empty-table-header",
    "presentation-role-conflict",
}  # selection column of a grid, drop zone of an upload


@dataclass
class Screen:
    """One visitor's window. errors: what the browser's console complained of."""

    page: Page
    base: str
    errors: list[str] = field(default_factory=list)

    def open(self, name: str) -> None:
        """A page by its address, as a deep link."""
        self.page.goto(f"{self.base}/{name}")
        self.shows(place(name).title)

    def go(self, name: str) -> None:
        """A page through the navigation."""
        self.page.get_by_role("navigation").get_by_role("link", name=place(name).title, exact=True).click()
        self.shows(place(name).title)

    def shows(self, title: str) -> None:
        """Waits until the page with this title is there and at rest."""
        expect(self.page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()
        self.settle()

    def settle(self) -> None:
        """Waits until the script is idle, grids have loaded and nothing is under way that the page waits for."""
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0)
        expect(self.page.locator(".st-key-under_way")).to_have_count(0)

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label, exact=True).click()

    def says(self, text: str | re.Pattern[str]) -> Locator:
        """Waits for the words; gives where they stand."""
        found = self.page.get_by_text(text).first
        expect(found).to_be_visible()
        return found

    def compared(self) -> None:
        """Waits for the end of a comparison that was asked for: until then the list of the one before stands there."""
        self.says("Compared with Xero as of now.")
        self.settle()
        self.says(re.compile(r"\d+ invoices need you"))

    def shows_beside(self) -> None:
        """Waits for both invoices side by side, and brings them into sight."""
        heading = self.page.get_by_role("heading", name="Side by side", exact=True)
        expect(heading).to_be_visible()
        self.settle()
        heading.scroll_into_view_if_needed()

    def choose(self, label: str, option: str) -> None:
        """An option of a list, by the beginning of its words."""
        self.page.get_by_role("combobox", name=label).click()
        self.page.get_by_role("option", name=option).first.click()

    def upload(self, name: str, content: bytes) -> None:
        file: Any = {"name": name, "mimeType": "application/zip", "buffer": content}
        self.page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(file)

    def allow_access(self) -> None:
        """From page Connect through Xero's consent page and back."""
        self.page.get_by_role("link", name="Connect Xero", exact=True).click()
        self.says("Sandbox - not Xero")
        self.press("Allow access")
        self.says("Xero is connected.")

    def pick(self, words: str) -> None:
        """Clicks the words of a choice, and waits until the server knows of it."""
        self.page.get_by_text(words, exact=True).click()
        self.page.wait_for_timeout(500)  # the page looks at rest until the click has reached the server
        self.settle()

    def tick(self, label: str) -> None:
        """A check box, and waits until the server knows of it."""
        box = self.page.get_by_role("checkbox", name=label)
        expect(box).to_be_enabled()
        self.settle()
        self.pick(label)
        expect(box).to_be_checked()

    def tick_row(self, row: int, grid: int = 0) -> None:
        """Ticks a row of a grid; its cells are drawn, not made of elements."""
        box = self.page.get_by_test_id("stDataFrame").nth(grid).bounding_box()
        assert box is not None
        self.page.mouse.click(box["x"] + TICK_PX, box["y"] + HEADER_PX + ROW_PX * row + ROW_PX // 2)

    def picture(self, name: str, *, settled: bool = True) -> None:
        """Keeps what the visitor sees."""
        if settled:
            self.settle()
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png", animations="disabled")

    def axe_findings(self, *rules: str) -> set[str]:
        """Accessibility rules, all or those named, that the page breaks; nothing when axe is not installed."""
        if importlib.util.find_spec("axe_playwright_python") is None:
            return set()
        self.page.evaluate(importlib.import_module("axe_playwright_python.base").AXE_SCRIPT)
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": AXE_TAGS}
        found = self.page.evaluate("only => axe.run(document, {runOnly: only})", only)
        return {f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in serious(found["violations"])}


def serious(violations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings that keep somebody from working, as axe weighs them, and that are ours to mend."""
    return [each for each in violations if each["impact"] in GRAVE and each["id"] not in STREAMLITS_OWN]
