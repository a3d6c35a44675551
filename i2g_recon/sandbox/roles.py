"""What the person who connected may do in an organisation, as `/Organisation/Actions` lists it."""

from __future__ import annotations

from i2g_recon.sandbox.state import State
from i2g_recon.sandbox.wire import Json

ACTIONS = (
    "ApproveTransactionsBeforePeriodLockDate CreateApprovedBill CreateApprovedInvoice CreateBillPayment "
    "CreateDraftBill CreateDraftInvoice CreateInvoicePayment CreateRepeatingInvoice EditContacts UseMulticurrency"
).split()
BEFORE_LOCK = "ApproveTransactionsBeforePeriodLockDate"
APPROVING = "CreateApprovedBill CreateApprovedInvoice CreateBillPayment CreateInvoicePayment CreateRepeatingInvoice"
ROLES: dict[str, frozenset[str]] = {  # role -> what it withholds
    "standard": frozenset((BEFORE_LOCK,)),
    "adviser": frozenset(),
    "draft only": frozenset((BEFORE_LOCK, *APPROVING.split())),
    "read only": frozenset(ACTIONS) - {"UseMulticurrency"},
    "single currency plan": frozenset((BEFORE_LOCK, "UseMulticurrency")),
}


def role_of(state: State, tenant_id: str) -> str:
    """The role in this organisation."""
    return state.setting(f"role.{tenant_id}", "standard")


def keep_role(state: State, tenant_id: str, role: str) -> None:
    """Give the person another role."""
    state.keep_setting(f"role.{tenant_id}", role)


def actions(state: State, tenant_id: str) -> list[Json]:
    """Every action with its status."""
    withheld = ROLES[role_of(state, tenant_id)]
    return [{"Name": name, "Status": "NOT-ALLOWED" if name in withheld else "ALLOWED"} for name in ACTIONS]


def may(state: State, tenant_id: str, action: str) -> bool:
    """Whether the role allows the action."""
    return action not in ROLES[role_of(state, tenant_id)]
