"""What changed since the run before: in Invoice2go, in Xero, and where invoices stand now."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from i2g_recon.core.drift_runs import RunDrift
from i2g_recon.core.money import money_text
from i2g_recon.jobs.drift import drift
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.days import days_in
from i2g_recon.web.desk_items import BUCKETS, FIELDS
from i2g_recon.web.desk_tables import plain_table
from i2g_recon.web.desk_words import count
from i2g_recon.web.parts import sentence_on_failure

SIDES = {"source": "Invoice2go", "target": "Xero"}
KINDS = {"appeared": "New", "vanished": "Gone", "changed": "Changed"}
MOST_ROWS = 500  # the command says them all


def show_drift(ws: Workspace, connection: Connection) -> None:
    """The question, and its answer when it is asked: it reads both runs again."""
    if not st.button("What changed since the run before?", key="show_drift", icon=":material/compare_arrows:"):
        return
    with sentence_on_failure():
        found = drift(ws, connection.tenant_id)
        if found.nothing:
            st.success("Nothing changed on either side.")
            return
        for sentence in found.notes:
            st.text(sentence)
        show_totals(found)
        show_changes(found)
        show_moves(found)


def show_totals(found: RunDrift) -> None:
    """What moved the control totals of each side."""
    for row in found.totals.to_dict("records"):
        moved = {kind: int(row[f"{kind}_minor"]) for kind in KINDS}
        if any(moved.values()):
            parts = [
                f"{KINDS[kind].lower()} {money_text(minor, row['currency'])}" for kind, minor in moved.items() if minor
            ]
            before, after = (money_text(int(row[f"{name}_minor"]), row["currency"]) for name in ("before", "after"))
            st.text(f"{SIDES[row['side']]}: {before} before, {', '.join(parts)}, {after} now.")


def show_changes(found: RunDrift) -> None:
    """One row per changed field."""
    changes = found.changes
    if changes.empty:
        return
    table = pd.DataFrame(
        {
            "Side": changes["side"].map(SIDES),
            "What": changes["kind"].map(KINDS),
            "Number": changes["number"].where(changes["number"] != "", changes["reference"]),
            "Client": changes["contact"],
            "Field": [FIELDS.get(field, field.replace("_", " ").capitalize()) for field in changes["field"]],
            "Before": changes["before"].map(days_in),
            "After": changes["after"].map(days_in),
        }
    )
    said = count(len(table), "change", "changes")
    st.text(f"{said}." if len(table) <= MOST_ROWS else f"{said}; the first {MOST_ROWS:,} are shown.")
    plain_table(table.head(MOST_ROWS), key="drift_changes", alt=f"{said} since the run before")


def show_moves(found: RunDrift) -> None:
    """Invoices that stand in another bucket."""
    moves = found.moves
    if moves.empty:
        return
    names = {"": "Not there", **BUCKETS}
    table = pd.DataFrame(
        {
            "Side": moves["side"].map(SIDES),
            "Number": moves["number"],
            "Before": moves["bucket_before"].map(lambda bucket: names.get(bucket, bucket)),
            "Now": moves["bucket_after"].map(lambda bucket: names.get(bucket, bucket)),
        }
    )
    said = count(len(table), "invoice stands", "invoices stand")
    st.text(f"{said} elsewhere now.")
    plain_table(table.head(MOST_ROWS), key="drift_moves", alt=f"{said} elsewhere now")
