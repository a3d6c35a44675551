"""The page Push in a real browser: progress that survives a reload, a change, a push taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fixtures_browser import Screen
from fixtures_sandbox import Person
from fixtures_web import books_served
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
PUT = {"method": "PUT", "path": "/Invoices"}


@pytest.fixture(scope="module")
def base_url(robin: Person, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on the demo's books, imported and set up."""
    with books_served(robin, tmp_path_factory.mktemp("push")) as address:
        yield address


def test_a_push_under_way_is_seen_by_a_second_viewer_and_taken_back(screen: Screen, robin: Person) -> None:
    robin.arm("slow", seconds=6.0, **PUT)
    screen.open("push")
    screen.settle()
    screen.picture("push-1-before")
    screen.page.get_by_role("button", name=re.compile(r"Push all \d+ invoices")).click()
    screen.page.get_by_role("dialog").get_by_role("button", name="Push now", exact=True).click()
    screen.says(re.compile(r"0 of \d+ invoices have their outcome"))
    screen.picture("push-2-under-way")
    screen.page.reload()
    screen.says(re.compile(r"0 of \d+ invoices have their outcome"))  # a reload, or a second viewer
    screen.says("Checked again: what arrived agrees with Invoice2go to the cent.")
    screen.settle()
    screen.picture("push-3-receipts")
    screen.press("Take this push back")
    screen.says(re.compile(r"(\d+) of \1 invoices can be taken back"))
    screen.settle()
    screen.picture("push-4-undo")
    screen.page.get_by_role("button", name=re.compile(r"Take \d+ invoices out of Xero")).click()
    screen.says(re.compile(r"Taken back .* (\d+) of \1 invoices are out of Xero"))
    screen.settle()
    screen.picture("push-5-taken-back")
    expect(screen.page.get_by_text("In Xero, but different")).to_be_visible()
    assert screen.axe_findings() == set()
