"""Connecting, disconnecting and changing the key without a browser, as a person types it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from fixtures_workspace import Xero, pretend_xero, sale
from test_cli import SETUP, Desk, desk_on

from i2g_recon.sandbox.i2g_export import csv_bytes
from i2g_recon.settings import load
from i2g_recon.store.keys import KEY_FILE


@pytest.fixture(scope="module")
def xero() -> Iterator[Xero]:
    with pretend_xero("empty") as found:
        yield found


@pytest.fixture
def at(xero: Xero, tmp_path: Path) -> Desk:
    return desk_on(xero, tmp_path)


def test_an_audit_compares_and_every_push_ends_with_2(at: Desk, xero: Xero) -> None:
    at.run("connect", "--read-only", expect=0)
    at.run("import", at.file("x_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
    at.run(*SETUP, expect=0)
    assert at.json("reconcile", expect=1)["counts"]["missing"] == 1
    for words in (("push", "--all"), ("push", "--all", "--yes"), ("push", "T-1", "--yes")):
        assert "connected for reading only, so nothing was sent" in at.refused(*words)
    assert xero.requests("PUT") == []


def test_disconnecting_is_asked_twice_and_keeps_the_set_up(at: Desk, xero: Xero) -> None:
    at.connected().run(*SETUP, expect=0)
    assert at.json("disconnect", expect=1)["disconnected"] is False
    assert xero.requests("DELETE") == []
    assert at.json("disconnect", "--yes", expect=0)["disconnected"] is True
    assert len(xero.requests("DELETE", "/connections")) == 1
    assert "No organisation is connected" in at.refused("pull")
    assert "authorise it again in Xero's developer portal" in at.refused("connect")
    xero.turn("reconnect")
    assert at.connected().json("setup", "--show", expect=0)["completed"] is True


def test_the_key_changes_and_the_connection_goes_on_without_a_new_token(at: Desk, xero: Xero) -> None:
    key_file = at.connected().home / KEY_FILE
    before, asked = key_file.read_text(), len(xero.requests("POST", "/connect/token"))
    found = at.json("rotate-key", expect=0)
    assert (found["sealed"], found["key_in"]) == (1, str(key_file))
    assert key_file.read_text() != before
    at.run("pull", expect=0)
    assert len(xero.requests("POST", "/connect/token")) == asked


def test_the_environments_key_is_changed_by_the_person_who_set_it(at: Desk) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    at.run("connect", expect=0, I2G_RECON_SECRET_KEY=old)
    refused = at.run("rotate-key", expect=2, I2G_RECON_SECRET_KEY=old)
    assert "write the new one on a line before it" in refused.stderr
    assert "I2G_RECON_SECRET_KEY" in at.run("rotate-key", expect=0, I2G_RECON_SECRET_KEY=f"{new}\n{old}").stdout
    at.run("pull", expect=0, I2G_RECON_SECRET_KEY=new)
    assert at.run("pull", expect=2, I2G_RECON_SECRET_KEY=old).stderr.count("\n") == 1
    assert not (load({}, home=at.home).home / KEY_FILE).exists()
