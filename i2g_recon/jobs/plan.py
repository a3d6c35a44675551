"""Plan: what a push would do with the missing invoices of the latest run, and whether each will post."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from i2g_recon.core import frame
from i2g_recon.core.allowance import Allowance, allowance
from i2g_recon.core.contacts import ClientToChoose, clients_to_choose, contact_book
from i2g_recon.core.invoice import GONE
from i2g_recon.core.money import decimal_text
from i2g_recon.core.plan import ENDED, PushCommand, make_plan
from i2g_recon.core.preflight import PlanSummary, Verdict, preflight, summary
from i2g_recon.core.setup import Setup
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.pull import known_organisation, last_pull
from i2g_recon.jobs.reconcile import RunView, current_run, source_of
from i2g_recon.jobs.setup_steps import require_complete
from i2g_recon.jobs.source import target_side
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Command, Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """Commands and verdicts in one order. standing: by source id, what an earlier push already stands for.

    month: what of a small plan's approvals is used, None for a plan without a known limit. clients: those whose Xero
    contact a person has to name.
    """

    run: RunView
    commands: tuple[PushCommand, ...]
    verdicts: tuple[Verdict, ...]
    summary: PlanSummary
    standing: dict[str, Command]
    month: Allowance | None = None
    clients: tuple[ClientToChoose, ...] = ()

    @property
    def pushable(self) -> tuple[PushCommand, ...]:
        """What can be sent now."""
        return tuple(one for one in self.commands if one.action == "create" and one.source_id not in self.standing)

    def to_dict(self) -> dict[str, Any]:
        """The plan as a JSON document."""
        return {
            "schema": 1,
            "run": self.run.id,
            "counts": {"create": self.summary.create, "hold": self.summary.hold, **self.summary.by_colour},
            "commands": [
                {
                    "number": command.number,
                    "source_id": command.source_id,
                    "action": command.action,
                    "light": verdict.colour,
                    "invoice_number": command.invoice_number,
                    "currency": command.currency,
                    "total": decimal_text(command.total_minor, command.currency),
                    "messages": list(verdict.sentences),
                    "remedy": verdict.remedy,
                    "body": command.body,
                    "target_id": command.target_id,
                    "standing": self.standing[command.source_id].state if command.source_id in self.standing else "",
                }
                for command, verdict in zip(self.commands, self.verdicts, strict=True)
            ],
        }


def plan(ws: Workspace, connection: Connection, *, run: RunView | None = None, again: Collection[str] = ()) -> PlanView:
    """The plan of a run, by default of the latest; it is made anew when imports or Xero have moved since.

    again: source ids to be copied anew under a new number although their copy in Xero was voided or deleted. Raises
    SetupIncomplete while the set-up is not finished.
    """
    setup = require_complete(ws, connection)
    return plan_of(ws, connection, setup, run or current_run(ws, connection), again)


def preview(ws: Workspace, connection: Connection) -> PlanView | None:
    """The plan as the set-up stands, finished or not, from what was read already; None before the first import.

    Xero is not asked; the sides are compared again when something was imported or read since the latest run.
    """
    imported = ws.store.snapshots(connection.tenant_id, "source")
    if not imported or last_pull(ws, connection.tenant_id) is None:
        return None
    return plan_of(ws, connection, ws.store.setup(connection.tenant_id), current_run(ws, connection, refresh="never"))


def plan_of(ws: Workspace, connection: Connection, setup: Setup, run: RunView, again: Collection[str] = ()) -> PlanView:
    """The plan for the missing invoices of a run under a set-up."""
    organisation, contacts = known_organisation(ws, connection)
    missing = [item for item in run.document["items"] if item["bucket"] == "missing"]
    reasons = {item["source_ids"][0]: item["reason"] for item in missing}
    target = target_side(ws, run.target_snapshot)
    today, links = ws.clock().date(), ws.store.contact_links(connection.tenant_id)
    kept_back = ws.store.kept_back(connection.tenant_id)
    month = allowance(organisation, target, today)

    def planned() -> tuple[tuple[PushCommand, ...], tuple[ClientToChoose, ...]]:
        invoices = frame.records(source_of(ws, run).invoices, reasons)
        commands = make_plan(
            [(invoice, reasons[invoice.id]) for invoice in invoices],
            target=target,
            organisation=organisation,
            setup=setup,
            contacts=contacts,
            contact_links=links,
            near={item["source_ids"][0]: item["proposals"] for item in missing},
            again=again,
            kept_back=kept_back,
            month=month,
            today=today,
        )
        return commands, clients_to_choose((each.contact for each in invoices), contact_book(contacts), links)

    facts = (run.id, repr((setup, links, kept_back)), organisation, contacts, frozenset(again), month, today)
    commands, clients = ws.memory.recall("plan", facts, planned)
    gone = gone_ids(target)
    pushed = {one.source_id: one for one in ws.outbox.standing_commands(connection.tenant_id)}
    ended = {
        source_id: one
        for source_id, one in pushed.items()
        if one.state == "confirmed" and one.xero_invoice_id in gone and reasons.get(source_id) in ENDED
    }
    standing = {source_id: one for source_id, one in pushed.items() if source_id not in ended}
    commands = tuple(
        replace(one, target_id=ended[one.source_id].xero_invoice_id)
        if one.action == "create" and one.source_id in ended
        else one
        for one in commands
    )
    return PlanView(
        run=run,
        commands=commands,
        verdicts=preflight(commands),
        summary=summary(commands),
        standing={one.source_id: standing[one.source_id] for one in commands if one.source_id in standing},
        month=month,
        clients=clients,
    )


def gone_ids(target: frame.Invoices) -> set[str]:
    """The ids of what is voided or deleted in Xero."""
    return set(target.invoices.loc[target.invoices["state"].isin(GONE), "id"])


def chosen(view: PlanView, numbers: Sequence[str]) -> tuple[PushCommand, ...]:
    """The commands a person names by invoice number. Raises NeedsAPerson for numbers that are not missing."""
    known = {one.number for one in view.commands}
    unknown = [number for number in numbers if number not in known]
    if unknown:
        raise NeedsAPerson(f"Not among the missing invoices: {', '.join(unknown)}. Run `plan` to see them.")
    return tuple(one for one in view.commands if one.number in set(numbers))
