"""What an import brought: file by file, its sums, its notes, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from i2g_recon.core.answers import NOTHING_SAID, Answers
from i2g_recon.errors import UnreadableFile
from i2g_recon.jobs.import_export import ImportedFile, ImportReport, look_at
from i2g_recon.jobs.imports import imports, take_back, taking_back
from i2g_recon.jobs.pull import known_organisation
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.report.safe_csv import csv_bytes
from i2g_recon.web.desk_items import sums
from i2g_recon.web.desk_table import ask
from i2g_recon.web.desk_tables import plain_table
from i2g_recon.web.desk_words import count
from i2g_recon.web.parts import local_time, plain, sentence_on_failure


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


def show_imports(ws: Workspace, connection: Connection) -> None:
    """What was imported so far, each with the way back; what that means is said before it is done."""
    known = imports(ws, connection)
    if not known:
        return
    st.header("Imported so far", anchor=False)
    for one in known:
        told, away = st.columns((5, 1), vertical_alignment="center")
        errors = f", {count(one.row_errors, 'row', 'rows')} with an error or doubt" if one.row_errors else ""
        told.text(f"{one.name}\n{local_time(one.taken_at)}, {count(one.rows, 'row', 'rows')}{errors}")
        with away.popover("Take back", key=f"take_back_{one.id}"):
            if st.button("What would that mean?", key=f"take_back_ask_{one.id}"):
                st.session_state["taking_back"] = one.id
            if st.session_state.get("taking_back") == one.id:
                ask_to_take_back(ws, connection, one.id)


def ask_to_take_back(ws: Workspace, connection: Connection, snapshot_id: int) -> None:
    """What it means, and the button that does it."""
    with sentence_on_failure():
        st.text(taking_back(ws, connection, snapshot_id).words)
        if st.button("Take this import back", key=f"take_back_now_{snapshot_id}", type="primary"):
            take_back(ws, connection, snapshot_id)
            st.session_state.pop("taking_back")
            st.session_state.pop("imported", None)
            st.rerun()
