"""Pull: everything in few calls, nothing unknown stops it, and less than before is not believed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fixtures_workspace import CLIENT, CLIENT_EMAIL, Desk, desk, desk_at, pretend_xero, sale

from i2g_recon.errors import IncompletePull, OtherSideFailed
from i2g_recon.jobs.pull import is_stale, known_organisation, last_pull, pull
from i2g_recon.jobs.push import push

TENANT = "0b6f0c1e-7777-4a5b-9c00-000000000007"


def seed(invoices: int) -> dict[str, Any]:
    """One client and so many approved invoices."""
    line = {"Description": "Work", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200", "TaxType": "OUTPUT"}
    usual = {"Contact": {"Name": CLIENT}, "Date": "2026-10-05", "DueDate": "2026-10-19", "LineItems": [line]}
    return {
        "Organisations": [{"Name": "Big Books", "OrganisationID": TENANT}],
        "Contacts": [{"Name": CLIENT, "EmailAddress": CLIENT_EMAIL}],
        "Invoices": [
            {**usual, "InvoiceNumber": f"INV-{number:05}", "Reference": f"T-{number}"} for number in range(invoices)
        ],
    }


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, seed(3)) as found:
        yield found


def test_1734_invoices_are_read_in_two_calls(tmp_path: Path) -> None:
    with desk(tmp_path, seed(1734)) as at:
        seen: list[tuple[int, int]] = []
        report = pull(at.ws, at.connection, progress=lambda done, of_all: seen.append((done, of_all)))
        assert report.invoices == 1734
        assert len(at.xero.requests("GET", "/api.xro/2.0/Invoices")) == 2
        assert report.calls == len(at.xero.requests(path="/api.xro/2.0/"))
        assert seen[-1] == (1734, 1734)
        assert report.day_left is not None


def test_what_was_read_is_kept_with_its_time_and_the_organisation_s_name(at: Desk) -> None:
    report = pull(at.ws, at.connection)
    assert last_pull(at.ws, at.tenant_id) == (report.snapshot, report.taken_at)
    organisation, contacts = known_organisation(at.ws, at.connection)
    assert (organisation.name, at.connection.name) == ("Big Books", "Big Books")
    assert [one.email for one in contacts] == [CLIENT_EMAIL]


def test_e_mails_come_from_the_contacts_for_the_list_leaves_them_out(at: Desk) -> None:
    report = pull(at.ws, at.connection)
    frame = at.ws.store.load_snapshot(report.snapshot).invoices
    assert set(frame["email"]) == {CLIENT_EMAIL}


@pytest.mark.parametrize("fault", ["unknown_enum", "extra_fields"])
def test_codes_and_fields_nobody_has_heard_of_never_stop_a_read(at: Desk, fault: str) -> None:
    at.xero.arm(fault, method="GET", times=-1)
    assert pull(at.ws, at.connection).invoices == 3
    at.bring_in(sale("T-1"))
    assert at.reconcile().counts["target"] == 3


def test_a_pull_that_shrank_is_refused_until_a_person_believes_it(tmp_path: Path) -> None:
    with pretend_xero(seed(3)) as xero, desk_at(xero, tmp_path) as at:
        pull(at.ws, at.connection)
    with pretend_xero(seed(2)) as xero, desk_at(xero, tmp_path) as at:
        before = last_pull(at.ws, at.tenant_id)
        with pytest.raises(IncompletePull, match="2 invoices where the last pull had 3"):
            pull(at.ws, at.connection)
        assert last_pull(at.ws, at.tenant_id) == before
        assert pull(at.ws, at.connection, full=True).invoices == 2
        assert pull(at.ws, at.connection).invoices == 2


def test_a_pull_that_broke_off_keeps_nothing(at: Desk) -> None:
    at.xero.arm("drop_before", method="GET", path="/Invoices", times=-1)
    with pytest.raises(OtherSideFailed):
        pull(at.ws, at.connection)
    assert last_pull(at.ws, at.tenant_id) is None


def test_a_read_that_fails_now_and_then_is_repeated(at: Desk) -> None:
    for fault in ("drop_before", "drop_after", "offline", "error", "limit", "expired_token"):
        at.xero.arm(fault, method="GET", skip=1)
    assert pull(at.ws, at.connection).invoices == 3


def test_old_or_before_our_own_push_is_stale(at: Desk) -> None:
    assert is_stale(at.ws, at.tenant_id)
    commands = at.prepare(sale("N-1")).commands
    assert not is_stale(at.ws, at.tenant_id)
    at.clock.forward(minutes=11)
    assert is_stale(at.ws, at.tenant_id)
    pull(at.ws, at.connection)
    push(at.ws, at.connection, commands)
    assert is_stale(at.ws, at.tenant_id)
    pull(at.ws, at.connection)
    assert not is_stale(at.ws, at.tenant_id)
