"""The page Push in a real browser: progress that survives a reload, a change, a push taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fixtures_browser import Screen
from fixtures_sandbox import Person
from fixtures_web import free_port, served_app
from fixtures_workspace import environment
from playwright.sync_api import expect

from i2g_recon.jobs import connect, import_export, setup_steps
from i2g_recon.jobs.workspace import open_workspace
from i2g_recon.sandbox.demo import sample_export
from i2g_recon.settings import load

pytestmark = pytest.mark.browser
PUT = {"method": "PUT", "path": "/Invoices"}


@pytest.fixture(scope="module")
def base_url(robin: Person, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on the demo's books, imported and set up."""
    home = tmp_path_factory.mktemp("push") / "home"
    ws = open_workspace(load(environment(robin.sandbox), home=home))
    connect.connect_custom(ws)
    connection = ws.organisation()
    import_export.import_uploads(ws, connection, [("invoice2go_export.zip", sample_export())])
    choices = setup_steps.Choices(
        revenue_account="200", taxes=("GST Free 0%=EXEMPTOUTPUT",), confirm_taxes=True, confirm_currency=True
    )
    assert setup_steps.apply_choices(ws, connection, choices).setup.completed
    ws.close()
    port = free_port()
    variables = {**environment(robin.sandbox), "I2G_RECON_HOME": str(home)}
    with served_app(variables, port, home / "server.log"):
        yield f"http://localhost:{port}"


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
