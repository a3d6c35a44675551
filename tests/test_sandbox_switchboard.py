"""The switchboard's page: every switch has a form, forms lead back to the page, and no other site can press them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from fixtures_sandbox import Person, person

from i2g_recon.sandbox.switches import SWITCHES


@pytest.fixture
def robin() -> Iterator[Person]:
    with person("empty", countries=["AU", "NZ"]) as found:
        yield found


def page(robin: Person) -> str:
    answer = robin.call("GET", "/_sandbox")
    assert answer.status == 200
    return answer.data.decode()


def press(robin: Person, route: str, origin: str = "", **fields: str) -> str:
    """Sends a form; gives what the page says then."""
    headers = {"Origin": origin} if origin else {}
    answer = robin.call("POST", f"/_sandbox/{route}", fields=list(fields.items()), headers=headers)
    assert answer.status == 303
    return parse_qs(urlsplit(answer.headers["Location"]).query)["said"][0]


def test_every_switch_has_a_form_for_every_organisation(robin: Person) -> None:
    robin.turn("archive_account", "200")
    robin.turn("delete_rate", "OUTPUT")
    shown = re.findall(r'name="switch" value="(\w+)"', page(robin))
    wanted = set(SWITCHES) - {"name"}
    assert {name for name in shown if shown.count(name) >= 1} == wanted
    assert all(shown.count(name) == 2 for name in ("disconnect", "archive_account", "role", "period_lock"))
    assert page(robin).count("<h2>") == 3


def test_fields_are_labelled_and_filled_with_how_it_stands(robin: Person) -> None:
    robin.turn("period_lock", "2026-06-30")
    robin.turn("role", "draft only")
    text = page(robin)
    assert 'type="date" name="value" value="2026-06-30" aria-label="Period lock"' in text
    assert '<option value="draft only" selected>' in text
    assert re.findall(r"<(?:select|input)(?![^>]*(?:aria-label|hidden))[^>]*>", text) == []


def test_a_form_turns_the_switch_and_leads_back(robin: Person) -> None:
    other = robin.sandbox.organisations[1]["tenant_id"]
    assert press(robin, "switch", switch="archive_account", organisation=other, value="200") == (
        "Done: archive_account 200"
    )
    first, second = robin.control("switch", "GET")["organisations"]
    assert (first["accounts"]["200"], second["accounts"]["200"]) == ("ACTIVE", "ARCHIVED")
    assert "there is no account 9" in press(robin, "switch", switch="archive_account", value="9")


def test_time_passes_and_faults_are_armed_from_the_page(robin: Person) -> None:
    token = robin.sign_in()["access_token"]
    assert press(robin, "happen", minutes="31") == "31 minutes have passed here."
    assert robin.api("GET", "Organisation", token=token).status == 401
    assert press(robin, "happen", kind="offline") == "The next call meets offline."
    assert "Armed: offline" in page(robin)
    assert robin.api("GET", "Organisation").status == 503
    assert press(robin, "happen", kind="earthquake") == "Nothing was changed."


def test_a_form_of_another_site_changes_nothing(robin: Person) -> None:
    before = robin.control("switch", "GET")
    assert "switch is one of" in press(robin, "switch", "https://elsewhere.example", switch="revoke")
    assert press(robin, "happen", "https://elsewhere.example", minutes="90") == "Nothing was changed."
    assert robin.control("switch", "GET") == before
    assert press(robin, "switch", robin.sandbox.url, switch="expire_tokens").startswith("Done")


def test_what_is_said_is_shown_as_text(robin: Person) -> None:
    answer = robin.call("GET", "/_sandbox?said=%3Cscript%3Ealert(1)%3C/script%3E").data.decode()
    assert "<script>" not in answer
    assert "&lt;script&gt;" in answer


def test_the_bare_address_leads_to_the_switchboard(robin: Person) -> None:
    assert 'href="/_sandbox"' in robin.call("GET", "/").data.decode()
