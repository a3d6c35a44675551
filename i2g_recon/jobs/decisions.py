"""What people decided about the invoices of a run, for its working paper: with name, time and reason, oldest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from i2g_recon.core.cases import key_of
from i2g_recon.jobs.reconcile import RunView
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.report.shapes import Decision

FIRST = dt.datetime.min.replace(tzinfo=dt.UTC)


def decisions_of(ws: Workspace, run: RunView) -> tuple[Decision, ...]:
    """As they stand now, also those made after the run: a paper says both what was found and what became of it."""
    found = [*about_cases(ws, run), *about_pairs(ws, run), *about_kept_back(ws, run), *about_periods(ws, run)]
    return tuple(sorted(found, key=lambda one: one.at or FIRST))


def about_cases(ws: Workspace, run: RunView) -> Iterator[Decision]:
    """What people did and said on the work list."""
    items = {key_of(item): item for item in run.document["items"]}
    for note in ws.store.notes_of_people(run.tenant_id):
        if note.key in items:
            yield decision(items[note.key], note.at, note.who, note.words)


def about_pairs(ws: Workspace, run: RunView) -> Iterator[Decision]:
    """Two invoices that a person took for one."""
    since = ws.store.accepted_since(run.tenant_id)
    for item in run.document["items"]:
        if item.get("matched_by") == "accepted":
            yield decision(item, since.get(item["source_ids"][0]), "", "the two were accepted as one invoice")


def about_kept_back(ws: Workspace, run: RunView) -> Iterator[Decision]:
    """What shall not be sent."""
    reasons, since = ws.store.kept_back(run.tenant_id), ws.store.kept_back_since(run.tenant_id)
    for item in run.document["items"]:
        for source_id in item["source_ids"]:
            if source_id in reasons:
                yield decision(item, since.get(source_id), "", f"shall not be sent: {reasons[source_id]}")


def about_periods(ws: Workspace, run: RunView) -> Iterator[Decision]:
    """The sign-offs that rest on this run."""
    for one in ws.store.sign_offs(run.tenant_id):
        if one.run_id != run.id:
            continue
        period = f"{one.period_from} to {one.period_to}"
        note = f": {one.note}" if one.note else ""
        yield Decision(one.prepared_at, one.preparer, f"signed off {period}{note}")
        if one.reviewed_at:
            yield Decision(one.reviewed_at, one.reviewer, f"reviewed the sign-off of {period}")
        if one.withdrawn_at:
            yield Decision(one.withdrawn_at, "", f"the sign-off of {period} was withdrawn")


def decision(item: Mapping[str, Any], at: dt.datetime | None, who: str, words: str) -> Decision:
    """One about an item of a run."""
    return Decision(at, who, words, str(item["number"] or item["reference"]), str(item["contact"]))
