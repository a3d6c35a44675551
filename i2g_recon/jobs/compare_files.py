"""Compare two files: no account, nothing stored."""

from __future__ import annotations

from pathlib import Path

from i2g_recon.core.answers import NOTHING_SAID, Answers
from i2g_recon.core.frame import Invoices
from i2g_recon.core.policy import Policy
from i2g_recon.core.reconcile import reconcile
from i2g_recon.core.result import Reconciliation
from i2g_recon.errors import UnreadableFile
from i2g_recon.invoice2go.door import read_path
from i2g_recon.xero.export_file import read_api_pages, read_sales_csv

LARGEST_BYTES = 200_000_000


def read_source(path: Path, answers: Answers = NOTHING_SAID) -> Invoices:
    """An Invoice2go export or a report-style table. Raises UnreadableFile; NeedsAnswer for what a table leaves open."""
    return read_path(path, answers=answers)


def read_target(path: Path, *, day_first: bool | None = None) -> Invoices:
    """Xero's own sales-invoice CSV export, or saved API pages (.json). Raises UnreadableFile."""
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise UnreadableFile(
                f"'{path.name}' has {size // 1_000_000} MB; files up to 200 MB can be read. Export a shorter period."
            )
        data = path.read_bytes()
    except OSError as problem:
        raise UnreadableFile(
            f"'{path.name}' cannot be opened: {problem.strerror}. Check the name and try again."
        ) from None
    try:
        if data.lstrip()[:1] in (b"{", b"["):
            return read_api_pages(data, path.name)
        return read_sales_csv(data, path.name, day_first=day_first)
    except UnreadableFile as problem:  # of two files the sentence must say which
        raise UnreadableFile(f"{path.name}: {problem}") from None


def compare_files(
    source: Path, target: Path, policy: Policy | None = None, *, answers: Answers = NOTHING_SAID
) -> Reconciliation:
    """The result for two files; answers: what they leave open, the style of dates for both.

    Raises UnreadableFile naming what cannot be read.
    """
    return reconcile(read_source(source, answers), read_target(target, day_first=answers.day_first), policy)
