"""What the target holds already that a new invoice would collide with: references and invoice numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from i2g_recon.core.frame import Invoices
from i2g_recon.core.invoice import GONE, State


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
    from i2g_recon.core.reference_keys import match_keys  # noqa: PLC0415 - who only sends needs no frames

    frame = target.invoices.sort_values("id", kind="stable")
    keys = {name: match_keys(frame[name]).tolist() for name in ("number", "reference")}
    references: set[str] = set()
    numbers: dict[str, State] = {}
    reference_of: dict[str, str] = {}
    gone_of: dict[str, str] = {}
    columns = (frame[name].tolist() for name in ("id", "reference", "state"))
    states = {word: State(word) for word in frame["state"].unique()}
    for invoice_id, reference, word, key, reference_key in zip(*columns, *keys.values(), strict=True):
        state = states[word]
        if state in GONE:
            gone_of[reference_key] = invoice_id
        else:
            references.add(reference_key)
        if key and (key not in numbers or numbers[key] in GONE):
            numbers[key], reference_of[key] = state, reference
    return Taken(frozenset(references - {""}), numbers, reference_of, gone_of)
