"""Other libraries' debug logs hold no secrets and no queries."""

from __future__ import annotations

import logging

import pytest

from i2g_recon.xero.quiet import quieten


@pytest.mark.parametrize("name", ["urllib3.connectionpool", "urllib3.connection", "urllib3.poolmanager"])
def test_addresses_lose_their_query(name: str, caplog: pytest.LogCaptureFixture) -> None:
    quieten()
    with caplog.at_level(logging.DEBUG, logger=name):
        logging.getLogger(name).debug('%s "%s %s"', "http://x:80", "GET", "/Invoices?where=secret&page=1")
    assert caplog.messages == ['http://x:80 "GET /Invoices"']


def test_code_verifiers_are_not_logged_at_any_level(caplog: pytest.LogCaptureFixture) -> None:
    quieten()
    name = "authlib.integrations.base_client.sync_app"
    with caplog.at_level(logging.DEBUG, logger=name):
        logging.getLogger(name).debug("Using code_verifier: 'secret'")
        logging.getLogger(name).warning("something to know")
    assert caplog.messages == ["something to know"]
