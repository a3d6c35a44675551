"""New clients: looked for before they are made, made once, and never taken for somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, sale

from i2g_recon.core.contacts import contact_key
from i2g_recon.core.invoice import Contact
from i2g_recon.jobs.push import push

CLIENT = "Quarry Row Pty Ltd"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def test_a_known_client_is_not_made_again(at: Desk) -> None:
    view = at.prepare(sale("T-1"))
    assert view.commands[0].contact_id
    push(at.ws, at.connection, view.commands)
    assert (at.xero.puts("Contacts"), len(at.xero.contacts())) == (0, 1)


def test_a_client_that_somebody_made_meanwhile_is_used(at: Desk) -> None:
    commands = at.prepare(sale("T-1", client=CLIENT)).commands
    at.xero.api("PUT", "Contacts", Contacts=[{"Name": CLIENT}])
    assert push(at.ws, at.connection, commands).counts["confirmed"] == 1
    assert (at.xero.puts("Contacts"), len(at.xero.contacts(CLIENT))) == (1, 1)  # theirs


def test_a_new_client_comes_with_name_and_e_mail_and_is_linked(at: Desk) -> None:
    (command,) = push(at.ws, at.connection, at.prepare(sale("T-1", client=CLIENT)).commands).commands
    (contact,) = at.xero.contacts(CLIENT)
    assert contact["EmailAddress"] == "quarry@clients.example"
    assert command.contact_id == contact["ContactID"]
    key = contact_key(Contact(name=CLIENT, email="quarry@clients.example"))
    assert at.ws.store.contact_links(at.tenant_id)[key] == contact["ContactID"]


def test_a_later_invoice_of_the_same_client_goes_to_the_same_contact(at: Desk) -> None:
    push(at.ws, at.connection, at.prepare(sale("T-1", client=CLIENT)).commands)
    at.bring_in(sale("T-1", client=CLIENT), sale("T-2", client=CLIENT), name="more_invoice.csv")
    push(at.ws, at.connection, at.plan().commands)
    assert len(at.xero.contacts(CLIENT)) == 1
    assert len({one["Contact"]["ContactID"] for one in at.xero.invoices()}) == 1


def test_a_name_that_xero_does_not_take_waits_for_a_person(at: Desk) -> None:
    view = at.prepare(sale("T-1", client="Row <b>Pty</b>"), sale("T-2", client="NA"), sale("T-3", client="=1+1"))
    assert [one.number for one in view.commands if one.action == "hold"] == ["T-1"]
    push(at.ws, at.connection, view.commands)
    assert sorted(one["Name"] for one in at.xero.contacts()) == ["=1+1", "Marlin Cafe", "NA"]
    assert at.missing() == ["T-1"]
