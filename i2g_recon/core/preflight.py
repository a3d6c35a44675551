"""Will it post? The plan as a traffic light: what is known before anything is sent.

Green posts as it is, amber posts and says what is unusual, red is held and says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from i2g_recon.core.plan import PushCommand
from i2g_recon.core.reference import match_key

COLOURS = ("green", "amber", "red")


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
    if command.action == "hold":
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
    hold = [command.total_minor for command in own if command.action == "hold"]
    return CurrencySummary(currency, len(create), sum(create), len(hold), sum(hold))
