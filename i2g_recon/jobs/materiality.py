"""Materiality: below which sum, in the organisation's currency, what is open in a period needs no word of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from i2g_recon.core.money import money_text
from i2g_recon.core.stake import at_stake_minor
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.pull import known_organisation
from i2g_recon.jobs.workspace import Connection, Workspace

NAME = "materiality:"  # of the stored choice, followed by the organisation


def materiality(ws: Workspace, connection: Connection) -> int:
    """Minor units of the organisation's currency; 0 until somebody chose a sum."""
    return int(ws.store.preference(f"{NAME}{connection.tenant_id}") or 0)


def save_materiality(ws: Workspace, connection: Connection, minor: int, *, who: str) -> None:
    """Keep the sum. Raises NeedsAPerson without a name, or for less than nothing."""
    if not who.strip() or minor < 0:
        raise NeedsAPerson("Say who decides, and a sum of 0 or more.")
    if minor != materiality(ws, connection):
        ws.store.prefer(f"{NAME}{connection.tenant_id}", str(minor))
        ws.store.log(
            ws.clock(),
            who.strip(),
            "changed materiality",
            words_of(ws, connection, minor),
            tenant_id=connection.tenant_id,
        )


def words_of(ws: Workspace, connection: Connection, minor: int) -> str:
    """A sum in the organisation's currency."""
    organisation, _ = known_organisation(ws, connection)
    return money_text(minor, organisation.base_currency)


def note_below(ws: Workspace, connection: Connection, items: Sequence[Mapping[str, Any]]) -> str:
    """The note of a sign-off whose open lines are below materiality together; '' when they are not.

    Lines in another currency, and lines without any money to tell by, are never below it.
    """
    limit = materiality(ws, connection)
    organisation, _ = known_organisation(ws, connection)
    stakes = [at_stake_minor(item) for item in items]
    foreign = any(item["currency"] != organisation.base_currency for item in items)
    if not items or not limit or foreign or not all(stakes) or sum(stakes) > limit:
        return ""
    count = f"{len(items):,} open {'line' if len(items) == 1 else 'lines'}"
    together = words_of(ws, connection, sum(stakes))
    return f"{count} of {together} together, below the materiality of {words_of(ws, connection, limit)}."
