"""Two invoices taken for one by a person: remembered, and opened again as soon as one of them changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from i2g_recon.core.accepted import AcceptedPair, facts_of
from i2g_recon.core.policy import Policy
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.plan import PlanView
from i2g_recon.jobs.reconcile import RunView, reconcile, source_of
from i2g_recon.jobs.source import target_side
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection


def accept(
    ws: Workspace,
    connection: Connection,
    run: RunView,
    source_id: str,
    target_id: str,
    policy: Policy | None = None,
) -> RunView:
    """Remember the pair and compare again with what was read. Raises NeedsAPerson unless both are without partner."""
    return accept_all(ws, connection, run, [(source_id, target_id)], policy)


def adopt(ws: Workspace, connection: Connection, planned: PlanView, source_ids: Collection[str]) -> RunView:
    """Take missing invoices for those that the plan says Xero has under another reference; nothing is sent.

    Raises NeedsAPerson when one of them is none of these, and remembers nothing then.
    """
    links = {one.source_id: one for one in planned.commands if one.action == "link"}
    others = sorted(one.number for one in planned.commands if one.source_id in set(source_ids) - links.keys())
    if others:
        raise NeedsAPerson(f"Xero has nothing under another reference for: {', '.join(others)}.")
    pairs = [(one.source_id, one.target_id) for one in links.values() if one.source_id in source_ids]
    return accept_all(ws, connection, planned.run, pairs)


def accept_all(
    ws: Workspace, connection: Connection, run: RunView, pairs: Sequence[tuple[str, str]], policy: Policy | None = None
) -> RunView:
    """Remember several pairs, all of them or none, and compare again once."""
    missing, extra = ids_in(run, "missing", "source_ids"), ids_in(run, "extra", "target_ids")
    if any(left not in missing or right not in extra for left, right in pairs):
        raise NeedsAPerson(
            "Only an invoice that is missing in Xero and one that is only in Xero can be taken for one: reconcile "
            "again and look whether both still are."
        )
    if len({right for _, right in pairs}) < len(pairs):
        raise NeedsAPerson("Two of them would be taken for the same invoice in Xero; take the right one only.")
    sources = source_of(ws, run).invoices.invoices.set_index("id", drop=False)
    targets = target_side(ws, run.target_snapshot).invoices.set_index("id", drop=False)
    for source_id, target_id in pairs:
        source, target = sources.loc[source_id], targets.loc[target_id]
        pair = AcceptedPair(source_id, target_id, facts_of(source, target))
        ws.store.accept_pair(connection.tenant_id, pair, ws.clock())
        ws.store.log(ws.clock(), "", "accepted a pair", str(source["number"]), tenant_id=connection.tenant_id)
    return reconcile(ws, connection, policy, refresh="never")


def ids_in(run: RunView, bucket: str, side: str) -> set[str]:
    """The ids of one side in one bucket."""
    return {one for item in run.document["items"] if item["bucket"] == bucket for one in item[side]}


def withdraw(ws: Workspace, connection: Connection, source_id: str, policy: Policy | None = None) -> RunView:
    """Forget what was accepted for a source invoice, and compare again. Raises NeedsAPerson when nothing was."""
    if not ws.store.withdraw_pair(connection.tenant_id, source_id):
        raise NeedsAPerson("Nothing was accepted for this invoice.")
    ws.store.log(ws.clock(), "", "withdrew a pair", source_id, tenant_id=connection.tenant_id)
    return reconcile(ws, connection, policy, refresh="never")
