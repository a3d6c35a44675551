"""Signing a period off: one person prepares, another reviews, and whatever changes in it afterwards is said aloud.

A sign-off rests on one stored run of the period: both sides as they were read, the rules, the result and the decisions.
`evidence` is a hash of them all, so that a review, and whoever looks later, can tell that nothing was exchanged.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from i2g_recon.core.drift_runs import RunDrift, drift_of_runs
from i2g_recon.core.frame import Invoices
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.materiality import note_below
from i2g_recon.jobs.policies import policy_of
from i2g_recon.jobs.pull import last_pull
from i2g_recon.jobs.reconcile import Progress, RunView, reconcile, stored_view
from i2g_recon.jobs.source import current_source
from i2g_recon.jobs.stored_runs import stored_run
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.store.records import SignOff

__all__ = ["Alarm", "SignOff", "alarms", "open_items", "prepare", "review", "sign_offs", "since", "withdraw"]

NEEDS_YOU = ("missing", "differs", "extra", "ambiguous")
RUINED = {
    "red": "The sums of the comparison do not close, so it cannot be signed off. Please report it.",
    "nothing_compared": "One side has no invoice in this period, so there is nothing to sign off.",
}


@dataclass(frozen=True, eq=False)
class Now:
    """Both sides of an organisation as they were last read, in the shape of a run that was compared."""

    id: str
    source: Invoices
    target: Invoices
    document: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A signed-off period in which something changed since: how many invoices on each side."""

    sign_off: SignOff
    source: int
    target: int

    @property
    def words(self) -> str:
        """One sentence for a person."""
        sides = [
            f"{count:,} in {name}" for name, count in (("Invoice2go", self.source), ("Xero", self.target)) if count
        ]
        period = f"{self.sign_off.period_from} to {self.sign_off.period_to}"
        return f"The period {period} was signed off, and since then invoices in it changed: {' and '.join(sides)}."


def prepare(
    ws: Workspace,
    connection: Connection,
    period_from: dt.date,
    period_to: dt.date,
    *,
    who: str,
    note: str = "",
    progress: Progress | None = None,
) -> SignOff:
    """Read Xero afresh, compare the period, and sign it off with the evidence.

    Raises NeedsAPerson without a name, for a run that proves nothing, and where invoices still need somebody and no
    note says why the period can be signed off all the same.
    """
    if not who.strip():
        raise NeedsAPerson("Say who signs it off.")
    if period_from > period_to:
        raise NeedsAPerson("The period ends before it begins.")
    taken = [one for one in standing(ws, connection) if overlaps(one, period_from, period_to)]
    if taken:
        known = taken[0]
        raise NeedsAPerson(
            f"{known.period_from} to {known.period_to} is signed off already ({known.id}); withdraw that first."
        )
    policy = policy_of(ws, connection.tenant_id, period_from, period_to)
    run = reconcile(ws, connection, policy, refresh="everything", progress=progress)
    if run.document["verdict"] in RUINED:
        raise NeedsAPerson(RUINED[run.document["verdict"]])
    left = open_items(run)
    note = note.strip() or note_below(ws, connection, left)
    if left and not note:
        raise NeedsAPerson(
            f"{len(left)} invoices of the period still need somebody; say in a note why it can be signed off all the "
            "same, or settle them first."
        )
    signed = SignOff(
        id=uuid.uuid4().hex[:8],
        tenant_id=connection.tenant_id,
        run_id=run.id,
        period_from=period_from,
        period_to=period_to,
        preparer=who.strip(),
        prepared_at=ws.clock(),
        note=note,
        evidence=evidence_of(ws, run.id),
    )
    reconcile(ws, connection, refresh="never")  # the newest run is about the whole books again, not about the period
    ws.store.add_sign_off(signed)
    detail = {"period": f"{period_from} to {period_to}", "run": run.id, "open": len(left), "evidence": signed.evidence}
    ws.store.log(ws.clock(), signed.preparer, "signed off", signed.id, tenant_id=connection.tenant_id, detail=detail)
    return signed


def review(ws: Workspace, connection: Connection, sign_off_id: str, *, who: str) -> SignOff:
    """A second person confirms it. Raises NeedsAPerson for the first one, and when the evidence is not what it was."""
    signed = named(ws, connection, sign_off_id)
    if not who.strip() or who.strip().casefold() == signed.preparer.casefold():
        raise NeedsAPerson(f"{signed.preparer} prepared it, so somebody else reviews it.")
    if evidence_of(ws, signed.run_id) != signed.evidence:
        raise NeedsAPerson("What the sign-off rests on is not what it was; do not review it, and look at the log.")
    if not ws.store.review_sign_off(signed.id, who.strip(), ws.clock()):
        raise NeedsAPerson(f"It was reviewed by {signed.reviewer} already." if signed.reviewer else "It was withdrawn.")
    ws.store.log(ws.clock(), who.strip(), "reviewed", signed.id, tenant_id=connection.tenant_id)
    return named(ws, connection, sign_off_id)


