"""Where the books stand, in one sentence, and what to do next. Pure: values in, words out.

A run that is red, compared nothing, or does not know of an import or a push since is never put into calm words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from i2g_recon.jobs.overview import Overview
from i2g_recon.jobs.reconcile import RunView
from i2g_recon.web.days import days_in
from i2g_recon.web.desk_items import NEEDS_YOU, Group, groups, money_at_stake, sums

Tone = Literal["calm", "attention", "alarm"]


@dataclass(frozen=True, slots=True)
class Standing:
    """One sentence about the books and how it is meant."""

    sentence: str
    tone: Tone


def standing(view: Overview, when: str) -> Standing:
    """The sentence of the overview. when: the time of the run on the visitor's clock."""
    if view.run is None:
        return Standing("Nothing has been compared yet.", "attention")
    said, tone = verdict_words(view.run, when)
    since = [
        *(["A file was imported since; it is not part of this."] if view.imported_since else []),
        *(["An import was taken back since; it is still part of this."] if view.taken_back_since else []),
        *(["The rules of comparing were changed since."] if view.rules_since else []),
        *(["Invoices were pushed since; they are not checked yet."] if view.pushed_since else []),
        *(
            [f"{count(view.left_open, 'pushed invoice has', 'pushed invoices have')} no outcome yet."]
            * (view.left_open > 0)
        ),
        *(["Xero was read more than a day ago."] if view.old else []),
    ]
    if since and tone == "calm":
        tone = "attention"
        said = f"On {when} all was clear, which may no longer hold."
    return Standing(" ".join([said, *since]), tone)


def verdict_words(run: RunView, when: str) -> tuple[str, Tone]:
    """What the run itself found, before anything that came after it."""
    counts, verdict = run.counts, run.document["verdict"]
    within = period_words(run.document)
    if verdict == "red":
        return f"The sums of the comparison of {when} do not close. Do not rely on it; please report it.", "alarm"
    if verdict == "nothing_compared":
        return f"Nothing was compared on {when}: one side, or the chosen period, is empty{within}.", "alarm"
    if verdict == "all_clear":
        agree = count(counts["agrees"], "invoice agrees", "invoices agree")
        return f"All clear{within}: {agree} {exactly(run.document['policy'])}. Compared {when}.", "calm"
    needing = sum(counts[bucket] for bucket in NEEDS_YOU)
    if not needing:
        return (
            f"What could be read agrees{within}, but rows of the import could not be read. Compared {when}.",
            "attention",
        )
    money = sums(money_at_stake(run.document["items"]))
    need = count(needing, "invoice needs", "invoices need")
    about = f", {money}" if money else ""
    agree = f"{counts['agrees']:,} of {counts['source']:,} Invoice2go invoices agree"
    return f"{need} you{about}{within}. {agree}.{arrival_words(run.document)} Compared {when}.", "attention"


def arrival_words(document: Mapping[str, Any]) -> str:
    """Since when everything has arrived, as a sentence; '' where that cannot be said.

    What is ambiguous counts as not arrived; an undated invoice, a row that could not be read or a look at one period
    leaves it open, and a day is only named when later invoices did arrive.
    """
    if period_words(document):
        return ""
    late = [item["date"] for item in document["items"] if item["bucket"] in ("missing", "ambiguous")]
    there = [item["date"] for item in document["items"] if item["bucket"] in ("agrees", "differs") and item["date"]]
    if not there or not all(late) or any(one["row_errors"] for one in document.get("inputs", ())):
        return ""
    if not late:
        return " Nothing is missing."
    return days_in(f" Nothing is missing after {max(late)}.") if max(there) > max(late) else ""


def exactly(policy: Mapping[str, Any]) -> str:
    """How close the invoices are that agree: to the cent, unless the organisation's rules allow more."""
    lenient = any(policy.get("tolerance_minor", {}).values()) or policy.get("date_tolerance_days", 0)
    return "within the tolerances of your rules (page Settings)" if lenient else "to the cent"


def period_words(document: Mapping[str, Any]) -> str:
    """The period a run was limited to, as the end of a clause; '' for everything."""
    begin, end = document["policy"]["period_from"], document["policy"]["period_to"]
    if not begin and not end:
        return ""
    return days_in(f" for {begin or 'the beginning'} to {end or 'today'}")


def next_action(view: Overview) -> Group | None:
    """The reason with the most money behind it, None when nothing needs a person."""
    found = groups(view.run.document["items"]) if view.run else []
    return found[0] if found else None


def count(number: int, one: str, many: str) -> str:
    """A number with the right word: '1 invoice needs', '28 invoices need'."""
    return f"{number:,} {one if number == 1 else many}"
