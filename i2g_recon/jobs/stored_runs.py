"""A run as it was stored, with both sides as they were read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from i2g_recon.core.frame import Invoices
from i2g_recon.core.organisation import Organisation
from i2g_recon.jobs.source import merged_source, target_side
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Run


@dataclass(frozen=True, eq=False, kw_only=True)
class StoredRun:
    """One run of a workspace with both sides as they were read. document: its JSON with all items."""

    id: str
    source: Invoices
    target: Invoices
    organisation: Organisation | None
    document: Mapping[str, Any] = field(repr=False)


def stored_run(ws: Workspace, run: Run) -> StoredRun:
    """A run from the store with its two sides."""
    known = ws.store.organisation(run.tenant_id)
    return StoredRun(
        id=run.id,
        source=merged_source(ws, run.source_snapshots).invoices,
        target=target_side(ws, run.target_snapshot),
        organisation=known[0] if known else None,
        document=json.loads(run.result_json),
    )
