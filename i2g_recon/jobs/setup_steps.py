"""Set up: what the walk-through shows and keeps. Page and command line call these; the rules are core's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from i2g_recon.core import currency_use
from i2g_recon.core import setup as rules
from i2g_recon.core.organisation import Account, Organisation
from i2g_recon.core.reference import match_key
from i2g_recon.core.setup import Setup
from i2g_recon.core.setup_choices import LARGEST_ROUNDING_MINOR
from i2g_recon.core.tax_preview import TaxPreview, compared_rates, tax_previews
from i2g_recon.errors import NeedsAPerson, SetupIncomplete
from i2g_recon.jobs.pull import known_organisation
from i2g_recon.jobs.source import current_source
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One tax of the imported invoices with what it may become in Xero. tax_type: the choice, empty when none."""

    tax: rules.TaxInUse
    candidates: tuple[rules.Candidate, ...]
    tax_type: str
    held: bool
    needed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupView:
    """Everything the walk-through shows. missing: why it cannot be completed; warnings: what to know before."""

    organisation: Organisation
    setup: Setup
    accounts: tuple[Account, ...]
    preselected: str
    taxes: tuple[TaxRow, ...]
    currencies: tuple[currency_use.CurrencyFinding, ...]
    imported: int
    missing: tuple[str, ...]
    warnings: tuple[str, ...]


def setup_view(ws: Workspace, connection: Connection) -> SetupView:
    """The set-up of an organisation against what it and the imports really hold."""
    organisation, _ = known_organisation(ws, connection)
    setup = ws.store.setup(connection.tenant_id)
    source = current_source(ws, connection.tenant_id)
    side = source.invoices if source.snapshots else None
    taxes = rules.taxes_in_use(side) if side else ()
    suggested = rules.suggested_tax_map(taxes, organisation, setup.revenue_account)
    return SetupView(
        organisation=organisation,
        setup=setup,
        accounts=rules.revenue_accounts(organisation),
        preselected=setup.revenue_account or rules.preselected_account(organisation),
        taxes=tuple(tax_row(tax, setup, organisation, suggested) for tax in taxes),
        currencies=currency_use.currency_findings(side, organisation) if side else (),
        imported=len(side.invoices) if side else 0,
        missing=rules.missing_steps(setup, organisation, side),
        warnings=rules.setup_warnings(setup, organisation, side),
    )


def tax_preview(ws: Workspace, connection: Connection, view: SetupView) -> Mapping[str, TaxPreview]:
    """By tax key what the chosen rates, or those proposed, would make of the newest invoices; nothing is posted."""
    source = current_source(ws, connection.tenant_id)
    setup = chosen_taxes(view)
    asked = (source.snapshots, repr(setup), view.organisation)
    return ws.memory.recall("tax preview", asked, lambda: tax_previews(source.invoices, view.organisation, setup))


def rate_comparison(ws: Workspace, connection: Connection, view: SetupView) -> Mapping[str, Mapping[str, TaxPreview]]:
    """By tax key and tax type: what each rate that may be chosen would make of the newest invoices."""
    source = current_source(ws, connection.tenant_id)
    candidates = {row.tax.key: [each.rate.tax_type for each in row.candidates] for row in view.taxes}
    setup = chosen_taxes(view)
    asked = (source.snapshots, repr(setup), repr(candidates), view.organisation)
    return ws.memory.recall(
        "rate comparison", asked, lambda: compared_rates(source.invoices, view.organisation, setup, candidates)
    )


def chosen_taxes(view: SetupView) -> Setup:
    """The set-up with what the page proposes where nothing was chosen yet."""
    chosen = {row.tax.key: row.tax_type for row in view.taxes if row.tax_type}
    return replace(view.setup, tax_map={**view.setup.tax_map, **chosen})


def items_and_clients(ws: Workspace, connection: Connection) -> dict[str, tuple[str, ...]]:
    """What other accounts can be chosen for: the item codes and the clients of the imports, each once, by name."""
    side = current_source(ws, connection.tenant_id).invoices
    columns = {"item": side.lines["code"], "client": side.invoices["contact"]}
    return {
        what: tuple(sorted({" ".join(name.split()) for name in column.unique()} - {""}))
        for what, column in columns.items()
    }


def tax_row(tax: rules.TaxInUse, setup: Setup, organisation: Organisation, suggested: dict[str, str]) -> TaxRow:
    """One row of the tax step: the choice made, else the suggestion."""
    return TaxRow(
        tax=tax,
        candidates=rules.tax_candidates(tax.rate, organisation, setup.revenue_account),
        tax_type=rules.tax_type_for(setup, tax.key) or suggested.get(tax.key, ""),
        held=rules.is_held(setup, tax.key),
        needed=rules.needs_mapping(tax),
    )


def change_setup(ws: Workspace, connection: Connection, **changes: Any) -> SetupView:
    """Keep choices. What was confirmed before a change of its subject has to be confirmed again; so has Complete."""
    before = ws.store.setup(connection.tenant_id)
    after = replace(before, **changes)
    if after == before:
        return setup_view(ws, connection)
    moved = (after.tax_map, after.held_taxes, after.revenue_account) != (
        before.tax_map,
        before.held_taxes,
        before.revenue_account,
    )
    if moved and "taxes_confirmed" not in changes:
        after = replace(after, taxes_confirmed=False)
    if "completed" not in changes and set(changes) != {"invoice2go_plan"}:
        after = replace(after, completed=False)
    ws.store.save_setup(connection.tenant_id, after)
    ws.store.log(
        ws.clock(), "", "changed set-up", connection.name, tenant_id=connection.tenant_id, detail=named(changes)
    )
    return setup_view(ws, connection)


