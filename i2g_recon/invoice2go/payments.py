"""The cell `Payments`: what was paid towards an invoice, without the surcharge a customer bore for paying by card.

`amount` is in major units and holds the surcharge; `fpt_fee_amount` is the surcharge in cents. Attempts that failed are
listed too. The export's own balance column repeats the total even when all is paid, so it is never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from i2g_recon.core.invoice import ZERO
from i2g_recon.core.money import D, NotAnAmount, exponent, to_scaled
from i2g_recon.invoice2go.findings import LARGEST, LONGEST_AMOUNT, RowReading
from i2g_recon.invoice2go.items import show_faults
from i2g_recon.invoice2go.nested import read_table


def read_paid(reading: RowReading) -> Decimal | None:
    """Paid towards the invoice in major units; None when the file does not say or says it unreadably.

    A payment never refuses an invoice, because payments do not travel to Xero.
    """
    cell = reading.text("Payments")
    if not cell:
        return ZERO if "Payments" in reading.cells else None
    table = read_table(cell)
    show_faults(reading, "Payments", table)
    paid, seen = ZERO, set[str]()
    for record in table.records:
        if not counts(reading, record, seen):
            continue
        try:
            paid += towards_invoice(record, reading.currency)
        except NotAnAmount:
            reading.doubt("Payments", cell, "a payment's amount cannot be read, so what was paid is not known.")
            return None
    return paid


def counts(reading: RowReading, record: Mapping[str, str], seen: set[str]) -> bool:
    """True for a payment that succeeded and was not counted before; other kinds are set aside and shown."""
    identity, kind = record.get("transaction_id", ""), record.get("type", "payment")
    if record.get("status", "").strip().lower() != "succeeded":
        return False
    if kind.strip().lower() not in {"payment", ""}:
        reading.doubt("Payments.type", kind, "an entry among the payments is of an unknown kind and was not counted.")
        return False
    if identity and identity in seen:
        reading.doubt("Payments.transaction_id", identity, "a payment is listed twice and was counted once.")
        return False
    seen.add(identity)
    return True


def towards_invoice(record: Mapping[str, str], currency: str) -> Decimal:
    """A payment less its surcharge. Raises NotAnAmount when it does not fit the currency.

    >>> towards_invoice({"amount": "142.76", "fpt_fee_amount": "416"}, "GBP")
    Decimal('138.60')
    """
    amount, surcharge_cents = (short_amount(record.get(name, "")) for name in ("amount", "fpt_fee_amount"))
    share = amount - surcharge_cents / 100
    to_scaled(share, exponent(currency))
    return share


def short_amount(text: str) -> Decimal:
    """Text to Decimal, empty counting as zero. Raises NotAnAmount, also for what is too long to stay exact."""
    amount = D(text[: LONGEST_AMOUNT + 1]) if text else ZERO
    if len(text) > LONGEST_AMOUNT or abs(amount) >= LARGEST:
        raise NotAnAmount(f"'{text[:40]}' is too long for an amount")
    return amount
