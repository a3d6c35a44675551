"""One bookkeeper's way in a real browser: connect, set up, import, reconcile, push, recheck. In order, on one home."""

from __future__ import annotations

import re

import pytest
from fixtures_browser import COLOURS, Screen
from fixtures_sandbox import Person
from playwright.sync_api import expect

from i2g_recon.sandbox.demo import PLANTED, sample_export
from i2g_recon.web.places import PLACES

pytestmark = pytest.mark.browser


def test_a_deep_link_on_a_fresh_server_goes_through_the_router(screen: Screen) -> None:
    screen.open("reconcile")
    screen.says("No organisation is connected yet")


def test_a_declined_consent_comes_back_with_one_sentence(screen: Screen) -> None:
    screen.page.goto(screen.base)
    screen.shows("Connect")
    screen.picture("01-connect")
    screen.page.get_by_role("link", name="Connect Xero", exact=True).click()
    screen.press("Cancel")
    screen.says("Access was not given in Xero")
    expect(screen.page).to_have_url(f"{screen.base}/connect")
    screen.picture("02-declined")


def test_from_the_first_connection_to_a_rechecked_push(screen: Screen, robin: Person) -> None:
    connect(screen)
    import_on_the_way(screen)
    set_up(screen)
    reconcile(screen)
    pushed = push_and_recheck(screen)
    pushed_is_in_xero_once(robin, pushed)


def connect(screen: Screen) -> None:
    """Through Xero's consent page and back, in one tab."""
    screen.open("connect")
    screen.allow_access()
    expect(screen.page).to_have_url(f"{screen.base}/connect")
    screen.shows("Connect")
    screen.picture("03-connected")
    screen.press("Next")
    screen.shows("Revenue account")
    screen.picture("04-revenue-account")
    screen.press("Next")
    screen.shows("Taxes")


def import_on_the_way(screen: Screen) -> None:
    """The step Taxes leads to the import, for it checks real data."""
    screen.page.get_by_role("link", name="Import an export").click()
    screen.shows("Import")
    screen.upload("harbourside.zip", sample_export())
    screen.says("harbourside.zip")
    screen.press("Import")
    screen.says(re.compile(r"(\d+) rows, \1 accepted, 0 refused"))
    screen.picture("05-import")


def set_up(screen: Screen) -> None:
    """Taxes, currency, review, complete."""
    screen.open("taxes")
    screen.choose("Xero tax rate for GST Free 0%", "GST Free Income")
    screen.tick("The taxes are correct")
    screen.picture("06-taxes")
    screen.press("Next")
    screen.shows("Currency")
    screen.tick("The currencies are right")
    screen.picture("07-currency")
    screen.press("Next")
    screen.shows("Review")
    screen.says("Invoices to post")
    screen.picture("08-review")
    screen.press("Complete")
    screen.says("The set-up is complete.")
    screen.picture("09-complete")


def reconcile(screen: Screen) -> None:
    """The work list, and one exception opened."""
    screen.page.get_by_role("link", name="Go to Reconcile").click()
    screen.shows("Reconcile")
    screen.press("Reconcile now")
    screen.compared()
    screen.picture("10-reconcile")
    screen.tick_row(1)
    screen.shows_beside()
    screen.picture("11-side-by-side")


def push_and_recheck(screen: Screen) -> int:
    """Everything that can be pushed, asked once more, with receipts and the check after it; gives how many."""
    screen.open("push")
    screen.picture("12-plan")
    every = screen.page.get_by_role("button", name=re.compile(r"Push all \d+ invoices"))
    number = int(re.sub(r"\D", "", every.inner_text()))
    every.click()
    dialog = screen.page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{number} invoices")
    screen.picture("13-confirm")
    dialog.get_by_role("button", name="Push now", exact=True).click()
    screen.says(f"{number} of {number} invoices are in Xero")
    screen.says("Checked again: what arrived agrees with Invoice2go to the cent.")
    screen.picture("14-receipts")
    return number


def pushed_is_in_xero_once(robin: Person, number: int) -> None:
    """Asked in the pretend Xero itself, beside the code under test."""
    listed = robin.api("GET", "Invoices?page=1&pageSize=1000").json()["Invoices"]
    sales = [one for one in listed if one["Type"] == "ACCREC" and one.get("Reference")]
    ours = [one["Reference"] for one in sales if one["Reference"] == one["InvoiceNumber"]]
    live = [one["Reference"] for one in sales if one["Status"] not in {"VOIDED", "DELETED"}]
    (write,) = [row for row in robin.logged("PUT") if row["path"].endswith("/Invoices")]
    assert write["status"] == 200
    assert len(ours) == number >= PLANTED["sent_not_in_target"]
    assert [reference for reference in ours if live.count(reference) != 1] == []


def test_every_page_in_light_and_dark_is_readable_and_breaks_no_rule(lit_screen: Screen) -> None:
    scheme = "dark" if lit_screen.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    lit_screen.open("settings")
    found = {}
    for each in PLACES:
        lit_screen.go(each.name)
        lit_screen.picture(f"{scheme}-{each.name}")
        found[each.name] = lit_screen.axe_findings(*(COLOURS if scheme == "dark" else ()))
    assert {name: said for name, said in found.items() if said} == {}


def test_every_page_on_a_phone_fits_its_width(phone: Screen) -> None:
    for each in PLACES:
        phone.open(each.name)
        phone.picture(f"phone-{each.name}")
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390, each.name