def named(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes as the activity log keeps them."""
    return {name: value if isinstance(value, (str, bool)) else str(value) for name, value in changes.items()}


def complete_setup(ws: Workspace, connection: Connection) -> SetupView:
    """Make the set-up active. Raises SetupIncomplete naming everything that is missing."""
    view = setup_view(ws, connection)
    if view.missing:
        raise SetupIncomplete("The set-up cannot be completed yet. " + " ".join(view.missing))
    return change_setup(ws, connection, completed=True)


def require_complete(ws: Workspace, connection: Connection) -> Setup:
    """The active set-up. Raises SetupIncomplete."""
    setup = ws.store.setup(connection.tenant_id)
    if not setup.completed:
        raise SetupIncomplete(
            f"The set-up of '{connection.name}' is not finished: open page Review, or run `i2g-recon setup --show`."
        )
    return setup


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person says on the command line; empty means: leave as it is."""

    revenue_account: str = ""
    taxes: tuple[str, ...] = ()
    confirm_taxes: bool = False
    confirm_currency: bool = False
    auto_export: str = ""
    status: str = ""
    rounding: int = -1  # minor units; -1: leave as it is
    accounts: tuple[str, ...] = ()  # item:CODE=ACCOUNT or client:NAME=ACCOUNT; no account takes it back


def apply_choices(ws: Workspace, connection: Connection, choices: Choices) -> SetupView:
    """Keep the choices and complete the set-up if nothing is missing; what is missing stands in the view.

    Raises NeedsAPerson for a choice that cannot be meant, and keeps nothing then.
    """
    view = setup_view(ws, connection)
    view = change_setup(ws, connection, **choice_changes(choices, view))
    return view if view.missing or view.setup.completed else complete_setup(ws, connection)


def choice_changes(choices: Choices, view: SetupView) -> dict[str, Any]:
    """The changes that the choices mean; equal rates pair themselves when the taxes are confirmed."""
    problems, changes = [], {}
    if choices.auto_export not in {"", "on", "off"}:
        problems.append(f"--auto-export is '{choices.auto_export}'; use on or off.")
    if choices.status not in {"", "DRAFT", "AUTHORISED"}:
        problems.append(f"--status is '{choices.status}'; use DRAFT or AUTHORISED.")
    if not -1 <= choices.rounding <= LARGEST_ROUNDING_MINOR:
        problems.append(f"--rounding is {choices.rounding}; use 0 to {LARGEST_ROUNDING_MINOR}.")
    codes = [account.code for account in view.accounts]
    if choices.revenue_account and choices.revenue_account not in codes:
        problems.append(f"'{choices.revenue_account}' is no revenue account; choose one of {', '.join(codes)}.")
    tax_map = dict(view.setup.tax_map)
    problems += said_taxes(choices.taxes, [row.tax.key for row in view.taxes], tax_map)
    others = {name: dict(getattr(view.setup, name)) for name in ("item_accounts", "client_accounts")}
    for text in choices.accounts:
        problems += other_account(text, codes, others)
    if problems:
        raise NeedsAPerson(" ".join(problems))
    if choices.confirm_taxes:
        tax_map = {row.tax.key: row.tax_type for row in view.taxes if row.tax_type} | tax_map
    changes = {
        "revenue_account": choices.revenue_account or view.setup.revenue_account,
        "tax_map": tax_map,
        "status": choices.status or view.setup.status,
        "auto_export": choices.auto_export == "on" if choices.auto_export else view.setup.auto_export,
        "rounding_minor": choices.rounding if choices.rounding >= 0 else view.setup.rounding_minor,
        **others,
    }
    if choices.confirm_taxes:
        changes["taxes_confirmed"] = True
    if choices.confirm_currency:
        changes["currency_confirmed"] = True
    return changes


def said_taxes(texts: Sequence[str], keys: list[str], tax_map: dict[str, str]) -> list[str]:
    """Note what was said of taxes in the map; what is wrong with it."""
    problems = []
    for text in texts:
        try:
            key, tax_type = rules.parse_tax_option(text, keys)
            tax_map[key] = tax_type
        except ValueError as problem:
            problems.append(str(problem))
    return problems


def other_account(text: str, codes: list[str], others: dict[str, dict[str, str]]) -> list[str]:
    """Note one account of an item or a client among the others; what is wrong with it."""
    what, _, rest = text.partition(":")
    name, found, account = rest.rpartition("=")
    if f"{what}_accounts" not in others or not (found and name.strip()):
        return [f"--account-for is '{text}'; use item:CODE=ACCOUNT or client:NAME=ACCOUNT."]
    if account and account not in codes:
        return [f"'{account}' is no revenue account; choose one of {', '.join(codes)}."]
    own = others[f"{what}_accounts"]
    own.pop(match_key(name), None)
    own |= {match_key(name): account} if account else {}
    return []
