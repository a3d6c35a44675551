"""Commands that look at stored runs."""

from __future__ import annotations

from typing import Annotated

import typer

from i2g_recon.cli_frame import DONE, NEEDS_A_PERSON, AsJson, Home, OrganisationName, Quiet, Voice, command, workspace


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(command(drift))


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
