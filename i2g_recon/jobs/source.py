"""What Invoice2go says as of now: all imports of an organisation as one side.

The export is a full dump, so every import repeats old rows. An invoice is its `Id`; of several copies the one changed
last wins. A row that the newest export of its account no longer holds was probably deleted in Invoice2go: it stays, is
marked, and is never pushed by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from i2g_recon.core.frame import INVOICE_COLUMNS, LINE_COLUMNS, Invoices, Origin, empty_frame
from i2g_recon.core.reference_keys import match_keys
from i2g_recon.invoice2go.listing_rows import LISTING
from i2g_recon.jobs.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Source:
    """The source side and the snapshots it was made of, newest first."""

    invoices: Invoices
    snapshots: tuple[int, ...]


def current_source(ws: Workspace, tenant_id: str) -> Source:
    """All imports of the organisation as one side; empty when nothing was imported."""
    ids = tuple(info.id for info in ws.store.snapshots(tenant_id, "source"))
    return merged_source(ws, ids)


def merged_source(ws: Workspace, snapshots: tuple[int, ...]) -> Source:
    """The same for a given list of snapshots, newest first: how a stored run finds its source again."""
    side = ws.memory.recall("source", snapshots, lambda: merge([ws.store.load_snapshot(one) for one in snapshots]))
    return Source(side, snapshots)


def target_side(ws: Workspace, snapshot: int) -> Invoices:
    """One look at Xero. Raises as `load_snapshot`."""
    return ws.memory.recall("target", snapshot, lambda: ws.store.load_snapshot(snapshot))


def merge(imports: list[Invoices]) -> Invoices:
    """Imports, newest first, as one side; tables without ids (`invoice2go.listing`) only while there is no export."""
    exports = [one for one in imports if not is_listing(one)]
    if exports and len(exports) < len(imports):
        return noted(merge(exports), "Tables without ids are set aside, because Invoice2go's own export says more.")
    if not imports:
        return Invoices(empty_frame(INVOICE_COLUMNS), empty_frame(LINE_COLUMNS))
    if len(imports) == 1:
        return imports[0]
    if not exports:
        return merge_listings(imports)
    stacked = pd.concat(
        [one.invoices.assign(import_no=number) for number, one in enumerate(imports)], ignore_index=True
    ).sort_values(["updated", "import_no"], ascending=[False, True], kind="stable", na_position="last")
    newest = stacked.drop_duplicates(subset="id", keep="first")
    kept = newest.assign(no_longer_exported=~newest["id"].isin(still_exported(imports)))
    lines = [
        one.lines[one.lines["invoice_id"].isin(kept.loc[kept["import_no"] == number, "id"])]
        for number, one in enumerate(imports)
    ]
    latest, speaking = imports[0], [imports[number] for number in sorted({0, *newest_exports(imports).values()})]
    row_errors = tuple(dict.fromkeys(error for one in speaking for error in one.row_errors))
    refused = sum(error.refused for error in row_errors)
    return Invoices(
        kept[list(INVOICE_COLUMNS)].sort_values("id", ignore_index=True),
        pd.concat(lines, ignore_index=True),
        row_errors=row_errors,
        origin=Origin(name=latest.origin.name, sha256=latest.origin.sha256, rows=len(kept) + refused),
        notes=tuple(dict.fromkeys(note for one in speaking for note in one.notes)),
    )


def is_listing(side: Invoices) -> bool:
    """Whether a side came from a report-style table, which has no ids."""
    return bool((side.invoices["account"] == LISTING).any())


def noted(side: Invoices, note: str) -> Invoices:
    """A side with one more sentence about it."""
    return replace(side, notes=(*side.notes, note))


def merge_listings(listings: list[Invoices]) -> Invoices:
    """Tables without ids, newest first: a newer row with the same number takes the place of an older one.

    What a newer table lacks although its dates span it was probably deleted in Invoice2go, and is marked. A refused row
    counts until a newer table spans all dates of its own, for then the row was written again.
    """
    read = {one.origin.sha256: one for one in reversed(listings)}  # of one file read twice the newer reading
    tables = [one for one in listings if read[one.origin.sha256] is one]
    kept: list[pd.DataFrame] = []
    seen: set[str] = set()
    spans: list[tuple[pd.Timestamp, pd.Timestamp]] = []
    for one in tables:
        keys = match_keys(one.invoices["number"])
        rows = one.invoices[~keys.isin(seen) | (keys == "")]
        gone = np.logical_or.reduce([rows["date"].between(*span) for span in spans]) if spans else False
        kept.append(rows.assign(no_longer_exported=gone))
        seen |= set(keys) - {""}
        spans.append((one.invoices["date"].min(), one.invoices["date"].max()))
    invoices = pd.concat(kept, ignore_index=True).drop_duplicates("id").sort_values("id", ignore_index=True)
    standing = [one for n, one in enumerate(tables) if not covered(spans[n], spans[:n])]
    row_errors = tuple(dict.fromkeys(error for one in standing for error in one.row_errors))
    return Invoices(
        invoices.astype(INVOICE_COLUMNS),
        empty_frame(LINE_COLUMNS),
        row_errors=row_errors,
        origin=Origin(
            name=tables[0].origin.name,
            sha256=tables[0].origin.sha256,
            rows=len(invoices) + sum(error.refused for error in row_errors),
        ),
        notes=tuple(dict.fromkeys(note for one in tables for note in one.notes)),
    )


def covered(span: tuple[pd.Timestamp, pd.Timestamp], newer: list[tuple[pd.Timestamp, pd.Timestamp]]) -> bool:
    """Whether one of the newer spans holds the whole of this one."""
    return any(begin <= span[0] and span[1] <= end for begin, end in newer)


def still_exported(imports: list[Invoices]) -> set[str]:
    """The ids in the newest export of each account."""
    newest = newest_exports(imports)
    return {
        one
        for account, number in newest.items()
        for one in imports[number].invoices.loc[imports[number].invoices["account"] == account, "id"]
    }


def newest_exports(imports: list[Invoices]) -> dict[str, int]:
    """Account to the position of its newest export: the one whose rows were changed last, of equals the first here.

    Its refused rows stay part of the side whatever older file is imported after it: they are invoices nobody compared.
    """
    newest: dict[str, tuple[pd.Timestamp, int]] = {}
    for number, one in enumerate(imports):
        for account, rows in one.invoices.groupby("account"):
            changed = rows["updated"].max()
            age = pd.Timestamp.min if pd.isna(changed) else changed
            if str(account) not in newest or age > newest[str(account)][0]:
                newest[str(account)] = (age, number)
    return {account: number for account, (_, number) in newest.items()}
