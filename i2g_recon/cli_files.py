"""Commands that read files: import and compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

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
from i2g_recon.errors import NeedsAPerson

Dates = Annotated[str, typer.Option("--dates", help="How a file writes dates: day-first or month-first.")]
Currency = Annotated[str, typer.Option("--currency", help="The currency of a table that names none, as AUD.")]
DecimalSign = Annotated[str, typer.Option("--decimal", help="What a table writes before the cents: . or ,")]
Map = Annotated[list[str] | None, typer.Option("--map", help="Which column of a table is which: total='Grand Total'.")]
Missing = Annotated[Path | None, typer.Option("--missing", help="Write what is missing as FILE.csv for Xero.")]
RevenueAccount = Annotated[str, typer.Option("--revenue-account", help="With --missing: the account code in Xero.")]
Taxes = Annotated[list[str] | None, typer.Option("--tax", help="With --missing: 'GST 10%=GST on Income'.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command(name="import")(command(import_))
    app.command()(command(compare))


def import_(
    files: Annotated[
        list[Path], typer.Argument(help="Invoice2go exports (zip, csv), or tables of invoices (csv, xlsx).")
    ],
    dates: Dates = "",
    currency: Currency = "",
    decimal: DecimalSign = "",
    columns: Map = None,
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
        said = answers(dates, currency, decimal, columns)
        report = import_files(ws, chosen, files, voice.progress("Reading"), answers=said)
        pushed = push_after_import(ws, chosen)
    voice.say(import_words(report))
    if pushed:
        voice.say("Automatic export:\n" + push_words(pushed))
    voice.give(report.to_dict() | {"push": pushed.to_dict() if pushed else None})
    refused = any(file.refused for file in report.files)
    return NEEDS_A_PERSON if refused or (pushed and pushed.needs_a_person) else DONE


def compare(
    source: Annotated[Path, typer.Argument(help="Invoice2go export (zip, csv), or a table of invoices (csv, xlsx).")],
    target: Annotated[Path, typer.Argument(help="Xero's sales-invoice CSV, or saved API pages (.json).")],
    period_from: From = None,
    period_to: To = None,
    dates: Dates = "",
    currency: Currency = "",
    decimal: DecimalSign = "",
    columns: Map = None,
    all_items: AllItems = False,
    output: Output = None,
    missing: Missing = None,
    account: RevenueAccount = "",
    taxes: Taxes = None,
    home: Home = None,  # noqa: ARG001 - every command takes it; two files need no workspace
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Compare two files; no account, nothing stored."""
    from i2g_recon.cli_words import run_words
    from i2g_recon.core.policy import Policy
    from i2g_recon.jobs.compare_files import compare_files
    from i2g_recon.jobs.xero_import import import_of_files

    voice = Voice(as_json, quiet)
    refuse_output(output)
    refuse_import(missing)
    if missing and not account:
        raise NeedsAPerson("Say the revenue account the missing invoices go to in Xero: --revenue-account CODE.")
    said, (begin, end) = answers(dates, currency, decimal, columns), period(period_from, period_to)
    result = compare_files(source, target, Policy(period_from=begin, period_to=end), answers=said)
    named = dict(one.rpartition("=")[::2] for one in taxes or ())
    files = import_of_files(result, account=account, taxes=named, day_first=said.day_first) if missing else None
    write_import_file(voice, missing, files)
    document = result.to_dict(all_items=all_items)
    write_output(voice, document, output)
    voice.say(run_words(document))
    voice.give(document)
    return DONE if result.verdict == "all_clear" else NEEDS_A_PERSON


def answers(dates: str, currency: str, decimal: str, columns: list[str] | None) -> Any:
    """What was said about a table. Raises NeedsAPerson for what cannot be meant."""
    from i2g_recon.core.answers import TABLE_FIELDS, Answers

    if dates not in ("", "day-first", "month-first"):
        raise NeedsAPerson(f"--dates is '{dates}'; use day-first or month-first.")
    if decimal not in ("", ".", ","):
        raise NeedsAPerson(f"--decimal is '{decimal}'; use . or ,")
    if currency and not (len(currency) == 3 and currency.isalpha()):  # noqa: PLR2004 - ISO 4217
        raise NeedsAPerson(f"--currency is '{currency}'; use a code of three letters, as AUD.")
    said = dict(one.partition("=")[::2] for one in columns or ())
    for name, heading in said.items():
        if name not in TABLE_FIELDS or not heading:
            raise NeedsAPerson(
                f"--map does not know '{name}={heading}'; say FIELD=HEADING with a field of {', '.join(TABLE_FIELDS)}."
            )
    return Answers(said, dates == "day-first" if dates else None, currency.upper(), decimal)
