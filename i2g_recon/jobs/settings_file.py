"""An organisation's choices as a TOML file: for version control, and for setting up fifty clients alike.

What a person has to confirm (taxes, currency, Complete) is not in the file: it is confirmed for each organisation.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from i2g_recon.core.policy import Policy
from i2g_recon.core.reference import match_key
from i2g_recon.core.setup import account_hold, usable_rate
from i2g_recon.core.setup_choices import LARGEST_ROUNDING_MINOR, PLANS, Setup
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.policies import policy_from, rules_of, save_policy
from i2g_recon.jobs.pull import known_organisation
from i2g_recon.jobs.setup_steps import SetupView, change_setup
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection

SCHEMA = 1
HEAD = "# Set-up of i2g-recon. Taxes and currency are confirmed for each organisation, so they are not in here.\n"
OTHER_ACCOUNTS = ("item_accounts", "client_accounts")
KINDS: dict[str, type[Any]] = {
    "schema": int,
    "revenue_account": str,
    "status": str,
    "auto_export": bool,
    "invoice2go_plan": str,
    "rounding_minor": int,
    "held_taxes": list,
    "policy": dict,
    "taxes": dict,
    **dict.fromkeys(OTHER_ACCOUNTS, dict),
}


def settings_text(setup: Setup, policy: Policy) -> str:
    """The choices and the rules of comparing as TOML, always in the same order."""
    import tomli_w  # noqa: PLC0415 - only who writes the file needs it

    chosen = {
        "schema": SCHEMA,
        "revenue_account": setup.revenue_account,
        "status": setup.status,
        "auto_export": setup.auto_export,
        "invoice2go_plan": setup.invoice2go_plan,
        "rounding_minor": setup.rounding_minor,
        "held_taxes": sorted(setup.held_taxes),
        "taxes": dict(sorted(setup.tax_map.items())),
        **{name: dict(sorted(getattr(setup, name).items())) for name in OTHER_ACCOUNTS if getattr(setup, name)},
        "policy": rules_of(policy),
    }
    return HEAD + tomli_w.dumps(chosen)


def apply_settings(ws: Workspace, connection: Connection, text: str, name: str) -> SetupView:
    """Keep the choices of a file; name: what the person calls it.

    What was confirmed before has to be confirmed again where it changed. Raises NeedsAPerson with everything that this
    organisation cannot take, and keeps nothing then.
    """
    organisation, _ = known_organisation(ws, connection)
    said = parsed(text, name)
    held, taxes = [str(key) for key in said.get("held_taxes", [])], {str(k): str(v) for k, v in said["taxes"].items()}
    others: dict[str, Any] = {
        name: {match_key(k): str(v) for k, v in said.get(name, {}).items()} for name in OTHER_ACCOUNTS
    }
    wanted = replace(Setup(revenue_account=said["revenue_account"]), **others)
    unusable = filter(None, (account_hold(code, organisation) for code in wanted.accounts()))
    problems = [f"{account.sentence} {account.remedy}" for account in unusable]
    if said["status"] not in {"DRAFT", "AUTHORISED"}:
        problems.append(f"status is '{said['status']}'; use DRAFT or AUTHORISED.")
    if said.get("invoice2go_plan", "") not in PLANS:
        problems.append(f"invoice2go_plan is '{said['invoice2go_plan']}'; use {', '.join(filter(None, PLANS))}.")
    rounding = said.get("rounding_minor", LARGEST_ROUNDING_MINOR)
    if rounding not in range(LARGEST_ROUNDING_MINOR + 1):
        problems.append(f"rounding_minor is {rounding}; use 0 to {LARGEST_ROUNDING_MINOR}.")
    policy = None
    try:
        policy = policy_from(said["policy"]) if "policy" in said else None
    except NeedsAPerson as problem:
        problems.append(str(problem))
    problems += [
        f"'{key}' = '{tax_type}': the organisation has no active tax rate '{tax_type}' for sales."
        for key, tax_type in taxes.items()
        if usable_rate(tax_type, organisation) is None
    ]
    if problems:
        raise NeedsAPerson(f"{name} does not fit '{connection.name}': {' '.join(problems)}")
    if policy:
        save_policy(ws, connection, policy)
    return change_setup(
        ws,
        connection,
        revenue_account=said["revenue_account"],
        status=said["status"],
        auto_export=said["auto_export"],
        invoice2go_plan=said.get("invoice2go_plan", ""),
        rounding_minor=rounding,
        held_taxes=tuple(held),
        tax_map=taxes,
        **others,
    )


def parsed(text: str, name: str) -> Mapping[str, Any]:
    """The file's values, each of its kind. Raises NeedsAPerson for anything else."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise NeedsAPerson(f"{name} is no TOML file: {problem}.") from None
    unknown = sorted(said.keys() - KINDS.keys())
    missing = [key for key in ("revenue_account", "status", "auto_export", "taxes") if key not in said]
    wrong = [key for key, value in said.items() if key in KINDS and not isinstance(value, KINDS[key])]
    for what, keys in (("holds unknown settings:", unknown), ("lacks", missing), ("has an odd value for", wrong)):
        if keys:
            raise NeedsAPerson(f"{name} {what} {', '.join(keys)}.")
    if said.get("schema", SCHEMA) != SCHEMA:
        raise NeedsAPerson(f"{name} was written by another version (schema {said['schema']}).")
    return said
