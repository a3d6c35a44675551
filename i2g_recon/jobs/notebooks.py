"""A notebook about one comparison: a copy of those in `notebooks/`, its parameters set to a run of this workspace.

As a file for Jupyter, or run here and shown as one page for a person without it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.reconcile import Progress, RunView
from i2g_recon.jobs.workspace import Workspace

FOLDER = Path(__file__).parents[2] / "notebooks"
ABOUT_A_RUN: Mapping[str, str] = {
    "audit_a_run": "Audit of this comparison",
    "tax_by_code_and_month": "Tax by code and month",
    "duplicates_and_drift": "Duplicates and drift",
    "close_a_period": "The paper of a period",
    "recompute_in_sql": "The same in SQL",
}


def notebook_for(ws: Workspace, run: RunView, name: str) -> bytes:
    """The notebook as a file that Jupyter opens, about this run. Raises NeedsAPerson where it is not installed."""
    place = FOLDER / f"{name}.ipynb"
    if name not in ABOUT_A_RUN or not place.is_file():
        raise NeedsAPerson("The notebooks are not beside this installation; get i2g-recon's folder with `notebooks/`.")
    book = json.loads(place.read_text(encoding="utf-8"))
    cell = next(one for one in book["cells"] if "parameters" in one["metadata"].get("tags", ()))
    cell["source"] = [line_with(line, {"run": run.id, "home": str(ws.settings.home)}) for line in cell["source"]]
    return json.dumps(book, ensure_ascii=False, indent=1).encode()


def read_as_page(ws: Workspace, run: RunView, name: str, progress: Progress | None = None) -> bytes:
    """The notebook after it was run here, as one HTML page that needs nothing else; see `notebook_page`."""
    from i2g_recon.jobs.notebook_page import run_and_show  # noqa: PLC0415 - a second of imports that few visits need

    return run_and_show(notebook_for(ws, run, name), f"{ABOUT_A_RUN[name]}, run {run.id}", FOLDER, progress)


def line_with(line: str, parameters: Mapping[str, Any]) -> str:
    """A line of the parameters' cell, with its value set where it is one of these."""
    name, equals, rest = line.partition(' = ""')
    return (
        f"{name} = {json.dumps(parameters[name], ensure_ascii=False)}{rest}" if equals and name in parameters else line
    )
