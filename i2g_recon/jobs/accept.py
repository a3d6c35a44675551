"""Two invoices taken for one by a person: remembered, and opened again as soon as one of them changes."""

from __future__ import annotations

from i2g_recon.core.accepted import AcceptedPair, facts_of
from i2g_recon.core.policy import Policy
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.reconcile import RunView, reconcile, source_of
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
    missing, extra = ids_in(run, "missing", "source_ids"), ids_in(run, "extra", "target_ids")
    if source_id not in missing or target_id not in extra:
        raise NeedsAPerson(
            "Only an invoice that is missing in Xero and one that is only in Xero can be taken for one: reconcile "
            "again and look whether both still are."
        )
    source = source_of(ws, run).invoices.invoices.set_index("id", drop=False).loc[source_id]
    target = ws.store.load_snapshot(run.target_snapshot).invoices.set_index("id", drop=False).loc[target_id]
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
