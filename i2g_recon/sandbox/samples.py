"""Sample files that belong to the demo seed: what Invoice2go exports, and what Xero exports of the same business."""

from __future__ import annotations

from pathlib import Path

from i2g_recon.sandbox.demo import demo_seed, sample_export
from i2g_recon.sandbox.xero_csv import sales_invoices_csv

EXPORT_NAME = "invoice2go_export.zip"
XERO_NAME = "SalesInvoices.csv"


def write_samples(folder: Path) -> list[Path]:
    """Write both files into a folder, made when absent; gives their paths. Always the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {EXPORT_NAME: sample_export(), XERO_NAME: sales_invoices_csv(demo_seed())}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]
