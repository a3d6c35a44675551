"""HOLDS: every reason why an invoice is not pushed, with the sentence for the bookkeeper and what to do about it.

One row per reason; page, command line and tests read this table and nothing else. WARNINGS are the sentences of an
invoice that is pushed all the same. Text in braces is filled in where the reason is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class HoldRule:
    """One row of HOLDS."""

    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason that was found on one invoice."""

    code: str
    sentence: str
    remedy: str


SEND_FIRST = "Send the invoice in Invoice2go and import the export again, or leave it."
CHOOSE_ACCOUNT = "Choose an active revenue account in the set-up."
MAP_TAXES = "Choose a Xero tax rate for it in the set-up, step Taxes."
MAP_CONTACT = "Choose the Xero contact for this client."

HOLDS: Mapping[str, HoldRule] = MappingProxyType(
    {
        # What the comparison said.
        "not_sent": HoldRule("The invoice was not sent in Invoice2go.", SEND_FIRST),
        "paid_not_sent": HoldRule(
            "The invoice was paid but never sent in Invoice2go.",
            "Send it in Invoice2go and import the export again, or enter it in Xero.",
        ),
        "status_unknown": HoldRule("Invoice2go does not say whether the invoice was sent.", SEND_FIRST),
        "voided_in_target": HoldRule(
            "An invoice with this reference was voided in Xero.",
            "Decide whether it was withdrawn; if not, copy it again under a new number.",
        ),
        "deleted_in_target": HoldRule(
            "An invoice with this reference was deleted in Xero.",
            "Decide whether it was withdrawn; if not, copy it again under a new number.",
        ),
        "does_not_add_up": HoldRule(
            "The invoice's lines, discount and taxes do not add up to its total.",
            "Check the invoice in Invoice2go and export again.",
        ),
        "negative_or_zero_total": HoldRule(
            "The invoice's total is zero or below.", "Enter it in Xero as a credit note, or leave it."
        ),
        "number_repeats_in_source": HoldRule(
            "Several invoices in Invoice2go carry the number {number}.",
            "Give each its own number in Invoice2go and export again.",
        ),
        "reference_repeats_in_target": HoldRule(
            "Several live invoices in Xero carry this reference.", "Void the surplus ones in Xero and pull again."
        ),
        "set_aside": HoldRule(
            "The comparison set this invoice aside ({reason}).", "Look at it in the work list first."
        ),
        # What was decided, and what a program must not change.
        "kept_back": HoldRule("You decided not to send it: {reason}", "Let it go again to send it after all."),
        "change_in_xero": HoldRule(
            "Its state in Xero ({status}) does not let it be changed from here.",
            "Open it in Xero and change it there to {values}.",
        ),
        "nothing_ticked": HoldRule(
            "Nothing that differs is among the fields to change.", "Tick one of its differing fields, or leave it."
        ),
        # What Xero holds already.
        "number_blank": HoldRule(
            "The invoice has no number, so it could not be found in Xero again.",
            "Number it in Invoice2go and export again.",
        ),
        "reference_already_live": HoldRule(
            "A live invoice in Xero already has the reference {number}.",
            "Pull again and compare; it may be there already.",
        ),
        "number_taken": HoldRule(
            "The invoice number {number} is taken in Xero by an invoice with the reference '{reference}'.",
            "If that is this invoice, correct its reference in Xero; if not, change its number there. Then pull again.",
        ),
        "perhaps_there": HoldRule(
            "Xero may hold this invoice already as {there}. {why}.",
            "If it is this invoice, take the two for one, which sends nothing; if not, change that one's Reference.",
        ),
        # The invoice itself.
        "no_lines": HoldRule("The invoice has no lines.", "Import the full Invoice2go export, or enter it in Xero."),
        "no_date": HoldRule("The invoice has no date.", "Date it in Invoice2go and export again."),
        "no_due_date": HoldRule(
            "An approved invoice needs a due date and this one has none.", "Set terms in Invoice2go, or push as draft."
        ),
        "locked_period": HoldRule(
            "The invoice's date, {date}, is in a period that is locked up to {lock}.",
            "Push as draft, or ask the adviser to move the lock date.",
        ),
        "text_too_long": HoldRule(
            "{what} is longer than the {limit} characters Xero takes.", "Shorten it in Invoice2go."
        ),
        "withholding": HoldRule("The invoice has withholding tax.", "Enter it in Xero by hand."),
        "shipping": HoldRule(
            "The invoice charges shipping outside its lines.",
            "Make shipping a line in Invoice2go, or enter it in Xero.",
        ),
        "mixed_tax_treatment": HoldRule(
            "Some prices include tax and some do not; a Xero invoice is one or the other.",
            "Make the prices alike in Invoice2go, or enter it in Xero.",
        ),
        "tax_treatment_unknown": HoldRule(
            "It is not known whether the prices include tax.", "Import the Invoice2go export, which says so."
        ),
        "currency_not_subscribed": HoldRule(
            "The organisation does not use the currency {currency}.",
            "Add the currency in Xero, then check the set-up; never convert by hand.",
        ),
        # The set-up.
        "no_revenue_account": HoldRule("No revenue account is chosen.", CHOOSE_ACCOUNT),
        "account_gone": HoldRule("The revenue account {account} is not in Xero.", CHOOSE_ACCOUNT),
        "account_archived": HoldRule("The revenue account {account} is archived in Xero.", CHOOSE_ACCOUNT),
        "account_not_revenue": HoldRule("The account {account} is not an ordinary revenue account.", CHOOSE_ACCOUNT),
        "role": HoldRule(
            "Your role in Xero may not make {what}.", "Ask for another role in Xero, or let invoices arrive as drafts."
        ),
        "tax_unmapped": HoldRule("The tax '{tax}' has no Xero tax rate yet.", MAP_TAXES),
        "tax_held": HoldRule(
            "Invoices with the tax '{tax}' are held by your choice.", "Map the tax in the set-up to release them."
        ),
        "tax_type_gone": HoldRule(
            "The Xero tax rate {tax_type} chosen for '{tax}' is not active or not for sales.", MAP_TAXES
        ),
        # The prediction.
        "would_not_agree": HoldRule(
            "Xero would make the total {predicted}, Invoice2go says {total}.",
            "Check the tax mapping; if it is right, enter the invoice in Xero by hand.",
        ),
        "tax_would_not_agree": HoldRule(
            "Xero would make the tax {predicted}, Invoice2go says {tax}.",
            "Check the tax mapping; if it is right, enter the invoice in Xero by hand.",
        ),
        # The client.
        "contact_name_empty": HoldRule(
            "The invoice names no client.", "Enter the client in Invoice2go and export again."
        ),
        "contact_name_unusable": HoldRule("Xero does not take the client's name as it is written.", MAP_CONTACT),
        "contact_archived": HoldRule(
            "The client is archived in Xero.", "Restore the contact in Xero, or choose another one."
        ),
        "contact_ambiguous": HoldRule("More than one active Xero contact fits the client.", MAP_CONTACT),
        "contact_not_there": HoldRule(
            "The client is not in Xero yet, and an update makes no clients.",
            "Add the client in Xero and pull again, or change the other fields only.",
        ),
        "contact_gone": HoldRule("The Xero contact remembered for this client is no longer there.", MAP_CONTACT),
    }
)

