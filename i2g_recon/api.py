"""The Python contract: what a notebook or a script does with two sides and their reconciliation.

    source, target = i2g.read_invoice2go("export.zip"), i2g.read_xero("SalesInvoices.csv")
    result = i2g.reconcile(source, target)
    result.counts, result.bridge, result.to_excel("working paper.xlsx")

Users import the names from `i2g_recon` itself. Renaming or removing one breaks their scripts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pandas as pd

from i2g_recon.core import reconcile as core
from i2g_recon.core import result as core_result
from i2g_recon.core.answers import Answers
from i2g_recon.core.drift_runs import RunDrift, drift_of_runs
from i2g_recon.core.frame import Invoices
from i2g_recon.core.intake import frame
from i2g_recon.core.money import decimal_text
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.policy import Policy
from i2g_recon.core.propose import near_matches
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.compare_files import read_source, read_target
from i2g_recon.jobs.stored_runs import StoredRun, stored_run
from i2g_recon.jobs.workspace import open_workspace
from i2g_recon.report.paper import Kind, write_paper
from i2g_recon.settings import load

__all__ = [
    "Invoices",
    "Organisation",
    "Policy",
    "Reconciliation",
    "StoredRun",
    "drift",
    "frame",
    "propose",
    "read_invoice2go",
    "read_run",
    "read_xero",
    "reconcile",
]
BRIDGE_COLUMNS = ["currency", "reason", "count", "amount", "amount_minor"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Reconciliation(core_result.Reconciliation):
    """What was found. items, discrepancies, bridge, totals are DataFrames; counts and verdict plain values.

    Amounts are decimal strings in major units; columns that end in _minor hold whole minor units. about: the
    organisation as the JSON names it, where one was given.
    """

    about: Mapping[str, str] = field(default_factory=dict)

    def to_dict(
        self, *, run: str = "", organisation: dict[str, str] | None = None, all_items: bool = False
    ) -> dict[str, Any]:
        """The JSON document as plain values; agreeing items only when asked for."""
        return super().to_dict(run=run, organisation=organisation or dict(self.about), all_items=all_items)

    def to_excel(self, path: str | Path, *, all_items: bool = True) -> None:
        """Write the working paper as a workbook (.xlsx). Raises NeedsAPerson when the place cannot take it."""
        write_paper(self.to_dict(all_items=all_items), ending(path, "xlsx"))

    def to_html(self, path: str | Path, *, all_items: bool = True) -> None:
        """Write the working paper as one self-contained page (.html). Raises NeedsAPerson as `to_excel`."""
        write_paper(self.to_dict(all_items=all_items), ending(path, "html"))


def read_invoice2go(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    currency: str = "",
    decimal: str = "",
) -> Invoices:
    r"""An Invoice2go export, or a report-style table (csv, xlsx): .invoices, .lines (DataFrames), .row_errors, .notes.

    For a table: columns maps a field (number, date, client, total, ...) to a heading; day_first, currency and decimal
    answer what the table leaves open. Raises UnreadableFile; NeedsAnswer names the open question.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     table = Path(folder) / "invoices.csv"
    ...     _ = table.write_text("Invoice No.,Client,Date,Total\nHT-1,Ada Lowe,25/03/2026,110.00\n")
    ...     side = read_invoice2go(table, currency="AUD")
    >>> side.invoices[["number", "currency", "total_minor"]].to_numpy().tolist()
    [['HT-1', 'AUD', 11000]]
    """
    return read_source(Path(path), Answers(columns or {}, day_first, currency.upper(), decimal))


def read_xero(origin: str | Path | StoredRun, *, day_first: bool | None = None) -> Invoices:
    """Xero's own sales-invoice CSV, saved API pages (.json), or the Xero side of a workspace run.

    day_first: how the CSV writes dates, needed only where the file itself does not show it. Raises UnreadableFile.

    >>> from tempfile import TemporaryDirectory
    >>> import json
    >>> page = {"Invoices": [{"InvoiceID": "x1", "Reference": "HT-1", "CurrencyCode": "AUD", "Total": 110.0}]}
    >>> with TemporaryDirectory() as folder:
    ...     pages = Path(folder) / "pages.json"
    ...     _ = pages.write_text(json.dumps(page))
    ...     side = read_xero(pages)
    >>> side.invoices[["id", "reference", "total_minor"]].to_numpy().tolist()
    [['x1', 'HT-1', 11000]]
    """
    if isinstance(origin, StoredRun):
        return origin.target
    return read_target(Path(origin), day_first=day_first)


def read_run(run: str = "", *, home: str | Path | None = None, organisation: str = "") -> StoredRun:
    """A run of the workspace, the newest where none is named. Meant for scripts beside the app, not inside it.

    Raises NeedsAPerson when there is no such run, NotConnected when the organisation is unclear.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     read_run("no-such-run", home=folder)
    Traceback (most recent call last):
    i2g_recon.errors.NeedsAPerson: There is no run no-such-run: reconcile first.
    """
    ws = open_workspace(load(home=Path(home) if home else None))
    try:
        kept = ws.store.run(run) if run else ws.store.latest_run(ws.organisation(organisation).tenant_id)
        if kept is None:
            raise NeedsAPerson(f"There is no run {run}: reconcile first." if run else "There is no run yet: reconcile.")
        return stored_run(ws, kept)
    finally:
        ws.close()


def reconcile(
    source: Invoices, target: Invoices, policy: Policy | None = None, organisation: Organisation | None = None
) -> Reconciliation:
    """Compare two sides; the arguments are not changed. With an organisation, currencies it lacks are named.

    .items: one row per pair, per lone invoice and per ambiguous group; .discrepancies: one row per differing field;
    .bridge: per currency what leads from one total to the other; amounts are decimal strings in major units.

    >>> columns = ["id", "reference", "currency", "total"]
    >>> sent = [["i1", "HT-1", "AUD", "110.00"], ["i2", "HT-2", "AUD", "55.00"]]
    >>> held = [["x1", "HT-1", "AUD", "109.99"]]
    >>> result = reconcile(*(frame(pd.DataFrame(rows, columns=columns)) for rows in (sent, held)))
    >>> result.items[["bucket", "reason", "number"]].to_numpy().tolist()
    [['missing', 'sent_not_in_target', 'HT-2'], ['differs', 'differs', 'HT-1']]
    >>> result.bridge[["reason", "count", "amount"]].to_numpy().tolist()
    [['sent_not_in_target', 1, '-55.00'], ['unknown', 1, '-0.01']]
    """
    found = core.reconcile(source, target, policy, organisation=organisation)
    parts = {part.name: getattr(found, part.name) for part in fields(core_result.Reconciliation)}
    amounts = [
        decimal_text(minor, currency)
        for minor, currency in zip(found.bridge["amount_minor"], found.bridge["currency"], strict=True)
    ]
    bridge = found.bridge.assign(amount=amounts).astype({"amount": "str"})[BRIDGE_COLUMNS]
    return Reconciliation(**{**parts, "bridge": bridge}, about=about(organisation))


def propose(source: Invoices, target: Invoices, policy: Policy | None = None) -> pd.DataFrame:
    """Near matches among the unpaired rows: source_id, target_id, tier, score (0 to 1), why, auto; best first.

    A row may stand in several proposals (at most three are its own); auto is True at most once for a row of either
    side. Nothing is paired by this.

    >>> columns = ["id", "reference", "number", "contact", "currency", "total", "date"]
    >>> sent = ["i1", "HT-0012", "HT-0012", "Ada Lowe", "AUD", "110.00", "2026-03-02"]
    >>> held = ["x1", "", "HT-0012", "Ada Lowe", "AUD", "110.00", "2026-03-05"]
    >>> near = propose(*(frame(pd.DataFrame([row], columns=columns)) for row in (sent, held)))
    >>> print(near.loc[0, "tier"], near.loc[0, "score"], near.loc[0, "auto"], near.loc[0, "why"], sep=" | ")
    number | 0.9901 | True | Same number, client and amount, 3 days apart.
    """
    policy = policy or Policy()
    return near_matches(core.reconcile(source, target, policy).compared, policy)


def drift(before: StoredRun, after: StoredRun) -> RunDrift:
    """What changed in Invoice2go and in Xero between two runs, and which invoices stand in another bucket now.

    .changes: one row per changed field, values as text; .totals: per side and currency what moved the control total, in
    minor units; .moves: bucket and reason before and after.

    >>> def run(name: str, total: str) -> StoredRun:
    ...     columns = ["id", "reference", "currency", "total"]
    ...     source, target = (frame(pd.DataFrame([[one, "HT-1", "AUD", total]], columns=columns)) for one in "sx")
    ...     document = reconcile(source, target).to_dict(all_items=True)
    ...     return StoredRun(id=name, source=source, target=target, organisation=None, document=document)
    >>> found = drift(run("in May", "110.00"), run("in June", "99.00"))
    >>> found.changes[["side", "field", "before", "after", "delta"]].to_numpy().tolist()
    [['source', 'total', '110.00', '99.00', '-11.00'], ['target', 'total', '110.00', '99.00', '-11.00']]
    """
    return drift_of_runs(before, after)


def about(organisation: Organisation | None) -> dict[str, str]:
    """An organisation as the JSON names it."""
    if organisation is None:
        return {}
    return {
        "name": organisation.name,
        "tenant_id": organisation.tenant_id,
        "base_currency": organisation.base_currency,
    }


def ending(path: str | Path, kind: Kind) -> Path:
    """The path, when its name ends as the paper must. Raises NeedsAPerson."""
    place = Path(path)
    if place.suffix.lower() != f".{kind}":
        raise NeedsAPerson(f"'{place.name}' cannot be written: choose a name that ends in .{kind}.")
    return place
