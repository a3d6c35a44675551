"""Seeds: what a file leaves out is computed, what it gives is kept, what cannot be used is said in one sentence."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fixtures_sandbox import SEED, person, seed_invoice

from i2g_recon.errors import NotConfigured
from i2g_recon.sandbox.seeding import seed_all
from i2g_recon.sandbox.server import Sandbox
from i2g_recon.sandbox.state import State


def test_a_file_gives_one_organisation_on_the_first_countrys_defaults(tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    file.write_text(json.dumps({"Organisations": [{"Name": "Kiwi Joinery"}], "Contacts": [{"Name": "A"}]}))
    with person(file, countries=["NZ", "AU"]) as found:
        books = found.books()
        organisation = books.raw("get_organisations")["Organisations"][0]
        accounts = books.raw("get_accounts")["Accounts"]
    assert [one["name"] for one in found.sandbox.organisations] == ["Kiwi Joinery"]
    assert (organisation["BaseCurrency"], len(accounts) > 30) == ("NZD", True)


def test_a_sparse_invoice_is_completed_and_given_figures_are_kept() -> None:
    given = {"TaxAmount": Decimal("9.99"), "Description": "By hand", "LineAmount": 100, "AccountCode": "200"}
    invoices = [
        seed_invoice("A-1", "18.43"),
        seed_invoice("A-2", "1", LineItems=[given]),
        seed_invoice("A-3", "100", Payments=[{"Amount": 10, "Date": "2026-10-07"}]),
        seed_invoice("A-4", "100", Total=Decimal("999.99"), Status="PAID"),
    ]
    with person({"Invoices": invoices}) as found:
        listed = found.books().listed(page=1)
    totals = [(one["SubTotal"], one["TotalTax"], one["Total"]) for one in listed]
    assert totals[:2] == [
        (Decimal("18.43"), Decimal("1.84"), Decimal("20.27")),
        (100, Decimal("9.99"), Decimal("109.99")),
    ]
    assert (listed[2]["Status"], listed[2]["AmountPaid"], listed[2]["AmountDue"]) == ("AUTHORISED", 10, 100)
    assert (listed[3]["Total"], listed[3]["AmountDue"]) == (Decimal("999.99"), 0)


def test_the_same_seed_gives_the_same_ids_and_is_loaded_once(tmp_path: Path) -> None:
    def ids(state: State) -> list[Any]:
        seed_all(state, [SEED], ["AU"])
        return [tuple(row) for row in state.rows("SELECT invoice_id, contact_id FROM invoices ORDER BY position")]

    states = [State(), State(), State(tmp_path / "kept.sqlite")]
    first, second, third = (ids(state) for state in states)
    again = ids(states[2])
    for state in states:
        state.close()
    assert first == second == third == again
    assert len(first) == len(SEED["Invoices"])


@pytest.mark.parametrize("text", ["{", "[]", '{"Bills": []}'])
def test_a_file_that_is_no_seed_is_refused_by_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.json"
    file.write_text(text)
    with pytest.raises(NotConfigured, match=r"broken\.json"):
        Sandbox(seeds=[file]).start()


def test_an_unknown_country_and_a_port_in_use_are_refused() -> None:
    with pytest.raises(NotConfigured, match="no country 'XX'"):
        Sandbox(seeds=["empty"], countries=["XX"]).start()
    with Sandbox(seeds=["empty"]) as first, pytest.raises(NotConfigured, match="in use"):
        Sandbox(seeds=["empty"], port=first.port).start()


def test_the_demo_and_empty_organisations_stand_side_by_side() -> None:
    with Sandbox(seeds=["demo", "empty"], countries=["AU", "US"]) as sandbox:
        names = [organisation["name"] for organisation in sandbox.organisations]
    assert len(set(names)) == 3


def test_a_large_organisation_is_read_in_two_quick_calls() -> None:
    invoices = [seed_invoice(f"INV-{number:05d}", "12.34", Reference=f"R-{number}") for number in range(1, 1735)]
    with person({"Invoices": invoices}) as found:
        token = found.app_token()
        began = time.perf_counter()
        pages = [found.api("GET", f"Invoices?page={page}&pageSize=1000", token=token).json() for page in (1, 2)]
        took_s = time.perf_counter() - began
    assert [len(page["Invoices"]) for page in pages] == [1000, 734]
    assert took_s < 2
