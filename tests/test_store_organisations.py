from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from fixtures_store import NOW, TENANT, seconds, store_at

from i2g_recon.core.invoice import Contact
from i2g_recon.core.organisation import Account, Organisation, TaxRate
from i2g_recon.core.setup import Setup
from i2g_recon.store.tables import SetupRow
from i2g_recon.store.workspace import Store

SETUP = Setup(
    revenue_account="200",
    status="AUTHORISED",
    auto_export=True,
    tax_map={"GST 10%": "OUTPUT", "No tax 0%": "EXEMPTOUTPUT"},
    held_taxes=("PST 7%",),
    taxes_confirmed=True,
    currency_confirmed=True,
    completed=True,
)
ORGANISATION = Organisation(
    tenant_id=TENANT,
    name="Hollis Plumbing",
    base_currency="AUD",
    period_lock=dt.date(2026, 6, 30),
    currencies=("AUD", "NZD"),
    accounts=(Account(code="200", name="Sales", type="REVENUE", klass="REVENUE", status="ACTIVE"),),
    tax_rates=(
        TaxRate(
            name="GST on Income",
            tax_type="OUTPUT",
            rate=Decimal("10.0000"),
            status="ACTIVE",
            applies_to=frozenset({"REVENUE", "ASSETS"}),
        ),
    ),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with store_at(tmp_path) as opened:
        yield opened


def test_the_set_up_comes_back_and_is_fresh_before(store: Store) -> None:
    assert store.setup(TENANT) == Setup()
    store.save_setup(TENANT, SETUP)
    assert store.setup(TENANT) == SETUP
    assert store.setup("another") == Setup()


def test_a_set_up_of_a_newer_or_older_version_is_read_as_far_as_known(store: Store) -> None:
    store.database.put(SetupRow(tenant_id=TENANT, body='{"revenue_account": "200", "from_the_future": 1}'))
    assert store.setup(TENANT) == Setup(revenue_account="200")


def test_one_organisation_is_chosen(store: Store) -> None:
    assert store.chosen_organisation() is None
    store.choose_organisation("one")
    store.choose_organisation("two")
    assert store.chosen_organisation() == "two"


def test_what_xero_said_comes_back_whole(store: Store) -> None:
    contacts = (Contact(name="Brook Café", email="books@brook.example", id="c-1", status="ACTIVE"),)
    assert store.organisation(TENANT) is None
    store.save_organisation(TENANT, Organisation(tenant_id=TENANT, name="Before"), (), NOW)
    zone = dt.timezone(dt.timedelta(hours=10))
    store.save_organisation(TENANT, ORGANISATION, contacts, (NOW + seconds(1)).astimezone(zone))
    found = store.organisation(TENANT)
    assert found == (ORGANISATION, contacts, NOW + seconds(1))
    assert found[2].tzinfo is dt.UTC


def test_contact_links_are_remembered_per_organisation(store: Store) -> None:
    store.link_contacts(TENANT, {"brook cafe": "c-1"})
    store.link_contacts(TENANT, {"brook cafe": "c-2"})
    store.link_contacts("another", {"brook cafe": "c-9"})
    assert store.contact_links(TENANT) == {"brook cafe": "c-2"}
    assert store.contact_links("unknown") == {}
