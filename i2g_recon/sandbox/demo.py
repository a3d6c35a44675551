"""The demo: a seed for the sandbox and the Invoice2go export that belongs to it, with every exception kind planted.

`PLANTED` says how many of each kind there are, `planted()` which invoices of either side carry them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from i2g_recon.sandbox import demo_business as business
from i2g_recon.sandbox.countries import defaults, record_id
from i2g_recon.sandbox.demo_plan import KINDS, PLANTED, Kind
from i2g_recon.sandbox.demo_source import source_invoices
from i2g_recon.sandbox.demo_target import target_contacts, target_invoices
from i2g_recon.sandbox.i2g_export import csv_bytes, zip_bytes

__all__ = ["EXPORT_CSV", "PLANTED", "Plant", "demo_seed", "planted", "sample_export", "source_invoices"]

EXPORT_CSV = "harbourside_invoice_20261115.csv"
CLIENTS_CSV = "harbourside_client_20261115.csv"
ITEMS_CSV = "harbourside_item_20261115.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """One planted exception. number: Invoice2go's, or Xero's Reference where Invoice2go has nothing.

    source_ids: `Id` of the export; target_ids: InvoiceID in Xero, voided and deleted copies included.
    """

    kind: str
    number: str
    reason: str
    cause: str
    fields: tuple[str, ...]
    source_ids: tuple[str, ...]
    target_ids: tuple[str, ...]


def demo_seed() -> dict[str, Any]:
    """The demo organisation in Xero's shape: Organisations, Accounts, TaxRates, Currencies, Contacts, Invoices."""
    seed = defaults("AU")
    seed["Organisations"][0] |= {
        "OrganisationID": record_id("demo", "organisation"),
        "Name": business.NAME,
        "LegalName": business.NAME,
        "ShortCode": "!hTr4D",
        "PeriodLockDate": "2025-12-31",
        "EndOfYearLockDate": "2025-06-30",
    }
    seed["Accounts"].append(retired_account(seed["Accounts"]))
    return seed | {"Contacts": target_contacts(), "Invoices": target_invoices()}


def retired_account(accounts: list[dict[str, Any]]) -> dict[str, Any]:
    """An archived sales account, which no picker may offer."""
    sales = next(account for account in accounts if account["Name"] == "Sales")
    retired = {"AccountID": record_id("demo", "account", "205"), "Code": "205", "Name": "Sales - old shop"}
    return {**sales, **retired, "Status": "ARCHIVED"}


def sample_export() -> bytes:
    """The Invoice2go download of the demo's business: a zip with invoices, clients and items. Always the same bytes."""
    others = {CLIENTS_CSV: clients_csv(), ITEMS_CSV: items_csv()}
    return zip_bytes(EXPORT_CSV, csv_bytes(source_invoices()), others)


def clients_csv() -> bytes:
    """A small client file, there to be ignored; Invoice2go's own headings are not known."""
    rows = (f'"{client.name}",{client.email}' for client in business.CLIENTS.values())
    return "\n".join(("Name,Email", *rows, "")).encode("utf-8-sig")


def items_csv() -> bytes:
    """A small item file, there to be ignored."""
    rows = (f"{place},{job.price}" for place, job in enumerate(business.JOBS, start=1))
    return "\n".join(("Item,Price", *rows, "")).encode("utf-8-sig")


def planted() -> tuple[Plant, ...]:
    """Everything planted, with the ids on both sides."""
    targets = target_invoices()
    return tuple(plant(kind, number, targets) for kind in KINDS for number in kind.numbers)


def plant(kind: Kind, number: str, targets: list[dict[str, Any]]) -> Plant:
    """One planted number with all that bears it on either side."""
    reference = "" if number == "(blank)" else number
    return Plant(
        kind=kind.name,
        number=reference,
        reason=kind.reason,
        cause=kind.cause,
        fields=kind.fields,
        source_ids=tuple(invoice.id for invoice in source_invoices() if invoice.number == reference),
        target_ids=tuple(t["InvoiceID"] for t in targets if t["Reference"].strip().casefold() == reference.casefold()),
    )
