"""Payments, as far as an invoice needs them: paid in part, paid, and back again."""

from __future__ import annotations

import uuid
from decimal import Decimal

from i2g_recon.sandbox import ledger, messages, records, wire
from i2g_recon.sandbox.answer import Answer, bad_request, not_found
from i2g_recon.sandbox.call import Call
from i2g_recon.sandbox.lines import amount
from i2g_recon.sandbox.tax import ZERO
from i2g_recon.sandbox.wire import Json

KIND = "payment"


def create(call: Call) -> Answer:
    """PUT /Payments: pays authorised invoices; one bad payment refuses the call."""
    made, refused = [], []
    with call.state.attempt() as attempt:
        for asked in call.elements("Payments"):
            payment, error = _pay(call, asked)
            if error:
                refused.append({**asked, "HasValidationErrors": True, "ValidationErrors": [{"Message": error}]})
            made.append(payment)
        if refused:
            attempt.give_up()
    if refused:
        return bad_request(10, "ValidationException", messages.VALIDATION, refused)
    return call.ok("Payments", [wire.dump(payment) for payment in made])


def delete(call: Call) -> Answer:
    """POST /Payments/{id} with Status DELETED: the invoice owes the amount again."""
    query = "SELECT body FROM documents WHERE tenant_id = ? AND kind = ? AND document_id = ?"
    found = call.state.value(query, call.tenant_id, KIND, call.segments[1].lower())
    if found is None:
        return not_found()
    payment = wire.load(found)
    if payment["Status"] == "DELETED" or call.elements("Payments")[0].get("Status") != "DELETED":
        return bad_request(10, "ValidationException", messages.VALIDATION, [payment])
    payment["Status"] = "DELETED"
    invoice = ledger.find(call.state, call.tenant_id, payment["Invoice"]["InvoiceID"])
    if invoice is not None:
        rest = [one for one in invoice["Payments"] if one["PaymentID"] != payment["PaymentID"]]
        _book(call, invoice, invoice["AmountPaid"] - payment["Amount"], rest)
    _keep(call, payment)
    return call.ok("Payments", [wire.dump(payment)])


def _pay(call: Call, asked: Json) -> tuple[Json, str]:
    """One payment and what speaks against it."""
    invoice = ledger.find(call.state, call.tenant_id, str((asked.get("Invoice") or {}).get("InvoiceID") or ""))
    if invoice is None:
        return asked, messages.NOT_FOUND
    wanted = asked.get("Account") or {}
    account = call.books.account(code=str(wanted.get("Code") or ""), account_id=str(wanted.get("AccountID") or ""))
    paid = amount(asked, "Amount", [], ZERO) or ZERO
    takes = account is not None and (account.get("Type") == "BANK" or account.get("EnablePaymentsToAccount"))
    if invoice["Status"] != "AUTHORISED" or paid <= 0 or not takes:
        return asked, messages.PAYMENT_NEEDS
    if paid > invoice["AmountDue"]:
        return asked, messages.PAYMENT_TOO_LARGE
    return _paid(call, invoice, asked, paid), ""


def _paid(call: Call, invoice: Json, asked: Json, paid: Decimal) -> Json:
    day = wire.read_day(asked.get("Date") or wire.day_of(call.now_ms))
    listed = records.payment_of({**asked, "PaymentID": str(uuid.uuid4()), "Date": day, "Amount": paid})
    _book(call, invoice, invoice["AmountPaid"] + paid, [*invoice["Payments"], listed])
    reference = {name: invoice[name] for name in ("InvoiceID", "InvoiceNumber") if name in invoice}
    payment = {**listed, "PaymentType": "ACCRECPAYMENT", "Status": "AUTHORISED", "Invoice": reference}
    _keep(call, payment)
    return payment


def _book(call: Call, invoice: Json, amount_paid: Decimal, listed: list[Json]) -> None:
    """The invoice with another amount paid: PAID at nothing due, else AUTHORISED."""
    facts = records.facts_of(invoice)
    facts.pop("AmountDue")
    facts.pop("FullyPaidOnDate", None)
    facts |= {"AmountPaid": amount_paid, "Payments": listed, "Status": "AUTHORISED"}
    if amount_paid + facts["AmountCredited"] == facts["Total"]:
        facts |= {"Status": "PAID", "FullyPaidOnDate": wire.day_of(call.now_ms)}
    contact = call.books.contact(invoice["Contact"]["ContactID"]) or invoice["Contact"]
    record = records.invoice_record(facts, contact, updated_ms=call.now_ms)
    row = (record, call.now_ms, call.client_id, str(contact.get("ContactNumber", "")))
    ledger.save(call.state, call.tenant_id, [row])


def _keep(call: Call, payment: Json) -> None:
    call.state.run(
        "INSERT OR REPLACE INTO documents (tenant_id, kind, document_id, updated_ms, body) VALUES (?, ?, ?, ?, ?)",
        call.tenant_id,
        KIND,
        payment["PaymentID"],
        call.now_ms,
        wire.dump(payment),
    )
