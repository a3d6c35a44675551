"""Cases: what people did about an exception, followed from run to run.

    new, in review, waiting    open; they stay what they are while the exception is there
    accepted                   a person takes it as it is, with a reason; opened again when its facts change
    fixed                      a person says so; opened again when a later look at Xero still shows it
    closed                     no comparison shows it any more; opened again when it comes back

A case never changes a bucket, a count or the verdict of a run.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

CaseState = Literal["new", "in review", "waiting", "accepted", "fixed", "closed"]
STATES: tuple[CaseState, ...] = ("new", "in review", "waiting", "accepted", "fixed", "closed")
OPEN: tuple[CaseState, ...] = ("new", "in review", "waiting", "fixed")
BY_HAND: tuple[CaseState, ...] = ("new", "in review", "waiting", "accepted", "fixed")  # closed comes by itself
EXCEPTIONS = ("missing", "differs", "ambiguous", "extra")
BACK, CHANGED = "It is back.", "What the two sides say has changed."
STILL_THERE, GONE = "Xero was read again and it is still there.", "It is no exception any more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One exception and what was done about it. facts: a hash of what the run said then (`facts_of`).

    key: the same for the same invoices in every run (`key_of`). first_seen, changed_at: UTC.
    """

    key: str
    first_seen: dt.datetime
    changed_at: dt.datetime
    facts: str
    state: CaseState = "new"
    assignee: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A case as it is now, and why it moved; '' for one that is new."""

    case: Case
    why: str = ""


def is_exception(item: Mapping[str, Any]) -> bool:
    """Whether an item of a run needs a person."""
    return item["bucket"] in EXCEPTIONS


def key_of(item: Mapping[str, Any]) -> str:
    """Which invoices an item is about: those of Invoice2go, else those of Xero.

    >>> key_of({"source_ids": ["b", "a"], "target_ids": ["x"]}), key_of({"source_ids": [], "target_ids": ["x"]})
    ('s:a,b', 't:x')
    """
    side, ids = ("s", item["source_ids"]) if item["source_ids"] else ("t", item["target_ids"])
    return f"{side}:{','.join(sorted(ids))}"


def facts_of(item: Mapping[str, Any]) -> str:
    """A hash of what an item says; any change of it opens an accepted case again."""
    names = ("bucket", "reason", "currency", "source_total", "target_total", "date", "contact")
    fields = [[one["field"], one["source"], one["target"]] for one in item["discrepancies"]]
    said = [*(str(item[name]) for name in names), sorted(item["target_ids"]), fields]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def followed(
    cases: Mapping[str, Case], items: Iterable[Mapping[str, Any]], seen_at: dt.datetime, read_at: dt.datetime
) -> Iterator[Step]:
    """What a run of the whole books makes of the cases: only those that are new or moved.

    items: those of the run. seen_at: when it compared; read_at: when it looked at Xero.
    """
    there: set[str] = set()
    for item in filter(is_exception, items):
        key, facts = key_of(item), facts_of(item)
        if key in there:  # several lines about the same invoices are one case
            continue
        there.add(key)
        known = cases.get(key)
        if known is None:
            yield Step(Case(key=key, first_seen=seen_at, changed_at=seen_at, facts=facts))
        elif why := reopened_because(known, facts, read_at):
            yield Step(replace(known, state="new", reason="", facts=facts, changed_at=seen_at), why)
        elif known.facts != facts:
            yield Step(replace(known, facts=facts), CHANGED)
    for key, known in cases.items():
        if key not in there and known.state != "closed":
            yield Step(replace(known, state="closed", changed_at=seen_at), GONE)


def reopened_because(case: Case, facts: str, read_at: dt.datetime) -> str:
    """Why a case that nobody has to look at has to be looked at again; '' when it has not."""
    if case.state == "closed":
        return BACK
    if case.state in ("accepted", "fixed") and case.facts != facts:
        return CHANGED
    return STILL_THERE if case.state == "fixed" and read_at > case.changed_at else ""
