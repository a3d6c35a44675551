"""What became of a push, for pages and as the contract's JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from i2g_recon.core.plan import PushCommand
from i2g_recon.store.records import OPEN_STATES, Command, CommandState

STATES: tuple[CommandState, ...] = ("confirmed", "rejected", "held", "uncertain", "stale", "skipped")
UNDER_WAY = "Another window or command is at work on this invoice, or was stopped while it was."
LOOKS_FIRST = "Run the push again in a few minutes: it looks first."


@dataclass(frozen=True, slots=True, kw_only=True)
class PushReport:
    """What became of a push: its commands as they now stand, what was held back, and the calls it took."""

    push_id: str
    commands: tuple[Command, ...]
    held: tuple[PushCommand, ...] = ()
    calls: int = 0
    reads: int = 0
    writes: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """Commands by state; what is still approved or sent counts as uncertain, for it is open."""
        found = Counter(one.state if one.state in STATES else "uncertain" for one in self.commands)
        counts: dict[str, int] = {state: found.get(state, 0) for state in STATES}
        return counts | {"held": len(self.held)}

    @property
    def resumable(self) -> bool:
        """Whether anything is open that running again would take up."""
        return any(one.state in OPEN_STATES for one in self.commands)

    @property
    def needs_a_person(self) -> bool:
        """Whether anything did not end in Xero as approved."""
        return any(count for state, count in self.counts.items() if state != "confirmed")

    def to_dict(self) -> dict[str, Any]:
        """The contract's JSON document."""
        return {
            "schema": 1,
            "push": self.push_id,
            "counts": self.counts,
            "results": [*map(result_of, self.commands), *map(held_result, self.held)],
            "calls": {"total": self.calls, "read": self.reads, "write": self.writes},
            "resumable": self.resumable,
        }


def result_of(command: Command) -> dict[str, Any]:
    """One command as the contract's JSON shows it."""
    return {
        "number": command.number,
        "source_id": command.source_id,
        "state": command.state if command.state in STATES else "uncertain",
        "xero_invoice_id": command.xero_invoice_id,
        "xero_invoice_number": command.xero_invoice_number,
        "messages": list(command.messages) or ([UNDER_WAY] if command.state in OPEN_STATES else []),
        "remedy": command.remedy or (LOOKS_FIRST if command.state in OPEN_STATES else ""),
    }


def held_result(planned: PushCommand) -> dict[str, Any]:
    """An invoice that was not sent, with the reasons."""
    return {
        "number": planned.number,
        "source_id": planned.source_id,
        "state": "held",
        "xero_invoice_id": "",
        "xero_invoice_number": "",
        "messages": [planned.message],
        "remedy": planned.remedy,
    }
