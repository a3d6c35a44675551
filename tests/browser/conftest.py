"""The app as a person starts it, in front of the sandbox, and a real Chromium before it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fixtures_browser import DESK, Screen
from fixtures_sandbox import Person, person
from fixtures_web import app_environment, free_port, served_app
from fixtures_workspace import SANDBOX_LIMITS
from playwright.sync_api import Browser, sync_playwright

import run

QUIET = (
    "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run"
).split()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """CI never skips the browser, whatever else it forgot to say."""
    if os.environ.get("CI") == "true" and not run.find_browser():
        pytest.fail("a browser is required here and none was found", pytrace=False)


@pytest.fixture(scope="module")
def chromium(browser_path: str) -> Iterator[Browser]:
    """One browser for a module and not longer: while it runs, its event loop would be in the way of other tests."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def robin() -> Iterator[Person]:
    """The pretend Xero with the demo's organisation."""
    with person("demo") as found:
        found.control("settings", **SANDBOX_LIMITS)
        yield found


@pytest.fixture(scope="module")
def base_url(robin: Person, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running app on a fresh home."""
    port, home = free_port(), tmp_path_factory.mktemp("home")
    with served_app(app_environment(robin.sandbox, home, port=port), port, home / "server.log"):
        yield f"http://localhost:{port}"


@contextmanager
def window(chromium: Browser, base: str, **more: Any) -> Iterator[Screen]:
    """A visitor's window that complains of what the browser complains of."""
    options = {"viewport": DESK, "locale": "en-AU", "timezone_id": "Australia/Sydney", **more}
    context = chromium.new_context(**options)
    context.set_default_timeout(30_000)
    screen = Screen(context.new_page(), base)
    screen.page.on("pageerror", lambda error: screen.errors.append(str(error)))
    screen.page.on("console", lambda message: note(screen, message.type, message.text))
    screen.page.on("request", lambda request: note_stranger(screen, request.url))
    try:
        yield screen
    finally:
        context.close()
    assert screen.errors == []


def note(screen: Screen, kind: str, text: str) -> None:
    """A deep link's two harmless 404s apart, the console stays clean; breaches of the policy land here."""
    if kind == "error" and "404" not in text:
        screen.errors.append(text)


def note_stranger(screen: Screen, address: str) -> None:
    """Nothing is fetched from anywhere but this machine."""
    if not address.startswith(("http://localhost:", "ws://localhost:", "data:", "blob:")):
        screen.errors.append(f"asked {address}")


@pytest.fixture
def screen(chromium: Browser, base_url: str) -> Iterator[Screen]:
    with window(chromium, base_url) as found:
        yield found


@pytest.fixture(params=["light", "dark"])
def lit_screen(chromium: Browser, base_url: str, request: pytest.FixtureRequest) -> Iterator[Screen]:
    with window(chromium, base_url, color_scheme=request.param) as found:
        yield found


@pytest.fixture
def phone(chromium: Browser, base_url: str) -> Iterator[Screen]:
    with window(chromium, base_url, color_scheme="dark", viewport={"width": 390, "height": 844}) as found:
        yield found
