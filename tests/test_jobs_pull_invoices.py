"""Reading what changed, and going on where a read broke off: always the same as reading everything, in fewer calls."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from fixtures_workspace import CLIENT, MORNING, Desk, desk, sale
from test_jobs_pull import seed

from i2g_recon.core.frame import Invoices
from i2g_recon.core.invoice import State
from i2g_recon.errors import OtherSideFailed
from i2g_recon.jobs import pull_invoices
from i2g_recon.jobs.close_period import prepare
from i2g_recon.jobs.pull import pull
from i2g_recon.xero import reader

LINE = {"Description": "Work", "Quantity": 1, "UnitAmount": 70, "AccountCode": "200", "TaxType": "OUTPUT"}
LIST = "/api.xro/2.0/Invoices"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    books = seed(2600)
    days = ["2026-06-30", *["2026-01-15"] * 2599]  # not a moment ago, and not all at once
    books["Invoices"] = [{**one, "UpdatedDateUTC": day} for one, day in zip(books["Invoices"], days, strict=True)]
    with desk(tmp_path_factory.mktemp("pull"), books) as found:
        yield found


@pytest.fixture
def at(shared: Desk) -> Desk:
    """Everything was read, just now."""
    shared.xero.calm()
    shared.clock.ahead = dt.timedelta()
    shared.ws.store.drop_pages(shared.tenant_id)
    pull(shared.ws, shared.connection, full=True)
    return shared


def calls_of(at: Desk, **how: Any) -> int:
    before = len(at.xero.requests("GET", LIST))
    pull(at.ws, at.connection, **how)
    return len(at.xero.requests("GET", LIST)) - before


def side(at: Desk) -> Invoices:
    return at.ws.store.load_snapshot(at.ws.store.snapshots(at.tenant_id, "target")[0].id)


def same_as_everything(at: Desk) -> None:
    """The last snapshot against one of everything, row by row and line by line."""
    by_changes = side(at)
    assert calls_of(at, full=True) == 3
    whole = side(at)
    for name, key in (("invoices", ["id"]), ("lines", ["invoice_id", "position"])):
        left, right = (getattr(one, name).sort_values(key, ignore_index=True) for one in (by_changes, whole))
        pd.testing.assert_frame_equal(left, right)
    assert by_changes.origin.rows == whole.origin.rows
    assert by_changes.row_errors == whole.row_errors


def edit(at: Desk, rng: random.Random) -> None:
    """Something that somebody does in Xero."""
    invoice = rng.choice(at.xero.invoices()[:200])
    address = f"Invoices/{invoice['InvoiceID']}"
    match rng.randrange(4):
        case 0:
            at.xero.type_in(Reference=f"N-{rng.randrange(10**6)}", Date="2026-10-09", LineItems=[LINE])
        case 1:
            at.xero.api("POST", address, Status="VOIDED")
        case 2:
            at.xero.api("POST", address, DueDate="2026-12-24")
        case _:
            at.xero.api("POST", address, Reference=f"R-{rng.randrange(10**6)}")


def test_changes_take_two_calls_and_come_to_the_same(at: Desk) -> None:
    rng = random.Random(7)  # noqa: S311 - a seed, not a secret
    for _ in range(3):
        for _ in range(rng.randrange(4)):
            edit(at, rng)
        assert calls_of(at) == 2
    same_as_everything(at)


def test_a_void_that_xero_does_not_date_is_not_missed(at: Desk) -> None:
    invoice = at.xero.invoices()[5]
    at.xero.control("POST", "clock", now="2026-01-01T00:00:00")
    try:
        at.xero.api("POST", f"Invoices/{invoice['InvoiceID']}", Status="VOIDED")
    finally:
        at.xero.control("POST", "clock", reset=True)
    assert calls_of(at) == 2 + 3
    assert side(at).invoices.set_index("id").loc[invoice["InvoiceID"], "state"] == State.VOID


def test_what_changed_behind_a_long_look_is_not_missed(at: Desk) -> None:
    """An invoice of the first page changes when that was read; twenty minutes later, in the same look, another one."""
    ids = sorted(one["InvoiceID"] for one in at.xero.invoices())

    def change(done: int, _of_all: int) -> None:
        if done in (1000, 2000):
            at.xero.api("POST", f"Invoices/{ids[0] if done == 1000 else ids[-1]}", Reference=f"Late-{done}")
            at.clock.forward(minutes=20)
            at.xero.control("POST", "clock", advance_s=1200)

    try:
        pull(at.ws, at.connection, everything=True, progress=change)
        assert "Late-1000" not in set(side(at).invoices["reference"])
        pull(at.ws, at.connection)
        assert {"Late-1000", "Late-2000"} <= set(side(at).invoices["reference"])
    finally:
        at.xero.control("POST", "clock", reset=True)


def test_a_person_s_full_read_uses_no_page_of_an_earlier_try(at: Desk) -> None:
    at.xero.arm("drop_before", method="GET", path="/Invoices", skip=2, times=-1)
    with pytest.raises(OtherSideFailed):
        pull(at.ws, at.connection, everything=True)
    at.xero.calm()
    assert calls_of(at, full=True) == 3


def test_after_a_day_everything_is_read(at: Desk) -> None:
    at.clock.forward(hours=23)
    assert calls_of(at) == 2
    at.clock.forward(hours=2)
    assert calls_of(at) == 3
    assert calls_of(at) == 2


def test_a_sign_off_reads_everything(at: Desk) -> None:
    at.bring_in(sale("T-1"))
    before = len(at.xero.requests("GET", LIST))
    day = MORNING.date()
    prepare(at.ws, at.connection, day, day.replace(month=12), who="Robin Example", note="Open ones are known")
    assert len(at.xero.requests("GET", LIST)) - before == 3


def test_a_count_that_does_not_fit_leads_to_everything(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(reader, "count_live_invoices", lambda _session: 1)
        assert calls_of(at) == 1 + 3
    same_as_everything(at)


def test_other_tax_rates_lead_to_everything_for_lines_bear_their_rate(at: Desk) -> None:
    at.xero.turn("delete_rate", "EXEMPTOUTPUT")
    try:
        assert calls_of(at) == 3
    finally:
        at.xero.turn("restore_rate", "EXEMPTOUTPUT")


def test_a_client_that_was_renamed_has_its_new_name_on_every_invoice(at: Desk) -> None:
    (contact,) = at.xero.contacts(CLIENT)
    at.xero.api("POST", f"Contacts/{contact['ContactID']}", Name="Marlin and Daughters")
    try:
        assert calls_of(at) == 2
        assert set(side(at).invoices["contact"]) == {"Marlin and Daughters"}
    finally:
        at.xero.api("POST", f"Contacts/{contact['ContactID']}", Name=CLIENT)


@pytest.mark.parametrize("edits", [0, 5])
def test_a_read_that_broke_off_goes_on_there(at: Desk, edits: int) -> None:
    at.xero.arm("drop_before", method="GET", path="/Invoices", skip=2, times=-1)
    with pytest.raises(OtherSideFailed):
        pull(at.ws, at.connection, everything=True)
    at.xero.calm()
    rng = random.Random(edits)  # noqa: S311 - as above
    for _ in range(edits):  # on pages that were read already, too
        edit(at, rng)
    # The third page, and what changed since the read began; all pages besides when a new invoice moved the others.
    assert calls_of(at, everything=True) in ((2,) if not edits else (2, 5))
    assert at.ws.store.kept_pages(at.tenant_id, at.clock() - pull_invoices.GOES_ON_FOR)[1] == {}
    same_as_everything(at)


def test_pages_of_an_old_try_are_not_used(at: Desk) -> None:
    at.xero.arm("drop_before", method="GET", path="/Invoices", skip=2, times=-1)
    with pytest.raises(OtherSideFailed):
        pull(at.ws, at.connection, everything=True)
    at.xero.calm()
    at.clock.forward(minutes=31)
    assert calls_of(at, everything=True) == 3
    assert at.ws.store.kept_pages(at.tenant_id, at.clock() - 2 * pull_invoices.GOES_ON_FOR)[1] == {}
