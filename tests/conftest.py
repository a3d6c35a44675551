"""Options and shared fixtures of all tests."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import settings as hypothesis

import run

# Neither these tests nor the processes they start touch the keyring of whoever runs them.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

# No deadlines: a shared machine is not a slow engine. --slow looks longer.
hypothesis.register_profile("quick", deadline=None, max_examples=40)
hypothesis.register_profile("deep", deadline=None, max_examples=1000)
hypothesis.register_profile("brief", deadline=None, max_examples=40)  # the laws too: for bench/mutation.py
hypothesis.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the deep profiles marked slow")
    parser.addoption("--regenerate-golden", action="store_true", help="write the expectations of tests/golden anew")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--slow"):
        hypothesis.load_profile("deep")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="deep profile, run with --slow"))


def pytest_collection_finish() -> None:
    """What is there before the first test stays; nobody need look for garbage in it after every page."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A browser test without a browser is skipped, or fails where a browser is required (CI)."""
    if item.get_closest_marker("browser") and not run.find_browser():
        if os.environ.get("I2G_RECON_REQUIRE_BROWSER"):
            pytest.fail("a browser is required here and none was found", pytrace=False)
        pytest.skip("no Chromium, Chrome or Edge on this machine")


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The browser that browser tests drive, as an absolute path."""
    return run.find_browser() or ""
