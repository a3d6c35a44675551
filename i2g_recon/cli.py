"""The command line: each command opens the workspace, calls one job and says what came of it.

Heavy modules are imported where they are used, so that --help answers at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from i2g_recon import cli_runs, cli_serve, cli_setup
from i2g_recon.cli_frame import (
    DONE,
    NEEDS_A_PERSON,
    AsJson,
    Home,
    OrganisationName,
    Quiet,
    Voice,
    command,
    not_in_this_version,
    workspace,
)
from i2g_recon.errors import NeedsAPerson

app = typer.Typer(
    name="i2g-recon",
    help="Proves that every Invoice2go invoice is in Xero exactly once and right to the cent.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli_serve.register(app)
cli_setup.register(app)
cli_runs.register(app)

ISO_DAY = ["%Y-%m-%d"]
From = Annotated[dt.datetime | None, typer.Option("--from", formats=ISO_DAY, help="YYYY-MM-DD, inclusive.")]
To = Annotated[dt.datetime | None, typer.Option("--to", formats=ISO_DAY, help="YYYY-MM-DD, inclusive.")]
AllItems = Annotated[bool, typer.Option("--all-items", help="List agreeing invoices too.")]
Output = Annotated[Path | None, typer.Option("--output", help="Also write FILE.xlsx, .html or .json.")]
Yes = Annotated[bool, typer.Option("--yes", help="Really do it.")]


def main() -> None:
    """Entry of the console script."""
    app()


@app.command(name="import")
@command
def import_(
    files: Annotated[list[Path], typer.Argument(help="Invoice2go exports: zip or csv.")],
    home: Home = None,
    organisation: OrganisationName = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Read Invoice2go exports into the workspace, all of them or none."""
    from i2g_recon.cli_words import import_words, push_words
    from i2g_recon.jobs.auto_export import push_after_import
    from i2g_recon.jobs.import_export import import_files

    voice = Voice(as_json, quiet)
    with workspace(home) as ws:
        chosen = ws.organisation(organisation)
        report = import_files(ws, chosen, files, voice.progress("Reading"))
        pushed = push_after_import(ws, chosen)
    voice.say(import_words(report))
    if pushed:
        voice.say("Automatic export:\n" + push_words(pushed))
    voice.give(report.to_dict() | {"push": pushed.to_dict() if pushed else None})
    refused = any(file.refused for file in report.files)
    return NEEDS_A_PERSON if refused or (pushed and pushed.needs_a_person) else DONE


