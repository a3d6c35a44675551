"""The sign-in at Xero over real HTTP: our routes on one side, the sandbox's identity server on the other."""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import uvicorn
from fixtures_sandbox import Person, person
from fixtures_web import CookieBrowser, app_environment, app_home, free_port
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware

from i2g_recon.jobs import connect
from i2g_recon.jobs.access import may_write
from i2g_recon.settings import DEFAULT_SCOPES
from i2g_recon.web.browser import MARK, this_browser
from i2g_recon.web.http import MOST_FLOWS, name_of, routes
from i2g_recon.web.parts import workspace
from i2g_recon.xero.oauth import BROAD_SCOPES


@pytest.fixture(scope="module")
def robin() -> Iterator[Person]:
    with person() as found:
        yield found


@contextmanager
def served(port: int) -> Iterator[None]:
    """The routes behind a session cookie, as Streamlit's own server has them."""
    app = Starlette(routes=routes, middleware=[Middleware(SessionMiddleware, secret_key="k" * 32, same_site="lax")])
    config = uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", ws="none", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
        yield
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class SignIn:
    """A visitor of the app, one step of the sign-in after the other."""

    robin: Person
    port: int
    browser: CookieBrowser = field(default_factory=CookieBrowser)

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}"

    def __post_init__(self) -> None:
        self.browser.cookies["localhost"] = {MARK: "m" * 43}

    def link(self, *, read_only: bool = False) -> str:
        """The address that page Connect shows this browser."""
        mine = this_browser(self.browser.cookies["localhost"])
        return self.base + connect.login_address(workspace(), mine, read_only=read_only)

    def start(self, *, read_only: bool = False) -> str:
        """Through our login route; gives Xero's consent address."""
        return self.browser.goes_to(self.link(read_only=read_only))

    def allowed(self) -> str:
        """Through the consent; gives the address Xero calls back at."""
        return self.browser.decide(self.start(), "allow")

    def ending(self, address: str) -> str:
        """The code that the callback ends with."""
        target = self.browser.goes_to(address)
        assert target.startswith(f"{self.base}/connect?xero=")
        return parse_qs(urlsplit(target).query)["xero"][0]


@pytest.fixture
def visitor(robin: Person, tmp_path: Path) -> Iterator[SignIn]:
    port = free_port()
    with app_home(app_environment(robin.sandbox, tmp_path, port=port)), served(port):
        found = SignIn(robin, port)
        yield found
        found.browser.pool.clear()
    robin.control("clock", reset=True)
    robin.control("settings", old_app=False)


def test_an_allowed_consent_connects_the_organisation(visitor: SignIn) -> None:
    assert visitor.ending(visitor.allowed()) == "connected"
    (connection,) = workspace().store.connections()
    assert (connection.name, connection.connected_by, connection.state) == ("Small Books", "Robin Example", "connected")
    assert workspace().organisation() == connection


def test_the_way_to_xero_asks_for_the_smallest_scopes_with_state_nonce_and_pkce(visitor: SignIn) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(visitor.start()).query).items()}
    assert asked["redirect_uri"] == f"{visitor.base}/xero/callback"
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert asked["scope"].split()[-3:] == [
        "accounting.invoices",
        "accounting.contacts",
        "accounting.settings.read",
    ]


