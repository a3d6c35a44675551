"""Clients that a person has to name: offered, chosen on the page or by command, remembered, and forgotten again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_workspace import CLIENT_EMAIL, Desk, desk, environment, sale
from test_cli import SETUP, desk_on
from test_pages_desk import checked, home_in_environment, opened, text_of

from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.clients import active_contacts, choose_client, forget_client
from i2g_recon.jobs.plan import plan
from i2g_recon.jobs.push import push
from i2g_recon.sandbox.i2g_export import csv_bytes

TWO = {
    "Contacts": [
        {"Name": "Marlin Cafe", "EmailAddress": "one@marlin.example"},
        {"Name": "Marlin Catering", "EmailAddress": CLIENT_EMAIL},
        {"Name": "Old Marlin", "ContactStatus": "ARCHIVED"},
    ]
}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    """The client's name is one contact's and its e-mail address another's."""
    with desk(tmp_path, TWO) as found:
        found.prepare(
            sale("T-1", client="Marlin Cafe"), sale("T-2", client="Marlin Cafe"), sale("T-3", client="New Ltd")
        )
        yield found


def ids(at: Desk) -> dict[str, str]:
    return {one.name: one.id for one in active_contacts(at.ws, at.connection)}


def waiting(at: Desk) -> list[tuple[str, int, list[str]]]:
    view = plan(at.ws, at.connection)
    return [(one.name, one.invoices, sorted(near.name for near in one.fitting)) for one in view.clients]


def test_a_choice_is_asked_remembered_and_used(at: Desk) -> None:
    assert waiting(at) == [("Marlin Cafe", 2, ["Marlin Cafe", "Marlin Catering"])]
    assert [one.reason for one in plan(at.ws, at.connection).commands] == ["contact_ambiguous"] * 2 + [""]
    chosen = choose_client(at.ws, at.connection, " marlin  CAFE ", ids(at)["Marlin Catering"])
    assert chosen.name == "Marlin Catering"
    assert waiting(at) == []
    assert push(at.ws, at.connection, plan(at.ws, at.connection).pushable).counts["confirmed"] == 3
    assert {one["Contact"]["Name"] for one in at.xero.invoices("T-1")} == {"Marlin Catering"}
    assert [line.what for line in at.ws.store.activity(at.tenant_id)].count("chose a contact") == 1


def test_what_was_chosen_can_be_forgotten(at: Desk) -> None:
    choose_client(at.ws, at.connection, "Marlin Cafe", "Marlin Cafe")  # by a name that only one has
    forget_client(at.ws, at.connection, "Marlin Cafe")
    assert len(waiting(at)) == 1
    with pytest.raises(NeedsAPerson, match="Nothing is remembered"):
        forget_client(at.ws, at.connection, "Marlin Cafe")


@pytest.mark.parametrize(
    ("client", "contact", "words"),
    [
        ("Marlin Cafe", "Nobody", "no active contact of that name"),
        ("Marlin Cafe", "Old Marlin", "no active contact of that name"),
        (" ", "Marlin Cafe", "Name the client"),
    ],
)
def test_a_contact_that_cannot_be_is_refused(at: Desk, client: str, contact: str, words: str) -> None:
    with pytest.raises(NeedsAPerson, match=words):
        choose_client(at.ws, at.connection, client, contact)
    assert at.ws.store.contact_links(at.tenant_id) == {}


def test_the_choice_on_page_push(at: Desk, tmp_path: Path) -> None:
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        app = opened("push")
        assert "2 invoices." in text_of(app)
        box = app.selectbox(key="client_0")
        assert [option.partition(" (")[0] for option in box.options][:2] == ["Marlin Cafe", "Marlin Catering"]
        box.select_index(1).run()
        app.button(key="client_use_0").click().run()
        assert "wait for your choice" not in text_of(checked(app))
        assert [one.key for one in app.selectbox] == []
    assert list(at.ws.store.contact_links(at.tenant_id).values()) == [ids(at)["Marlin Catering"]]


def test_the_choice_on_the_command_line(at: Desk, tmp_path: Path) -> None:
    terminal = desk_on(at.xero, tmp_path / "terminal")
    terminal.folder.mkdir()
    sales = csv_bytes([sale("T-1", client="Marlin Cafe")])
    terminal.connected().run("import", terminal.file("a_invoice.csv", sales), expect=0)
    terminal.run(*SETUP, expect=0)
    assert terminal.json("plan", expect=1)["counts"]["hold"] == 1
    assert "use CLIENT=CONTACT" in terminal.refused("setup", "--contact-for", "Marlin Cafe")
    terminal.run("setup", "--contact-for", "Marlin Cafe=Marlin Catering", expect=0)
    assert terminal.json("plan", expect=1)["counts"]["create"] == 1
    terminal.run("setup", "--contact-for", "Marlin Cafe=", expect=0)
    assert terminal.json("plan", expect=1)["counts"]["hold"] == 1
