"""Xero's own words for what it refuses. Clients match on them, so they are kept letter by letter.

Sources: Xero's documentation and public recordings or bug reports of its answers. The last group has no public
source: those sentences are ours and nothing should match on them.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

NUMBER_TAKEN = "Invoice # must be unique."
NO_CONTACT = "A Contact must be specified for this type of transaction"
CONTACT_WITHOUT_KEY = (
    "The Contact must contain at least 1 of the following elements to identify the contact: "
    "Name, ContactID, ContactNumber"
)
CONTACT_EMPTY = "Contact cannot be empty."
CONTACT_ARCHIVED = (
    "The specified contact details matched an archived contact. "
    "Archived contacts cannot currently be edited via the API."
)
EMAIL = "Email address must be valid."
ACCOUNT_INVALID = "Account must be valid."
TAX_INVALID = "Tax rate must be valid."
NOT_FOUND = "The document with the supplied id was not found for this endpoint."
NOT_MODIFIABLE = "Invoice not of valid status for modification"
NOT_CREATABLE = "Invoice not of valid status for creation"
HAS_MONEY = "This document cannot be edited as it has a payment or credit note allocated to it."
VOID_HAS_MONEY = (
    "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it."
)
DATE_MISSING = "The Date field must be specified."
DUE_DATE_MISSING = "The document DueDate field must be specified."
NO_LINES = "One or more line items must be specified"
PAYMENT_TOO_LARGE = "Payment amount exceeds the amount outstanding on this document"
OFFLINE = "The Organisation is offline"
VALIDATION = "A validation exception occurred"

# Ours: no public source quotes Xero's words.
NEGATIVE_TOTAL = "The Total of an approved invoice cannot be negative."
UNKNOWN_TYPE = "Type must be ACCREC or ACCPAY."
UNKNOWN_LINE_AMOUNT_TYPES = "LineAmountTypes must be Exclusive, Inclusive or NoTax."
DESCRIPTION_MISSING = "Description must be specified."
NAME_MISSING = "The contact name must be specified."
NAME_BRACKETS = "The contact name must not contain angle brackets."
PAYMENT_NEEDS = "Payments are for authorised invoices, with an amount above zero and an account that takes payments."
KEY_TOO_LONG = "Idempotency Key: must not be longer than 128 characters."
PAGE_OUT_OF_RANGE = "page starts at 1; pageSize is from 1 to 1000."


def name_taken(name: str) -> str:
    """Another active contact has this name, upper and lower case aside."""
    return (
        f"The contact name {name} is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    )


def account_unknown(code: str) -> str:
    """No such account, or not one a sales document may use."""
    return f"Account code '{code}' is not a valid code for this document."


def account_archived(code: str) -> str:
    """The account exists but is no longer ACTIVE."""
    return (
        f"Account code '{code}' has been archived, or has been deleted. Each line item must reference a valid account."
    )


def tax_not_for_account(tax_type: str, code: str) -> str:
    """The rate does not apply to that class of account."""
    return f"The TaxType code '{tax_type}' cannot be used with account code '{code}'."


def tax_unknown(tax_type: str) -> str:
    """No such rate, or it is no longer ACTIVE."""
    return f"The TaxType code {tax_type} does not exist or cannot be used for this type of transaction"


def line_total(sent: Decimal, expected: Decimal) -> str:
    """LineAmount was sent and is not quantity times price."""
    return f"The line total {sent:.2f} does not match the expected line total {expected:.2f}"


def not_subscribed(currency: str) -> str:
    """The currency is not among the organisation's currencies."""
    return f"Organisation is not subscribed to currency {currency}"


def period_locked(day: str) -> str:
    """The date lies before the lock that advisers may pass."""
    return f"The document date cannot be before the period lock date, currently set at {short_day(day)}"


def year_locked(day: str) -> str:
    """The date lies before the lock that nobody passes."""
    return f"The document date cannot be before the end of year lock date, currently set at {short_day(day)}"


def key_reused(key: str) -> str:
    """An idempotency key came with another request."""
    return f"Idempotency Key: {key} is used with a different request."


def short_day(day: str) -> str:
    """An ISO day in the form of the lock messages: 30-Nov-2018, whatever the machine's locale."""
    month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    when = dt.date.fromisoformat(day)
    return f"{when.day:02d}-{month[when.month - 1]}-{when.year}"
