"""What changed between two stored runs of an organisation."""

from __future__ import annotations

from i2g_recon.core.drift_runs import RunDrift, drift_of_runs
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.stored_runs import StoredRun, stored_run
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import RunInfo


def drift(ws: Workspace, tenant_id: str, before: str = "", after: str = "") -> RunDrift:
    """What changed between two runs; unnamed, the newest run and the one before it. Raises NeedsAPerson."""
    runs = ws.store.runs(tenant_id)
    place = place_of(runs, after) if after else 0
    earlier = place_of(runs, before) if before else place + 1
    return drift_of_runs(run_at(ws, runs, earlier), run_at(ws, runs, place))


def place_of(runs: list[RunInfo], name: str) -> int:
    """Where a run stands among those of the organisation, newest first. Raises NeedsAPerson when it does not."""
    for place, info in enumerate(runs):
        if info.id == name:
            return place
    newest = ", ".join(info.id for info in runs[:3])
    raise NeedsAPerson(
        f"This organisation has no run {name}; " + (f"its newest are {newest}." if newest else "reconcile first.")
    )


def run_at(ws: Workspace, runs: list[RunInfo], place: int) -> StoredRun:
    """The run at a place. Raises NeedsAPerson when there are not so many."""
    found = ws.store.run(runs[place].id) if place < len(runs) else None
    if found is None:
        raise NeedsAPerson("There are not two runs to compare yet: reconcile now and again later.")
    return stored_run(ws, found)
