"""What can be done about the invoices that differ, and about those that a person does not want in Xero."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from i2g_recon.core import frame
from i2g_recon.core.changes import FIELDS, Difference, make_changes
from i2g_recon.core.invoice import Invoice
from i2g_recon.core.plan import PushCommand
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.plan import PlanView
from i2g_recon.jobs.pull import known_organisation
from i2g_recon.jobs.reconcile import RunView, current_run, source_of
from i2g_recon.jobs.setup_steps import require_complete
from i2g_recon.jobs.source import target_side
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.store.records import Command
from i2g_recon.xero.links import deep_link

__all__ = ["FIELDS", "ChangeView", "change_plan", "keep_back", "let_go"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """Commands for the invoices that differ. standing: by source id, what is under way. links: InvoiceID to address."""

    run: RunView
    commands: tuple[PushCommand, ...]
    standing: dict[str, Command]
    links: dict[str, str]

    @property
    def possible(self) -> tuple[PushCommand, ...]:
        """What can be sent now."""
        return tuple(one for one in self.commands if not one.is_held and one.source_id not in self.standing)


def change_plan(
    ws: Workspace, connection: Connection, *, run: RunView | None = None, fields: Collection[str] = FIELDS
) -> ChangeView:
    """One command per invoice that differs, about the chosen fields. Raises SetupIncomplete, NeedsAPerson."""
    if unknown := sorted(set(fields) - set(FIELDS)):
        raise NeedsAPerson(f"'{unknown[0]}' cannot be changed from here; fields are {', '.join(FIELDS)}.")
    setup = require_complete(ws, connection)
    run = run or current_run(ws, connection)
    organisation, contacts = known_organisation(ws, connection)
    links = ws.store.contact_links(connection.tenant_id)

    def changes() -> tuple[PushCommand, ...]:
        return make_changes(
            differing(ws, run),
            target=target_side(ws, run.target_snapshot),
            organisation=organisation,
            setup=setup,
            contacts=contacts,
            fields=fields,
            contact_links=links,
        )

    facts = (run.id, repr((setup, links)), organisation, contacts, frozenset(fields))
    commands = ws.memory.recall("changes", facts, changes)
    open_ = {one.source_id: one for one in ws.outbox.open_commands(connection.tenant_id)}
    return ChangeView(
        run=run,
        commands=commands,
        standing={one.source_id: open_[one.source_id] for one in commands if one.source_id in open_},
        links={one.target_id: deep_link(organisation.short_code, one.target_id) for one in commands},
    )


def differing(ws: Workspace, run: RunView) -> list[Difference]:
    """Both invoices of each pair of a run that differs."""
    items = [item for item in run.document["items"] if item["bucket"] == "differs"]
    sources = {one.id: one for one in records(source_of(ws, run).invoices, [item["source_ids"][0] for item in items])}
    targets = {
        one.id: one for one in records(target_side(ws, run.target_snapshot), [item["target_ids"][0] for item in items])
    }
    return [
        Difference(
            sources[item["source_ids"][0]],
            targets[item["target_ids"][0]],
            frozenset(one["field"] for one in item["discrepancies"]),
        )
        for item in items
    ]


def records(side: frame.Invoices, ids: Sequence[str]) -> list[Invoice]:
    """The invoices of these ids as records."""
    return frame.records(side, ids) if ids else []


def keep_back(
    ws: Workspace, connection: Connection, planned: PlanView, source_ids: Collection[str], reason: str
) -> None:
    """Remember that these missing invoices shall not be sent. Raises NeedsAPerson without a reason, or too late."""
    if not reason.strip():
        raise NeedsAPerson("Say why they shall not be sent; the reason stands in the list and in the activity log.")
    numbers = {one.source_id: one.number for one in planned.commands}
    busy = [numbers[one] for one in source_ids if one in planned.standing]
    if busy:
        raise NeedsAPerson(
            f"A push of {', '.join(sorted(busy))} is under way or done; it cannot be kept back any more."
        )
    ws.store.keep_back(connection.tenant_id, source_ids, reason.strip(), ws.clock())
    named = sorted(numbers.get(one, one) for one in source_ids)
    ws.store.log(ws.clock(), "", "kept back", reason.strip(), tenant_id=connection.tenant_id, detail={"numbers": named})


def let_go(ws: Workspace, connection: Connection, source_ids: Collection[str]) -> int:
    """They may be sent again; how many had been kept back."""
    count = ws.store.let_go(connection.tenant_id, source_ids)
    ws.store.log(ws.clock(), "", "let go", str(count), tenant_id=connection.tenant_id)
    return count
