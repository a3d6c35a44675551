"""Xero's sentences and what they mean: one table, matched on the fixed part of each sentence.

Xero's own words always stay visible; an unknown sentence passes through with a general remedy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NOT_SAVED = "Nothing of this call was saved, because Xero refused another invoice in it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One refusal explained. message is Xero's own sentence; cause and remedy are ours."""

    code: str
    message: str
    remedy: str
    cause: str = ""


# pattern, code, cause, remedy. The first pattern that is found in the sentence counts.
TABLE: tuple[tuple[str, str, str, str], ...] = (
    (
        r"Invoice # must be unique",
        "number_taken",
        "Another invoice in Xero already has this number, perhaps from an earlier push or made by hand.",
        "Open the invoice with that number in Xero and compare; push under another number only if it is not this one.",
    ),
    (
        r"contact name .* is already assigned to another contact",
        "contact_exists",
        "A contact of this name exists, perhaps in other upper and lower case.",
        "Choose the existing contact for this client.",
    ),
    (
        r"matched an archived contact|contact details has been archived",
        "contact_archived",
        "The contact is archived in Xero.",
        "Restore the contact in Xero, or choose another one.",
    ),
    (
        r"Contact must contain at least 1 of the following elements",
        "contact_not_named",
        "The invoice does not say which contact it is for.",
        "Choose the Xero contact for this client.",
    ),
    (
        r"Contact cannot be empty",
        "contact_blank",
        "The client is blank in Invoice2go.",
        "Enter the client in Invoice2go and export again, or choose the Xero contact.",
    ),
    (
        r"Email address must be valid",
        "email_malformed",
        "The client's e-mail address is not well formed.",
        "Correct the address in Invoice2go, or push without it.",
    ),
    (
        r"Account code '.*' is not a valid code for this document",
        "account_not_for_sales",
        "The chosen account does not exist or is not for sales.",
        "Choose another revenue account in the set-up.",
    ),
    (
        r"Account code '.*' has been archived, or has been deleted",
        "account_archived",
        "The chosen account was archived or deleted in Xero.",
        "Restore the account in Xero, or choose another revenue account in the set-up.",
    ),
    (
        r"Account must be valid",
        "account_missing",
        "A line has no account, or one that Xero does not know.",
        "Choose the revenue account in the set-up.",
    ),
    (
        r"Tax rate must be valid",
        "tax_missing",
        "A line has no tax rate, or one that Xero does not know.",
        "Complete the tax mapping in the set-up.",
    ),
    (
        r"TaxType code '?.*?'? cannot be used with account code",
        "tax_not_for_account",
        "Xero does not allow this tax rate on this kind of account.",
        "Map the tax to a rate for income, or choose another revenue account.",
    ),
    (
        r"TaxType code .* does not exist or cannot be used for this type of transaction",
        "tax_not_for_sales",
        "The tax rate was deleted, is for purchases, or belongs to another country.",
        "Pull again, so that the rates are fresh, and map the tax anew.",
    ),
    (
        r"line total .* does not match the expected line total",
        "line_does_not_add_up",
        "Quantity times price is not the amount of the line.",
        "Check quantity, price and discount of the line; when they agree, report it as a fault of this product.",
    ),
    (
        r"not subscribed to currency",
        "currency_not_subscribed",
        "The currency is not enabled in Xero, or the plan has a single currency.",
        "Add the currency in Xero or upgrade the plan; do not convert by hand.",
    ),
    (
        r"cannot be before the period lock date",
        "period_locked",
        "The invoice's date lies in a locked period.",
        "Push it as a draft, or ask the adviser to move the lock date.",
    ),
    (
        r"cannot be before the end of year lock date",
        "year_locked",
        "The invoice's date lies in a closed financial year.",
        "Ask the adviser to move the lock date; keep the invoice's date.",
    ),
    (
        r"reached the limit of invoices you can approve",
        "plan_limit",
        "The Xero plan's number of approved invoices is used up.",
        "Push it as a draft, or upgrade the plan.",
    ),
    (
        r"Invoice not of valid status for modification",
        "final_status",
        "The invoice is final in Xero, or an approved one was to be deleted.",
        "Void an approved invoice instead; leave final ones alone.",
    ),
    (
        r"cannot be edited as it has a payment or credit note allocated",
        "money_allocated",
        "A payment or credit note is allocated to the invoice.",
        "Remove the allocation in Xero first, or correct by a credit note.",
    ),
    (
        r"status VOIDED cannot be applied to the invoice because it has payments or credit notes",
        "void_refused",
        "A payment or credit note is allocated to the invoice.",
        "Remove the payment or credit note in Xero, then void the invoice.",
    ),
    (
        r"Payment amount exceeds the amount outstanding",
        "payment_too_large",
        "The invoice is already paid in part, or the amounts differ.",
        "Compare the payments on both sides and reduce the amount.",
    ),
    (
        r"document with the supplied id was not found",
        "not_found",
        "The document belongs to another organisation, or was removed.",
        "Pull again and check that the right organisation is chosen.",
    ),
    (
        r"Idempotency Key: .* is used with a different request",
        "key_reused",
        "The product used a sending key twice.",
        "Nothing to do: what arrived is looked up, then sent under a new key.",
    ),
    (
        r"TokenExpired",
        "token_expired",
        "The permission ran out after half an hour.",
        "Nothing to do: it is renewed by itself.",
    ),
    (
        r"AuthorizationUnsuccessful",
        "permission_missing",
        "A permission was not given.",
        "Connect again and allow everything that is asked for.",
    ),
    (
        r"AuthenticationUnsuccessful",
        "disconnected",
        "The organisation was disconnected in Xero, or the permission was withdrawn.",
        "Connect again, or choose the right organisation.",
    ),
    (
        r"invalid_grant",
        "permission_ended",
        "The connection was not used for 60 days, or was withdrawn.",
        "Connect again.",
    ),
    (
        r"invalid_scope|Invalid scope for client",
        "scope_refused",
        "The app may not ask for one of the permissions.",
        "The administrator sets XERO_SCOPES to what the app is allowed.",
    ),
    (
        r"invalid_client|unauthorized_client",
        "app_unknown",
        "Client id or secret are wrong.",
        "The administrator corrects XERO_CLIENT_ID and XERO_CLIENT_SECRET.",
    ),
    (
        r"The Organisation is offline",
        "offline",
        "Xero is being maintained.",
        "Try again later; what is uncertain is looked up first.",
    ),
    (
        re.escape(NOT_SAVED),
        "not_saved",
        "Xero saves all invoices of such a call or none.",
        "Push this invoice again.",
    ),
)


def explain(message: str) -> Failure:
    """What one of Xero's sentences means; an unknown one keeps its words.

    >>> explain("Invoice # must be unique.").code
    'number_taken'
    >>> explain("Something new.").message
    'Something new.'
    """
    for pattern, code, cause, remedy in TABLE:
        if re.search(pattern, message, re.IGNORECASE | re.DOTALL):
            return Failure(code=code, message=message, cause=cause, remedy=remedy)
    return Failure(code="unknown", message=message, remedy="Read Xero's words, correct the invoice, and push it again.")
