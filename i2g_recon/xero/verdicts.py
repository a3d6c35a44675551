"""What Xero said about each thing that was sent: one function for a verdict per element and for a refused call.

Elements are joined to bodies by what identifies them, never by order. Where it stays open whether something was saved,
the answer counts as lost, and the caller looks it up.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from i2g_recon.errors import AnswerLost, Refused
from i2g_recon.xero.answers import decimal, figure, text
from i2g_recon.xero.failures import NOT_SAVED
from i2g_recon.xero.session import detail, parse
from i2g_recon.xero.transport import Answer

NO_ID = "00000000-0000-0000-0000-000000000000"
UNREADABLE = "Xero's answer could not be read; what arrived is looked up before sending again."

Element = Mapping[str, Any]
Identity = Callable[[Element], str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Xero said about one of the things sent: its element, or none when nothing was saved."""

    element: Element | None
    ok: bool
    messages: tuple[str, ...]


def judged(answer: Answer, resource: str, bodies: Sequence[Element], identities: Sequence[Identity]) -> list[Verdict]:
    """One verdict per body, from an answer with a verdict per element or from a refusal of the whole call."""
    payload = parse(answer.data)
    whole_call = answer.status == 400  # noqa: PLR2004 - HTTP
    elements = payload.get("Elements" if whole_call else resource) if isinstance(payload, dict) else None
    if whole_call and not elements:
        raise Refused(f"Xero refused the call: {detail(answer) or answer.status}", status=400, payload=payload)
    if not isinstance(elements, list) or not all(isinstance(element, dict) for element in elements):
        raise AnswerLost(UNREADABLE)
    joined, strangers = join(bodies, elements, identities)
    if all(failed(stranger) for stranger in strangers):
        by_content, strangers = join(bodies, strangers, (content_of,))
        joined = by_content | joined
    if whole_call:
        return [refused_whole(joined.get(position), strangers) for position in range(len(bodies))]
    return verdicts_of(len(bodies), joined, strangers)


def join(
    bodies: Sequence[Element], elements: Sequence[Element], identities: Sequence[Identity]
) -> tuple[dict[int, Element], list[Element]]:
    """Which element belongs to which body, by the first identity both have; and the elements that fit none."""
    joined: dict[int, Element] = {}
    strangers = list(elements)
    for identity in identities:
        places = places_by(identity, bodies)
        left: list[Element] = []
        for element in strangers:
            place = places.get(identity(element))
            if place is None or place in joined:
                left.append(element)
            else:
                joined[place] = element
        strangers = left
    return joined, strangers


def places_by(identity: Identity, bodies: Sequence[Element]) -> dict[str, int]:
    """Identity to position, for the identities that only one body has."""
    told = [identity(body) for body in bodies]
    times = Counter(told)
    return {one: position for position, one in enumerate(told) if one and times[one] == 1}


def require_identities(bodies: Sequence[Element], identities: Sequence[Identity]) -> None:
    """Raises ValueError for a body that no identity tells from the others: its outcome could not be told either."""
    known = {position for identity in identities for position in places_by(identity, bodies).values()}
    if len(known) < len(bodies):
        raise ValueError("two things sent in one call cannot be told apart; send them in two calls")


def verdicts_of(wanted: int, joined: Mapping[int, Element], strangers: Sequence[Element]) -> list[Verdict]:
    """The verdicts of a call that was carried out.

    Refused elements can lack their number: when all that are left over are refused, and they are as many as the bodies
    left over, those bodies are refused. Anything else leaves open what happened.
    """
    left_over = wanted - len(joined)
    if len(strangers) != left_over or any(not failed(stranger) for stranger in strangers):
        raise AnswerLost(UNREADABLE)
    shared = unique(message for stranger in strangers for message in messages(stranger))
    return [
        verdict(joined[position]) if position in joined else Verdict(None, ok=False, messages=shared)
        for position in range(wanted)
    ]


def verdict(element: Element) -> Verdict:
    """What one element says. One that is neither refused nor saved leaves open what happened."""
    if failed(element):
        return Verdict(element, ok=False, messages=messages(element) or ("Xero refused it without a reason.",))
    if not any(text(element.get(name)) not in ("", NO_ID) for name in ("InvoiceID", "ContactID")):
        raise AnswerLost(UNREADABLE)
    return Verdict(element, ok=True, messages=unique(sentences(element.get("Warnings"))))


def refused_whole(element: Element | None, strangers: Sequence[Element]) -> Verdict:
    """What a refused call says about one body: its own reasons, those of nobody in particular, or none."""
    own = messages(element) if element else unique(message for one in strangers for message in messages(one))
    return Verdict(element, ok=False, messages=own or (NOT_SAVED,))


def failed(element: Element) -> bool:
    """Whether Xero refused the element. One that says both yes and no leaves open what happened."""
    stated = text(element.get("StatusAttributeString")).upper()
    flagged = element.get("HasErrors") is True or element.get("HasValidationErrors") is True
    if stated in ("OK", "WARNING"):
        if flagged:
            raise AnswerLost(UNREADABLE)
        return False
    return flagged or stated == "ERROR" or bool(messages(element))


def messages(element: Element) -> tuple[str, ...]:
    """Every refusal in an element: its own, its contact's and its lines'."""
    lines, contact_ = element.get("LineItems"), element.get("Contact")
    inner = [element, contact_, *(lines if isinstance(lines, list) else [])]
    return unique(
        sentence for part in inner if isinstance(part, dict) for sentence in sentences(part.get("ValidationErrors"))
    )


def sentences(errors: object) -> list[str]:
    """The texts of a list of messages."""
    rows = errors if isinstance(errors, list) else []
    return [text(row.get("Message")) for row in rows if isinstance(row, dict) and row.get("Message")]


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Each text once, in order."""
    return tuple(dict.fromkeys(texts))


def number_of(element: Element) -> str:
    """InvoiceNumber, as Xero compares it."""
    return text(element.get("InvoiceNumber")).strip().casefold()


def id_of(element: Element) -> str:
    """InvoiceID, as Xero compares it."""
    found = text(element.get("InvoiceID")).strip().casefold()
    return "" if found == NO_ID else found


def reference_of(element: Element) -> str:
    """Reference, as Xero compares it."""
    return text(element.get("Reference")).strip().casefold()


def content_of(element: Element) -> str:
    """Contact and lines: a refused element can lack number and reference, but repeats what was asked for.

    Whose reasons they are is all that is learnt this way, never whether something was saved.
    """
    lines, contact = element.get("LineItems"), element.get("Contact")
    seen = [text(contact.get("ContactID")) if isinstance(contact, dict) else ""]
    for line in lines if isinstance(lines, list) else []:
        if isinstance(line, dict):
            seen.append(text(line.get("Description")))
            seen += [figure(decimal(line.get(name))) for name in ("Quantity", "UnitAmount")]
    return json.dumps(seen).casefold() if len(seen) > 1 else ""


def name_of(element: Element) -> str:
    """A contact's name, as Xero compares it."""
    return tidy(text(element.get("Name"))).casefold()


def tidy(name: str) -> str:
    """A contact name that Xero takes: no angle brackets, no blanks at the ends or doubled."""
    return " ".join(name.replace("<", " ").replace(">", " ").split())
