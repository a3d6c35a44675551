"""The words of a working paper: verdicts, buckets, fields and findings as a bookkeeper reads them.

A code nobody has given words yet is shown as it is, without underscores, so that nothing is left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from i2g_recon.core.reasons import REASONS

VERDICTS: dict[str, str] = {
    "all_clear": "All clear: every invoice that was compared agrees.",
    "needs_a_person": "Something needs you: see Missing, Differs, Ambiguous and Extra, and the rows with errors.",
    "nothing_compared": "Nothing was compared: one side or the chosen period is empty. This is not an all clear.",
    "red": "The bridge does not close. Do not rely on this paper; please report it.",
}
BUCKETS: dict[str, str] = {
    "missing": "In Invoice2go and not in Xero.",
    "differs": "In both, and something is not the same.",
    "ambiguous": "A number or reference repeats, so nobody can say which belongs to which.",
    "extra": "In Xero and not in Invoice2go.",
    "excluded": "Not due to be compared: not sent, voided, deleted or outside the period.",
    "agrees": "In both, and everything that was compared is the same.",
}
COUNTS: dict[str, str] = {
    "source": "Invoices in Invoice2go",
    "target": "Invoices in Xero",
    "agrees": "Agree",
    "differs": "Differ",
    "missing": "Missing in Xero",
    "extra": "Only in Xero",
    "ambiguous": "Ambiguous, both sides",
    "excluded_source": "Left out, Invoice2go side",
    "excluded_target": "Left out, Xero side",
}
FIELDS: dict[str, str] = {
    "total": "Total",
    "subtotal": "Subtotal",
    "tax": "Tax",
    "currency": "Currency",
    "date": "Date",
    "due_date": "Due date",
    "contact": "Client",
    "status": "Status",
    "lines": "Lines",
}
STANDING = {"agrees": "Agrees", "differs": "Differs"}
SIDES = {"source": "Invoice2go", "target": "Xero"}
TURNS_TEXT = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NEVER_CHARACTERS = frozenset("\ufffe\uffff")


def in_words(code: str, table: Mapping[str, str]) -> str:
    """The words for a code, or the code itself without underscores."""
    return table.get(code) or code.replace("_", " ")


def reason_words(code: str) -> str:
    """A reason or cause in words."""
    return in_words(code, REASONS | STANDING)


def period_words(policy: Mapping[str, Any]) -> str:
    """The chosen period."""
    first, last = policy.get("period_from"), policy.get("period_to")
    if first and last:
        return f"{first} to {last}, both included"
    if first or last:
        return f"from {first}" if first else f"up to {last}"
    return "all dates"


def rule_rows(policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The rules of a comparison, each with what it is."""
    spellings = [in_words(name, {}) for name in policy["key_rules"]]
    number = "counts where the reference is blank or says something else" if policy["invoice_number_pairs"] else "no"
    return [
        ("Period", period_words(policy)),
        ("Compared", ", ".join(in_words(field, FIELDS) for field in policy["fields"])),
        ("Tolerance", tolerance_words(policy)),
        ("Spellings taken for one", ", ".join(spellings) or "none: references are compared as they stand"),
        ("Xero's own invoice number", number),
    ]


def tolerance_words(policy: Mapping[str, Any]) -> str:
    """What still counts as the same."""
    parts = [f"{amount_words(key)} {minor} of the smallest unit" for key, minor in policy["tolerance_minor"].items()]
    days = policy["date_tolerance_days"]
    return "; ".join(parts + ([f"dates {days} days"] if days else [])) or "none: to the cent and to the day"


def amount_words(key: str) -> str:
    """An amount field, or an amount field in one currency.

    >>> amount_words("total/JPY")
    'Total in JPY'
    """
    field, _, currency = key.partition("/")
    return f"{in_words(field, FIELDS)} in {currency}" if currency else in_words(field, FIELDS)


def legible(text: str) -> str:
    r"""Text as it may be shown: signs that turn the direction of writing, and those no file may hold, are spelled out.

    >>> legible("Acme \u202eetis")
    'Acme <U+202E>etis'
    """
    if text.isprintable():
        return text
    return "".join(f"<U+{ord(sign):04X}>" if is_hidden(sign) else sign for sign in text)


def is_hidden(sign: str) -> bool:
    """Whether a sign misleads the eye or cannot be stored."""
    if sign in TURNS_TEXT or sign in NEVER_CHARACTERS:
        return True
    return unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\t\n\r"
