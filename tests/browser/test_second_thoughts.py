"""What goes another way than planned, in a real browser, in order and on one home.

A table without ids, taxes and currencies that do not match, an edit later, and a connection that ends and comes back.
"""

from __future__ import annotations

import re

import pytest
from fixtures_browser import Screen
from playwright.sync_api import expect

from i2g_recon.sandbox.demo import sample_export

pytestmark = pytest.mark.browser
TABLE = b"Our list\nInvoice No.,Client,Date,GST,Total\nLT-1,Ada Lowe,07/11/2026,10.00,110.00\n"


def test_a_table_is_asked_about_before_it_is_imported(screen: Screen) -> None:
    screen.open("connect")
    screen.allow_access()
    screen.open("import")
    screen.upload("list.csv", TABLE)
    screen.says("How is this table to be read?")
    expect(screen.page.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    screen.choose("Currency of the table", "AUD")
    screen.settle()
    screen.pick("Day first, as 25/12/2026")
    screen.picture("20-table")
    screen.press("Import")
    screen.says("1 row, 1 accepted, 0 refused")


def test_taxes_and_currencies_that_do_not_match_are_held_and_completed_knowingly(screen: Screen) -> None:
    screen.open("import")
    screen.upload("harbourside.zip", sample_export())
    screen.says("harbourside.zip")
    screen.press("Import")
    screen.says(re.compile(r"(\d+) rows, \1 accepted"))
    screen.open("revenue-account")
    screen.press("Next")
    screen.shows("Taxes")
    screen.says("Still open: GST Free 0%")
    expect(screen.page.get_by_role("checkbox", name="The taxes are correct")).to_be_disabled()
    screen.says("come out to the cent in Xero")
    screen.choose("Xero tax rate for GST Free 0%", "Hold these invoices")
    screen.settle()
    screen.tick("The taxes are correct")
    screen.open("currency")
    screen.says("To add a currency: in Xero, Settings, Currencies")
    screen.picture("21-currency-lacking")
    screen.tick("The currencies are right")
    screen.open("review")
    screen.says("are held by your choice")
    screen.press("Complete")
    screen.says("The set-up is complete.")


def test_an_edit_later_says_what_it_means_and_asks_to_complete_again(screen: Screen) -> None:
    screen.open("settings")
    screen.says("Invoices already in Xero stay as they are.")
    screen.pick("Approved")
    screen.press("Save")
    screen.says("Saved.")
    screen.open("review")
    screen.says("Approved")
    screen.open("revenue-account")
    screen.pick("260 Other Revenue")
    screen.open("taxes")
    expect(screen.page.get_by_role("checkbox", name="The taxes are correct")).not_to_be_checked()
    screen.picture("22-confirm-again")


def test_disconnecting_and_connecting_again_keeps_every_choice(screen: Screen) -> None:
    screen.open("connect")
    screen.press("Disconnect")
    screen.settle()
    screen.press("Yes, disconnect")
    screen.says("Connect Xero")
    screen.settle()
    screen.allow_access()
    screen.open("review")
    screen.says("260 Other Revenue")
    screen.says("are held by your choice")
    screen.picture("23-kept")
