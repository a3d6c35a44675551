"""The reason codes of the contract, each with the words a bookkeeper reads, in the order they are listed.

A reason says why a row stands in its bucket, or why a pair's amounts differ (then it is also the `cause` of the
discrepancy). Codes are public: add freely, never rename.
"""

from __future__ import annotations

REASONS: dict[str, str] = {
    "sent_not_in_target": "Sent in Invoice2go and not in Xero",
    "currency_not_subscribed": "Not in Xero, whose organisation does not have this currency",
    "status_unknown": "Not in Xero, and Invoice2go does not say whether it was sent",
    "paid_not_sent": "Paid in Invoice2go but never sent, so never copied to Xero",
    "voided_in_target": "Voided in Xero",
    "deleted_in_target": "Deleted in Xero",
    "does_not_add_up": "Not in Xero, and its lines and taxes do not add up to its total",
    "negative_or_zero_total": "Not in Xero, and its total is zero or below",
    "no_longer_exported": "Not in Xero, and no longer in the newest export: probably deleted in Invoice2go",
    "number_blank": "Has no number in Invoice2go, so nothing in Xero can be matched to it",
    "number_repeats_in_source": "Several invoices in Invoice2go share this number",
    "reference_repeats_in_target": "Several live invoices in Xero share this reference",
    "spellings_collide": "Several numbers differ only in how they are written, so no pair is certain",
    "not_in_source": "Only in Xero",
    "not_sent": "Not sent in Invoice2go, so never due in Xero",
    "voided_in_source": "Voided on the source side",
    "deleted_in_source": "Deleted on the source side",
    "out_of_period": "Outside the chosen period",
    "currency": "In another currency in Xero",
    "other_month": "Dated in another month in Xero",
    "tax_rounding": "Tax rounded per line in Xero",
    "line_rounding": "Each line rounded in Xero, their sum in Invoice2go",
    "price_rounding": "Price kept with two decimals in Xero",
    "tax_rate": "Another tax rate",
    "inclusive_exclusive": "Prices taken with tax on one side and without on the other",
    "discount": "Another discount",
    "line_missing": "A line is missing in Xero",
    "line_extra": "An extra line in Xero",
    "quantity": "Another quantity",
    "price": "Another price",
    "surcharge": "A surcharge on one side",
    "unknown": "A difference nobody has explained yet",
    "within_tolerance": "Agrees within the tolerance",
}
