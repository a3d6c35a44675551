"""The commands that prepare the work and end it: connect, setup, doctor, disconnect, rotate-key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from i2g_recon import settings
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


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for work in (connect, setup, doctor, disconnect, rotate_key):
        app.command()(command(work))


def connect(
    home: Home = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="For an audit: nothing can be written.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Connect without a browser, through a custom connection (client credentials)."""
    from i2g_recon.jobs.connect import connect_custom

    voice = Voice(as_json, quiet)
    with workspace(home) as ws:
        made = connect_custom(ws, read_only=read_only)
    voice.say("\n".join(f"Connected: {one.name}" for one in made))
    voice.give({"schema": 1, "connected": [{"name": one.name, "tenant_id": one.tenant_id} for one in made]})
    return DONE


def disconnect(
    home: Home = None,
    organisation: OrganisationName = "",
    yes: Annotated[bool, typer.Option("--yes", help="Really do it.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """End the connection in Xero and erase its tokens here; set-up, imports and receipts stay."""
    from i2g_recon.jobs.connect import disconnect as disconnect_now

    voice = Voice(as_json, quiet)
    with workspace(home) as ws:
        chosen = ws.organisation(organisation)
        if yes:
            disconnect_now(ws, chosen)
    voice.say(f"Disconnected: {chosen.name}" if yes else f"'{chosen.name}' would be disconnected.")
    if not yes:
        voice.tell("Nothing was changed. Say --yes to disconnect.")
    voice.give({"schema": 1, "name": chosen.name, "tenant_id": chosen.tenant_id, "disconnected": yes})
    return DONE if yes else NEEDS_A_PERSON


def rotate_key(home: Home = None, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Seal the tokens with a new key and forget the old one; may be interrupted and run again."""
    from i2g_recon.jobs.connect import rotate_key as rotate_now

    voice = Voice(as_json, quiet)
    with workspace(home) as ws:
        number, origin = rotate_now(ws), ws.store.vault.origin
    voice.say(f"{number} sealed with the new key in {origin}. Older keys are no longer needed.")
    voice.give({"schema": 1, "sealed": number, "key_in": origin})
    return DONE


def setup(
    home: Home = None,
    organisation: OrganisationName = "",
    revenue_account: Annotated[str, typer.Option(help="Code of the revenue account.")] = "",
    tax: Annotated[list[str] | None, typer.Option(help='"NAME RATE%=TAXTYPE", once per tax.')] = None,
    confirm_taxes: Annotated[bool, typer.Option("--confirm-taxes", help="The taxes are correct.")] = False,
    confirm_currency: Annotated[bool, typer.Option("--confirm-currency", help="The currency is right.")] = False,
    auto_export: Annotated[str, typer.Option(help="on or off: push sent invoices after an import.")] = "",
    status: Annotated[str, typer.Option(help="DRAFT or AUTHORISED.")] = "",
    rounding: Annotated[int, typer.Option(help="Cents, 0 to 5, that a Rounding line may make up for.")] = -1,
    account_for: Annotated[list[str] | None, typer.Option(help="item:CODE=ACCOUNT or client:NAME=ACCOUNT.")] = None,
    contact_for: Annotated[
        list[str] | None, typer.Option(help="CLIENT=CONTACT: the Xero contact a client is, by name or ContactID.")
    ] = None,
    write: Annotated[Path | None, typer.Option("--export", help="Write the choices to FILE.toml.")] = None,
    read: Annotated[Path | None, typer.Option("--import", help="Take the choices of FILE.toml.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Show the choices and change nothing.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """The set-up walk-through as a command; refuses to complete what the page would refuse."""
    from i2g_recon.cli_words import setup_document, setup_words
    from i2g_recon.jobs import settings_file, setup_steps
    from i2g_recon.jobs.already_pushed import consequences
    from i2g_recon.jobs.policies import policy_of

    voice = Voice(as_json, quiet)
    with workspace(home) as ws:
        chosen = ws.organisation(organisation)
        if read:
            settings_file.apply_settings(ws, chosen, text_of(read), read.name)
        for text in contact_for or ():
            remember_contact(ws, chosen, text)
        view = setup_steps.setup_view(ws, chosen)
        if not (show or write):
            choices = setup_steps.Choices(
                revenue_account=revenue_account,
                taxes=tuple(tax or ()),
                confirm_taxes=confirm_taxes,
                confirm_currency=confirm_currency,
                auto_export=auto_export,
                status=status,
                rounding=rounding,
                accounts=tuple(account_for or ()),
            )
            view = setup_steps.apply_choices(ws, chosen, choices)
        rules = policy_of(ws, chosen.tenant_id)
        stay = [one.sentence for one in consequences(ws, chosen)]
    if write:
        keep_text(write, settings_file.settings_text(view.setup, rules))
        voice.tell(f"Written: {write}")
    voice.say("\n".join([setup_words(view), *(f"Note: {sentence}" for sentence in stay)]))
    voice.give({**setup_document(view), "already_pushed": stay})
    return DONE if view.setup.completed else NEEDS_A_PERSON


def remember_contact(ws: Any, connection: Any, text: str) -> None:
    """CLIENT=CONTACT; without a contact what was remembered is forgotten. Raises NeedsAPerson."""
    from i2g_recon.jobs.clients import choose_client, forget_client

    client, found, contact = text.rpartition("=")
    if not found:
        raise NeedsAPerson(f"--contact-for is '{text}'; use CLIENT=CONTACT.")
    if contact.strip():
        choose_client(ws, connection, client, contact)
    else:
        forget_client(ws, connection, client)


def text_of(path: Path) -> str:
    """A text file. Raises NeedsAPerson when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise NeedsAPerson(f"{path.name} cannot be read; choose the file that `setup --export` wrote.") from None


def keep_text(path: Path, text: str) -> None:
    """Write a text file. Raises NeedsAPerson when the place cannot take it."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise NeedsAPerson(f"{path.name} cannot be written ({problem.strerror}); choose another place.") from None


def doctor(
    home: Home = None, organisation: OrganisationName = "", as_json: AsJson = False, quiet: Quiet = False
) -> int:
    """Check configuration, database, connection and mapping; each finding with its remedy."""
    from i2g_recon.jobs.doctor import examine

    voice = Voice(as_json, quiet)
    findings = examine(settings.load(home=home), organisation)
    for one in findings:
        voice.say(f"{one.light:<5} {one.subject}: {one.sentence}{' ' + one.remedy if one.remedy else ''}")
    rows: list[dict[str, Any]] = [
        {"subject": one.subject, "ok": one.ok, "light": one.light, "sentence": one.sentence, "remedy": one.remedy}
        for one in findings
    ]
    voice.give({"schema": 1, "findings": rows})
    return DONE if all(one.ok for one in findings) else NEEDS_A_PERSON
