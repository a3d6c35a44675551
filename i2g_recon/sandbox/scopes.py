"""Which permissions exist, and which one an endpoint wants.

Apps made since 2 March 2026 get granular scopes only. The setting `old_app` makes the app an older one: `1` may ask for
both kinds, `broad` has not been moved and knows the broad ones only.
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
MOVED = frozenset(  # what the broad scopes were split into
    name + ending
    for name in "accounting.invoices accounting.payments accounting.banktransactions accounting.manualjournals".split()
    for ending in ("", ".read")
)
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


def unknown(asked: list[str], *, old_app: str) -> list[str]:
    """Asked-for scopes that this app cannot have."""
    known = {"": GRANULAR, "1": GRANULAR | BROAD, "broad": (GRANULAR - MOVED) | BROAD}[old_app] | IDENTITY
    return [scope for scope in asked if scope not in known]


def permits(held: list[str], resource: str, *, writes: bool) -> bool:
    """Whether the held scopes allow a call of this resource (lower case)."""
    wanted = WANTED.get(resource)
    if wanted is None:
        return True
    enough = {wanted} | ({"accounting.transactions"} if wanted in COVERED_BY_TRANSACTIONS else set())
    return any(scope in enough or (not writes and scope.removesuffix(".read") in enough) for scope in held)