@app.command()
@command
def pull(
    home: Home = None,
    organisation: OrganisationName = "",
    full: Annotated[bool, typer.Option("--full", help="Believe a pull that brings fewer invoices.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Read the organisation's sales invoices and settings from Xero."""
    from i2g_recon.jobs.pull import pull as pull_now

    voice = Voice(as_json, quiet)
    with workspace(home) as ws:
        report = pull_now(ws, ws.organisation(organisation), full=full, progress=voice.progress("Reading Xero"))
    voice.say(f"{report.invoices} invoices read from Xero in {report.calls} calls.")
    voice.say("\n".join(report.notes)) if report.notes else None
    voice.give({"schema": 1, "invoices": report.invoices, "calls": report.calls, "day_left": report.day_left})
    return DONE


@app.command()
@command
def reconcile(
    home: Home = None,
    organisation: OrganisationName = "",
    period_from: From = None,
    period_to: To = None,
    all_items: AllItems = False,
    output: Output = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Pull if stale, compare both sides, store the run."""
    from i2g_recon.cli_words import run_words
    from i2g_recon.jobs.reconcile import reconcile as reconcile_now

    voice = Voice(as_json, quiet)
    refuse_output(output)
    with workspace(home) as ws:
        chosen = ws.organisation(organisation)
        run = reconcile_now(ws, chosen, policy(period_from, period_to), progress=voice.progress("Reading Xero"))
    document = run.contract_document(all_items=all_items)
    write_output(voice, document, output)
    voice.say(run_words(document))
    voice.give(document)
    return NEEDS_A_PERSON if run.needs_a_person else DONE


@app.command()
@command
def compare(
    source: Annotated[Path, typer.Argument(help="Invoice2go export (zip, csv).")],
    target: Annotated[Path, typer.Argument(help="Xero's sales-invoice CSV, or saved API pages (.json).")],
    period_from: From = None,
    period_to: To = None,
    dates: Annotated[str, typer.Option(help="How the CSV writes dates: day-first or month-first.")] = "",
    all_items: AllItems = False,
    output: Output = None,
    home: Home = None,  # noqa: ARG001 - every command takes it; two files need no workspace
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Compare two files; no account, nothing stored."""
    from i2g_recon.cli_words import run_words
    from i2g_recon.jobs.compare_files import compare_files

    voice = Voice(as_json, quiet)
    refuse_output(output)
    if dates not in ("", "day-first", "month-first"):
        raise NeedsAPerson(f"--dates is '{dates}'; use day-first or month-first.")
    day_first = dates == "day-first" if dates else None
    result = compare_files(source, target, policy(period_from, period_to), day_first=day_first)
    document = result.to_dict(all_items=all_items)
    write_output(voice, document, output)
    voice.say(run_words(document))
    voice.give(document)
    return DONE if result.verdict == "all_clear" else NEEDS_A_PERSON


@app.command()
@command
def plan(home: Home = None, organisation: OrganisationName = "", as_json: AsJson = False, quiet: Quiet = False) -> int:
    """What would be pushed, and whether it will post."""
    from i2g_recon.cli_words import plan_words
    from i2g_recon.jobs.plan import plan as plan_now

    voice = Voice(as_json, quiet)
    with workspace(home) as ws:
        view = plan_now(ws, ws.organisation(organisation))
    voice.say(plan_words(view))
    voice.give(view.to_dict())
    return NEEDS_A_PERSON if view.commands else DONE


@app.command()
@command
def push(
    numbers: Annotated[list[str] | None, typer.Argument(help="Invoice numbers.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything that can be pushed.")] = False,
    yes: Yes = False,
    home: Home = None,
    organisation: OrganisationName = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Push the named or all pushable invoices; without --yes it prints the plan and sends nothing."""
    from i2g_recon.cli_words import plan_words, push_words
    from i2g_recon.jobs.access import require_write
    from i2g_recon.jobs.plan import chosen as chosen_of
    from i2g_recon.jobs.plan import plan as plan_now
    from i2g_recon.jobs.push import push as push_now

    voice = Voice(as_json, quiet)
    if bool(numbers) == all_:
        raise NeedsAPerson("Name the invoices to push, or say --all.")
    with workspace(home) as ws:
        connection = ws.organisation(organisation)
        require_write(ws, connection)
        view = plan_now(ws, connection)
        wanted = view.commands if all_ else chosen_of(view, numbers or [])
        if not yes:
            voice.say(plan_words(view))
            voice.give(view.to_dict())
            voice.tell("Nothing was sent. Say --yes to push.")
            return NEEDS_A_PERSON
        report = push_now(ws, connection, wanted, with_open=all_)
    voice.say(push_words(report))
    voice.give(report.to_dict())
    return NEEDS_A_PERSON if report.needs_a_person else DONE


def refuse_output(output: Path | None) -> None:
    """Raise NeedsAPerson for an output that could not be written, before any work is done."""
    if output:
        from i2g_recon.report.paper import check_output

        check_output(output)


def write_output(voice: Voice, document: Mapping[str, Any], output: Path | None) -> None:
    """The working paper, when one was asked for."""
    if output:
        from i2g_recon.report.paper import write_paper

        write_paper(document, output)
        voice.tell(f"Written: {output}")


def policy(period_from: dt.datetime | None, period_to: dt.datetime | None) -> Any:
    """The policy of the given period."""
    from i2g_recon.core.policy import Policy

    if period_from and period_to and period_from > period_to:
        raise NeedsAPerson("--from is after --to.")
    return Policy(
        period_from=period_from.date() if period_from else None, period_to=period_to.date() if period_to else None
    )


def later(name: str, help_: str) -> None:
    """Register a command of a coming version, which says so."""

    @app.command(name=name, help=help_, context_settings={"ignore_unknown_options": True})
    @command
    def refuse(words: Annotated[list[str] | None, typer.Argument(hidden=True)] = None) -> int:  # noqa: ARG001
        raise not_in_this_version(name)


for _name, _help in (
    ("undo", "Take back what a push created. Not in this version."),
    ("report", "Working paper of the last run. Not in this version; see `reconcile --output`."),
    ("selftest", "Plant known errors and report what is caught. Not in this version."),
    ("worker", "Run queued and scheduled work. Not in this version."),
):
    later(_name, _help)
