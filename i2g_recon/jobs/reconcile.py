"""Reconcile: gather both sides, compare them, keep the run with its inputs."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from i2g_recon.core import frame
from i2g_recon.core.invoice import Invoice
from i2g_recon.core.policy import Policy
from i2g_recon.core.reconcile import reconcile as compare_sides
from i2g_recon.core.result_json import document_text
from i2g_recon.errors import NeedsAPerson, OtherSideFailed
from i2g_recon.jobs.cases import follow
from i2g_recon.jobs.policies import policy_of, rules_of
from i2g_recon.jobs.pull import is_stale, known_organisation, last_pull, pull
from i2g_recon.jobs.source import Source, current_source, merged_source, target_side
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection, Run
from i2g_recon.xero.links import deep_link

Refresh = Literal["stale", "always", "everything", "never"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class RunView:
    """One stored run as pages and commands show it. document: the contract's JSON with all items."""

    id: str
    created_at: dt.datetime
    tenant_id: str
    source_snapshots: tuple[int, ...]
    target_snapshot: int
    document: Mapping[str, Any] = field(repr=False)

    @cached_property
    def items(self) -> pd.DataFrame:
        """One row per item, columns as in the JSON."""
        return pd.DataFrame(self.document["items"], dtype=object)

    @property
    def counts(self) -> Mapping[str, int]:
        """Invoices per bucket."""
        return self.document["counts"]

    @property
    def needs_a_person(self) -> bool:
        """Whether anything in this run is left to do; a run that compared nothing is never clear."""
        return self.document["verdict"] != "all_clear"

    def contract_document(self, *, all_items: bool) -> dict[str, Any]:
        """The contract's JSON: agreeing items only when asked for."""
        items = [item for item in self.document["items"] if all_items or item["bucket"] != "agrees"]
        return {**self.document, "items": items}


@dataclass(frozen=True, eq=False)
class Detail:
    """The invoices behind one item: both sides, voided and deleted twins, and addresses in Xero by invoice id."""

    item: Mapping[str, Any]
    source: tuple[Invoice, ...]
    target: tuple[Invoice, ...]
    history: tuple[Invoice, ...]
    links: Mapping[str, str]


def reconcile(
    ws: Workspace,
    connection: Connection,
    policy: Policy | None = None,
    *,
    refresh: Refresh = "stale",
    progress: Progress | None = None,
) -> RunView:
    """Compare the imports with Xero. refresh: pull first when stale, always, always and everything, or never.

    policy: the organisation's own rules when none is given. Raises NeedsAPerson when nothing was imported, and what
    `pull` raises.
    """
    source = current_source(ws, connection.tenant_id)
    if not source.snapshots:
        raise NeedsAPerson(
            "Nothing has been imported yet: import an Invoice2go export on page Import or with `import`."
        )
    if refresh in ("always", "everything") or (refresh == "stale" and is_stale(ws, connection.tenant_id)):
        pull(ws, connection, everything=refresh == "everything", progress=progress)
    last = last_pull(ws, connection.tenant_id)
    if last is None:
        raise NeedsAPerson("Nothing has been read from Xero yet: run `pull` first.")
    organisation, _ = known_organisation(ws, connection)
    target = target_side(ws, last[0])
    accepted = ws.store.accepted_pairs(connection.tenant_id)
    policy = policy or policy_of(ws, connection.tenant_id)
    result = compare_sides(source.invoices, target, policy, organisation=organisation, accepted=accepted)
    run_id = uuid.uuid4().hex[:12]
    about = {
        "name": organisation.name,
        "tenant_id": connection.tenant_id,
        "base_currency": organisation.base_currency,
    }
    document = result.to_dict(run=run_id, organisation=about, all_items=True)
    run = Run(
        id=run_id,
        tenant_id=connection.tenant_id,
        created_at=ws.clock(),
        source_snapshots=source.snapshots,
        target_snapshot=last[0],
        policy_json=json.dumps(result.policy.to_dict()),
        result_json=document_text(document),
    )
    ws.store.add_run(run)
    ws.store.log(run.created_at, "", "reconciled", run_id, tenant_id=connection.tenant_id, detail=dict(result.counts))
    view = view_of(run, document)
    if not is_of_a_period(view):
        follow(ws, connection.tenant_id, view.document, run.created_at, last[1])
    return ws.memory.recall("run", run.id, lambda: view)