def test_no_token_stands_in_an_address_a_cookie_or_the_log(visitor: SignIn, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert visitor.ending(visitor.allowed()) == "connected"
    (connection,) = workspace().store.connections()
    tokens = workspace().store.tokens(connection.consent_id)
    assert tokens is not None
    cookies = "".join(visitor.browser.cookies["localhost"].values())
    opened = cookies + base64.b64decode(cookies.split(".")[0] + "==").decode("latin-1")
    for secret in (tokens.access_token, tokens.refresh_token):
        assert secret not in opened
        assert secret not in caplog.text


def test_a_declined_consent_says_so(visitor: SignIn) -> None:
    assert visitor.ending(visitor.browser.decide(visitor.start(), "cancel")) == "declined"
    assert workspace().store.connections() == []


def test_a_callback_cannot_be_used_twice(visitor: SignIn) -> None:
    address = visitor.allowed()
    before = {host: dict(jar) for host, jar in visitor.browser.cookies.items()}
    assert visitor.ending(address) == "connected"
    assert visitor.ending(address) == "elsewhere"
    visitor.browser.cookies = before  # a thief with the old cookie meets Xero's own refusal
    assert visitor.ending(address) == "expired"


def test_a_code_that_waited_too_long_is_refused(visitor: SignIn) -> None:
    address = visitor.allowed()
    visitor.robin.wait(3600)
    assert visitor.ending(address) == "expired"


def test_a_wrong_state_is_refused(visitor: SignIn) -> None:
    address = visitor.allowed()
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    forged = f"{visitor.base}/xero/callback?" + urlencode({**query, "state": "forged"})
    assert visitor.ending(forged) == "elsewhere"
    assert workspace().store.connections() == []


def test_a_callback_in_another_browser_is_refused(visitor: SignIn) -> None:
    address = visitor.allowed()
    mine = dict(visitor.browser.cookies["localhost"])
    visitor.browser.cookies.clear()
    assert visitor.ending(address) == "elsewhere"
    visitor.browser.cookies["localhost"] = mine | {MARK: "x" * 43}  # the session alone was stolen
    assert visitor.ending(address) == "elsewhere"
    visitor.browser.cookies["localhost"] = mine
    assert visitor.ending(address) == "connected"


def test_a_ticket_in_another_browser_is_refused_and_good_in_its_own(visitor: SignIn) -> None:
    link, mine = visitor.link(), dict(visitor.browser.cookies["localhost"])
    for other in ({MARK: "x" * 43}, {}, {MARK: "not a mark"}, mine | {"_streamlit_user": "somebody else signed in"}):
        visitor.browser.cookies["localhost"] = dict(other)
        assert visitor.ending(link) == "link"
    visitor.browser.cookies["localhost"] = mine
    assert visitor.browser.goes_to(link).startswith(visitor.robin.sandbox.url)


def test_two_sign_ins_at_once_both_arrive_whatever_their_order(visitor: SignIn) -> None:
    first, second = visitor.start(), visitor.start()
    answers = [visitor.browser.decide(one, "allow") for one in (first, second)]
    assert [visitor.ending(one) for one in reversed(answers)] == ["connected", "connected"]
    assert [visitor.ending(one) for one in answers] == ["elsewhere", "elsewhere"]


def test_sign_ins_that_were_left_or_declined_never_crowd_out_the_next(visitor: SignIn) -> None:
    """A browser keeps 4,096 bytes of a cookie and drops a longer one without a word."""
    left = visitor.allowed()
    for _ in range(MOST_FLOWS):
        visitor.start()
    for _ in range(4):
        assert visitor.ending(visitor.browser.decide(visitor.start(), "cancel")) == "declined"
    assert max(len(value) for value in visitor.browser.cookies["localhost"].values()) < 3000
    assert visitor.ending(left) == "elsewhere"
    assert visitor.ending(visitor.allowed()) == "connected"


@pytest.mark.parametrize("problem", ["nonce", "audience", "issuer", "signature", "expired", "absent"])
def test_an_id_token_that_is_not_ours_ends_the_sign_in(visitor: SignIn, problem: str) -> None:
    visitor.robin.control("faults", kind="id_token", path="/connect/token", problem=problem)
    assert visitor.ending(visitor.allowed()) == "failed"
    assert workspace().store.connections() == []
    assert visitor.ending(visitor.allowed()) == "connected"


def test_an_audit_asks_for_nothing_that_writes(visitor: SignIn) -> None:
    address = visitor.start(read_only=True)
    asked = parse_qs(urlsplit(address).query)["scope"][0].split()
    assert [scope for scope in asked if scope.startswith("accounting.")] == [
        "accounting.invoices.read",
        "accounting.contacts.read",
        "accounting.settings.read",
    ]
    assert visitor.ending(visitor.browser.decide(address, "allow")) == "connected"
    assert not may_write(workspace(), workspace().organisation())


def test_an_app_set_to_the_older_permissions_is_asked_for_the_granular_ones_once(visitor: SignIn) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XERO_SCOPES", BROAD_SCOPES)
        granular = visitor.browser.goes_to(visitor.browser.goes_to(visitor.start()))
        assert parse_qs(urlsplit(granular).query)["scope"][0] == DEFAULT_SCOPES
        assert visitor.ending(visitor.browser.decide(granular, "allow")) == "connected"


def test_a_ticket_is_good_once_and_an_invented_one_never(visitor: SignIn) -> None:
    login = visitor.link()
    assert visitor.browser.goes_to(login).startswith(visitor.robin.sandbox.url)
    assert visitor.ending(login) == "link"
    assert visitor.ending(f"{visitor.base}/xero/login?ticket=invented") == "link"
    assert visitor.ending(f"{visitor.base}/xero/login") == "link"


def test_a_page_opened_on_another_name_is_led_to_the_host_xero_returns_to(visitor: SignIn) -> None:
    login = visitor.link().removeprefix(visitor.base)
    assert visitor.ending(f"http://127.0.0.1:{visitor.port}{login}") == "moved"
    assert visitor.browser.goes_to(visitor.base + login).startswith(visitor.robin.sandbox.url)


def test_an_app_with_the_older_permissions_is_asked_for_those_once(visitor: SignIn) -> None:
    visitor.robin.control("settings", old_app="broad")
    refused = visitor.browser.goes_to(visitor.start())  # Xero itself sends the visitor back with invalid_scope
    assert parse_qs(urlsplit(refused).query)["error"] == ["invalid_scope"]
    again = visitor.browser.goes_to(refused)
    assert "accounting.transactions" in parse_qs(urlsplit(again).query)["scope"][0]
    assert visitor.ending(visitor.browser.decide(again, "allow")) == "connected"
    assert may_write(workspace(), workspace().organisation())


def test_an_app_that_may_have_neither_permission_is_told_so(visitor: SignIn) -> None:
    query = parse_qs(urlsplit(visitor.start()).query)
    refusal = f"{visitor.base}/xero/callback?" + urlencode({"error": "invalid_scope", "state": query["state"][0]})
    refused_too = visitor.browser.goes_to(visitor.browser.goes_to(refusal))  # the sandbox refuses the broad ones
    assert visitor.ending(refused_too) == "permissions"


def test_missing_app_details_and_an_unreachable_xero_are_sentences_too(visitor: SignIn) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XERO_IDENTITY_URL", f"http://localhost:{free_port()}")
        assert visitor.ending(visitor.link()) == "unreachable"
        patch.setenv("XERO_CLIENT_SECRET", "")
        assert visitor.ending(visitor.link()) == "app"


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ({"name": "Robin Example", "email": "robin@practice.example"}, "Robin Example"),
        ({"given_name": "Robin", "family_name": "Example"}, "Robin Example"),
        ({"email": "robin@practice.example"}, "robin@practice.example"),
        ({}, ""),
    ],
)
def test_who_connected_is_named_as_the_sign_in_names_them(person: dict[str, str], name: str) -> None:
    assert name_of(person) == name
