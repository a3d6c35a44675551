"""The command that signs periods off."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from i2g_recon.cli_frame import (
    DONE,
    NEEDS_A_PERSON,
    AsJson,
    From,
    Home,
    OrganisationName,
    Quiet,
    To,
    Voice,
    command,
    workspace,
)
from i2g_recon.errors import NeedsAPerson


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="close")(command(close))


def close(
    period_from: From = None,
    period_to: To = None,
    who: Annotated[str, typer.Option("--as", help="Your name; it stands in the sign-off.")] = "",
    note: Annotated[str, typer.Option("--note", help="Why it can be signed off although invoices are open.")] = "",
    review: Annotated[str, typer.Option("--review", metavar="ID", help="Review what somebody else signed off.")] = "",
    withdraw: Annotated[
        str, typer.Option("--withdraw", metavar="ID", help="Open the period again; --note says why.")
    ] = "",
    home: Home = None,
    organisation: OrganisationName = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Sign a period off, review it, or see what was signed off and what changed in it since."""
    from i2g_recon.jobs import close_period as jobs
    from i2g_recon.jobs.roll_forward import carried_forward

    voice = Voice(as_json, quiet)
    signs = bool(period_from or period_to)
    if signs + bool(review) + bool(withdraw) > 1:
        raise NeedsAPerson("Sign off, review or withdraw: one at a time.")
    if signs and not (period_from and period_to):
        raise NeedsAPerson("A sign-off needs both --from and --to.")
    with workspace(home) as ws:
        connection = ws.organisation(organisation)
        if period_from and period_to:
            jobs.prepare(ws, connection, day(period_from), day(period_to), who=who, note=note)
        elif review:
            jobs.review(ws, connection, review, who=who)
        elif withdraw:
            jobs.withdraw(ws, connection, withdraw, who=who, reason=note)
        signed, alarms = jobs.sign_offs(ws, connection), jobs.alarms(ws, connection)
        carried = [f"{one.item['number'] or one.item['reference']}" for one in carried_forward(ws, connection)]
    loud = [one.words for one in alarms]
    still = [f"Carried forward: {', '.join(carried)}"] if carried else []
    voice.say("\n".join([*(words(one) for one in signed), *loud, *still]) or "No period is signed off yet.")
    voice.give({"schema": 1, "sign_offs": [as_dict(one) for one in signed], "alarms": loud, "carried_forward": carried})
    return NEEDS_A_PERSON if alarms else DONE


def day(moment: dt.datetime) -> dt.date:
    """The day of an option."""
    return moment.date()


def words(one: Any) -> str:
    """A sign-off in a line."""
    state = f"reviewed by {one.reviewer}" if one.reviewer else "not reviewed yet"
    state = "withdrawn" if one.withdrawn_at else state
    note = f"; {one.note}" if one.note else ""
    return f"{one.id}  {one.period_from} to {one.period_to}  signed off by {one.preparer}, {state}{note}"


def as_dict(one: Any) -> dict[str, Any]:
    """A sign-off as plain values."""
    return {
        "id": one.id,
        "run": one.run_id,
        "period_from": str(one.period_from),
        "period_to": str(one.period_to),
        "preparer": one.preparer,
        "prepared_at": one.prepared_at.isoformat(),
        "note": one.note,
        "evidence": one.evidence,
        "reviewer": one.reviewer,
        "reviewed_at": one.reviewed_at.isoformat() if one.reviewed_at else "",
        "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else "",
    }
