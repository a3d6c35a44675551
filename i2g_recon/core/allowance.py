"""How many invoices a small Xero plan still approves this month: what is known beforehand, with a running count.

Xero does not say how many are left. Counted are the approved invoices that are dated in the month, which can be off by
those approved in another month than their own; so the sentence warns and does not hold. The limit is that of the old
Early plan, reported by users and not stated by Xero's documentation.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from i2g_recon.core.frame import Invoices
from i2g_recon.core.holds import warning
from i2g_recon.core.organisation import Organisation

SMALL_PLANS = frozenset({"EARLY", "STARTER", "IGNITE"})  # names change; an unknown one is taken to be without a limit
A_MONTH = 20
APPROVED = ("AUTHORISED", "PAID")


@dataclass(frozen=True, slots=True)
class Allowance:
    """plan: Xero's name of it; used: approved invoices of the month so far; limit: what the plan approves a month."""

    plan: str
    month: str
    used: int
    limit: int = A_MONTH

    def words(self) -> str:
        """What is used of it, as a sentence."""
        return (
            f"The plan {self.plan} is said to approve {self.limit} invoices a month; {self.used} approved ones "
            f"are dated in {self.month} so far."
        )

    def remark(self, nth: int) -> str:
        """What to say about the nth further approval, from 1 on; '' while it is within the limit."""
        number = self.used + nth
        if number <= self.limit:
            return ""
        return warning("month_limit", number=number, month=self.month, plan=self.plan, limit=self.limit)


def allowance(organisation: Organisation, target: Invoices, today: dt.date) -> Allowance | None:
    """What is used of a small plan in the month of `today`; None for a plan that is not known to be limited."""
    if organisation.plan.upper() not in SMALL_PLANS:
        return None
    rows = target.invoices
    month = f"{today:%Y-%m}"
    approved = rows["status"].str.upper().isin(APPROVED)
    dated = rows["date"].dt.strftime("%Y-%m") == month
    return Allowance(organisation.plan, month, int((approved & dated).sum()))
