"""From the consent page to tokens, and everything that can end a permission."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import urllib3
from authlib.integrations.starlette_client import OAuthError
from fixtures_xero import NOW, Books, app_settings, books, broken_wire
from starlette.requests import Request

from i2g_recon.errors import NotConfigured, ReconnectNeeded, Unreachable
from i2g_recon.settings import DEFAULT_SCOPES, Settings
from i2g_recon.xero import oauth
from i2g_recon.xero.oauth import Tokens

CALLBACK = "http://localhost:8501/xero/callback"
HALF_AN_HOUR = dt.timedelta(seconds=1800)


@pytest.fixture
def xero() -> Iterator[Books]:
    with books() as found:
        yield found


def browser_request(session: dict[str, Any], query: str = "") -> Request:
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "server": ("localhost", 8501),
        "path": "/xero/callback",
        "query_string": query.encode(),
        "headers": [],
        "session": session,
    }
    return Request(scope)


def redirect_to_xero(client: oauth.AuthorizationClient, session: dict[str, Any]) -> str:
    answer = asyncio.run(client.authorize_redirect(browser_request(session), CALLBACK))
    return str(answer.headers["location"])


def decide(address: str, tenant_id: str, decision: str = "allow") -> str:
    """The person's decision on the consent page; the query the browser brings back to the callback."""
    fields = [*parse_qsl(urlsplit(address).query), ("tenant_id", tenant_id), ("decision", decision)]
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    with urllib3.PoolManager() as pool:
        answer = pool.request("POST", address, body=urlencode(fields), headers=headers, redirect=False)
    return urlsplit(answer.headers["location"]).query


def signed_in(xero: Books, settings: Settings) -> Tokens:
    client, session = oauth.authorization_client(settings), dict[str, Any]()
    query = decide(redirect_to_xero(client, session), xero.tenant_id)
    answer = asyncio.run(client.authorize_access_token(browser_request(session, query)))
    return oauth.tokens_from(answer, NOW)


def test_a_person_connects_one_organisation(xero: Books) -> None:
    settings = app_settings(xero)
    tokens = signed_in(xero, settings)
    assert tokens.expires_at == NOW + HALF_AN_HOUR
    assert tokens.refresh_token
    assert tokens.id_token
    assert set(tokens.scope.split()) == set(DEFAULT_SCOPES.split())
    (joined,) = oauth.connections(settings, xero.transport, tokens.access_token)
    assert (joined.tenant_id, joined.tenant_type) == (xero.tenant_id, "ORGANISATION")
    assert joined.tenant_name == xero.sandbox.organisations[0]["name"]


def test_the_way_to_xero_bears_state_nonce_and_a_challenge(xero: Books) -> None:
    address = redirect_to_xero(oauth.authorization_client(app_settings(xero)), {})
    query = dict(parse_qsl(urlsplit(address).query))
    assert address.startswith(f"{xero.settings.login_url}/identity/connect/authorize?")
    assert (query["code_challenge_method"], query["redirect_uri"]) == ("S256", CALLBACK)
    assert query["state"]
    assert query["nonce"]
    assert query["code_challenge"]


def test_a_forged_state_is_refused(xero: Books) -> None:
    client, session = oauth.authorization_client(app_settings(xero)), dict[str, Any]()
    query = decide(redirect_to_xero(client, session), xero.tenant_id)
    with pytest.raises(OAuthError) as refused:
        asyncio.run(client.authorize_access_token(browser_request({}, query)))
    assert isinstance(oauth.refused(refused.value.error), ReconnectNeeded)


def test_a_person_may_say_no(xero: Books) -> None:
    client, session = oauth.authorization_client(app_settings(xero)), dict[str, Any]()
    query = decide(redirect_to_xero(client, session), xero.tenant_id, "cancel")
    with pytest.raises(OAuthError) as refused:
        asyncio.run(client.authorize_access_token(browser_request(session, query)))
    assert "not given" in str(oauth.refused(refused.value.error))


def test_scopes_the_app_may_not_have_come_back_as_such_and_the_broad_list_fits_old_apps(xero: Books) -> None:
    xero.control("POST", "settings", old_app=True)
    refused = oauth.authorization_client(app_settings(xero), scopes="openid accounting.nonsense")
    assert "error=invalid_scope" in decide(redirect_to_xero(refused, {}), xero.tenant_id)
    broad = oauth.authorization_client(app_settings(xero), scopes=oauth.BROAD_SCOPES)
    assert "code=" in decide(redirect_to_xero(broad, {}), xero.tenant_id)


def test_a_refresh_hands_out_new_tokens(xero: Books) -> None:
    settings = app_settings(xero)
    old = signed_in(xero, settings)
    later = NOW + HALF_AN_HOUR
    new = oauth.refresh(settings, xero.transport, old, later)
    assert new.access_token != old.access_token
    assert new.refresh_token != old.refresh_token
    assert new.expires_at == later + HALF_AN_HOUR
    assert oauth.connections(settings, xero.transport, new.access_token)


def test_a_refresh_whose_answer_got_lost_is_sent_once_more(xero: Books) -> None:
    settings = app_settings(xero)
    old = signed_in(xero, settings)
    before = len(xero.requests("POST", "/connect/token"))
    xero.arm("drop_after", path="/connect/token")
    assert oauth.refresh(settings, xero.transport, old, NOW).access_token
    assert len(xero.requests("POST", "/connect/token")) == before + 2


