"""The commands that change Xero: push, undo, keep-back, worker."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from i2g_recon.cli_frame import (
    DONE,
    NEEDS_A_PERSON,
    AsJson,
    Home,
    OrganisationName,
    Quiet,
    Voice,
    command,
    workspace,
)
from i2g_recon.errors import NeedsAPerson

Yes = Annotated[bool, typer.Option("--yes", help="Really do it.")]
Fix = Annotated[
    str,
    typer.Option(
        "--fix", metavar="FIELDS", help="Change invoices that differ: date,due_date,contact,lines or all of them."
    ),
]
Again = Annotated[
    bool, typer.Option("--again", help="Copy named invoices anew although their copy was voided or deleted.")
]
Link = Annotated[
    bool, typer.Option("--link", help="Take named invoices for those Xero has under another reference; sends nothing.")
]
NOT_SENT = "Nothing was sent. Say --yes to push."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(command(push))
    app.command()(command(undo))
    app.command(name="keep-back")(command(keep_back))
    app.command()(command(worker))


def push(
    numbers: Annotated[list[str] | None, typer.Argument(help="Invoice numbers.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything that can be pushed.")] = False,
    yes: Yes = False,
    fix: Fix = "",
    again: Again = False,
    link: Link = False,
    home: Home = None,
    organisation: OrganisationName = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Push the named or all pushable invoices; without --yes it prints the plan and sends nothing."""
    from i2g_recon.cli_words import push_words
    from i2g_recon.jobs.access import require_write
    from i2g_recon.jobs.push import push as push_now
    from i2g_recon.jobs.reconcile import recheck

    voice = Voice(as_json, quiet)
    if bool(numbers) == all_:
        raise NeedsAPerson("Name the invoices to push, or say --all.")
    if again and (all_ or fix):
        raise NeedsAPerson("--again goes with invoice numbers only: each is a decision of its own.")
    if link and (all_ or fix or again):
        raise NeedsAPerson("--link goes with invoice numbers only: each is a decision of its own.")
    with workspace(home) as ws:
        connection = ws.organisation(organisation)
        if link:
            return take_for_one(ws, connection, numbers or [], yes, voice)
        require_write(ws, connection)
        planned = changes_of(ws, connection, numbers or [], fix) if fix else plan_of(ws, connection, numbers, again)
        if not yes:
            voice.say(planned["words"])
            voice.give(planned["document"])
            voice.tell(NOT_SENT)
            return NEEDS_A_PERSON
        report = push_now(ws, connection, planned["wanted"], with_open=all_ and not fix)
        if report.commands:
            recheck(ws, connection)
    voice.say(push_words(report))
    voice.give(report.to_dict())
    return NEEDS_A_PERSON if report.needs_a_person else DONE


def take_for_one(ws: Any, connection: Any, numbers: list[str], yes: bool, voice: Voice) -> int:
    """The named invoices and those that Xero has under another reference, taken for one."""
    from i2g_recon.cli_words import plan_words
    from i2g_recon.jobs.accept import adopt
    from i2g_recon.jobs.plan import chosen, plan

    view = plan(ws, connection)
    wanted = chosen(view, numbers)
    if not yes:
        voice.say(plan_words(view))
        voice.give(view.to_dict())
        voice.tell("Nothing was taken for one. Say --yes to do it.")
        return NEEDS_A_PERSON
    run = adopt(ws, connection, view, [one.source_id for one in wanted])
    voice.say("Taken for one: " + ", ".join(one.number for one in wanted))
    voice.give({"schema": 1, "run": run.id, "linked": [one.number for one in wanted]})
    return DONE


def plan_of(ws: Any, connection: Any, numbers: list[str] | None, again: bool) -> dict[str, Any]:
    """The missing invoices that are meant, and the plan in words."""
    from i2g_recon.cli_words import plan_words
    from i2g_recon.jobs.plan import chosen, plan

    view = plan(ws, connection)
    wanted = chosen(view, numbers) if numbers else view.commands
    if again:
        view = plan(ws, connection, run=view.run, again=[one.source_id for one in wanted])
        wanted = chosen(view, numbers or [])
    return {"wanted": wanted, "words": plan_words(view), "document": view.to_dict()}


