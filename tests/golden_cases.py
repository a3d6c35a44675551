"""Reads a golden folder: source.csv, target.csv, optional *_lines.csv and policy.json, and expected.json."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from i2g_recon.core.compare import NEITHER
from i2g_recon.core.frame import LINE_COLUMNS, Invoices, table
from i2g_recon.core.intake import frame
from i2g_recon.core.money import D, to_minor, to_scaled
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.policy import Policy
from i2g_recon.core.reconcile import reconcile
from i2g_recon.core.result import Reconciliation

DAYS = ("period_from", "period_to")
GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(folder.name for folder in GOLDEN.iterdir() if folder.is_dir())


@dataclass(frozen=True)
class Case:
    source: Invoices
    target: Invoices
    policy: Policy
    organisation: Organisation | None


def load(name: str) -> Case:
    folder = GOLDEN / name
    file = folder / "policy.json"
    options: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    currencies = tuple(options.pop("currencies", ()))
    rules: dict[str, Any] = {
        key: dt.date.fromisoformat(value) if key in DAYS else value for key, value in options.items()
    }
    organisation = Organisation(tenant_id="t", name="Example", currencies=currencies) if currencies else None
    return Case(side(folder, "source"), side(folder, "target"), Policy(**rules), organisation)


def side(folder: Path, name: str) -> Invoices:
    df = read(folder / f"{name}.csv")
    for day in {"date", "due_date"} & set(df.columns):
        df[day] = df[day].where(df[day] != "", None)
    made = frame(df, name=f"{name}.csv")
    extra: dict[str, Any] = {}
    if "adds_up" in df:
        extra["adds_up"] = (df["adds_up"] == "yes").to_numpy()
    if "due_date_derived" in df:
        extra["due_date_derived"] = (df["due_date_derived"] == "yes").to_numpy()
    if "line_amount_types" in df:
        extra["line_amount_types"] = df["line_amount_types"].to_numpy()
    for column in {"paid", "outstanding"} & set(df.columns):
        extra[f"{column}_minor"] = pd.array([to_minor(D(text), "AUD") for text in df[column]], dtype="Int64")
    if "discount" in df:
        extra["discount_minor"] = [to_minor(D(text or "0"), "AUD") for text in df["discount"]]
    return replace(made, invoices=made.invoices.assign(**extra), lines=lines(folder / f"{name}_lines.csv"))


def lines(file: Path) -> pd.DataFrame:
    rows = read(file).to_dict("records") if file.exists() else []
    return table(
        [
            {
                "invoice_id": row["invoice_id"],
                "position": at,
                "description": row["description"],
                "quantity_e4": to_scaled(D(row["quantity"]), 4),
                "unit_price_e4": to_scaled(D(row["unit_price"]), 4),
                "discount_rate_e4": to_scaled(D(row.get("discount_rate") or "0"), 4),
                "discount_minor": to_minor(D(row.get("discount") or "0"), "AUD"),
                "tax_rate_e4": to_scaled(D(row["tax_rate"]), 4) if row["tax_rate"] else None,
                "tax_key": f"GST {row['tax_rate']}%",
                "line_minor": to_minor(D(row["line"]), "AUD") if row["line"] else None,
                "tax_minor": to_minor(D(row["tax"]), "AUD") if row["tax"] else None,
            }
            for at, row in enumerate(rows)
        ],
        LINE_COLUMNS,
    )


def read(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def run(case: Case) -> Reconciliation:
    return reconcile(case.source, case.target, case.policy, organisation=case.organisation)


def telling(total: dict[str, Any]) -> dict[str, Any]:
    """A currency's totals; months where there are several, what is unknown where anything is."""
    dull = set() if len(total["months"]) > 1 else {"months"}
    dull |= set() if total["unknown"]["count"] else {"unknown"}
    return {name: value for name, value in total.items() if name not in dull}


def summary(result: Reconciliation) -> dict[str, Any]:
    """What a golden pins: verdict, counts, totals with bridge, and the telling part of each item."""
    document = result.to_dict(all_items=True)
    ids = ("bucket", "reason", "number", "source_ids", "target_ids")
    told = (*ids, "matched_by", "findings", "history", "discrepancies", "causes")
    apart = [one for one in document["not_compared"] if not one["reason"].startswith(NEITHER)]
    return {
        "verdict": document["verdict"],
        "counts": document["counts"],
        "totals": [telling(total) for total in document["totals"]],
        **({"not_compared": apart} if apart else {}),
        **{name: document[name] for name in ("findings", "gaps", "root_causes", "duplicates") if document[name]},
        "items": [
            {name: item[name] for name in told if item[name] and item[name] != "exact"} for item in document["items"]
        ],
    }