def test_a_sign_in_service_that_stays_away_is_unreachable(xero: Books) -> None:
    settings = app_settings(xero)
    old = signed_in(xero, settings)
    xero.arm("drop_before", path="/connect/token", times=-1)
    with pytest.raises(Unreachable, match="run again later"):
        oauth.refresh(settings, xero.transport, old, NOW)


def test_a_used_up_refresh_token_asks_to_connect_again(xero: Books) -> None:
    settings = app_settings(xero)
    old = signed_in(xero, settings)
    oauth.refresh(settings, xero.transport, old, NOW)
    xero.control("POST", "clock", advance_s=1801)
    with pytest.raises(ReconnectNeeded, match="connect again"):
        oauth.refresh(settings, xero.transport, old, NOW)


def test_without_a_refresh_token_there_is_nothing_to_ask(xero: Books) -> None:
    tokens = oauth.client_credentials(xero.settings, xero.transport, NOW)
    assert tokens.refresh_token == ""
    with pytest.raises(ReconnectNeeded):
        oauth.refresh(xero.settings, xero.transport, tokens, NOW)


def test_a_wrong_secret_is_a_matter_of_configuration(xero: Books) -> None:
    with pytest.raises(NotConfigured, match="XERO_CLIENT_SECRET"):
        oauth.client_credentials(replace(xero.settings, client_secret="wrong"), xero.transport, NOW)


def test_a_custom_connection_leaves_out_the_scopes_of_a_person(xero: Books) -> None:
    tokens = oauth.client_credentials(xero.settings, xero.transport, NOW)
    assert set(tokens.scope.split()) == {scope for scope in DEFAULT_SCOPES.split() if scope.startswith("accounting")}
    (joined,) = oauth.connections(xero.settings, xero.transport, tokens.access_token)
    assert joined.tenant_id == xero.tenant_id


def test_scopes_chosen_by_hand_are_not_replaced(xero: Books) -> None:
    settings = replace(xero.settings, scopes="accounting.nonsense")
    with pytest.raises(NotConfigured, match="XERO_SCOPES"):
        oauth.client_credentials(settings, xero.transport, NOW)
    assert len(xero.requests("POST", "/connect/token")) == 1


def test_an_app_that_is_not_set_up_says_so_before_any_call(xero: Books) -> None:
    bare = replace(xero.settings, client_id="", client_secret="")
    with pytest.raises(NotConfigured, match="XERO_CLIENT_ID"):
        oauth.client_credentials(bare, xero.transport, NOW)
    with pytest.raises(NotConfigured, match="XERO_CLIENT_ID"):
        oauth.authorization_client(bare)
    assert xero.requests() == []


def test_disconnecting_ends_the_connection_and_may_be_said_twice(xero: Books) -> None:
    settings = app_settings(xero)
    tokens = signed_in(xero, settings)
    (joined,) = oauth.connections(settings, xero.transport, tokens.access_token)
    for _ in range(2):
        oauth.disconnect(settings, xero.transport, tokens.access_token, joined.id)
    assert oauth.connections(settings, xero.transport, tokens.access_token) == []


def test_connections_can_be_narrowed_to_one_consent(xero: Books) -> None:
    settings = app_settings(xero)
    tokens = signed_in(xero, settings)
    event = oauth.authentication_event(tokens.access_token)
    assert event
    assert len(oauth.connections(settings, xero.transport, tokens.access_token, event=event)) == 1
    assert oauth.connections(settings, xero.transport, tokens.access_token, event="another") == []


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "a.e30.c", "a.W10.c", "a.!!!.c"])
def test_a_token_that_does_not_say_its_consent(token: str) -> None:
    assert oauth.authentication_event(token) == ""


def test_a_refused_token_asks_to_connect_again(xero: Books) -> None:
    with pytest.raises(ReconnectNeeded):
        oauth.connections(xero.settings, xero.transport, "not a token")


def test_html_in_place_of_connections_is_no_answer(xero: Books) -> None:
    html = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<html></html>"
    with broken_wire([html]) as (url, _), pytest.raises(Unreachable):
        oauth.connections(replace(xero.settings, api_url=url), xero.transport, "token")


def test_tokens_take_what_answers_bring() -> None:
    answer = {"access_token": "a", "expires_in": 60, "scope": ["x", "y"], "expires_at": 1, "userinfo": {}}
    assert oauth.tokens_from(answer, NOW) == Tokens(
        access_token="a", refresh_token="", expires_at=NOW + dt.timedelta(seconds=60), scope="x y"
    )
    with pytest.raises(ReconnectNeeded):
        oauth.tokens_from({"error": "x"}, NOW)


def test_tokens_show_no_secret() -> None:
    tokens = oauth.tokens_from({"access_token": "s3cret-a", "refresh_token": "s3cret-r", "id_token": "s3cret-i"}, NOW)
    assert "s3cret" not in f"{tokens!r} {tokens}"


def test_every_scope_asked_for_is_needed() -> None:
    assert oauth.BROAD_SCOPES.split()[:4] == DEFAULT_SCOPES.split()[:4] == "openid profile email offline_access".split()
    assert "accounting.payments" not in DEFAULT_SCOPES
