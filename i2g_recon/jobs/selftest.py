"""Selftest: would the comparison notice? Known errors in a copy of the workspace's own books, and what became of them.

Each kind is planted by itself in pairs that agree, so that an alarm about anything else is a false one. Nothing is
stored and Xero is not asked.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from i2g_recon.core.frame import Invoices
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.policy import Policy
from i2g_recon.core.reconcile import reconcile
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.planting import KINDS, Books, Kind, Pair
from i2g_recon.jobs.policies import policy_of
from i2g_recon.jobs.pull import known_organisation, last_pull
from i2g_recon.jobs.source import current_source, target_side
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection

MOST_OF_A_KIND = 5
Items = Mapping[tuple[str, str], Mapping[str, Any]]  # side and id to the item that speaks of it


@dataclass(frozen=True, slots=True)
class KindReport:
    """What became of one kind. missed, false_alarms: invoice numbers. planted 0: no pair of these books can have it."""

    name: str
    words: str
    planted: int
    caught: int
    missed: tuple[str, ...]
    false_alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SelftestReport:
    """All kinds in their order. pairs: how many agreeing pairs there were to plant in."""

    seed: int
    pairs: int
    kinds: tuple[KindReport, ...]

    @property
    def passed(self) -> bool:
        """Everything planted was caught, and nothing else was said; something was planted."""
        return any(kind.planted for kind in self.kinds) and not any(
            kind.missed or kind.false_alarms for kind in self.kinds
        )

    def to_dict(self) -> dict[str, Any]:
        """The JSON document as plain values."""
        return {
            "schema": 1,
            "seed": self.seed,
            "pairs": self.pairs,
            "passed": self.passed,
            "counts": {
                "planted": sum(kind.planted for kind in self.kinds),
                "caught": sum(kind.caught for kind in self.kinds),
                "missed": sum(len(kind.missed) for kind in self.kinds),
                "false_alarms": sum(len(kind.false_alarms) for kind in self.kinds),
            },
            "kinds": [
                {
                    "kind": kind.name,
                    "words": kind.words,
                    "planted": kind.planted,
                    "caught": kind.caught,
                    "missed": list(kind.missed),
                    "false_alarms": list(kind.false_alarms),
                }
                for kind in self.kinds
            ],
        }


def selftest(ws: Workspace, connection: Connection, *, policy: Policy | None = None, seed: int = 1) -> SelftestReport:
    """Plant in what was imported and read last. Raises NeedsAPerson while there is nothing to plant in."""
    source, last = current_source(ws, connection.tenant_id), last_pull(ws, connection.tenant_id)
    if not source.snapshots or last is None:
        raise NeedsAPerson("There is nothing to plant errors in yet: import an export and reconcile first.")
    organisation, _ = known_organisation(ws, connection)
    target = target_side(ws, last[0])
    report = selftest_of(
        source.invoices, target, organisation, policy or policy_of(ws, connection.tenant_id), seed=seed
    )
    if not report.pairs:
        raise NeedsAPerson("No invoice agrees yet, so there is nothing to plant errors in: reconcile first.")
    return report


def selftest_of(
    source: Invoices, target: Invoices, organisation: Organisation | None, policy: Policy, *, seed: int
) -> SelftestReport:
    """The same for two sides. The seed chooses the pairs."""
    before = items_of(source, target, organisation, policy)
    books = Books(source.invoices, source.lines, target.invoices, target.lines)
    pairs = agreeing(before)
    rng = random.Random(seed)  # noqa: S311 - a choice that can be repeated, not a secret
    kinds = []
    for kind in KINDS:
        planted, chosen = planted_in(books, kind, rng.sample(pairs, len(pairs)), rng)
        sides = (
            replace(source, invoices=planted.source),
            replace(target, invoices=planted.target, lines=planted.target_lines),
        )
        kinds.append(judged(kind, chosen, before, items_of(*sides, organisation, policy)))
    return SelftestReport(seed, len(pairs), tuple(kinds))


def planted_in(books: Books, kind: Kind, pairs: Sequence[Pair], rng: random.Random) -> tuple[Books, dict[str, Pair]]:
    """The books with a kind planted in the first pairs that can have it; number to pair."""
    chosen: dict[str, Pair] = {}
    for pair in pairs:
        if len(chosen) == MOST_OF_A_KIND:
            break
        if (planted := kind.plant(books, pair, rng)) is not None:
            books = planted
            chosen[str(books.one("source", pair[0])["number"])] = pair
    return books, chosen


def items_of(source: Invoices, target: Invoices, organisation: Organisation | None, policy: Policy) -> Items:
    """What a comparison says, by side and id."""
    items = reconcile(source, target, policy, organisation=organisation).items.to_dict("records")
    return {(side, one): item for item in items for side in ("source", "target") for one in item[f"{side}_ids"]}


def agreeing(items: Items) -> list[Pair]:
    """The pairs that agree and were matched by their very reference, in the order of their ids."""
    plain = [item for (side, _), item in sorted(items.items()) if side == "source" and item["bucket"] == "agrees"]
    return [
        (item["source_ids"][0], item["target_ids"][0])
        for item in plain
        if item["matched_by"] == "exact" and not item["history"] and item["number"]
    ]


def judged(kind: Kind, chosen: Mapping[str, Pair], before: Items, after: Items) -> KindReport:
    """Planted against found. A false alarm is anything that is said otherwise about an invoice nothing was done to."""
    touched = {(side, one) for pair in chosen.values() for side, one in zip(("source", "target"), pair, strict=True)}
    new = {key for key in after if key not in before}
    if kind.side == "target":
        caught = sum(as_expected(kind, after[key]) for key in new)
        missed = list(chosen)[caught:]
    else:
        missed = [number for number, pair in chosen.items() if not as_expected(kind, after.get(("source", pair[0])))]
        caught = len(chosen) - len(missed)
    alarms = sorted(
        {
            str(item["number"] or item["reference"])
            for key, item in after.items()
            if key not in touched and key not in new and told(item) != told(before[key])
        }
    )
    return KindReport(kind.name, kind.words, len(chosen), caught, tuple(missed), tuple(alarms))


def as_expected(kind: Kind, item: Mapping[str, Any] | None) -> bool:
    """Whether an item says what the kind must be told as."""
    want = kind.expected
    if item is None or item["bucket"] != want.bucket or (want.reason and item["reason"] != want.reason):
        return False
    fields = {one["field"] for one in item["discrepancies"]}
    causes = {one["cause"] for one in item["causes"]}
    return (not want.field or want.field in fields) and (not want.cause or want.cause in causes)


def told(item: Mapping[str, Any]) -> tuple[Any, ...]:
    """What an item says, but for its near matches."""
    return item["bucket"], item["reason"], tuple(one["field"] for one in item["discrepancies"])
