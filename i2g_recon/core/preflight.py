"""Will it post? The plan as a traffic light: what is known before anything is sent.

Green posts as it is, amber posts and says what is unusual, red is held and says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from i2g_recon.core.plan import PushCommand
from i2g_recon.core.reference import match_key

COLOURS = ("green", "amber", "red")
BATCH = 50  # invoices in one call
SEARCHES = 4  # by number and by reference, each twice for the length of an address
CONTACT_PAGES = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """The light of one invoice. sentences: why; empty for green."""

    source_id: str
    number: str
    colour: str
    sentences: tuple[str, ...]
    remedy: str


@dataclass(frozen=True, slots=True)
class CurrencySummary:
    """Counts and totals of one currency, minor units; currencies are never added together."""

    currency: str
    create: int
    create_minor: int
    hold: int
    hold_minor: int


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """A plan in numbers. by_colour: invoices per colour. new_contacts: how many names would be created."""

    create: int
    hold: int
    by_colour: dict[str, int]
    new_contacts: int
    currencies: tuple[CurrencySummary, ...]


def preflight(commands: Iterable[PushCommand]) -> tuple[Verdict, ...]:
    """One verdict per command, in order."""
    return tuple(verdict(command) for command in commands)


def verdict(command: PushCommand) -> Verdict:
    """The light of one command."""
    if command.is_held:
        return Verdict(command.source_id, command.number, "red", (command.message, *command.warnings), command.remedy)
    colour = "amber" if command.warnings else "green"
    return Verdict(command.source_id, command.number, colour, command.warnings, "")


def summary(commands: Sequence[PushCommand]) -> PlanSummary:
    """Counts over all commands and totals per currency, by currency code."""
    colours = [verdict(command).colour for command in commands]
    creates = [command for command in commands if command.action == "create"]
    codes = sorted({command.currency for command in commands})
    return PlanSummary(
        create=len(creates),
        hold=len(commands) - len(creates),
        by_colour={colour: colours.count(colour) for colour in COLOURS},
        new_contacts=len({match_key(command.contact_name) for command in creates if not command.contact_id}),
        currencies=tuple(currency_summary(code, commands) for code in codes),
    )


def currency_summary(currency: str, commands: Iterable[PushCommand]) -> CurrencySummary:
    """The part of a plan that is in one currency."""
    own = [command for command in commands if command.currency == currency]
    create = [command.total_minor for command in own if command.action == "create"]
    hold = [command.total_minor for command in own if command.is_held]
    return CurrencySummary(currency, len(create), sum(create), len(hold), sum(hold))


def calls_for(commands: Sequence[PushCommand]) -> int:
    """How many calls of Xero a push of these takes at most when nothing goes wrong.

    A write for 50 invoices, with a look-up before and one after; the list of contacts and a write for 50 new clients.
    """
    creates = [command for command in commands if command.action == "create"]
    changes = [command for command in commands if command.action in {"update", "replace"}]
    replaced = [command for command in changes if command.action == "replace"]
    clients = {command.contact_name for command in (*creates, *replaced) if not command.contact_id}
    batches = -(-len(commands) // BATCH)
    look_ups = 2 * batches * SEARCHES * bool(creates or replaced) + 2 * batches * bool(changes)
    writes = batches * bool(creates or replaced) + batches * bool(changes)
    notes = len(changes) + len(replaced) + 2 * sum(bool(command.target_id) for command in creates)
    return look_ups + writes + notes + (2 * CONTACT_PAGES + 1) * batches * bool(clients)