def changes_of(ws: Any, connection: Any, numbers: list[str], fix: str) -> dict[str, Any]:
    """The changes that are meant, and what they are in words."""
    from i2g_recon.cli_words import change_words
    from i2g_recon.jobs.change_plan import FIELDS, change_plan

    fields = FIELDS if fix == "all" else tuple(part.strip() for part in fix.split(",") if part.strip())
    view = change_plan(ws, connection, fields=fields)
    known = {one.number for one in view.commands}
    if unknown := [number for number in numbers if number not in known]:
        raise NeedsAPerson(f"Not among the invoices that differ: {', '.join(unknown)}. Run `reconcile` to see them.")
    meant = [one for one in view.commands if not numbers or one.number in numbers]
    document = {
        "schema": 1,
        "run": view.run.id,
        "changes": [
            {
                "number": one.number,
                "source_id": one.source_id,
                "target_id": one.target_id,
                "action": one.action,
                "changes": list(one.changes),
                "messages": [one.message] if one.message else list(one.warnings),
                "remedy": one.remedy,
                "body": one.body,
            }
            for one in meant
        ],
    }
    return {"wanted": meant, "words": change_words(meant), "document": document}


def undo(
    push_id: Annotated[str, typer.Argument(metavar="PUSH_ID", help="As `push --json` and the receipts say it.")],
    yes: Yes = False,
    home: Home = None,
    organisation: OrganisationName = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Take back what a push created and can still be taken back; without --yes it says what and why not the rest."""
    from i2g_recon.cli_words import push_words, undo_words
    from i2g_recon.jobs.reconcile import recheck
    from i2g_recon.jobs.undo import undo as undo_now
    from i2g_recon.jobs.undo import undo_plan

    voice = Voice(as_json, quiet)
    with workspace(home) as ws:
        connection = ws.organisation(organisation)
        planned = undo_plan(ws, connection, push_id)
        if not yes:
            voice.say(undo_words(planned))
            voice.give(planned.to_dict())
            voice.tell("Nothing was taken back. Say --yes to do it.")
            return NEEDS_A_PERSON
        report = undo_now(ws, connection, planned)
        recheck(ws, connection)
    voice.say(push_words(report))
    voice.give(report.to_dict())
    stays = len(planned.possible) < len(planned.invoices)
    return NEEDS_A_PERSON if report.needs_a_person or stays else DONE


def keep_back(
    numbers: Annotated[list[str], typer.Argument(help="Invoice numbers that shall not be sent.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it stands in the plan and in the log.")] = "",
    let_go: Annotated[bool, typer.Option("--let-go", help="They may be sent again.")] = False,
    home: Home = None,
    organisation: OrganisationName = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Keep missing invoices out of Xero, with a reason; automatic export leaves them alone too."""
    from i2g_recon.jobs import change_plan
    from i2g_recon.jobs.plan import chosen, plan

    voice = Voice(as_json, quiet)
    with workspace(home) as ws:
        connection = ws.organisation(organisation)
        view = plan(ws, connection)
        ids = [one.source_id for one in chosen(view, numbers)]
        if let_go:
            change_plan.let_go(ws, connection, ids)
        else:
            change_plan.keep_back(ws, connection, view, ids, reason)
        kept = sorted(one.number for one in plan(ws, connection, run=view.run).commands if one.reason == "kept_back")
    voice.say(f"Kept back: {', '.join(kept) or 'none'}")
    voice.give({"schema": 1, "kept_back": kept})
    return DONE


def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what is waiting now, then end.")] = False,
    watch: Annotated[Path | None, typer.Option("--watch", help="Import what is dropped in this folder.")] = None,
    home: Home = None,
    organisation: OrganisationName = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Take up what was approved and is not finished, of every organisation, until it is stopped."""
    from i2g_recon.jobs.worker import run_worker, work_once

    voice = Voice(as_json, quiet)
    with workspace(home) as ws:
        look = folder_of(ws, organisation, watch, voice) if watch else (lambda: None)
        if once:
            look()
            look()  # a file counts as complete when it is the same at two looks
            done = work_once(ws)
        else:
            stop = threading.Event()
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
            voice.tell("Waiting for approved invoices. Ctrl-C ends it; what is under way is finished first.")
            done = run_worker(ws, stop, first=look)
    voice.say(f"{done.settled} finished, {done.open} still open." + "".join(f"\n{one}" for one in done.problems))
    voice.give({"schema": 1, "settled": done.settled, "open": done.open, "problems": list(done.problems)})
    return NEEDS_A_PERSON if done.open or done.problems else DONE


def folder_of(ws: Any, organisation: str, folder: Path, voice: Voice) -> Callable[[], None]:
    """The look into a watched folder, which tells what it found."""
    from i2g_recon.jobs.watch import Watch

    watching = Watch(folder, ws.organisation(organisation))

    def look() -> None:
        for one in watching.look(ws):
            voice.tell(f"{one.name}: {one.words}")

    return look
