"""Each switch, seen from outside: by a call of the API, as the product and xero-python make it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fixtures_sandbox import Person, asked_invoice, messages, person, query_of

from i2g_recon.sandbox.roles import ACTIONS, ROLES
from i2g_recon.sandbox.switches import SWITCHES


@pytest.fixture(scope="module")
def shared() -> Iterator[Person]:
    with person() as found:
        found.control("settings", minute=100_000, day=1_000_000)
        yield found


@pytest.fixture
def robin(shared: Person) -> Iterator[Person]:
    yield shared
    shared.turn("reconnect")
    shared.control("settings", old_app=False)


def listed(robin: Person, resource: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = robin.api("GET", resource).json()[resource]
    return found


def organisation(robin: Person) -> dict[str, Any]:
    found: dict[str, Any] = robin.api("GET", "Organisation").json()["Organisations"][0]
    return found


def statuses(answers: list[Any]) -> list[int]:
    return [one.status for one in answers]


def test_disconnecting_in_xero_answers_403_to_every_app_until_it_is_let_in_again(robin: Person) -> None:
    person_token, app_token = robin.sign_in()["access_token"], robin.app_token()
    both = [person_token, app_token]
    assert statuses([robin.api("GET", "Organisation", token=one) for one in both]) == [200, 200]
    assert robin.turn("disconnect")["connected"] == []
    refused = [robin.api("GET", "Organisation", token=one) for one in both]
    assert [(one.status, one.json()["Detail"]) for one in refused] == [(403, "AuthenticationUnsuccessful")] * 2
    assert robin.turn("reconnect")["connected"] == ["client_credentials"]
    assert statuses([robin.api("GET", "Organisation", token=one) for one in both]) == [403, 200]


def test_expired_tokens_answer_401_and_a_refreshed_one_works(robin: Person) -> None:
    tokens = robin.sign_in()
    robin.turn("expire_tokens")
    answer = robin.api("GET", "Organisation", token=tokens["access_token"])
    assert (answer.status, answer.json()["Detail"][:13]) == (401, "TokenExpired:")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    again = robin.token_call(**form).json()["access_token"]
    assert robin.api("GET", "Organisation", token=again).status == 200


def test_an_ended_consent_refuses_to_refresh_and_leaves_the_connection(robin: Person) -> None:
    tokens = robin.sign_in()
    assert robin.turn("end_consent")["connected"] == ["authorization_code", "client_credentials"]
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert robin.token_call(**form).json() == {"error": "invalid_grant"}
    assert robin.api("GET", "Organisation", token=tokens["access_token"]).status == 200


def test_a_permission_taken_back_ends_tokens_and_connections_of_the_person_only(robin: Person) -> None:
    tokens = robin.sign_in()
    assert robin.turn("revoke")["connected"] == ["client_credentials"]
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert robin.token_call(**form).status == 400
    assert robin.api("GET", "Organisation", token=tokens["access_token"]).status == 403
    assert robin.api("GET", "Organisation").status == 200


def test_an_archived_account_is_listed_as_such_and_takes_no_line(robin: Person) -> None:
    robin.turn("archive_account", "200")
    (account,) = [one for one in listed(robin, "Accounts") if one.get("Code") == "200"]
    assert account["Status"] == "ARCHIVED"
    (refused,) = robin.books().create(asked_invoice(InvoiceNumber="A-1"))
    assert "has been archived" in messages(refused)[0]
    robin.turn("restore_account", "200")
    (taken,) = robin.books().create(asked_invoice(InvoiceNumber="A-1"))
    assert messages(taken) == []


def test_a_deleted_rate_stays_listed_and_takes_no_line(robin: Person) -> None:
    robin.turn("delete_rate", "OUTPUT")
    (rate,) = [one for one in listed(robin, "TaxRates") if one["TaxType"] == "OUTPUT"]
    assert rate["Status"] == "DELETED"
    (refused,) = robin.books().create(asked_invoice(InvoiceNumber="A-2"))
    assert "does not exist or cannot be used" in messages(refused)[0]
    robin.turn("restore_rate", "OUTPUT")
    (taken,) = robin.books().create(asked_invoice(InvoiceNumber="A-2"))
    assert messages(taken) == []


def test_currencies_come_and_go_except_the_base(robin: Person) -> None:
    before = [one["Code"] for one in listed(robin, "Currencies")]
    assert "NOK" not in before
    assert "NOK" in robin.turn("add_currency", "nok")["currencies"]
    (taken,) = robin.books().create(asked_invoice(InvoiceNumber="A-3", CurrencyCode="NOK"))
    assert messages(taken) == []
    robin.turn("remove_currency", "NOK")
    (refused,) = robin.books().create(asked_invoice(InvoiceNumber="A-4", CurrencyCode="NOK"))
    assert messages(refused) == ["Organisation is not subscribed to currency NOK"]
    assert [one["Code"] for one in listed(robin, "Currencies")] == before


def test_lock_dates_hold_approvals_and_an_adviser_passes_the_periods(robin: Person) -> None:
    robin.turn("period_lock", "2026-11-10")
    robin.turn("year_lock", "")
    assert "EndOfYearLockDate" not in organisation(robin)
    approved = asked_invoice(Status="AUTHORISED")
    (refused,) = robin.books().create({**approved, "InvoiceNumber": "A-5"})
    assert messages(refused) == [
        "The document date cannot be before the period lock date, currently set at 10-Nov-2026"
    ]
    robin.turn("role", "adviser")
    (taken,) = robin.books().create({**approved, "InvoiceNumber": "A-6"})
    robin.turn("year_lock", "2026-11-10")
    (locked,) = robin.books().create({**approved, "InvoiceNumber": "A-7"})
    assert (messages(taken), len(messages(locked))) == ([], 1)
    robin.turn("role", "standard")
    for name in ("period_lock", "year_lock"):
        robin.turn(name)


@pytest.mark.parametrize("role", list(ROLES))
def test_a_role_shows_in_the_actions(robin: Person, role: str) -> None:
    robin.turn("role", role)
    found = {one["Name"]: one["Status"] for one in robin.api("GET", "Organisation/Actions").json()["Actions"]}
    robin.turn("role", "standard")
    assert set(found) == set(ACTIONS)
    assert {name for name, status in found.items() if status == "NOT-ALLOWED"} == ROLES[role]


def test_plan_tax_registration_and_name_are_the_organisations(robin: Person) -> None:
    robin.turn("class", "GROW")
    robin.turn("edition", "PARTNER")
    robin.turn("pays_tax", value=False)
    standing = robin.turn("name", "Renamed Books")
    found = organisation(robin)
    assert [found[name] for name in ("Class", "Edition", "PaysTax", "Name")] == [
        "GROW",
        "PARTNER",
        False,
        "Renamed Books",
    ]
    assert (standing["name"], standing["pays_tax"], standing["class"]) == ("Renamed Books", False, "GROW")
    listed_as = robin.call("GET", "/connections", headers={"Authorization": f"Bearer {robin.app_token()}"}).json()[0][
        "tenantName"
    ]
    assert listed_as == "Renamed Books"
    robin.turn("pays_tax", value=True)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"switch": "explode"}, "switch is one of disconnect"),
        ({"switch": "role", "value": "emperor"}, "the value is one of standard"),
        ({"switch": "archive_account", "value": "9999"}, "there is no account 9999"),
        ({"switch": "delete_rate", "value": "TAX999"}, "there is no tax rate TAX999"),
        ({"switch": "remove_currency", "value": "AUD"}, "AUD cannot be removed"),
        ({"switch": "add_currency", "value": "AUD"}, "not subscribed yet"),
        ({"switch": "period_lock", "value": "soon"}, "a day like 2026-06-30"),
        ({"switch": "pays_tax", "value": "perhaps"}, "true or false"),
        ({"switch": "class"}, "the value is a text"),
        ({"switch": "revoke", "organisation": "Nobody"}, "organisation is one of"),
        ({}, "switch is one of disconnect"),
    ],
)
def test_what_does_not_exist_is_refused_with_a_sentence_and_changes_nothing(
    robin: Person, body: dict[str, str], said: str
) -> None:
    before = robin.control("switch", "GET")
    answer = robin.call("POST", "/_sandbox/switch", body=json.dumps(body))
    assert (answer.status, said in answer.json()["error"]) == (400, True)
    assert robin.control("switch", "GET") == before


def test_switches_of_one_organisation_leave_the_other_alone() -> None:
    with person("empty", countries=["AU", "NZ"]) as robin:
        before = robin.control("switch", "GET")["organisations"]
        robin.turn("archive_account", "200", before[1]["name"])
        robin.turn("disconnect", organisation=before[1]["tenant_id"])
        after = robin.control("switch", "GET")["organisations"]
        assert after[0] == before[0]
        assert after[1]["accounts"]["200"] == "ARCHIVED"


def test_an_app_of_the_older_age_knows_the_broad_permissions_only(robin: Person) -> None:
    def error(scope: str) -> list[str]:
        answer = robin.call("GET", robin.consent_address(scope=scope))
        return [] if answer.status == 200 else query_of(answer.headers["Location"])["error"]

    robin.control("settings", old_app="broad")
    assert error("openid accounting.invoices") == ["invalid_scope"]
    assert error("openid accounting.transactions accounting.contacts") == []
    robin.control("settings", old_app=True)
    assert error("openid accounting.transactions accounting.invoices") == []


def test_every_switch_is_described() -> None:
    from i2g_recon.sandbox import switches  # noqa: PLC0415 - for its docstring alone

    assert [name for name in SWITCHES if f"`{name}`" not in str(switches.__doc__)] == []
