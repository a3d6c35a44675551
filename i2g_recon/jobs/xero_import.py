"""The missing invoices as a file for Xero's own import screen, with a connection or from two files alone."""

from __future__ import annotations

from collections.abc import Mapping

from i2g_recon.core import frame
from i2g_recon.core.organisation import Account, Organisation, TaxRate
from i2g_recon.core.plan import make_plan
from i2g_recon.core.result import Reconciliation
from i2g_recon.core.setup import Setup, taxes_in_use
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.plan import PlanView
from i2g_recon.jobs.pull import known_organisation
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.report.xero_import import ImportFiles, import_files
from i2g_recon.store.records import Connection

MONTH_FIRST = "US"


def import_of_plan(ws: Workspace, connection: Connection, view: PlanView) -> ImportFiles:
    """What the plan would create and no push stands for already."""
    organisation, _ = known_organisation(ws, connection)
    names = {rate.tax_type: rate.name for rate in organisation.tax_rates if rate.status == "ACTIVE"}
    commands = [one for one in view.commands if one.source_id not in view.standing]
    return import_files(commands, names, day_first=organisation.country != MONTH_FIRST)


def import_of_files(
    result: Reconciliation, *, account: str, taxes: Mapping[str, str], day_first: bool | None
) -> ImportFiles:
    """The same without a connection: the account code and the names of Xero's tax rates are what the person says.

    taxes: Invoice2go's tax ("GST 10%") to the name of the rate in Xero. Raises NeedsAPerson for what is not said.
    """
    if day_first is None:
        raise NeedsAPerson("Say how your Xero writes dates: --dates day-first or --dates month-first.")
    items = result.exceptions
    missing = items[items["bucket"] == "missing"]
    reasons = {ids[0]: reason for ids, reason in zip(missing["source_ids"], missing["reason"], strict=True)}
    invoices = frame.records(result.source, reasons)
    used = {one.key: one for one in taxes_in_use(frame.from_records(invoices))}
    if unnamed := [key for key in used if key not in taxes]:
        said = " ".join(f"--tax '{key}=NAME IN XERO'" for key in unnamed)
        raise NeedsAPerson(f"Say which of Xero's tax rates stand for Invoice2go's: {said}.")
    rates = tuple(
        TaxRate(name=taxes[key], tax_type=taxes[key], rate=one.rate, status="ACTIVE", applies_to=frozenset({"REVENUE"}))
        for key, one in used.items()
        if one.rate is not None
    )
    sales = Account(code=account, name="Sales", type="REVENUE", klass="REVENUE", status="ACTIVE")
    currencies = tuple(sorted(set(result.target.invoices["currency"])))  # what Xero is known to have
    commands = make_plan(
        [(invoice, reasons[invoice.id]) for invoice in invoices],
        target=result.target,
        organisation=Organisation(
            tenant_id="", name="", currencies=currencies, base_currency="", accounts=(sales,), tax_rates=rates
        ),
        setup=Setup(
            revenue_account=account,
            tax_map=dict(taxes),
            taxes_confirmed=True,
            currency_confirmed=True,
            completed=True,
        ),
        contacts=(),
        near={ids[0]: near for ids, near in zip(missing["source_ids"], missing["proposals"], strict=True)},
    )
    return import_files(commands, {name: name for name in taxes.values()}, day_first=day_first)
