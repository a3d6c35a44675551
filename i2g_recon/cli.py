"""The command line: each command opens the workspace, calls one job and says what came of it.

Heavy modules are imported where they are used, so that --help answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from i2g_recon import cli_close, cli_files, cli_push, cli_runs, cli_serve, cli_setup
from i2g_recon.cli_frame import (
    DONE,
    NEEDS_A_PERSON,
    AllItems,
    AsJson,
    From,
    Home,
    OrganisationName,
    Output,
    Quiet,
    To,
    Voice,
    command,
    period,
    refuse_import,
    refuse_output,
    workspace,
    write_import_file,
    write_output,
)

app = typer.Typer(
    name="i2g-recon",
    help="Proves that every Invoice2go invoice is in Xero exactly once and right to the cent.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli_serve.register(app)
cli_files.register(app)
cli_setup.register(app)
cli_runs.register(app)
cli_push.register(app)
cli_close.register(app)

ImportFile = Annotated[Path | None, typer.Option("--output", help="Also write FILE.csv for Xero's import screen.")]


def main() -> None:
    """Entry of the console script."""
    app()


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
    from i2g_recon.jobs.decisions import decisions_of
    from i2g_recon.jobs.policies import policy_of
    from i2g_recon.jobs.reconcile import reconcile as reconcile_now

    voice = Voice(as_json, quiet)
    refuse_output(output)
    with workspace(home) as ws:
        chosen = ws.organisation(organisation)
        rules = policy_of(ws, chosen.tenant_id, *period(period_from, period_to))
        run = reconcile_now(ws, chosen, rules, progress=voice.progress("Reading Xero"))
        decisions = decisions_of(ws, run) if output else ()
    document = run.contract_document(all_items=all_items)
    write_output(voice, document, output, decisions)
    voice.say(run_words(document))
    voice.give(document)
    return NEEDS_A_PERSON if run.needs_a_person else DONE


@app.command()
@command
def plan(
    home: Home = None,
    organisation: OrganisationName = "",
    output: ImportFile = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """What would be pushed, and whether it will post."""
    from i2g_recon.cli_words import plan_words
    from i2g_recon.jobs.plan import plan as plan_now
    from i2g_recon.jobs.xero_import import import_of_plan

    voice = Voice(as_json, quiet)
    refuse_import(output)
    with workspace(home) as ws:
        connection = ws.organisation(organisation)
        view = plan_now(ws, connection)
        files = import_of_plan(ws, connection, view) if output else None
    write_import_file(voice, output, files)
    voice.say(plan_words(view))
    voice.give(view.to_dict())
    return NEEDS_A_PERSON if view.commands else DONE
