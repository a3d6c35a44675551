"""Import Invoice2go exports: drop files, see what was read and what was not, go on to the comparison."""

from __future__ import annotations

import streamlit as st

from i2g_recon.core.answers import NOTHING_SAID
from i2g_recon.jobs.auto_export import import_then_export
from i2g_recon.web.beside import done
from i2g_recon.web.desk_import import ask_about, show_imports, show_report
from i2g_recon.web.desk_tables import link
from i2g_recon.web.desk_words import count
from i2g_recon.web.parts import current_connection, page_header, sentence_on_failure, show_sentence, workspace

with sentence_on_failure():
    ws = workspace()
    connection = current_connection(ws)
    page_header("Import", ws, connection)

    if ws.settings.demo:
        st.info(
            "The sample export of this organisation was imported already. "
            "To get it as files: i2g\\-recon samples, and a folder to put them in."
        )
    uploads = st.file_uploader(
        "Invoice2go exports (zip or csv), or tables of invoices (csv or xlsx)",
        type=["zip", "csv", "xlsx"],
        accept_multiple_files=True,
        key="import_files",
        help="The file as Invoice2go gave it, never opened in a spreadsheet program. Importing twice does no harm.",
    )
    answers = ask_about(ws, connection, [(one.name, one.getvalue()) for one in uploads])
    pressed = st.button("Import", key="import_now", type="primary", disabled=not uploads or answers is None)
    files = [(one.name, one.getvalue()) for one in uploads] if pressed else []
    if pressed:
        st.session_state.pop("imported", None)
    with sentence_on_failure():
        brought = done(
            pressed,
            f"import {connection.tenant_id}",
            "Reading the files",
            lambda progress: import_then_export(ws, connection, files, progress, answers=answers or NOTHING_SAID),
            stoppable=True,
        )
        if brought is not None:
            st.session_state["imported"] = (connection.tenant_id, brought.report)
            if brought.sent:
                sent = count(brought.sent, "invoice", "invoices")
                st.info(f"Automatic export is sending {sent}; see page Push.")
            if brought.trouble is not None:
                show_sentence(brought.trouble)

    tenant_id, report = st.session_state.get("imported", ("", None))
    if report is not None and tenant_id == connection.tenant_id:
        show_report(report)
        link("reconcile", "Compare with Xero")
    show_imports(ws, connection)