def withdraw(ws: Workspace, connection: Connection, sign_off_id: str, *, who: str, reason: str) -> None:
    """Open the period again; the sign-off stays on record. Raises NeedsAPerson without a name or a reason."""
    if not who.strip() or not reason.strip():
        raise NeedsAPerson("Say who opens the period again, and why.")
    signed = named(ws, connection, sign_off_id)
    if not ws.store.withdraw_sign_off(signed.id, ws.clock()):
        raise NeedsAPerson("It was withdrawn already.")
    detail = {"reason": reason.strip()}
    ws.store.log(ws.clock(), who.strip(), "opened again", signed.id, tenant_id=connection.tenant_id, detail=detail)


def sign_offs(ws: Workspace, connection: Connection) -> list[SignOff]:
    """All sign-offs of the organisation, newest first, withdrawn ones too."""
    return ws.store.sign_offs(connection.tenant_id)


def standing(ws: Workspace, connection: Connection) -> list[SignOff]:
    """Those that were not withdrawn."""
    return [one for one in sign_offs(ws, connection) if one.withdrawn_at is None]


def named(ws: Workspace, connection: Connection, sign_off_id: str) -> SignOff:
    """The sign-off of this id. Raises NeedsAPerson."""
    for one in sign_offs(ws, connection):
        if one.id == sign_off_id:
            return one
    raise NeedsAPerson(f"There is no sign-off {sign_off_id} of '{connection.name}'.")


def overlaps(signed: SignOff, period_from: dt.date, period_to: dt.date) -> bool:
    """Whether the periods share a day."""
    return signed.period_from <= period_to and period_from <= signed.period_to


def open_items(run: RunView) -> list[Mapping[str, Any]]:
    """What of a run still needs somebody: it rolls forward into the next period."""
    return [item for item in run.document["items"] if item["bucket"] in NEEDS_YOU]


def evidence_of(ws: Workspace, run_id: str) -> str:
    """A hash of all that a run rests on: both sides as they were read, rules, result, decisions in it."""
    run = ws.store.run(run_id)
    if run is None:
        raise NeedsAPerson(f"The run {run_id} is no longer in the workspace.")
    parts = [run.id, run.policy_json, run.result_json]
    for snapshot in (*run.source_snapshots, run.target_snapshot):
        info = ws.store.snapshot_info(snapshot)
        parts += [str(snapshot), info.sha256 if info else "", digest_of(ws.store.load_snapshot(snapshot))]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def digest_of(side: Invoices) -> str:
    """A hash of a side's rows."""
    text = side.invoices.to_csv(index=False) + side.lines.to_csv(index=False)
    return hashlib.sha256(text.encode()).hexdigest()


# --- After the sign-off


def since(ws: Workspace, connection: Connection, signed: SignOff) -> RunDrift:
    """What changed in the period since it was signed off, on either side, as both were last read."""
    kept = ws.store.run(signed.run_id)
    last = last_pull(ws, connection.tenant_id)
    if kept is None or last is None:
        raise NeedsAPerson(f"The run {signed.run_id} is no longer in the workspace.")
    before = stored_run(ws, kept)
    document = {**stored_view(ws, connection.tenant_id, signed.run_id).document, "items": []}
    target = ws.store.load_snapshot(last[0])
    source = current_source(ws, connection.tenant_id).invoices
    return drift_of_runs(
        Now(signed.run_id, within(before.source, signed), within(before.target, signed), document),
        Now("now", within(source, signed), within(target, signed), document),
    )


def within(side: Invoices, signed: SignOff) -> Invoices:
    """The invoices of the period; one that moved out of it is gone from it."""
    days = side.invoices["date"].astype("str").str[:10]
    inside = side.invoices[(days >= str(signed.period_from)) & (days <= str(signed.period_to))]
    return Invoices(inside, side.lines[side.lines["invoice_id"].isin(inside["id"])])


def alarms(ws: Workspace, connection: Connection) -> list[Alarm]:
    """Every signed-off period in which something changed since; worked out once for what was last read."""
    found = []
    for signed in standing(ws, connection):
        counts = counted(ws, connection, signed)
        if any(counts):
            found.append(Alarm(signed, *counts))
    return found


def counted(ws: Workspace, connection: Connection, signed: SignOff) -> tuple[int, int]:
    """How many invoices changed on each side, remembered for the snapshots they were counted on."""
    last = last_pull(ws, connection.tenant_id)
    imports = [info.id for info in ws.store.snapshots(connection.tenant_id, "source")]
    seen = json.dumps([imports, last[0] if last else None])
    name = f"drift since {signed.id}"
    kept = json.loads(ws.store.preference(name) or "{}")
    if kept.get("seen") != seen:
        changes = since(ws, connection, signed).changes
        ids = changes.drop_duplicates(["side", "id"])["side"].value_counts()
        kept = {"seen": seen, "source": int(ids.get("source", 0)), "target": int(ids.get("target", 0))}
        ws.store.prefer(name, json.dumps(kept))
    return kept["source"], kept["target"]
