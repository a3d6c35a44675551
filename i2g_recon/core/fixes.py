"""FIXES: what one person does once to clear a whole root cause, by its code.

A code is a reason, the cause of a difference, a compared field, or `connection_cut` (`core/gaps.py`). {detail} in the
words is what the exceptions of one root cause share.
"""

from __future__ import annotations

from dataclasses import dataclass

from i2g_recon.core.reasons import REASONS

CONNECTION_CUT = "connection_cut"


@dataclass(frozen=True, slots=True)
class Fix:
    """words: what is wrong, told with its detail where there is one. remedy: what clears all of it."""

    remedy: str
    words: str = ""

    def told(self, code: str, detail: str) -> str:
        """What is wrong, in words."""
        return self.words.format(detail=detail) if self.words else detail or REASONS[code]


CHANGE_ONE = "Find out which side is right, and correct the other one."
FIXES: dict[str, Fix] = {
    CONNECTION_CUT: Fix("Connect Invoice2go to Xero again, then push these."),
    "sent_not_in_target": Fix("Push them."),
    "currency_not_subscribed": Fix(
        "Add the currency in Xero (Settings, Currencies), then push them.", "Xero does not have the currency {detail}"
    ),
    "status_unknown": Fix("Look in Invoice2go whether they were sent; push those that were."),
    "paid_not_sent": Fix("Mark them as sent in Invoice2go, export again, then push them."),
    "voided_in_target": Fix("Push them again where the voiding was a mistake; else void them in Invoice2go as well."),
    "deleted_in_target": Fix(
        "Push them again where the deleting was a mistake; else delete them in Invoice2go as well."
    ),
    "does_not_add_up": Fix("Open and save each in Invoice2go, so that it computes its total again, and export again."),
    "negative_or_zero_total": Fix("Enter them in Xero as credit notes, or leave them out; they cannot be pushed."),
    "no_longer_exported": Fix("Look in Invoice2go whether they were deleted; if not, export all dates again."),
    "number_blank": Fix("Give each a number in Invoice2go and export again."),
    "number_repeats_in_source": Fix("Give each invoice a number of its own in Invoice2go and export again."),
    "reference_repeats_in_target": Fix("Keep one copy of each in Xero and void the others; the ranking says which."),
    "spellings_collide": Fix("Write each number in one way on both sides."),
    "not_in_source": Fix("Look where each comes from: typed in Xero, deleted in Invoice2go, or older than the export."),
    "currency": Fix("Void them in Xero and push them in the right currency.", "{detail}"),
    "inclusive_exclusive": Fix("Void them in Xero and push them; i2g-recon sends prices as Invoice2go means them."),
    "tax_rate": Fix(
        "Correct the tax in Set-up, step Taxes, or in Invoice2go's own link; then void and push.",
        "{detail}",
    ),
    "tax_rounding": Fix("Leave it, or add a rounding line in Xero, which rounds the tax of each line."),
    "line_rounding": Fix("Leave it, or add a rounding line in Xero, which rounds each line."),
    "price_rounding": Fix("Void and push them: i2g-recon sends prices with four decimals."),
    "discount": Fix("Void and push them: i2g-recon sends the discount on the lines."),
    "line_missing": Fix(CHANGE_ONE),
    "line_extra": Fix(CHANGE_ONE),
    "quantity": Fix(CHANGE_ONE),
    "price": Fix(CHANGE_ONE),
    "surcharge": Fix(
        "Enter the fee on the side that lacks it: a card surcharge is added after the invoice was copied."
    ),
    "unknown": Fix("Look at each: nothing that both sides state explains the difference."),
    "date": Fix("Correct the date in Xero; the tax return follows it.", "Dated {detail} in Xero"),
    "due_date": Fix("Set the same payment terms on both sides.", "Due {detail} in Xero"),
    "contact": Fix("Write the client's name the same on both sides.", "{detail}"),
    "status": Fix(CHANGE_ONE, "{detail}"),
    "lines": Fix(CHANGE_ONE, "Other lines, the same total"),
}