WARNINGS: Mapping[str, str] = MappingProxyType(
    {
        "locked_period": "The date {date} is in a period locked up to {lock}: it can be a draft but not be approved.",
        "rounding_line": "A line 'Rounding' of {amount} makes the total equal to the cent.",
        "tax_rounds": "Xero's tax will be {predicted} instead of {tax}: it rounds each line.",
        "rate_differs": "The tax '{tax}' is posted as {tax_type} with {rate} %.",
        "no_tax": "No tax is charged, so it is posted as 'No Tax'; map '{tax}' to post it under a rate of its own.",
        "contact_name_differs": "The Xero contact with this e-mail address has another name: {name}.",
        "email_left_out": "The client's e-mail address is not one Xero takes and is left out.",
        "perhaps_there": "Look before you push: Xero may hold this invoice already as {there}. {why}.",
        "number_varied": "The Xero invoice number will be {invoice_number}, because {number} is used up.",
        "due_before_date": "It is due on {due}, before its own date {date}.",
        "date_ahead": "Its date {date} is more than a year ahead.",
        "date_long_ago": "Its date {date} is more than five years back.",
        "month_limit": (
            "It would be approved invoice {number} of {month}, and the plan {plan} is said to approve {limit}."
        ),
        "discount_line": "The discount is posted as {count} negative line(s).",
    }
)


def hold(code: str, **facts: object) -> Hold:
    """The hold of a code with its facts filled in."""
    rule = HOLDS[code]
    return Hold(code, rule.sentence.format(**facts), rule.remedy.format(**facts))


def warning(code: str, **facts: object) -> str:
    """The warning of a code with its facts filled in."""
    return WARNINGS[code].format(**facts)
