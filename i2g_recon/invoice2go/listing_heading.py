"""Which column of a report-style table is which: headings by their known names, or as a person said.

Invoice2go's screens write such tables with headings that differ by account, region and report; the names below are
those that invoicing programs use (domain knowledge, none of it promised by Invoice2go).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from i2g_recon.core.answers import NEEDED, Answers
from i2g_recon.errors import NeedsAnswer

ALIASES: dict[str, str] = {  # field -> folded headings, the surest first
    "number": "invoice no|invoice number|invoice num|inv no|inv number|document number|document no|doc no|invoice|"
    "number|no",
    "date": "invoice date|date issued|issue date|issued|document date|date|date sent|sent date|created",
    "client": "client|client name|customer|customer name|bill to|billed to|contact|contact name|company|name",
    "total": "total|invoice total|grand total|total amount|total inc tax|total incl tax|total inc gst|total incl gst|"
    "total inc vat|total incl vat|total including tax|gross total|gross amount|gross|amount|invoice amount",
    "subtotal": "subtotal|sub total|net total|net amount|net|total ex tax|total excl tax|total ex gst|total excl gst|"
    "total ex vat|total excl vat|total excluding tax|amount ex tax|amount ex gst",
    "tax": "tax|gst|vat|hst|pst|qst|sales tax|tax amount|tax total|total tax|gst amount|vat amount",
    "status": "status|invoice status|document status|state",
    "currency": "currency|currency code|cur",
    "email": "email|e mail|client email|customer email|email address",
    "due_date": "due date|date due|payment due|payment due date|due",
    "paid": "paid|amount paid|total paid|paid amount|payments",
    "balance": "balance|balance due|amount due|amount owing|outstanding|owing|unpaid",
    "kind": "type|document type|doc type|kind",
}
SURE = {alias: (name, rank) for name, text in ALIASES.items() for rank, alias in enumerate(text.split("|"))}
ENOUGH = 3  # known headings that make a row the heading
A_TAX = re.compile(r"(gst|vat|hst|pst|qst|tax)\b.*\d|\d.*\b(gst|vat|hst|pst|qst|tax)", re.ASCII)
CODE_AT_END = re.compile(r"(.+?)[\s(\[]+([A-Z]{3})[)\]]?\s*$")
MARKS = re.compile(r"[\s.:#*_\-/()\[\]$£€¥]+")
NO_CODES = frozenset("GST VAT HST PST QST TAX INC".split())


@dataclass(frozen=True, slots=True)
class Columns:
    """Field to the places of its columns; only taxes have several. currency: what a heading names, as Total (AUD)."""

    places: Mapping[str, tuple[int, ...]]
    currency: str = ""

    def one(self, name: str) -> int | None:
        """The place of a field, None where the table has none."""
        return self.places[name][0] if name in self.places else None


def folded(heading: str) -> str:
    """A heading as it is compared: one case and width, no punctuation, no currency code at its end.

    >>> folded("Invoice No."), folded("TOTAL (AUD)"), folded("E-mail")
    ('invoice no', 'total', 'e mail')
    """
    text = unicodedata.normalize("NFKC", heading).strip()
    found = CODE_AT_END.fullmatch(text)
    if found and found[2] not in NO_CODES:
        text = found[1]
    return " ".join(MARKS.sub(" ", text.casefold()).split())


def named_currency(heading: str) -> str:
    """The currency code at the end of a heading, blank where there is none.

    >>> named_currency("Total (AUD)"), named_currency("Total inc GST")
    ('AUD', '')
    """
    found = CODE_AT_END.fullmatch(unicodedata.normalize("NFKC", heading).strip())
    return found[2] if found and found[2] not in NO_CODES else ""


def field_of(heading: str) -> tuple[str, int]:
    """The field a heading names and how far down its list it stands; blank for none."""
    name = folded(heading)
    if name in SURE:
        return SURE[name]
    return ("tax", 0) if A_TAX.search(name) else ("", 0)


def known(cells: Iterable[str]) -> int:
    """How many different fields the cells of a row name; 0 unless an invoice number or a total is among them."""
    names = {field_of(cell)[0] for cell in cells} - {""}
    return len(names) if names & {"number", "total"} else 0


def is_heading(cells: Sequence[str], answers: Answers) -> bool:
    """Whether a row is the heading: it has enough known names, or every name the person gave."""
    if answers.columns:
        own = {cell.strip() for cell in cells}
        return set(answers.columns.values()) <= own
    return known(cells) >= ENOUGH


def columns_of(headings: Sequence[str], answers: Answers) -> Columns:
    """Which column is which. Raises NeedsAnswer naming what nobody can tell: a field without, or with two columns."""
    places: dict[str, tuple[int, ...]] = {}
    for name, heading in answers.columns.items():
        at = [place for place, own in enumerate(headings) if own.strip() == heading]
        if len(at) != 1:
            raise NeedsAnswer("columns", f"The table has {len(at) or 'no'} columns '{heading}'; {SAY}")
        places[name] = (at[0],)
    ranked: dict[str, list[tuple[int, int]]] = {}
    given = {place for own in places.values() for place in own}
    for place, heading in enumerate(headings):
        name, rank = field_of(heading)
        if name and place not in given and name not in places:
            ranked.setdefault(name, []).append((rank, place))
    for name, found in ranked.items():
        best = min(found)[0]
        first = [place for rank, place in found if rank == best]
        if name == "tax":
            places[name] = tuple(place for _, place in found)
        elif len(first) > 1:
            twice = headings[first[0]].strip()
            raise NeedsAnswer("columns", f"The heading '{twice}' stands over two columns; {SAY}")
        else:
            places[name] = (first[0],)
    missing = [name for name in NEEDED if name not in places]
    if missing:
        shown = ", ".join(f"'{heading.strip()}'" for heading in headings if heading.strip())
        raise NeedsAnswer("columns", f"No column is known as {' or '.join(missing)} among {shown}; {SAY}")
    return Columns(places, next(filter(None, (named_currency(headings[at]) for at in places["total"])), ""))


SAY = "say which column it is: --map total='Grand Total', or on page Import."


def fingerprint(headings: Sequence[str]) -> str:
    """What tells one layout of a table from another: its headings, letter for letter."""
    return hashlib.sha256("\x1f".join(headings).encode()).hexdigest()[:16]
