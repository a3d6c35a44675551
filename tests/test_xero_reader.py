"""Reading an organisation: complete, in few calls, and never stopped by something new."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fixtures_xero import Books, books, broken_wire

from i2g_recon.core.fingerprint import fingerprint
from i2g_recon.core.frame import records
from i2g_recon.core.invoice import State
from i2g_recon.errors import IncompletePull, Refused
from i2g_recon.xero.paging import PAGE_SIZE
from i2g_recon.xero.reader import (
    batches,
    find_invoices,
    read_contacts,
    read_invoice,
    read_invoices,
    read_organisation,
)
from i2g_recon.xero.session import XeroSession
from i2g_recon.xero.transport import Transport
from i2g_recon.xero.writer import create_invoices

HARBOUR = {"ContactID": "0b6f0c1e-3333-4a5b-9c00-000000000003", "Name": "Harbour Example Pty Ltd"}
LINE = {"Description": "Deck repair", "Quantity": 4, "UnitAmount": 62.5, "AccountCode": "200", "TaxType": "OUTPUT"}


def wire_id(number: int) -> str:
    return f"0b6f0c1e-2222-4a5b-9c00-{number:012}"


def invoice(number: int, **more: Any) -> dict[str, Any]:
    plain = {
        "InvoiceID": wire_id(number),
        "InvoiceNumber": f"INV-{number}",
        "Reference": f"{1000 + number}",
        "Contact": {"ContactID": HARBOUR["ContactID"]},
        "Date": "2026-10-05",
        "DueDate": "2026-10-19",
        "LineItems": [LINE],
    }
    return {**plain, **more}


SEED = {
    "Organisations": [
        {"Name": "Harbour Trades", "ShortCode": "!aB3cd", "PeriodLockDate": "2026-06-30", "Class": "QUANTUM"}
    ],
    "Contacts": [
        {**HARBOUR, "EmailAddress": "accounts@harbour.example"},
        {"ContactID": "0b6f0c1e-3333-4a5b-9c00-000000000004", "Name": "Gone Example", "ContactStatus": "ARCHIVED"},
    ],
    "Invoices": [
        invoice(1),
        invoice(2, Status="VOIDED"),
        invoice(3, Status="DELETED"),
        invoice(4, Reference='12" pipe'),
        invoice(5, Reference="O'Hara, \\ & sons + 100%"),
        invoice(6, InvoiceNumber="A,B", Reference=""),
        invoice(7, Reference="1001"),
        invoice(8, UpdatedDateUTC="2010-01-01"),
    ],
}


@pytest.fixture(scope="module")
def shared() -> Iterator[Books]:
    with books(SEED) as found:
        yield found


@pytest.fixture
def xero(shared: Books) -> Books:
    shared.control("DELETE", "faults")
    return shared


def test_all_sales_invoices_are_read_with_their_states(xero: Books) -> None:
    side = read_invoices(xero.session, rates={"OUTPUT": Decimal(10)})
    read = {one.number: one for one in records(side)}
    assert len(read) == 8
    assert [read[number].state for number in ("INV-1", "INV-2", "INV-3")] == [State.LIVE, State.VOID, State.DELETED]
    first = read["INV-1"]
    assert (first.id, first.reference, first.contact.id) == (wire_id(1), "1001", HARBOUR["ContactID"])
    assert (first.total, first.tax, first.currency) == (Decimal(275), Decimal(25), "AUD")
    assert (first.date, first.due_date) == (dt.date(2026, 10, 5), dt.date(2026, 10, 19))
    assert first.lines[0].tax_rate == Decimal(10)
    assert read["A,B"].reference == ""
    assert side.origin.name == "Xero"
    assert side.origin.rows == 8
    assert len(side.origin.sha256) == 64


def test_1734_invoices_are_two_calls_and_progress_is_told() -> None:
    with books({**SEED, "Invoices": [invoice(number) for number in range(1734)]}) as xero:
        told: list[tuple[int, int]] = []
        side = read_invoices(xero.session, progress=lambda done, of_all: told.append((done, of_all)))
        assert side.invoices["id"].nunique() == 1734
        assert len(xero.requests("GET", "/Invoices")) == 2
    assert told == [(PAGE_SIZE, 1734), (1734, 1734)]


def test_what_is_typed_while_the_pages_are_read_is_not_missed() -> None:
    """New invoices move others from page to page; by its id each stands before or behind what was read already."""
    with books({**SEED, "Invoices": [invoice(number) for number in range(1734)]}) as xero:
        typed: set[str] = set()

        def type_some(done: int, _of_all: int) -> None:
            if done == PAGE_SIZE and not typed:
                exact = {**LINE, "Quantity": Decimal(4), "UnitAmount": Decimal("62.5")}
                new = [
                    invoice(number, LineItems=[exact], Type="ACCREC", Status="DRAFT") for number in range(9000, 9050)
                ]
                for one in new:
                    del one["InvoiceID"]
                made = create_invoices(xero.session, new, idempotency_key="typed meanwhile")
                typed.update(one.invoice.id for one in made if one.invoice)

        read = read_invoices(xero.session, progress=type_some)
        assert len(typed) == 50
        assert set(read.invoices["id"]) == {wire_id(number) for number in range(1734)} | typed


def test_an_empty_organisation_has_no_invoices() -> None:
    with books() as xero:
        assert read_invoices(xero.session).invoices.empty


def test_only_what_changed_since(xero: Books) -> None:
    seen = read_invoices(xero.session, modified_since=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert "INV-8" not in set(seen.invoices["number"])
    assert len(seen.invoices) == 7


@pytest.mark.parametrize("kind", ["unknown_enum", "extra_fields"])
def test_unknown_codes_and_fields_stop_no_read(xero: Books, kind: str) -> None:
    xero.arm(kind, times=6)
    assert len(read_invoices(xero.session).invoices) == 8
    assert read_organisation(xero.session).name == "Harbour Trades"
    assert len(read_contacts(xero.session)) == 2


def test_an_unknown_currency_is_read_as_it_is(xero: Books) -> None:
    xero.arm("unknown_enum")
    assert set(read_invoices(xero.session).invoices["currency"]) == {"AUD", "XCG"}


def page(body: str) -> bytes:
    data = body.encode()
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(data), data)


def elsewhere(url: str, transport: Transport, xero: Books) -> XeroSession:
    return XeroSession(replace(xero.settings, api_url=url), transport, "t", lambda _: "token")


THREE_PROMISED = '{"pagination": {"page": 1, "pageSize": 1000, "pageCount": 1, "itemCount": 3}, "Invoices": [%s]}'


def test_fewer_invoices_than_promised_are_read_again_and_then_refused(xero: Books) -> None:
    short = page(THREE_PROMISED % '{"InvoiceID": "a", "Total": 1}, {"InvoiceID": "b", "Total": 1}')
    with (
        broken_wire([short, short]) as (url, received),
        Transport() as transport,
        pytest.raises(IncompletePull, match="3 sales invoices, 2 arrived"),
    ):
        read_invoices(elsewhere(url, transport, xero))
    assert len(received) == 2


def test_a_page_that_shifted_is_whole_the_second_time(xero: Books) -> None:
    short = page(THREE_PROMISED % '{"InvoiceID": "a", "Total": 1}, {"InvoiceID": "a", "Total": 1}')
    whole = page(
        THREE_PROMISED % ", ".join(f'{{"InvoiceID": "{one}", "Total": 1.5, "Status": "NEW"}}' for one in "abc")
    )
    with broken_wire([short, whole]) as (url, _), Transport() as transport:
        side = read_invoices(elsewhere(url, transport, xero))
    assert list(side.invoices["id"]) == ["a", "b", "c"]
    assert set(side.invoices["state"]) == {"unknown"}


def test_an_answer_without_a_list_is_not_an_empty_list(xero: Books) -> None:
    wire = broken_wire([page('{"Status": "OK"}')])
    with wire as (url, _), Transport() as transport, pytest.raises(IncompletePull):
        read_invoices(elsewhere(url, transport, xero))


def test_without_a_page_count_reading_goes_on_until_nothing_is_new(xero: Books) -> None:
    first, second = (json.dumps({"Invoices": [{"InvoiceID": one, "Total": 1}]}) for one in "ab")
    with broken_wire([page(first), page(second), page('{"Invoices": []}')]) as (url, _), Transport() as transport:
        assert list(read_invoices(elsewhere(url, transport, xero)).invoices["id"]) == ["a", "b"]


def test_the_organisation_takes_four_calls() -> None:
    with books(SEED) as xero:
        organisation = read_organisation(xero.session)
        assert len(xero.requests("GET", "/api.xro")) == 4
    assert (organisation.name, organisation.short_code) == ("Harbour Trades", "!aB3cd")
    assert (organisation.base_currency, organisation.country) == ("AUD", "AU")
    assert "AUD" in organisation.currencies
    assert organisation.period_lock == dt.date(2026, 6, 30)
    assert organisation.year_lock is None or isinstance(organisation.year_lock, dt.date)
    sales, rate = organisation.account("200"), organisation.tax_rate("OUTPUT")
    assert sales is not None
    assert (sales.klass, sales.status) == ("REVENUE", "ACTIVE")
    assert rate is not None
    assert rate.rate == Decimal(10)
    assert "REVENUE" in rate.applies_to


def test_contacts_include_archived_ones(xero: Books) -> None:
    contacts = {one.name: one for one in read_contacts(xero.session)}
    assert contacts["Harbour Example Pty Ltd"].email == "accounts@harbour.example"
    assert contacts["Gone Example"].status == "ARCHIVED"


@pytest.mark.parametrize(
    ("references", "numbers", "found"),
    [
        (["1001"], [], {"INV-1", "INV-7"}),
        (["1002", "1003"], [], {"INV-2", "INV-3"}),
        (['12" pipe'], [], {"INV-4"}),
        (["o'hara, \\ & SONS + 100%"], [], {"INV-5"}),
        ([], ["inv-2", "INV-8"], {"INV-2", "INV-8"}),
        ([], ["A,B"], {"A,B"}),
        (["1001"], ["INV-1"], {"INV-1", "INV-7"}),
        (["100"], ["INV"], set()),
        (["", "  "], [""], set()),
        ([], [], set()),
    ],
)
def test_the_look_up_finds_references_and_numbers(
    xero: Books, references: list[str], numbers: list[str], found: set[str]
) -> None:
    held = find_invoices(xero.session, references=references, numbers=numbers)
    assert {one.number for one in held} == found
    assert len({one.id for one in held}) == len(held)


def test_a_long_look_up_goes_in_several_addresses_none_too_long(xero: Books) -> None:
    before = len(xero.requests("GET", "/Invoices"))
    held = find_invoices(xero.session, references=[f"{number}" for number in range(900, 1100)])
    assert {one.reference for one in held} == {"1001", "1002", "1003", "1008"}
    logged = xero.requests("GET", "/Invoices")[before:]
    assert len(logged) > 1
    assert all(len(row["query"]) < 2000 for row in logged)
    assert [one for batch in batches(["a", "b"]) for one in batch] == ["a", "b"]


def test_one_invoice_by_its_id(xero: Books) -> None:
    one = read_invoice(xero.session, wire_id(1))
    assert (one.number, one.total, len(one.lines)) == ("INV-1", Decimal(275), 1)
    assert one.contact.email == "accounts@harbour.example"
    with pytest.raises(Refused):
        read_invoice(xero.session, "../Contacts")


def test_invoices_are_found_by_their_ids(xero: Books) -> None:
    assert [one.number for one in find_invoices(xero.session, ids=[wire_id(1), wire_id(1), ""])] == ["INV-1"]


def test_a_fingerprint_is_the_same_however_it_was_read_and_moves_with_content(xero: Books) -> None:
    (listed,) = find_invoices(xero.session, numbers=["INV-1"])
    by_id = read_invoice(xero.session, wire_id(1))
    (pulled,) = records(read_invoices(xero.session, rates={}), [wire_id(1)])
    assert fingerprint(listed) == fingerprint(by_id) == fingerprint(pulled)
    assert fingerprint(replace(by_id, updated=None)) == fingerprint(by_id)
    for moved in (
        replace(by_id, total=Decimal("275.01")),
        replace(by_id, status="VOIDED"),
        replace(by_id, lines=()),
        replace(by_id, lines=(replace(by_id.lines[0], account_code="260"),)),
        replace(by_id, due_date=None),
    ):
        assert fingerprint(moved) != fingerprint(by_id)


def test_no_log_at_any_level_holds_a_token_an_email_or_a_reference(
    xero: Books, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        xero.arm("drop_before", times=2)
        read_invoices(xero.session)
        read_contacts(xero.session)
        find_invoices(xero.session, references=['12" pipe', "1001"])
        xero.access_token(True)  # a fresh token, so that the sign-in is logged too
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert "GET /api.xro/2.0/Invoices 200" in logged
    for secret in (xero.token, xero.settings.client_secret, "harbour.example", "1001", "pipe", "Bearer", "Basic"):
        assert secret not in logged