def recheck(ws: Workspace, connection: Connection) -> RunView | None:
    """Read Xero and compare after something was sent; None when Xero does not answer now, for the sending is done."""
    with suppress(OtherSideFailed):
        return reconcile(ws, connection, refresh="always")
    return None


def latest_run(ws: Workspace, tenant_id: str) -> RunView | None:
    """The newest run of an organisation, or None."""
    run_id = ws.store.latest_run_id(tenant_id)
    return run_view(ws, run_id) if run_id else None


def stored_view(ws: Workspace, tenant_id: str, run_id: str = "") -> RunView:
    """A stored run of an organisation, the newest where none is named. Raises NeedsAPerson when there is none."""
    run = run_view(ws, run_id) if run_id else latest_run(ws, tenant_id)
    if run is None or run.tenant_id != tenant_id:
        raise NeedsAPerson(
            f"This organisation has no run {run_id}." if run_id else "There is no run yet: run `reconcile` first."
        )
    return run


def run_view(ws: Workspace, run_id: str) -> RunView | None:
    """A stored run, or None. It never changes, so it is read once."""

    def read() -> RunView | None:
        run = ws.store.run(run_id)
        return view_of(run, json.loads(run.result_json)) if run else None

    return ws.memory.recall("run", run_id, read)


def current_run(ws: Workspace, connection: Connection, *, refresh: Refresh = "stale") -> RunView:
    """The latest run while it speaks of everything imported and of the newest pull, else a new one (see `reconcile`).

    A run of one period, or by rules that were changed since, is not the one to plan or decide on.
    """
    run, last = latest_run(ws, connection.tenant_id), last_pull(ws, connection.tenant_id)
    imports = tuple(info.id for info in ws.store.snapshots(connection.tenant_id, "source"))
    if run is None or last is None or (run.source_snapshots, run.target_snapshot) != (imports, last[0]):
        return reconcile(ws, connection, refresh=refresh)
    stale = refresh != "never" and is_stale(ws, connection.tenant_id)
    if stale or is_of_a_period(run) or by_other_rules(ws, run):
        return reconcile(ws, connection, refresh=refresh)
    return run


def by_other_rules(ws: Workspace, run: RunView) -> bool:
    """Whether the organisation's rules were changed since the run."""
    rules = rules_of(policy_of(ws, run.tenant_id))
    return any(run.document["policy"].get(name) != value for name, value in rules.items())


def is_of_a_period(run: RunView) -> bool:
    """Whether the run looked at a part of the books only."""
    policy = run.document["policy"]
    return bool(policy["period_from"] or policy["period_to"])


def view_of(run: Run, document: Mapping[str, Any]) -> RunView:
    """A stored run as a view; document: what its JSON says."""
    return RunView(
        id=run.id,
        created_at=run.created_at,
        tenant_id=run.tenant_id,
        source_snapshots=run.source_snapshots,
        target_snapshot=run.target_snapshot,
        document=document,
    )


def source_of(ws: Workspace, run: RunView) -> Source:
    """The source side that a run compared."""
    return merged_source(ws, run.source_snapshots)


def detail(ws: Workspace, run: RunView, item: Mapping[str, Any]) -> Detail:
    """The invoices behind one item of a run."""
    source, target = source_of(ws, run).invoices, target_side(ws, run.target_snapshot)
    kept = ws.store.organisation(run.tenant_id)
    short_code = kept[0].short_code if kept else ""
    shown = [*item["target_ids"], *item["history"]]
    return Detail(
        item=item,
        source=tuple(frame.records(source, item["source_ids"])),
        target=tuple(frame.records(target, item["target_ids"])),
        history=tuple(frame.records(target, item["history"])),
        links={one: deep_link(short_code, one) for one in shown},
    )
