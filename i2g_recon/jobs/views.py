"""Saved views of the work list: a name for a set of filters, which are the same that stand in the page's address."""

from __future__ import annotations

import json
from collections.abc import Mapping

from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.workspace import Connection, Workspace

NAME = "views:"  # of the stored choice, followed by the organisation
LONGEST = 40


def views_of(ws: Workspace, connection: Connection) -> dict[str, dict[str, str]]:
    """Filters by name, in the order of the names."""
    kept: dict[str, dict[str, str]] = json.loads(ws.store.preference(f"{NAME}{connection.tenant_id}") or "{}")
    return dict(sorted(kept.items()))


def save_view(ws: Workspace, connection: Connection, name: str, filters: Mapping[str, str]) -> None:
    """Keep the filters under a name, in place of what had it before. Raises NeedsAPerson without a usable name."""
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > LONGEST:
        raise NeedsAPerson(f"Give the view a name of at most {LONGEST} characters.")
    keep(ws, connection, {**views_of(ws, connection), wanted: dict(filters)})


def forget_view(ws: Workspace, connection: Connection, name: str) -> None:
    """Forget a view; one that is not there is forgotten already."""
    keep(ws, connection, {one: filters for one, filters in views_of(ws, connection).items() if one != name})


def keep(ws: Workspace, connection: Connection, views: Mapping[str, Mapping[str, str]]) -> None:
    """Keep all views of the organisation."""
    ws.store.prefer(f"{NAME}{connection.tenant_id}", json.dumps(views))
