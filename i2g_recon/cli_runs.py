"""Commands that look at stored runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
    refuse_output,
    workspace,
    write_output,
)
from i2g_recon.errors import NeedsAPerson

EVERY_LINE = 10**9


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(command(drift))
    app.command(name="accept")(command(accept_))
    app.command()(command(selftest))
    app.command()(command(report))
    app.command()(command(verify))


def drift(
    before: Annotated[str, typer.Argument(help="Run id; the run before AFTER when left out.")] = "",
    after: Annotated[str, typer.Argument(help="Run id; the newest when left out.")] = "",
    home: Home = None,
    organisation: OrganisationName = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """What changed in Invoice2go and in Xero between two runs."""
    from i2g_recon.cli_words import drift_words
    from i2g_recon.jobs.drift import drift as drift_now

    voice = Voice(as_json, quiet)
    with workspace(home) as ws:
        view = drift_now(ws, ws.organisation(organisation).tenant_id, before, after)
    document = view.to_dict()
    voice.say(drift_words(document))
    voice.give(document)
    return DONE if view.nothing else NEEDS_A_PERSON


def accept_(
    source_id: Annotated[str, typer.Argument(help="source_ids of the missing invoice, as `reconcile --json` says it.")],
    target_id: Annotated[str, typer.Argument(help="target_ids of the invoice that is only in Xero.")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="They are two invoices after all.")] = False,
    home: Home = None,
    organisation: OrganisationName = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Take two invoices for one; opened again as soon as one of them changes."""
    from i2g_recon.cli_words import run_words
    from i2g_recon.jobs import accept as jobs
    from i2g_recon.jobs.reconcile import current_run

    voice = Voice(as_json, quiet)
    if withdraw == bool(target_id):
        raise NeedsAPerson("Name a missing invoice and one that is only in Xero, or one invoice and --withdraw.")
    with workspace(home) as ws:
        chosen = ws.organisation(organisation)
        if withdraw:
            run = jobs.withdraw(ws, chosen, source_id)
        else:
            run = jobs.accept(ws, chosen, current_run(ws, chosen, refresh="never"), source_id, target_id)
    document = run.contract_document(all_items=False)
    voice.say(run_words(document))
    voice.give(document)
    return NEEDS_A_PERSON if run.needs_a_person else DONE


def selftest(
    home: Home = None,
    organisation: OrganisationName = "",
    seed: Annotated[int, typer.Option("--seed", help="Chooses the invoices; the same seed, the same ones.")] = 1,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Plant known errors in a copy of the books and say which of them the comparison notices."""
    from i2g_recon.cli_words import selftest_words
    from i2g_recon.jobs.selftest import selftest as selftest_now

    voice = Voice(as_json, quiet)
    with workspace(home) as ws:
        report = selftest_now(ws, ws.organisation(organisation), seed=seed)
    document = report.to_dict()
    voice.say(selftest_words(document))
    voice.give(document)
    return DONE if report.passed else NEEDS_A_PERSON


def report(
    output: Annotated[Path, typer.Option("--output", help="FILE.xlsx, .html, .md or .json.")],
    run: Annotated[str, typer.Option("--run", help="Run id; the newest when left out.")] = "",
    home: Home = None,
    organisation: OrganisationName = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Write the working paper of the last run, or of the one named."""
    from i2g_recon.jobs.decisions import decisions_of
    from i2g_recon.jobs.reconcile import stored_view

    voice = Voice(as_json, quiet)
    refuse_output(output)
    with workspace(home) as ws:
        view = stored_view(ws, ws.organisation(organisation).tenant_id, run)
        decisions = decisions_of(ws, view)
    write_output(voice, view.document, output, decisions)
    voice.say(f"Working paper of run {view.id}.")
    voice.give({"schema": 1, "run": view.id, "output": str(output)})
    return NEEDS_A_PERSON if view.needs_a_person else DONE


def verify(
    output: Annotated[Path | None, typer.Option("--output", help="Also write the log as FILE.csv.")] = None,
    home: Home = None,
    organisation: OrganisationName = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Check that the activity log is as it was written: nothing changed, taken out or cut off."""
    from i2g_recon.jobs import activity

    voice = Voice(as_json, quiet)
    if output and output.suffix.lower() != ".csv":
        raise NeedsAPerson(f"--output is '{output.name}'; the log is written as .csv")
    with workspace(home) as ws:
        found = activity.check(ws)
        if output:
            from i2g_recon.report.safe_csv import csv_bytes

            lines = activity.activity(ws, ws.organisation(organisation), limit=EVERY_LINE)
            output.write_bytes(csv_bytes(activity.table(lines)))
            voice.tell(f"Written: {output}")
    voice.say(activity.check_words(found))
    voice.give({"schema": 1, "intact": found.intact, "lines": found.sealed, "older": found.older, "newest": found.head})
    return DONE if found.intact else NEEDS_A_PERSON
