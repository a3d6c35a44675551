"""The front door of reports: a result document in, a working paper out, as .xlsx, .html, .md or .json.

A paper is written beside its place first and then moved there, so that a file is either the old one or the new one,
never half of it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from i2g_recon.core.result_json import document_text
from i2g_recon.errors import NeedsAPerson
from i2g_recon.report.content import paper_of
from i2g_recon.report.html import page_bytes
from i2g_recon.report.markdown import markdown_bytes
from i2g_recon.report.shapes import Decision

Kind = Literal["xlsx", "html", "md", "json"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def check_output(path: Path | None) -> None:
    """Says before any work whether a paper can be written there; no path is fine. Raises NeedsAPerson."""
    if path is None:
        return
    kind_of(path)
    if not path.parent.is_dir():
        raise NeedsAPerson(f"The folder '{path.parent}' does not exist: make it first, or choose another place.")
    if path.is_dir():
        raise NeedsAPerson(f"'{path}' is a folder: choose the name of a file.")


def kind_of(path: Path) -> Kind:
    """What kind of paper a name asks for. Raises NeedsAPerson."""
    for kind in KINDS:
        if path.suffix.lower() == f".{kind}":
            return kind
    raise NeedsAPerson(f"'{path.name}' cannot be written: choose a name that ends in .xlsx, .html, .md or .json.")


def write_paper(document: Mapping[str, Any], path: Path, decisions: Sequence[Decision] | None = None) -> None:
    """Write the paper of a result document. Raises NeedsAPerson when the place cannot take it."""
    check_output(path)
    content = paper_bytes(document, kind_of(path), decisions)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as problem:
        raise NeedsAPerson(
            f"'{path}' cannot be written ({problem.strerror}): close it if it is open, or choose another place."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def paper_bytes(document: Mapping[str, Any], kind: Kind, decisions: Sequence[Decision] | None = None) -> bytes:
    """The paper as a file's content; the same document and decisions give the same bytes.

    decisions: what people decided about it, which the JSON leaves out; None where nobody could decide anything.
    """
    if kind == "json":
        return json_bytes(document)
    paper = paper_of(document, decisions)
    if kind == "html":
        return page_bytes(paper)
    if kind == "md":
        return markdown_bytes(paper)
    from i2g_recon.report.workbook import workbook_bytes  # noqa: PLC0415 - a page or a text needs no Excel writer

    return workbook_bytes(paper)


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """The document itself. Half a character pair, which no file can hold, is written as its JSON escape."""
    return f"{document_text(document)}\n".encode(errors="backslashreplace")
