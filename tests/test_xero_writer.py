"""Writing through xero-python: once, with the verdict of each invoice."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fixtures_xero import Books, books, broken_wire

from i2g_recon.core.fingerprint import fingerprint
from i2g_recon.core.invoice import Contact, State
from i2g_recon.errors import AnswerLost, LimitReached, ReconnectNeeded, Refused, Unreachable
from i2g_recon.settings import DEFAULT_SCOPES
from i2g_recon.xero.failures import explain
from i2g_recon.xero.reader import find_invoices, read_contacts, read_invoice, read_invoices
from i2g_recon.xero.session import XeroSession
from i2g_recon.xero.transport import Transport
from i2g_recon.xero.writer import add_history, create_contacts, create_invoices, update_invoices

HARBOUR_ID = "0b6f0c1e-3333-4a5b-9c00-000000000003"
SEED = {"Contacts": [{"ContactID": HARBOUR_ID, "Name": "Harbour Example Pty Ltd", "EmailAddress": "a@harbour.example"}]}


def body(number: int, **more: Any) -> dict[str, Any]:
    plain = {
        "Type": "ACCREC",
        "Status": "DRAFT",
        "InvoiceNumber": f"I2G-{number}",
        "Reference": f"{number}",
        "Contact": {"ContactID": HARBOUR_ID},
        "Date": "2026-10-12",
        "DueDate": "2026-10-26",
        "LineAmountTypes": "Exclusive",
        "CurrencyCode": "AUD",
        "LineItems": [
            {
                "Description": f"Paint {number}",
                "Quantity": Decimal("3.0000"),
                "UnitAmount": Decimal("33.3333"),
                "AccountCode": "200",
                "TaxType": "OUTPUT",
            }
        ],
    }
    return {**plain, **more}


@pytest.fixture
def xero() -> Iterator[Books]:
    with books(SEED) as found:
        yield found


def puts(xero: Books, path: str = "/Invoices") -> list[dict[str, Any]]:
    return xero.requests("PUT", path)


def test_an_invoice_is_created_once_and_read_back_as_it_was_answered(xero: Books) -> None:
    (outcome,) = create_invoices(xero.session, [body(1)], idempotency_key="key-1")
    assert (outcome.ok, outcome.reference, outcome.invoice_number) == (True, "1", "I2G-1")
    created = outcome.invoice
    assert created is not None
    assert (created.status, created.state) == ("DRAFT", State.LIVE)
    assert created.lines[0].unit_price == Decimal("33.3333")
    assert (created.subtotal, created.tax, created.total) == (Decimal(100), Decimal(10), Decimal(110))
    assert fingerprint(created) == fingerprint(read_invoice(xero.session, created.id))
    (sent,) = puts(xero)
    assert sent["idempotency_key"] == "key-1"
    assert "summarizeErrors=False" in sent["query"]
    assert "unitdp=4" in sent["query"]


def test_each_of_a_mixed_batch_gets_its_own_verdict(xero: Books) -> None:
    create_invoices(xero.session, [body(1)], idempotency_key="key-1")
    batch = [body(1), body(2), body(3, CurrencyCode="SGD"), body(4)]
    outcomes = create_invoices(xero.session, batch, idempotency_key="key-2")
    assert [one.ok for one in outcomes] == [False, True, False, True]
    assert [one.reference for one in outcomes] == ["1", "2", "3", "4"]
    assert explain(outcomes[0].messages[0]).code == "number_taken"
    assert explain(outcomes[2].messages[0]).code == "currency_not_subscribed"
    assert [one.invoice is not None for one in outcomes] == [False, True, False, True]
    assert set(read_invoices(xero.session).invoices["number"]) == {"I2G-1", "I2G-2", "I2G-4"}


def test_a_lost_answer_is_one_put_and_the_look_up_finds_what_was_saved(xero: Books) -> None:
    xero.session.get("Organisation")
    xero.arm("drop_after", method="PUT")
    with pytest.raises(AnswerLost):
        create_invoices(xero.session, [body(1), body(2)], idempotency_key="key-1")
    assert len(puts(xero)) == 1
    found = find_invoices(xero.session, numbers=["I2G-1", "I2G-2"])
    assert sorted(one.number for one in found) == ["I2G-1", "I2G-2"]


def test_a_lost_request_is_one_put_and_the_look_up_finds_nothing(xero: Books) -> None:
    xero.arm("drop_before", method="PUT")
    with pytest.raises(AnswerLost):
        create_invoices(xero.session, [body(1)], idempotency_key="key-1")
    assert len(puts(xero)) == 1
    assert find_invoices(xero.session, numbers=["I2G-1"]) == []


@pytest.mark.parametrize("kind", ["offline", "error"])
def test_trouble_at_xero_is_one_put(xero: Books, kind: str) -> None:
    xero.arm(kind, method="PUT", times=-1)
    with pytest.raises(AnswerLost):
        create_invoices(xero.session, [body(1)], idempotency_key="key-1")
    assert len(puts(xero)) == 1


def test_a_limit_is_said_and_not_tried_again(xero: Books) -> None:
    xero.arm("limit", method="PUT", problem="minute", retry_after_s=20)
    with pytest.raises(LimitReached) as limit:
        create_invoices(xero.session, [body(1)], idempotency_key="key-1")
    assert limit.value.retry_after_s == 20
    assert len(puts(xero)) == 1


def test_the_same_key_and_body_replays_the_answer(xero: Books) -> None:
    first = create_invoices(xero.session, [body(1)], idempotency_key="key-1")
    assert create_invoices(xero.session, [body(1)], idempotency_key="key-1") == first
    assert len(read_invoices(xero.session).invoices) == 1


def test_a_key_used_for_another_body_is_refused_in_xeros_words(xero: Books) -> None:
    create_invoices(xero.session, [body(1)], idempotency_key="key-1")
    with pytest.raises(Refused, match="is used with a different request") as refused:
        create_invoices(xero.session, [body(2)], idempotency_key="key-1")
    assert explain(str(refused.value)).code == "key_reused"


def test_an_expired_token_is_refreshed_and_the_refused_call_sent_again(xero: Books) -> None:
    xero.session.get("Organisation")
    xero.control("POST", "clock", advance_s=1801)
    (outcome,) = create_invoices(xero.session, [body(1)], idempotency_key="key-1")
    assert outcome.ok
    assert xero.asked_for_tokens == [False, False, True]
    assert [row["status"] for row in puts(xero)] == [401, 200]


def test_a_disconnected_organisation_asks_to_connect_again(xero: Books) -> None:
    xero.arm("disconnected", method="PUT")
    with pytest.raises(ReconnectNeeded):
        create_invoices(xero.session, [body(1)], idempotency_key="key-1")


def test_a_missing_permission_is_named() -> None:
    with books(SEED, scopes=DEFAULT_SCOPES.replace("accounting.invoices", "accounting.invoices.read")) as xero:
        with pytest.raises(ReconnectNeeded, match=r"accounting\.invoices"):
            create_invoices(xero.session, [body(1)], idempotency_key="key-1")
        assert len(puts(xero)) == 1


def test_an_unknown_currency_in_the_answer_loses_nothing(xero: Books) -> None:
    xero.arm("unknown_enum", method="PUT")
    (outcome,) = create_invoices(xero.session, [body(1)], idempotency_key="key-1")
    assert outcome.ok
    assert outcome.invoice is not None
    assert outcome.invoice.currency == "XCG"


@pytest.mark.parametrize("answer", [b"<html>login</html>", b'{"Invoices": [{"Invo', b"{}", b""])
def test_a_success_that_cannot_be_read_is_a_lost_answer(xero: Books, answer: bytes) -> None:
    wire = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer)
    with broken_wire([wire]) as (url, received), Transport() as transport:
        session = XeroSession(replace(xero.settings, api_url=url), transport, "t", lambda _: "token")
        with pytest.raises(AnswerLost):
            create_invoices(session, [body(1)], idempotency_key="key-1")
        assert len(received) == 1


def test_without_a_connection_nothing_was_sent(xero: Books) -> None:
    with broken_wire([]) as (url, _), Transport() as transport:
        session = XeroSession(replace(xero.settings, api_url=url), transport, "t", lambda _: "token")
    with pytest.raises(Unreachable):
        create_invoices(session, [body(1)], idempotency_key="key-1")


def test_bodies_that_cannot_be_told_apart_are_not_sent(xero: Books) -> None:
    with pytest.raises(ValueError, match="told apart"):
        create_invoices(xero.session, [body(1), body(1)], idempotency_key="key-1")
    assert puts(xero) == []


def test_an_amount_that_would_lose_digits_is_not_sent(xero: Books) -> None:
    line = {**body(1)["LineItems"][0], "UnitAmount": Decimal("123456789012345.6789")}
    with pytest.raises(Refused, match="more digits"):
        create_invoices(xero.session, [body(1, LineItems=[line])], idempotency_key="key-1")
    assert puts(xero) == []


def test_contacts_are_created_and_a_taken_name_is_said(xero: Books) -> None:
    wanted = [Contact(name=" New  Example ", email="new@example.example"), Contact(name="HARBOUR EXAMPLE PTY LTD")]
    new, taken = create_contacts(xero.session, wanted, idempotency_key="key-1")
    assert new.ok
    assert new.contact is not None
    assert (new.contact.name, new.contact.email) == ("New Example", "new@example.example")
    assert not taken.ok
    assert explain(taken.messages[0]).code == "contact_exists"
    assert len(read_contacts(xero.session)) == 2


def test_a_history_line_is_kept_and_cut_to_what_xero_takes(xero: Books) -> None:
    (outcome,) = create_invoices(xero.session, [body(1)], idempotency_key="key-1")
    assert outcome.invoice is not None
    add_history(xero.session, outcome.invoice.id, "Created from Invoice2go 1. " + "x" * 3000)
    history = xero.session.get(f"Invoices/{outcome.invoice.id}/History")["HistoryRecords"]
    assert any(str(row.get("Details", "")).startswith("Created from Invoice2go 1.") for row in history)
    with pytest.raises(Refused):
        add_history(xero.session, "0b6f0c1e-2222-4a5b-9c00-00000000ffff", "x")


def test_two_sessions_never_share_a_token(xero: Books) -> None:
    wrong = XeroSession(xero.settings, xero.transport, xero.tenant_id, lambda _: "another user's token")
    create_invoices(xero.session, [body(1)], idempotency_key="key-1")
    with pytest.raises(ReconnectNeeded):
        create_invoices(wrong, [body(2)], idempotency_key="key-2")
    (outcome,) = create_invoices(xero.session, [body(3)], idempotency_key="key-3")
    assert outcome.ok


def test_no_log_at_any_level_holds_a_token_an_email_or_a_body(xero: Books, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        create_contacts(xero.session, [Contact(name="Secret Example", email="s@secret.example")], idempotency_key="k")
        create_invoices(xero.session, [body(1)], idempotency_key="key-1")
        xero.arm("drop_after", method="PUT")
        with pytest.raises(AnswerLost) as lost:
            create_invoices(xero.session, [body(2)], idempotency_key="key-2")
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records) + str(lost.value)
    assert "PUT /api.xro/2.0/Invoices 200" in logged
    for secret in (xero.token, xero.settings.client_secret, "secret.example", "Secret Example", "Paint", "Bearer"):
        assert secret not in logged


def test_what_xero_says_it_stored_is_what_it_shows_later(xero: Books) -> None:
    """The fingerprint taken from the answer to a write is that of a look-up: nothing was changed in between."""
    (made,) = create_invoices(xero.session, [body(1)], idempotency_key="key-1")
    assert made.invoice
    (held,) = find_invoices(xero.session, ids=[made.invoice.id])
    assert fingerprint(made.invoice) == fingerprint(held)


def test_an_update_names_the_invoice_by_id_and_changes_only_what_it_says(xero: Books) -> None:
    (made,) = create_invoices(xero.session, [body(1)], idempotency_key="key-1")
    assert made.invoice
    (changed,) = update_invoices(
        xero.session, [{"InvoiceID": made.invoice.id, "DueDate": "2026-12-24"}], idempotency_key="key-2"
    )
    assert changed.ok
    (held,) = find_invoices(xero.session, ids=[made.invoice.id])
    assert (str(held.due_date), held.total, held.number) == ("2026-12-24", made.invoice.total, made.invoice.number)


def test_an_update_without_an_id_is_never_sent(xero: Books) -> None:
    with pytest.raises(ValueError, match="InvoiceID"):
        update_invoices(xero.session, [{"InvoiceNumber": "I2G-1", "Status": "VOIDED"}], idempotency_key="key-1")
    assert xero.requests("POST", "/Invoices") == []
