"""What was open when a period was signed off and is open still: it is carried forward until a comparison clears it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from i2g_recon.core.cases import Case, key_of
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.cases import cases_of
from i2g_recon.jobs.close_period import SignOff, open_items, standing
from i2g_recon.jobs.reconcile import stored_view
from i2g_recon.jobs.workspace import Connection, Workspace


@dataclass(frozen=True, slots=True)
class Carried:
    """One line that a sign-off left open: the line as it stood then, and its case as it stands now."""

    sign_off: SignOff
    item: Mapping[str, Any]
    case: Case


def carried_forward(ws: Workspace, connection: Connection) -> list[Carried]:
    """Of every sign-off that stands, newest first, what is not closed yet."""
    cases = cases_of(ws, connection.tenant_id)
    found = []
    for signed in standing(ws, connection):
        try:
            run = stored_view(ws, connection.tenant_id, signed.run_id)
        except NeedsAPerson:  # the run is gone; page Close says so where the sign-off is looked at
            continue
        for item in open_items(run):
            case = cases.get(key_of(item))
            if case is not None and case.state != "closed":
                found.append(Carried(signed, item, case))
    return found
