"""Which organisations an app reaches: consent, both spellings of the address, disconnecting, missing permissions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fixtures_sandbox import Person, person
from xero_python.identity import IdentityApi


@pytest.fixture
def robin() -> Iterator[Person]:
    with person("empty", countries=["AU", "NZ"]) as found:
        yield found


def connections(robin: Person, token: str, path: str = "/connections") -> Any:
    return robin.call("GET", path, headers={"Authorization": f"Bearer {token}"}).json()


def test_both_spellings_list_what_was_chosen_through_the_sdk_too(robin: Person) -> None:
    tenant_ids = [organisation["tenant_id"] for organisation in robin.sandbox.organisations]
    code = robin.decide("allow", tenant_ids)["code"]
    token = robin.exchange(code).json()
    listed = connections(robin, token["access_token"])
    assert [one["tenantId"] for one in listed] == tenant_ids
    assert listed == connections(robin, token["access_token"], "/Connections")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}", listed[0]["createdDateUtc"])
    sdk = IdentityApi(robin.books(token).client, base_url=robin.sandbox.url).get_connections()
    assert [one.tenant_name for one in sdk] == ["Sandbox Company (AU)", "Sandbox Company (NZ)"]


def test_the_consent_event_narrows_the_list(robin: Person) -> None:
    robin.sign_in()
    second = robin.sandbox.organisations[1]["tenant_id"]
    token = robin.exchange(robin.decide("allow", [second])["code"]).json()["access_token"]
    event_id = connections(robin, token)[1]["authEventId"]
    assert [one["tenantId"] for one in connections(robin, token, f"/connections?authEventId={event_id}")] == [second]


def test_disconnecting_shuts_the_organisation_and_consent_opens_it_again(robin: Person) -> None:
    token = robin.sign_in()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    before = connections(robin, token)[0]
    assert robin.call("DELETE", f"/connections/{before['tenantId']}", headers=headers).status == 404
    assert robin.call("DELETE", f"/connections/{before['id']}", headers=headers).status == 204
    assert robin.call("DELETE", f"/connections/{before['id']}", headers=headers).status == 404
    refused = robin.api("GET", "Organisation", token=token)
    assert (refused.status, refused.json()["Detail"]) == (403, "AuthenticationUnsuccessful")
    robin.wait(60)
    after = connections(robin, robin.sign_in()["access_token"])[0]
    assert after["createdDateUtc"] == before["createdDateUtc"] != after["updatedDateUtc"]


def test_revoking_answers_empty_and_drops_every_connection(robin: Person) -> None:
    tokens = robin.sign_in()
    client = robin.sandbox.clients["authorization_code"]
    answer = robin.call("POST", "/connect/revocation", fields={"token": tokens["refresh_token"], **client})
    assert (answer.status, answer.data) == (200, b"")
    assert connections(robin, tokens["access_token"]) == []
    assert robin.token_call(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status == 400


def test_a_custom_connection_reaches_its_one_organisation_without_naming_it(robin: Person) -> None:
    token = robin.app_token()
    assert [one["tenantName"] for one in connections(robin, token)] == ["Sandbox Company (AU)"]
    assert robin.api("GET", "Organisation", token=token, headers={"xero-tenant-id": ""}).status == 200
    other = robin.sandbox.organisations[1]["tenant_id"]
    assert robin.api("GET", "Organisation", token=token, tenant_id=other).status == 403


def test_an_access_token_expires_by_the_sandboxs_clock(robin: Person) -> None:
    token = robin.sign_in()["access_token"]
    robin.wait(1799 - 5)
    assert robin.api("GET", "Organisation", token=token).status == 200
    robin.wait(10)
    answer = robin.api("GET", "Organisation", token=token)
    assert answer.status == 401
    assert re.fullmatch(r"TokenExpired: token expired at \d\d/\d\d/\d{4} \d\d:\d\d:\d\d", answer.json()["Detail"])
    assert set(answer.json()) == {"Type", "Title", "Status", "Detail", "Instance", "Extensions"}


def test_a_missing_permission_is_named_in_the_header(robin: Person) -> None:
    token = robin.app_token("accounting.invoices.read accounting.settings.read")
    assert robin.api("GET", "Invoices", token=token).status == 200
    for method, path in (("PUT", "Invoices"), ("GET", "Contacts")):
        answer = robin.api(method, path, token=token, body="{}")
        found = (answer.status, answer.json()["Detail"], answer.headers["WWW-Authenticate"])
        assert found == (401, "AuthorizationUnsuccessful", "insufficient_scope")


def test_a_token_that_is_none_is_refused(robin: Person) -> None:
    answer = robin.api("GET", "Organisation", token="guess")
    assert (answer.status, answer.json()["Detail"]) == (401, "AuthenticationUnsuccessful")
