"""What a person said about the layout of a table, kept for each organisation and used when the same headings return."""

from __future__ import annotations

import json
from dataclasses import asdict

from i2g_recon.core.answers import Answers
from i2g_recon.jobs.workspace import Workspace


def layouts(ws: Workspace, tenant_id: str) -> dict[str, Answers]:
    """Fingerprint of the headings to what was said about them."""
    return {layout: Answers(**json.loads(body)) for layout, body in ws.store.layouts(tenant_id).items()}


def remember_layout(ws: Workspace, tenant_id: str, layout: str, answers: Answers) -> None:
    """Keep what was said, in place of what was said before."""
    ws.store.save_layout(tenant_id, layout, json.dumps(asdict(answers)))
