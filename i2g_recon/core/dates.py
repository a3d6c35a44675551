"""Dates of a file in an organisation's local style: decided from the file's own evidence or asked, never guessed.

`11/06/2026` is 11 June or 6 November; `25/06/2026` anywhere in the file settles it for all, for one file has one style.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from i2g_recon.errors import NeedsAnswer, UnreadableFile

SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
WRITTEN_OUT = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%d-%b-%Y")
MOST_MONTHS = 12
Seen = tuple[int, str]  # row and text of a date
ASK = "Say which one it is: --dates day-first or --dates month-first."


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How the file writes dates. day_first is None when no date of the file depends on it."""

    day_first: bool | None
    note: str = ""

    def parse(self, text: str) -> dt.date | None:
        """A date of the file; None when it is none."""
        text = text.strip()
        if found := SLASHED.fullmatch(text):
            first, second, year = (int(part) for part in found.groups())
            day, month = (second, first) if self.day_first is False else (first, second)
            return calendar_date(year, month, day)
        return iso_date(text) or written_date(text)


def decide(dates: Iterable[Seen], *, day_first: bool | None) -> DateStyle:
    """The style of a file from its (row, text) dates; a choice that was made is only checked.

    Raises UnreadableFile when both styles occur, when the choice contradicts the file, or when nothing decides.
    """
    evidence: dict[bool, Seen] = {}
    open_case: Seen | None = None
    for row, text in dates:
        if found := SLASHED.fullmatch(text.strip()):
            first, second = int(found[1]), int(found[2])
            if first > MOST_MONTHS >= second:
                evidence.setdefault(True, (row, text))
            elif second > MOST_MONTHS >= first:
                evidence.setdefault(False, (row, text))
            elif first != second:
                open_case = open_case or (row, text)
    return settled(evidence, open_case, chosen=day_first)


def settled(
    evidence: dict[bool, tuple[int, str]], open_case: tuple[int, str] | None, *, chosen: bool | None
) -> DateStyle:
    """The decision from what was seen."""
    if len(evidence) > 1:
        (row, text), (other_row, other) = evidence[True], evidence[False]
        raise UnreadableFile(
            f"The file writes dates in two styles: '{text}' in row {row} is day first, '{other}' in row {other_row} is "
            "month first. Export it again."
        )
    for style, (row, text) in evidence.items():
        if chosen is not None and chosen != style:
            raise UnreadableFile(f"The date '{text}' in row {row} is {words(style)}, not {words(chosen)}.")
        return DateStyle(style, f"Dates were read {words(style)}, because row {row} has '{text}'.")
    if chosen is None and open_case:
        raise NeedsAnswer(
            "dates", f"The file does not show whether '{open_case[1]}' is day first or month first. {ASK}"
        )
    return DateStyle(chosen)


def words(day_first: bool) -> str:  # noqa: FBT001 - the style is the whole argument
    """The style for a person."""
    return "day first" if day_first else "month first"


def iso_date(text: str) -> dt.date | None:
    """`2026-06-11`, with or without a time."""
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def written_date(text: str) -> dt.date | None:
    """`11 Jun 2026` and its like, which nothing can mistake."""
    for style in WRITTEN_OUT:
        try:
            return dt.datetime.strptime(text, style).date()  # noqa: DTZ007 - a calendar date has no zone
        except ValueError:
            continue
    return None


def calendar_date(year: int, month: int, day: int) -> dt.date | None:
    """A date, or None when the calendar has no such day."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
