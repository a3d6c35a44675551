"""The whole way without a mouse, with Tab, Enter, Space and arrows: connect, import, set up, compare, look, push."""

from __future__ import annotations

import re

import pytest
from fixtures_browser import Screen
from fixtures_sandbox import Person
from playwright.sync_api import FileChooser, FilePayload, expect

from i2g_recon.sandbox.demo import sample_export

pytestmark = pytest.mark.browser
MOST_TABS = 60
FOCUSED = """() => {
  const one = document.activeElement;
  const label = one.closest('label');
  return [one.tagName, (one.getAttribute('aria-label') || one.innerText || (label && label.innerText) || '').trim()];
}"""


def tab_to(screen: Screen, name: str, tag: str = "BUTTON") -> None:
    """Tab on, from where the focus is, to the element of this kind whose name ends so."""
    if screen.page.url.startswith(screen.base):
        screen.settle()
    seen = []
    for _ in range(MOST_TABS):
        screen.page.keyboard.press("Tab")
        kind, words = screen.page.evaluate(FOCUSED)
        if kind == tag and words.endswith(name):
            return
        seen.append(f"{kind} {words[-40:]}")
    pytest.fail(f"'{name}' is not reached with Tab; what was: {seen}")


def use(screen: Screen, name: str, tag: str = "BUTTON", key: str = "Enter") -> None:
    """Go there and press the key."""
    tab_to(screen, name, tag)
    screen.page.keyboard.press(key)
    if tag == "INPUT":
        screen.page.wait_for_timeout(500)  # the page looks at rest until the press has reached the server


def test_the_main_journey_needs_no_mouse(screen: Screen, robin: Person) -> None:
    screen.open("connect")
    use(screen, "Connect Xero", "A")
    screen.says("Sandbox - not Xero")
    use(screen, "Allow access")
    screen.says("Xero is connected.")

    use(screen, "Import", "A")
    screen.shows("Import")
    with screen.page.expect_file_chooser() as asked:
        use(screen, "Upload")
    hand_in(asked.value)
    screen.says("harbourside.zip")
    use(screen, "Import")
    screen.says(re.compile(r"(\d+) rows, \1 accepted, 0 refused"))

    use(screen, "Revenue account", "A")
    screen.shows("Revenue account")
    use(screen, "Next")
    screen.shows("Taxes")
    tab_to(screen, "Xero tax rate for GST Free 0%", "INPUT")
    screen.page.keyboard.type("GST Free Income")
    screen.page.keyboard.press("Enter")
    screen.page.wait_for_timeout(500)
    use(screen, "The taxes are correct", "INPUT", "Space")
    use(screen, "Next")
    screen.shows("Currency")
    use(screen, "The currencies are right", "INPUT", "Space")
    use(screen, "Next")
    screen.shows("Review")
    use(screen, "Complete")
    screen.says("The set-up is complete.")

    use(screen, "Go to Reconcile", "A")
    screen.shows("Reconcile")
    use(screen, "Reconcile now")
    screen.compared()
    tab_to(screen, "", "CANVAS")
    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("Shift+Space")
    screen.shows_beside()
    screen.picture("keyboard-side-by-side")

    use(screen, "Push", "A")
    screen.shows("Push")
    label = screen.page.get_by_role("button", name=re.compile(r"Push all \d+ invoices")).inner_text()
    number = int(re.sub(r"\D", "", label))
    use(screen, label)
    expect(screen.page.get_by_role("dialog")).to_contain_text(f"{number} invoices")
    use(screen, "Push now")
    screen.says(f"{number} of {number} invoices are in Xero")
    written = [row for row in robin.logged("PUT") if row["path"].endswith("/Invoices")]
    assert [row["status"] for row in written] == [200]


def hand_in(chooser: FileChooser) -> None:
    """The file of the computer's own dialog."""
    file = FilePayload(name="harbourside.zip", mimeType="application/zip", buffer=sample_export())
    chooser.set_files([file])
