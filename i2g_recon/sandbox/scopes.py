"""Which permissions exist, and which one an endpoint wants.

Apps made since 2 March 2026 get granular scopes only; an app switched to `old_app` may ask for the broad ones too.
"""

from __future__ import annotations

IDENTITY = frozenset("openid profile email offline_access".split())
READ_WRITE = (
    "accounting.invoices accounting.payments accounting.banktransactions accounting.manualjournals "
    "accounting.settings accounting.contacts accounting.attachments files assets projects"
)
REPORTS = "aged balancesheet banksummary budgetsummary executivesummary profitandloss trialbalance taxreports"
GRANULAR = frozenset(
    [name + ending for name in READ_WRITE.split() for ending in ("", ".read")]
    + [f"accounting.reports.{name}.read" for name in REPORTS.split()]
    + ["accounting.journals.read", "accounting.budgets.read"]
)
BROAD = frozenset("accounting.transactions accounting.transactions.read accounting.reports.read".split())
WANTED = {
    "organisation": "accounting.settings",
    "currencies": "accounting.settings",
    "accounts": "accounting.settings",
    "taxrates": "accounting.settings",
    "contacts": "accounting.contacts",
    "invoices": "accounting.invoices",
    "payments": "accounting.payments",
}
COVERED_BY_TRANSACTIONS = frozenset(("accounting.invoices", "accounting.payments"))


def unknown(asked: list[str], *, old_app: bool) -> list[str]:
    """Asked-for scopes that this app cannot have."""
    known = IDENTITY | GRANULAR | (BROAD if old_app else frozenset())
    return [scope for scope in asked if scope not in known]


def permits(held: list[str], resource: str, *, writes: bool) -> bool:
    """Whether the held scopes allow a call of this resource (lower case)."""
    wanted = WANTED.get(resource)
    if wanted is None:
        return True
    enough = {wanted} | ({"accounting.transactions"} if wanted in COVERED_BY_TRANSACTIONS else set())
    return any(scope in enough or (not writes and scope.removesuffix(".read") in enough) for scope in held)
