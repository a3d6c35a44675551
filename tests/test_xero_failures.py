"""Each of Xero's known sentences is explained; unknown ones keep their words."""

from __future__ import annotations

import pytest

from i2g_recon.xero.failures import NOT_SAVED, TABLE, explain

CATALOGUE = {
    "Invoice # must be unique.": "number_taken",
    "The contact name X is already assigned to another contact. The contact name must be unique across all active "
    "contacts.": "contact_exists",
    "The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the "
    "API.": "contact_archived",
    "The contact with the specified contact details has been archived. The contact must be un-archived before "
    "creating new invoices.": "contact_archived",
    "The Contact must contain at least 1 of the following elements to identify the contact: Name, ContactID, "
    "ContactNumber": "contact_not_named",
    "Contact cannot be empty.": "contact_blank",
    "Email address must be valid.": "email_malformed",
    "Account code '999' is not a valid code for this document.": "account_not_for_sales",
    "Account code '200' has been archived, or has been deleted. Each line item must reference a valid account.": (
        "account_archived"
    ),
    "Account must be valid.": "account_missing",
    "Tax rate must be valid.": "tax_missing",
    "The TaxType code 'INPUT' cannot be used with account code '200'.": "tax_not_for_account",
    "The TaxType code INPUT9 does not exist or cannot be used for this type of transaction": "tax_not_for_sales",
    "The line total 1.00 does not match the expected line total 100.00": "line_does_not_add_up",
    "Organisation is not subscribed to currency SGD": "currency_not_subscribed",
    "The document date cannot be before the period lock date, currently set at 30-Nov-2018": "period_locked",
    "The document date cannot be before the end of year lock date, currently set at 30-Nov-2018": "year_locked",
    "You have reached the limit of invoices you can approve": "plan_limit",
    "Invoice not of valid status for modification": "final_status",
    "This document cannot be edited as it has a payment or credit note allocated to it.": "money_allocated",
    "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it.": (
        "void_refused"
    ),
    "Payment amount exceeds the amount outstanding on this document": "payment_too_large",
    "The document with the supplied id was not found for this endpoint.": "not_found",
    "Idempotency Key: abc is used with a different request.": "key_reused",
    "TokenExpired: token expired at 11/02/2026 03:04:05": "token_expired",
    "AuthorizationUnsuccessful": "permission_missing",
    "AuthenticationUnsuccessful": "disconnected",
    "invalid_grant": "permission_ended",
    "invalid_scope": "scope_refused",
    "Invalid scope for client": "scope_refused",
    "invalid_client": "app_unknown",
    "unauthorized_client": "app_unknown",
    "The Organisation is offline": "offline",
    NOT_SAVED: "not_saved",
}


@pytest.mark.parametrize(("sentence", "code"), CATALOGUE.items())
def test_a_known_sentence_is_explained_and_kept(sentence: str, code: str) -> None:
    failure = explain(sentence)
    assert (failure.code, failure.message) == (code, sentence)
    assert failure.cause.endswith(".")
    assert failure.remedy.endswith(".")


def test_the_table_and_the_catalogue_have_the_same_codes() -> None:
    assert {code for _, code, _, _ in TABLE} == set(CATALOGUE.values())


def test_an_unknown_sentence_passes_through_with_a_remedy() -> None:
    failure = explain("The moon is in the wrong phase.")
    assert (failure.code, failure.message) == ("unknown", "The moon is in the wrong phase.")
    assert failure.remedy
