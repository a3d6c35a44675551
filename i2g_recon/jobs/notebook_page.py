"""A notebook run in a kernel of this Python and shown as one page: what it says, its tables and charts, no code."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert.exporters import HTMLExporter

from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.reconcile import Progress
from i2g_recon.report.html import whole_page

LONGEST_CELL_S = 600
STYLE = """
main p, main li { color: var(--ink); max-width: 70rem; } pre { white-space: pre-wrap; font: inherit; margin: .25rem 0; }
.anchor-link { display: none; } svg { max-width: 100%; height: auto; }
"""


def run_and_show(notebook: bytes, title: str, folder: Path, progress: Progress | None = None) -> bytes:
    """The page, UTF-8. folder: where the kernel starts. progress: called with (boxes done, boxes in all).

    Raises NeedsAPerson when the notebook does not run to its end.
    """
    book = nbformat.reads(notebook.decode(), as_version=4)  # type: ignore[no-untyped-call] # nbformat has no types

    def one_done(cell_index: int, **_: Any) -> None:
        if progress:
            progress(cell_index + 1, len(book.cells))

    where = {"metadata": {"path": str(folder)}}
    client = NotebookClient(
        book, timeout=LONGEST_CELL_S, kernel_name="python3", resources=where, on_cell_complete=one_done
    )
    try:
        client.execute()
    except (CellExecutionError, DeadKernelError) as problem:
        what = getattr(problem, "ename", "") or "its Python stopped"
        raise NeedsAPerson(
            f"The notebook did not run to its end ({what}); take it as a file and run it in Jupyter to see where."
        ) from problem
    shown = HTMLExporter(  # type: ignore[no-untyped-call] # nor has nbconvert
        template_name="basic", exclude_input=True, exclude_output_prompt=True
    )
    body, _ = shown.from_notebook_node(book)
    return whole_page(title, f"<main>\n{body}\n</main>\n<footer>{escape(title)}</footer>", STYLE)
