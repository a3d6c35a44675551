"""What a change of the set-up means for invoices that were pushed before: they stay as they are, and which they are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from i2g_recon.core import frame
from i2g_recon.core.invoice import NO_TAX_KEY, Invoice
from i2g_recon.core.money import money_text
from i2g_recon.core.setup import Setup, is_held, tax_type_for
from i2g_recon.jobs.source import current_source
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Command, Connection

ARRIVED = {"DRAFT": "as drafts", "AUTHORISED": "approved"}
WHAT_TO_DO = "To change one of them, change it in Xero, or take its push back on page Push while nobody has touched it."


@dataclass(slots=True)
class Consequence:
    """One thing in which pushed invoices are not what the set-up says now: a sentence about how many, and which."""

    words: str  # what they have and what new ones get
    numbers: list[str] = field(default_factory=list)
    totals: Counter[str] = field(default_factory=Counter)  # minor units by currency

    @property
    def sentence(self) -> str:
        """For instance: 12 invoices (3,480.00 AUD) already pushed: on account 200, new ones go to 260."""
        money = " and ".join(money_text(minor, code) for code, minor in sorted(self.totals.items()))
        count = len(self.numbers)
        return f"{count:,} {'invoice' if count == 1 else 'invoices'} ({money}) already pushed: {self.words}"


def consequences(ws: Workspace, connection: Connection, setup: Setup | None = None) -> tuple[Consequence, ...]:
    """What would be sent otherwise under a set-up, by default the kept one; nothing in Xero is changed by it."""
    setup = setup or ws.store.setup(connection.tenant_id)
    pushed = {
        one.source_id: one
        for one in ws.outbox.standing_commands(connection.tenant_id)
        if one.state == "confirmed" and one.body
    }
    if not pushed:
        return ()
    found: dict[str, Consequence] = {}
    for invoice in frame.records(current_source(ws, connection.tenant_id).invoices, pushed):
        command = pushed[invoice.id]
        for words in differences(json.loads(command.body), invoice, setup):
            note(found.setdefault(words, Consequence(words)), command)
    return tuple(sorted(found.values(), key=lambda one: (-len(one.numbers), one.words)))


def note(consequence: Consequence, command: Command) -> None:
    """Count one invoice."""
    consequence.numbers.append(command.number)
    consequence.totals[command.currency] += command.total_minor


def differences(body: Mapping[str, Any], invoice: Invoice, setup: Setup) -> Iterator[str]:
    """In what a pushed invoice is not what the set-up would make of it, in words. A Rounding line is no choice."""
    if body["Status"] != setup.status:
        yield f"{ARRIVED[body['Status']]}, new ones arrive {ARRIVED[setup.status]}."
    lines = [line for line in body["LineItems"] if line.get("Description") != "Rounding"]
    wanted = {setup.account_for(line.code, invoice.contact.name) for line in invoice.lines}
    went = {line["AccountCode"] for line in lines}
    if old := sorted(went - wanted):
        yield f"on account {', '.join(old)}, new ones go to {', '.join(sorted(wanted))}."
    keys = dict.fromkeys(line.tax_key or NO_TAX_KEY for line in invoice.lines)
    types = {"" if is_held(setup, key) else tax_type_for(setup, key) for key in keys}
    had = {line["TaxType"] for line in lines if line.get("TaxType")}
    if old := sorted(had - types):
        new = ", ".join(sorted(types - {""})) or "none and are held"
        yield f"with the tax rate {', '.join(old)}, new ones get {new}."
