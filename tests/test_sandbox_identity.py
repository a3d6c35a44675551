"""Sign-in at the pretend identity server, as an app and a person meet it over HTTP."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

import pytest
from fixtures_sandbox import CALLBACK, Person, person, query_of
from joserfc import jwt
from joserfc.jwk import KeySet


@pytest.fixture(scope="module")
def shared() -> Iterator[Person]:
    with person() as found:
        yield found


@pytest.fixture
def robin(shared: Person) -> Iterator[Person]:
    yield shared
    shared.control("clock", reset=True)


def test_discovery_names_the_addresses_and_the_key_that_verifies_the_tokens(robin: Person) -> None:
    found = robin.call("GET", "/.well-known/openid-configuration").json()
    keys = KeySet.import_key_set(robin.call("GET", found["jwks_uri"].removeprefix(robin.sandbox.url)).json())
    tokens = robin.sign_in(nonce="n-0S6")
    identity = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    access = jwt.decode(tokens["access_token"], keys, algorithms=["RS256"]).claims
    assert found["issuer"] == identity["iss"] == access["iss"] == robin.sandbox.url
    assert identity["nonce"] == "n-0S6"
    assert access["aud"] == f"{robin.sandbox.url}/resources"
    assert {"client_id", "sub", "xero_userid", "global_session_id", "jti", "authentication_event_id"} <= set(access)
    assert isinstance(access["scope"], list)
    assert (tokens["expires_in"], identity["exp"] - identity["iat"]) == (1800, 300)


def test_the_consent_page_is_labelled_marked_as_sandbox_and_not_framable(robin: Person) -> None:
    answer = robin.call("GET", robin.consent_address())
    text = answer.data.decode()
    assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    for piece in ("Sandbox - not Xero", "Small Books", 'value="allow">Allow access<', 'value="cancel">Cancel<'):
        assert piece in text
    assert '<label for="organisation-1">' in text
    assert "//" not in text.replace(CALLBACK, "")  # no address outside this machine


def test_declining_sends_the_app_access_denied_and_its_state(robin: Person) -> None:
    assert robin.decide("cancel") == {"error": "access_denied", "state": "st/ate +1"}


def test_allowing_without_an_organisation_shows_the_page_again(robin: Person) -> None:
    fields = {name: values[0] for name, values in query_of(robin.consent_address()).items()}
    answer = robin.call("POST", "/identity/connect/authorize", fields={**fields, "decision": "allow"})
    assert (answer.status, b"Choose at least one organisation." in answer.data) == (400, True)


def test_a_code_works_once(robin: Person) -> None:
    code = robin.decide()["code"]
    assert [robin.exchange(code).status, robin.exchange(code).status] == [200, 400]


def test_a_code_dies_after_five_minutes(robin: Person) -> None:
    code = robin.decide()["code"]
    robin.wait(301)
    assert robin.exchange(code).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (CALLBACK, 200),
        ("http://localhost:1/any/path", 200),
        ("http://127.0.0.1:8501/xero/callback", 400),
        ("http://books.example/callback", 400),
        ("https://books.example/callback", 400),
        ("http://localhost.books.example/callback", 400),
    ],
)
def test_redirect_addresses(robin: Person, address: str, status: int) -> None:
    assert robin.call("GET", robin.consent_address(redirect_uri=address)).status == status


def test_a_registered_https_address_must_match_exactly(robin: Person) -> None:
    robin.control("settings", redirect_uris="https://books.example/callback")
    tried = ("https://books.example/callback", "https://books.example/callback/")
    statuses = [robin.call("GET", robin.consent_address(redirect_uri=one)).status for one in tried]
    robin.control("settings", redirect_uris="")
    assert statuses == [200, 400]


def test_a_missing_state_is_refused(robin: Person) -> None:
    assert robin.call("GET", robin.consent_address(state="")).status == 400


@pytest.mark.parametrize("scope", ["openid nonsense", "accounting.transactions"])
def test_a_scope_the_app_cannot_have_goes_back_as_invalid_scope(robin: Person, scope: str) -> None:
    answer = robin.call("GET", robin.consent_address(scope=scope))
    assert (answer.status, query_of(answer.headers["Location"])["error"]) == (303, ["invalid_scope"])


def test_an_old_app_may_have_broad_scopes(robin: Person) -> None:
    robin.control("settings", old_app=True)
    token = robin.app_token("accounting.transactions")
    robin.control("settings", old_app=False)
    assert robin.api("GET", "Invoices", token=token).status == 200


def test_the_code_verifier_is_enforced_when_a_challenge_was_sent(robin: Person) -> None:
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    assert robin.exchange(robin.decide(**asked)["code"]).json() == {"error": "invalid_grant"}
    assert robin.exchange(robin.decide(**asked)["code"], code_verifier="w" * 50).status == 400
    assert robin.exchange(robin.decide(**asked)["code"], code_verifier=verifier).status == 200


def test_refreshing_rotates_and_the_token_before_stays_good_for_half_an_hour(robin: Person) -> None:
    first = robin.sign_in()["refresh_token"]
    second = robin.token_call(grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    assert second != first
    robin.wait(29 * 60)
    assert robin.token_call(grant_type="refresh_token", refresh_token=first).status == 200
    robin.wait(2 * 60)
    assert robin.token_call(grant_type="refresh_token", refresh_token=first).json() == {"error": "invalid_grant"}
    assert robin.token_call(grant_type="refresh_token", refresh_token=second).status == 200


def test_a_refresh_token_unused_for_sixty_days_is_dead(robin: Person) -> None:
    token = robin.sign_in()["refresh_token"]
    robin.wait(60 * 86_400)
    assert robin.token_call(grant_type="refresh_token", refresh_token=token).status == 400


def test_without_offline_access_there_is_no_refresh_token(robin: Person) -> None:
    assert "refresh_token" not in robin.sign_in(scope="openid accounting.invoices")


def test_clients_prove_themselves_by_form_or_basic(robin: Person) -> None:
    client = robin.sandbox.clients["client_credentials"]
    form = {"grant_type": "client_credentials"}
    basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    answer = robin.call("POST", "/connect/token", fields=form, headers={"Authorization": f"Basic {basic}"})
    assert answer.status == robin.token_call("client_credentials", **form).status == 200
    assert "refresh_token" not in answer.json()
    wrong = robin.call("POST", "/connect/token", fields={**form, **client, "client_secret": "guess"})
    assert (wrong.status, wrong.json()) == (400, {"error": "invalid_client"})


@pytest.mark.parametrize(
    ("grant", "form", "error"),
    [
        ("client_credentials", {"grant_type": "client_credentials", "scope": "nonsense"}, "invalid_scope"),
        ("client_credentials", {"grant_type": "client_credentials", "scope": "offline_access"}, "invalid_scope"),
        ("authorization_code", {"grant_type": "client_credentials"}, "unauthorized_client"),
        ("authorization_code", {"grant_type": "password"}, "unsupported_grant_type"),
        ("authorization_code", {"grant_type": "refresh_token", "refresh_token": "guess"}, "invalid_grant"),
    ],
)
def test_refused_token_calls(robin: Person, grant: str, form: dict[str, str], error: str) -> None:
    answer = robin.token_call(grant, **form)
    assert (answer.status, answer.json()) == (400, {"error": error})
