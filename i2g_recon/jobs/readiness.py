"""Will it go well? What of the organisation, its plan, the person's role and this computer could stand in the way.

Green: nothing to do. Amber: it works, and there is something to know. Red: it will not work like this. Each finding
that is not green says what to do about it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from i2g_recon.core.allowance import SMALL_PLANS
from i2g_recon.core.currency_use import currencies_in_use
from i2g_recon.core.obstacles import NEEDED
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.setup import Setup
from i2g_recon.jobs.source import current_source
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection
from i2g_recon.xero.standing import Standing

Light = Literal["green", "amber", "red"]
FEW_CALLS, HARDLY_ANY = 500, 50  # of the 5,000 a day that Xero allows an organisation
ODD_CLOCK_S, WRONG_CLOCK_S = 60, 300


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. remedy: what to do, blank for green."""

    subject: str
    light: Light
    sentence: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        """Whether it works as it is."""
        return self.light != "red"


def readiness(
    ws: Workspace, connection: Connection, organisation: Organisation, standing: Standing
) -> Iterator[Finding]:
    """What stands in the way of one organisation, by what Xero has just said."""
    setup, name = ws.store.setup(connection.tenant_id), connection.name
    source = current_source(ws, connection.tenant_id)
    foreign = [
        use.currency
        for use in (currencies_in_use(source.invoices) if source.snapshots else ())
        if use.currency != organisation.base_currency
    ]
    yield plan_finding(name, standing)
    yield role_finding(name, setup, standing)
    yield lock_finding(name, organisation)
    yield currency_finding(name, organisation, standing, foreign)
    yield budget_finding(name, ws.transport.quota_of(connection.tenant_id).day_left)
    yield clock_finding(name, ws.clock(), standing.server_time)


def plan_finding(name: str, standing: Standing) -> Finding:
    """Edition and plan."""
    subject = f"plan {name}"
    if standing.edition.upper() == "PARTNER":
        return Finding(
            subject,
            "red",
            f"'{name}' is a Partner edition (Ledger or Cashbook), which has no sales invoices.",
            "Ask who manages the books for a business edition.",
        )
    if standing.plan.upper() in SMALL_PLANS:
        return Finding(
            subject,
            "amber",
            f"The plan {standing.plan} approves only some invoices a month.",
            "Let invoices arrive as drafts, or look at the plan in Xero before a large push.",
        )
    return Finding(subject, "green", f"The plan is {standing.plan or 'not named'}.")


def role_finding(name: str, setup: Setup, standing: Standing) -> Finding:
    """What the person who connected may do."""
    subject, allowed = f"role {name}", standing.may(NEEDED.get(setup.status, ""))
    what = "drafts" if setup.status == "DRAFT" else "approved invoices"
    if allowed is None:
        return Finding(subject, "amber", f"Xero does not say whether you may make {what}.", "Push one invoice first.")
    if allowed:
        return Finding(subject, "green", f"You may make {what}.")
    drafts = setup.status != "DRAFT" and standing.may(NEEDED["DRAFT"])
    return Finding(
        subject,
        "red",
        f"Your role in '{name}' may not make {what}.",
        "Let invoices arrive as drafts, or ask for another role in Xero."
        if drafts
        else "Ask for another role in Xero.",
    )


def lock_finding(name: str, organisation: Organisation) -> Finding:
    """Lock dates."""
    locks = [day for day in (organisation.period_lock, organisation.year_lock) if day]
    if not locks:
        return Finding(f"lock dates {name}", "green", "No period is locked.")
    return Finding(
        f"lock dates {name}",
        "amber",
        f"Periods up to {max(locks).isoformat()} are locked; invoices dated until then are held.",
        "Ask who manages the books to move the lock date, or enter what belongs there together.",
    )


def currency_finding(name: str, organisation: Organisation, standing: Standing, foreign: list[str]) -> Finding:
    """Foreign currencies of the imported invoices."""
    subject = f"currencies {name}"
    lacking = [code for code in foreign if code not in organisation.currencies]
    if not foreign:
        return Finding(subject, "green", f"Everything imported is in {organisation.base_currency}.")
    if not lacking:
        return Finding(subject, "green", f"The organisation has every currency of the imports: {', '.join(foreign)}.")
    possible = standing.may("UseMulticurrency") is not False
    return Finding(
        subject,
        "amber",
        f"The organisation lacks {', '.join(lacking)}; those invoices are held.",
        "Add the currency in Xero (Settings, Currencies)."
        if possible
        else "The plan has one currency only: take a plan with several, or enter those invoices elsewhere.",
    )


def budget_finding(name: str, day_left: int | None) -> Finding:
    """Calls left today."""
    subject = f"calls {name}"
    if day_left is None:
        return Finding(subject, "green", "Xero has not counted calls yet.")
    if day_left >= FEW_CALLS:
        return Finding(subject, "green", f"{day_left:,} calls are left today.")
    light: Light = "red" if day_left < HARDLY_ANY else "amber"
    return Finding(subject, light, f"Only {day_left:,} calls are left today.", "Push a large number tomorrow.")


def clock_finding(name: str, here: dt.datetime, there: dt.datetime | None) -> Finding:
    """This computer's clock against Xero's."""
    subject = f"clock {name}"
    if there is None:
        return Finding(subject, "green", "Xero did not say what time it is.")
    apart = abs((here - there).total_seconds())
    if apart <= ODD_CLOCK_S:
        return Finding(subject, "green", "This computer's clock is right.")
    light: Light = "red" if apart > WRONG_CLOCK_S else "amber"
    said = f"This computer's clock is {apart / 60:,.0f} minutes off."
    return Finding(subject, light, said, "Set the clock by the internet: tokens and receipts depend on it.")
