"""What an import brought: file by file, its sums, its notes, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from i2g_recon.core.answers import NOTHING_SAID, Answers
from i2g_recon.errors import UnreadableFile
from i2g_recon.jobs.import_export import ImportedFile, ImportReport, look_at
from i2g_recon.jobs.pull import known_organisation
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.report.safe_csv import csv_bytes
from i2g_recon.web.desk_items import sums
from i2g_recon.web.desk_table import ask
from i2g_recon.web.desk_tables import plain_table
from i2g_recon.web.desk_words import count
from i2g_recon.web.parts import plain


def ask_about(ws: Workspace, connection: Connection, uploads: Sequence[tuple[str, bytes]]) -> Answers | None:
    """What a person says about the first file that leaves something open; None while it does.

    A file that cannot be read at all says so when it is imported.
    """
    for name, data in uploads:
        try:
            seen = look_at(ws, connection, name, data)
        except UnreadableFile:
            continue
        if seen is not None and seen.question:
            organisation, _ = known_organisation(ws, connection)
            currencies = list(dict.fromkeys([organisation.base_currency, *organisation.currencies]))
            return ask(partial(look_at, ws, connection, name, data), currencies)
    return NOTHING_SAID


def show_report(report: ImportReport) -> None:
    """The whole report; a file with refused rows never looks fine."""
    refused = sum(file.refused for file in report.files)
    held = f"{count(report.invoices, 'invoice', 'invoices')} from Invoice2go are known now."
    if refused:
        st.warning(f"{count(refused, 'row', 'rows')} could not be read and must not be forgotten. {plain(held)}")
    else:
        st.success(f"Every row was read. {plain(held)}")
    if report.no_longer_exported:
        gone = count(report.no_longer_exported, "invoice is", "invoices are")
        st.warning(f"{gone} no longer in the newest export and were probably deleted in Invoice2go.")
    for number, file in enumerate(report.files, start=1):
        show_file(file, number)


def show_file(file: ImportedFile, number: int) -> None:
    """One file: figures, notes, and its rows with errors or doubts."""
    with st.container(border=True):
        st.text(file.name)
        st.text(file_words(file))
        for note in file.notes:
            st.text(note)
        if file.row_errors:
            table = error_table(file)
            plain_table(table, key=f"row_errors_{number}", alt=f"Rows with errors or doubts in file {number}")
            st.download_button(
                "Download these rows (CSV)",
                csv_bytes(table),
                f"row-errors-{number}.csv",
                "text/csv",
                key=f"row_errors_csv_{number}",
                on_click="ignore",
            )


def file_words(file: ImportedFile) -> str:
    """Rows, accepted, refused, sums, and whether the file was known."""
    known = " Imported before, so nothing was stored again." if file.repeated else ""
    money = f" Accepted: {sums(dict(file.totals))}." if file.totals else ""
    return f"{count(file.rows, 'row', 'rows')}, {file.accepted:,} accepted, {file.refused:,} refused.{money}{known}"


def error_table(file: ImportedFile) -> pd.DataFrame:
    """One row per error or doubt."""
    rows = [
        {
            "Line": one.row,
            "Refused": "Refused" if one.refused else "Read, with a doubt",
            "Column": one.column,
            "Value": one.value,
            "Problem": one.problem,
            "What to do": one.remedy,
            "Total": one.amount,
        }
        for one in file.row_errors
    ]
    return pd.DataFrame(rows, dtype=object)
