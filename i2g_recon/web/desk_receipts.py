"""Receipts of a push: what became of each invoice, as a table, as a file, and in one sentence after the recheck."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from i2g_recon.core.money import exponent, from_minor
from i2g_recon.jobs.overview import Overview
from i2g_recon.jobs.receipts import Command, Receipts
from i2g_recon.report.receipts import receipts_page
from i2g_recon.report.safe_csv import csv_bytes
from i2g_recon.web.desk_items import sums
from i2g_recon.web.desk_tables import badge, money, places_of, plain_table
from i2g_recon.web.desk_words import count
from i2g_recon.web.parts import local_time, plain

MOST_NAMED = 12
STATES = {
    "confirmed": "In Xero",
    "rejected": "Refused",
    "held": "Held",
    "uncertain": "No outcome yet",
    "approved": "No outcome yet",
    "sent": "No outcome yet",
    "stale": "Changed in Xero",
    "skipped": "Not sent",
}
DONE = {"update": "Changed", "delete": "Taken out", "void": "Taken out"}  # what confirmed means for other kinds
COLOURS = {
    "In Xero": "green",
    "Changed": "green",
    "Taken out": "green",
    "Refused": "red",
    "Held": "orange",
    "No outcome yet": "violet",
    "Changed in Xero": "orange",
    "Not sent": "gray",
}


def show_receipts(receipts: Receipts, view: Overview) -> None:
    """The last push: sentence, table and download."""
    st.header("Last push")
    said, fine = recheck_words(receipts, view)
    (st.success if fine else st.warning)(plain(f"{push_words(receipts, local_time(receipts.approved_at))} {said}"))
    table = receipts_table(receipts)
    plain_table(
        table,
        key="receipts",
        alt="What became of each pushed invoice",
        columns={
            "Outcome": badge("Outcome", COLOURS),
            "Total": money("Total", places_of(table["Total"])),
            "Xero": st.column_config.LinkColumn("Xero", display_text="Open in Xero"),
        },
    )
    name = f"receipts-{receipts.push_id}"
    words = f"{push_words(receipts, local_time(receipts.approved_at))} {said}"
    files = {
        "CSV": (csv_bytes(table), "csv", "text/csv"),
        "HTML": (receipts_page("Receipts", words, table, push=receipts.push_id, fine=fine), "html", "text/html"),
    }
    with st.container(horizontal=True, key="receipt_files"):
        for kind, (content, ending, media) in files.items():
            key = f"receipts_{ending}"
            st.download_button(
                f"Download receipts ({kind})", content, f"{name}.{ending}", media, key=key, on_click="ignore"
            )


def push_words(receipts: Receipts, when: str) -> str:
    """When it was, how many arrived with how much money, and the calls it took."""
    took = f" It took {count(receipts.calls, 'call', 'calls')} of Xero's daily allowance." if receipts.calls else ""
    if receipts.took_out:
        gone = f"{len(receipts.confirmed):,} of {count(len(receipts.commands), 'invoice is', 'invoices are')}"
        return f"Taken back {when}: {gone} out of Xero.{took}"
    arrived = f"{len(receipts.confirmed):,} of {count(len(receipts.commands), 'invoice is', 'invoices are')} in Xero"
    totals = f", {sums(receipts.totals)}" if receipts.totals else ""
    return f"Pushed {when}: {arrived}{totals}.{took}"


def recheck_words(receipts: Receipts, view: Overview) -> tuple[str, bool]:
    """What the comparison after the push says of what was confirmed, and whether all is well."""
    if view.run is None or view.pushed_since:
        return "Not checked again yet.", False
    if receipts.took_out:
        return "Held from now on; a person can copy them again.", len(receipts.confirmed) == len(receipts.commands)
    pushed = {one.source_id for one in receipts.confirmed}
    buckets = {
        source_id: item["bucket"]
        for item in view.run.document["items"]
        for source_id in item["source_ids"]
        if source_id in pushed
    }
    agree = sum(bucket == "agrees" for bucket in buckets.values())
    fine = agree == len(pushed) == len(receipts.commands)
    if not pushed:
        return "Checked again: none of them arrived.", False
    if agree == len(pushed):
        return "Checked again: what arrived agrees with Invoice2go to the cent.", fine
    return f"Checked again: {agree:,} of {len(pushed):,} agree; look at the others under Reconcile.", False


def receipts_table(receipts: Receipts) -> pd.DataFrame:
    """One row per invoice, in the order of approval."""
    places = max((exponent(one.currency) for one in receipts.commands), default=2)
    rows = [
        {
            "Outcome": [outcome(one)],
            "Number": one.number,
            "Xero number": one.xero_invoice_number,
            "Client": one.contact_name,
            "Total": from_minor(one.total_minor, one.currency).quantize(Decimal(1).scaleb(-places)),
            "Currency": one.currency,
            "What Xero said": " ".join(one.messages),
            "What to do": one.remedy,
            "Xero": receipts.links.get(one.xero_invoice_id) or None,
        }
        for one in receipts.commands
    ]
    return pd.DataFrame(rows, dtype=object)


def outcome(command: Command) -> str:
    """One word for what became of a command."""
    done = DONE.get(command.kind) if command.state == "confirmed" else None
    return done or STATES.get(command.state, command.state)


def show_open(commands: Sequence[Command]) -> bool:
    """What earlier pushes left without an outcome; gives True when a person wants it finished."""
    said = count(len(commands), "invoice of an earlier push has", "invoices of an earlier push have")
    numbers = ", ".join(one.number for one in commands[:MOST_NAMED])
    more = " and others" if len(commands) > MOST_NAMED else ""
    st.warning(plain(f"{said} no outcome yet: {numbers}{more}. Resuming looks in Xero first and sends nothing twice."))
    return st.button("Resume", key="push_resume", type="primary", icon=":material/play_arrow:")
