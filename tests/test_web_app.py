"""The app as a process: what a fresh server answers, and what outlives a restart."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_sandbox import Person, person
from fixtures_web import CookieBrowser, app_environment, app_home, free_port, served_app
from itsdangerous import TimestampSigner

from i2g_recon.jobs.connect import login_address
from i2g_recon.web.browser import MARK, this_browser
from i2g_recon.web.parts import workspace
from i2g_recon.web.places import PLACES, ROOT
from i2g_recon.web.security import KEPT_AT

SESSION = "_streamlit_session"


@pytest.fixture
def robin() -> Iterator[Person]:
    with person() as found:
        yield found


def test_a_sign_in_that_is_under_way_survives_a_restart_of_the_server(robin: Person, tmp_path: Path) -> None:
    port = free_port()
    variables, base = app_environment(robin.sandbox, tmp_path, port=port), f"http://localhost:{port}"
    browser, log = CookieBrowser(), tmp_path / "server.log"
    with app_home(variables):
        with served_app(variables, port, log):
            for each in PLACES:
                answer = browser.request("GET", f"{base}/{each.name}")
                assert (answer.status, answer.headers["x-content-type-options"]) == (200, "nosniff")
                assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            mark = browser.cookies["localhost"][MARK]
            flags = browser.request("GET", f"{base}/connect").headers.getlist("set-cookie")
            assert [line for line in flags if MARK in line] == []  # a browser is marked once
            called_back_at = browser.decide(
                browser.goes_to(base + login_address(workspace(), this_browser(browser.cookies["localhost"]))), "allow"
            )
        TimestampSigner((tmp_path / KEPT_AT).read_text()).unsign(browser.cookies["localhost"][SESSION])
        with served_app(variables, port, log):
            assert browser.goes_to(called_back_at) == f"{base}/connect?xero=connected"
        assert [one.name for one in workspace().store.connections()] == ["Small Books"]
    browser.pool.clear()
    assert mark == browser.cookies["localhost"][MARK]
    said = log.read_text()
    assert "Traceback" not in said
    assert "code=" not in said


def test_the_server_imports_its_pages_ahead_and_looks_for_no_garbage_in_them(tmp_path: Path) -> None:
    warmed = (
        "import gc, sys, i2g_recon.web.http as http; http.warm(); gc.collect(); "
        "print(gc.get_freeze_count() > len(gc.get_objects()), 'i2g_recon.web.desk_work' in sys.modules, "
        "http.SCRIPT in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", warmed],
        cwd=ROOT,
        env={**os.environ, "I2G_RECON_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["True", "True", "False"]  # importing the script would draw a page
