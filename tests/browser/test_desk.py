"""A bookkeeper's day in a real browser: what stands where, work on many lines, papers, the close, the log."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from fixtures_browser import Screen
from fixtures_sandbox import Person
from fixtures_web import books_served
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def base_url(robin: Person, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on the demo's books, imported and set up."""
    with books_served(robin, tmp_path_factory.mktemp("desk")) as address:
        yield address


def test_from_the_overview_to_the_lines_behind_a_figure(screen: Screen, robin: Person) -> None:
    screen.open("overview")
    robin.arm("slow", seconds=3.0, method="GET", path="/Invoices")
    screen.press("Reconcile now")
    screen.says(re.compile("^Reading Xero and comparing"))  # the page is free meanwhile
    screen.picture("desk-under-way", settled=False)
    screen.page.get_by_role("navigation").get_by_role("link", name="Activity", exact=True).click()
    screen.shows("Activity")
    screen.go("overview")
    screen.says(re.compile(r"\d+ invoices need you"))
    screen.settle()
    screen.page.get_by_role("link", name=re.compile("^Paid in Invoice2go, open in Xero")).click()
    screen.shows("Reconcile")
    assert "finding=" in screen.page.url
    shown = screen.says(re.compile(r"\d+ of \d+ lines shown")).inner_text()
    screen.page.reload()
    screen.shows("Reconcile")
    assert screen.says(re.compile(r"\d+ of \d+ lines shown")).inner_text() == shown, "the address holds the filter"
    screen.go("overview")
    screen.page.get_by_role("link", name="The work list in this order").click()
    screen.shows("Reconcile")
    assert "order=What+fixes+them" in screen.page.url
    assert "finding=" not in screen.page.url
    assert screen.says(re.compile(r"\d+ of \d+ lines shown")).inner_text() != shown, "what was chosen before is gone"
    screen.picture("desk-by-fix")


def test_two_lines_are_accepted_at_once_and_the_list_says_so(screen: Screen) -> None:
    screen.open("reconcile")
    screen.tick_row(0)
    screen.says("Do something with 1 line")
    screen.tick_row(1)
    screen.page.get_by_role("button", name="Do something with 2 lines").click()
    screen.pick("It is right as it is")
    screen.page.get_by_role("textbox", name="Why").last.fill("Agreed with the client")
    screen.page.get_by_role("textbox", name="Your name").fill("Robin")
    screen.page.keyboard.press("Tab")
    screen.page.wait_for_timeout(500)
    screen.press("Do it")
    screen.says("2 lines marked")
    screen.says("2 exceptions are accepted and not shown.")
    screen.picture("desk-accepted")


def test_papers_and_a_notebook_are_taken_away(screen: Screen) -> None:
    screen.open("reconcile")
    workbook = download(screen, "Excel")
    assert zipfile.ZipFile(BytesIO(workbook)).testzip() is None
    page = download(screen, "Web page").decode()
    assert "Agreed with the client" in page
    screen.page.get_by_text("Open as a notebook").click()
    screen.press("Make the page")
    notebook = download(screen, re.compile("Save the page"))
    assert b"Audit of a stored comparison" in notebook
    screen.picture("desk-notebook")


def download(screen: Screen, label: str | re.Pattern[str]) -> bytes:
    """What the button with this label gives."""
    button = screen.page.get_by_role("button", name=label)
    expect(button).to_be_visible()
    screen.settle()
    with screen.page.expect_download() as got:
        button.click()
    return Path(got.value.path()).read_bytes()


def test_a_month_is_signed_off_and_reviewed_by_two_people(screen: Screen) -> None:
    screen.open("close")
    fill(screen, "Signed off by", "Robin")
    fill(screen, "Note", "What is open is carried forward")
    screen.press("Read Xero, compare and sign off")
    screen.says("Signed off. Somebody else reviews it now.")
    screen.page.get_by_text("Review, or open the period again").click()
    fill(screen, "Your name", "Kim")
    screen.press("Reviewed")
    screen.says(re.compile("Reviewed by Kim"))
    screen.picture("desk-close")


def fill(screen: Screen, label: str, words: str) -> None:
    """A text field, and waits until the server knows of it."""
    screen.settle()
    field = screen.page.get_by_role("textbox", name=label, exact=True)
    field.fill(words)
    field.press("Tab")
    screen.page.wait_for_timeout(500)
    screen.settle()


def test_the_log_is_checked_and_an_import_taken_back(screen: Screen) -> None:
    screen.open("activity")
    screen.press("Check the log")
    screen.says(re.compile("intact|nothing was changed", re.IGNORECASE))
    screen.picture("desk-activity")
    screen.open("import")
    screen.page.get_by_role("button", name="Take back").click()
    screen.press("What would that mean?")
    screen.says(re.compile(r"400 invoices"))
    screen.press("Take this import back")
    expect(screen.page.get_by_text("Imported so far")).to_have_count(0)
    screen.open("overview")
    screen.says("Nothing has been imported yet")
