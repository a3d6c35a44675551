"""Tokens are added, refreshed once, and refusals become errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from fixtures_xero import Books, books, broken_wire

from i2g_recon.errors import ReconnectNeeded, Refused, Unreachable
from i2g_recon.settings import DEFAULT_SCOPES
from i2g_recon.xero.session import XeroSession, parse
from i2g_recon.xero.transport import Transport


@pytest.fixture
def xero() -> Iterator[Books]:
    with books() as found:
        yield found


def test_a_payload_has_exact_numbers(xero: Books) -> None:
    payload = xero.session.get("TaxRates")
    rates = {row["TaxType"]: row["EffectiveRate"] for row in payload["TaxRates"]}
    assert rates["OUTPUT"] == Decimal(10)
    assert not isinstance(rates["OUTPUT"], float)


def test_an_expired_token_is_refreshed_once_and_the_read_repeated(xero: Books) -> None:
    xero.session.get("Organisation")
    xero.control("POST", "clock", advance_s=1801)
    assert xero.session.get("Organisation")["Organisations"]
    assert xero.asked_for_tokens == [False, False, True]


def test_a_token_that_stays_refused_asks_to_connect_again(xero: Books) -> None:
    xero.arm("expired_token", times=-1)
    with pytest.raises(ReconnectNeeded, match="connect again"):
        xero.session.get("Organisation")
    assert xero.asked_for_tokens == [False, True]


def test_a_disconnected_organisation_asks_to_connect_again(xero: Books) -> None:
    xero.arm("disconnected")
    with pytest.raises(ReconnectNeeded, match="disconnected in Xero"):
        xero.session.get("Organisation")


def test_a_missing_permission_is_named() -> None:
    with books(scopes=DEFAULT_SCOPES.replace("accounting.invoices", "")) as xero:
        with pytest.raises(ReconnectNeeded, match=r"permission for invoices \(accounting.invoices\)"):
            xero.session.get("Invoices")
        assert xero.asked_for_tokens == [False]


def test_an_unknown_document_is_refused(xero: Books) -> None:
    with pytest.raises(Refused, match="no such document") as refused:
        xero.session.get("Invoices/0b6f0c1e-2222-4a5b-9c00-00000000ffff")
    assert refused.value.status == 404


def test_a_filter_xero_cannot_read_is_refused_in_its_words(xero: Books) -> None:
    with pytest.raises(Refused, match=r"Xero refused the call: \w+") as refused:
        xero.session.get("Invoices", {"where": "Nonsense=="})
    assert refused.value.status == 400
    assert isinstance(refused.value.payload, dict)


def test_a_page_of_a_hotel_network_is_no_answer(xero: Books) -> None:
    html = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<html></html>"
    with broken_wire([html]) as (url, _), Transport() as transport:
        session = XeroSession(replace(xero.settings, api_url=url), transport, "t", lambda _: "token")
        with pytest.raises(Unreachable, match="in Xero's place"):
            session.get("Organisation")


def test_a_session_shows_no_token(xero: Books) -> None:
    xero.session.get("Organisation")
    assert xero.token not in repr(xero.session)


@pytest.mark.parametrize("data", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000, b'{"a": 1'])
def test_what_is_no_json_is_none(data: bytes) -> None:
    assert parse(data) is None


def test_numbers_that_json_does_not_have_are_unset() -> None:
    assert parse(b'{"Total": NaN}') == {"Total": None}
