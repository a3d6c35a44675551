"""Invoices at rest: the record as it goes out, cut into the pieces that answers are joined from.

`head` is everything but the lines, `lines` the array of lines, `summary` what `summaryOnly=true` leaves. Pages are
joined from stored text, so a page of a thousand invoices costs no parsing and no writing of JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from i2g_recon.sandbox import wire
from i2g_recon.sandbox.filters import AMOUNT_PLACES, Column
from i2g_recon.sandbox.state import State
from i2g_recon.sandbox.wire import Json

NOT_IN_SUMMARY = tuple(
    "LineItems Payments CreditNotes Prepayments Overpayments InvoiceAddresses InvoicePaymentServices".split()
)
SEQUENCE = re.compile(r"INV-(\d{1,12})", re.ASCII | re.IGNORECASE)
SAVE = (
    "INSERT INTO invoices (tenant_id, invoice_id, type, status, number_key, reference_key, contact_id, "
    "contact_name_key, contact_number_key, day, due_day, amount_due, amount_paid, updated_ms, created_by, head, lines, "
    "summary) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (tenant_id, invoice_id) DO UPDATE SET type = excluded.type, status = excluded.status, "
    "number_key = excluded.number_key, reference_key = excluded.reference_key, contact_id = excluded.contact_id, "
    "contact_name_key = excluded.contact_name_key, contact_number_key = excluded.contact_number_key, "
    "day = excluded.day, due_day = excluded.due_day, amount_due = excluded.amount_due, "
    "amount_paid = excluded.amount_paid, updated_ms = excluded.updated_ms, head = excluded.head, "
    "lines = excluded.lines, summary = excluded.summary"
)
_AMOUNT = "CAST(round(json_extract(head, '$.{0}') * 10000) AS INTEGER)"
_TEXT = "lower(json_extract(head, '$.{0}'))"
FIELDS = {
    "status": Column("lower(status)"),
    "type": Column("lower(type)"),
    "invoiceid": Column("invoice_id"),
    "invoicenumber": Column("number_key"),
    "reference": Column("reference_key"),
    "contact.contactid": Column("contact_id"),
    "contact.name": Column("contact_name_key"),
    "contact.contactnumber": Column("contact_number_key"),
    "date": Column("day", "day"),
    "duedate": Column("due_day", "day"),
    "amountdue": Column("amount_due", "amount"),
    "amountpaid": Column("amount_paid", "amount"),
    "updateddateutc": Column("updated_ms", "moment"),
    "total": Column(_AMOUNT.format("Total"), "amount"),
    "subtotal": Column(_AMOUNT.format("SubTotal"), "amount"),
    "totaltax": Column(_AMOUNT.format("TotalTax"), "amount"),
    "amountcredited": Column(_AMOUNT.format("AmountCredited"), "amount"),
    "currencycode": Column(_TEXT.format("CurrencyCode")),
    "lineamounttypes": Column(_TEXT.format("LineAmountTypes")),
    "senttocontact": Column("json_extract(head, '$.SentToContact')", "flag"),
}


def save(state: State, tenant_id: str, records: Iterable[tuple[Json, int, str, str]]) -> None:
    """Stores invoices: each the record, its updated moment, the client that made it and the contact's number."""
    state.run_many(SAVE, (_row(tenant_id, *one) for one in records))


def _row(tenant_id: str, record: Json, updated_ms: int, created_by: str, contact_number: str) -> tuple[Any, ...]:
    short = wire.dump({name: value for name, value in record.items() if name not in NOT_IN_SUMMARY})
    rest = {name: record[name] for name in NOT_IN_SUMMARY if name in record and name != "LineItems"}
    head = f"{short[:-1]},{wire.dump(rest)[1:]}" if rest else short
    contact = record["Contact"]
    return (
        tenant_id,
        record["InvoiceID"],
        record["Type"],
        record["Status"],
        _key(record.get("InvoiceNumber")),
        _key(record.get("Reference")),
        contact["ContactID"],
        _key(contact.get("Name")),
        _key(contact_number),
        record.get("DateString", "")[:10] or None,
        record.get("DueDateString", "")[:10] or None,
        _scaled(record["AmountDue"]),
        _scaled(record["AmountPaid"]),
        updated_ms,
        created_by,
        head,
        wire.dump(record.get("LineItems", [])),
        short,
    )


def _key(text: str | None) -> str | None:
    return text.casefold() if text else None


def _scaled(amount: Decimal) -> int:
    return int(Decimal(amount).scaleb(AMOUNT_PLACES))


def full_text(row: Any) -> str:
    """The invoice with its lines, as JSON text."""
    return f'{row["head"][:-1]},"LineItems":{row["lines"]}}}'


def find(state: State, tenant_id: str, invoice_id: str) -> Json | None:
    """The invoice with this id."""
    query = "SELECT head, lines FROM invoices WHERE tenant_id = ? AND invoice_id = ?"
    row = state.row(query, tenant_id, invoice_id.lower())
    return None if row is None else wire.load(full_text(row))


def find_numbered(state: State, tenant_id: str, number: str) -> Json | None:
    """The sales invoice with this number, case aside, whatever its status: voided ones keep their number."""
    query = (
        "SELECT head, lines FROM invoices WHERE tenant_id = ? AND number_key = ? AND type = 'ACCREC' ORDER BY position"
    )
    row = state.row(query, tenant_id, number.casefold())
    return None if row is None else wire.load(full_text(row))


def next_number(state: State, tenant_id: str) -> str:
    """The next free number of the organisation's INV- sequence; it is used up by asking."""
    number = int(state.value("SELECT next_number FROM organisations WHERE tenant_id = ?", tenant_id))
    while find_numbered(state, tenant_id, f"INV-{number:04d}") is not None:
        number += 1
    state.run("UPDATE organisations SET next_number = ? WHERE tenant_id = ?", number + 1, tenant_id)
    return f"INV-{number:04d}"


def first_free(numbers: Iterable[str]) -> int:
    """The number after the highest INV- number in use."""
    used = [int(match[1]) for match in map(SEQUENCE.fullmatch, numbers) if match]
    return max(used, default=0) + 1


def rename_contact(state: State, tenant_id: str, contact: Json) -> None:
    """Writes a contact's present name into its invoices, as reading them from Xero would show."""
    query = "SELECT head, lines, updated_ms FROM invoices WHERE tenant_id = ? AND contact_id = ?"
    rows = state.rows(query, tenant_id, contact["ContactID"])
    renamed = []
    for row in rows:
        record = wire.load(full_text(row))
        record["Contact"]["Name"] = contact["Name"]
        renamed.append((record, row["updated_ms"], "", str(contact.get("ContactNumber", ""))))
    save(state, tenant_id, renamed)
