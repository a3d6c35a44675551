"""What the target holds already that a new invoice would collide with: references and invoice numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from i2g_recon.core.frame import Invoices
from i2g_recon.core.invoice import GONE, State
from i2g_recon.core.reference import match_key


@dataclass(frozen=True, slots=True)
class Taken:
    """What the target holds already, by match key: live references, and the holder of each invoice number."""

    references: frozenset[str] = frozenset()
    numbers: Mapping[str, State] = field(default_factory=dict)
    reference_of: Mapping[str, str] = field(default_factory=dict)  # of the live, else the gone, holder of a number
    gone_of: Mapping[str, str] = field(default_factory=dict)  # reference to the id of its voided or deleted copy
    repeats: frozenset[str] = frozenset()  # numbers that several of the missing invoices carry


def taken_in(target: Invoices) -> Taken:
    """Read the references and numbers of the target once. A live holder of a number counts before a gone one."""
    frame = target.invoices.sort_values("id", kind="stable")
    references: set[str] = set()
    numbers: dict[str, State] = {}
    reference_of: dict[str, str] = {}
    gone_of: dict[str, str] = {}
    columns = (frame[name].tolist() for name in ("id", "number", "reference", "state"))
    for invoice_id, number, reference, word in zip(*columns, strict=True):
        state, key = State(word), match_key(number)
        if state in GONE:
            gone_of[match_key(reference)] = invoice_id
        else:
            references.add(match_key(reference))
        if key and (key not in numbers or numbers[key] in GONE):
            numbers[key], reference_of[key] = state, reference
    return Taken(frozenset(references - {""}), numbers, reference_of, gone_of)
