"""How an organisation's invoices are compared: its own rules, the usual ones until it has any."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from i2g_recon.core.policy import Policy
from i2g_recon.errors import NeedsAPerson, NotConfigured
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection

NAME = "policy:"  # of the stored choice, followed by the organisation


def policy_of(
    ws: Workspace, tenant_id: str, period_from: dt.date | None = None, period_to: dt.date | None = None
) -> Policy:
    """The rules of an organisation, for one period or for everything."""
    kept = json.loads(ws.store.preference(f"{NAME}{tenant_id}") or "{}")
    return replace(policy_from(kept), period_from=period_from, period_to=period_to)


def save_policy(ws: Workspace, connection: Connection, policy: Policy) -> None:
    """Keep the rules, without any period; the next comparison uses them."""
    before, after = policy_of(ws, connection.tenant_id), replace(policy, period_from=None, period_to=None)
    if after == before:
        return
    ws.store.prefer(f"{NAME}{connection.tenant_id}", json.dumps(rules_of(after)))
    was, now = rules_of(before), rules_of(after)
    changed = {name: f"{was[name]} -> {now[name]}" for name in now if was[name] != now[name]}
    ws.store.log(ws.clock(), "", "changed rules", connection.name, tenant_id=connection.tenant_id, detail=changed)


def rules_of(policy: Policy) -> dict[str, Any]:
    """The rules as plain values, without the period."""
    return {name: value for name, value in policy.to_dict().items() if not name.startswith("period_")}


def policy_from(said: Mapping[str, Any]) -> Policy:
    """The rules from plain values; what is not said is as usual. Raises NeedsAPerson for what cannot be meant."""
    kinds = {"fields": list, "tolerance_minor": dict, "date_tolerance_days": int, "key_rules": list}
    kinds["invoice_number_pairs"] = bool
    if unknown := sorted(said.keys() - kinds.keys()):
        raise NeedsAPerson(f"policy holds unknown settings: {', '.join(unknown)}.")
    if wrong := [name for name, value in said.items() if not isinstance(value, kinds[name])]:
        raise NeedsAPerson(f"policy has an odd value for {', '.join(wrong)}.")
    if "fields" in said and not {"total", "currency"} <= set(said["fields"]):
        raise NeedsAPerson("policy: fields must hold total and currency, or invoices would agree that do not.")
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    try:
        return Policy(**values)
    except NotConfigured as problem:
        raise NeedsAPerson(f"policy: {problem}") from None
