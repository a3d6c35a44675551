"""Core's settings records as JSON text and back. Reading takes what it knows: an older or newer row never stops it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from i2g_recon.core.invoice import Contact
from i2g_recon.core.organisation import Account, Organisation, TaxRate
from i2g_recon.store.part import canonical

if TYPE_CHECKING:
    # The set-up's rules bring pandas, a second and more to import; a push, which starts often, does not need them.
    from i2g_recon.core.setup import Setup


def setup_text(setup: Setup) -> str:
    """The choices as JSON text."""
    maps = {name: dict(getattr(setup, name)) for name in ("tax_map", "item_accounts", "client_accounts")}
    return canonical({**fields_of(setup), **maps})


def setup_of(text: str) -> Setup:
    """The choices again; a fresh Setup from an empty object."""
    from i2g_recon.core.setup import Setup  # noqa: PLC0415 - brings pandas

    value = known(Setup, json.loads(text))
    return Setup(**{**value, "held_taxes": tuple(value.get("held_taxes", ()))})


def organisation_text(organisation: Organisation) -> str:
    """The organisation with its chart and tax rates as JSON text."""
    rates = [
        {**fields_of(rate), "rate": str(rate.rate), "applies_to": sorted(rate.applies_to)}
        for rate in organisation.tax_rates
    ]
    return canonical(
        {
            **fields_of(organisation),
            "period_lock": organisation.period_lock and organisation.period_lock.isoformat(),
            "year_lock": organisation.year_lock and organisation.year_lock.isoformat(),
            "accounts": [fields_of(account) for account in organisation.accounts],
            "tax_rates": rates,
        }
    )


def organisation_of(text: str) -> Organisation:
    """The organisation again."""
    value = known(Organisation, json.loads(text))
    return Organisation(
        **{
            **value,
            "period_lock": day(value.get("period_lock")),
            "year_lock": day(value.get("year_lock")),
            "currencies": tuple(value.get("currencies", ())),
            "may_not": None if value.get("may_not") is None else tuple(value["may_not"]),
            "accounts": tuple(Account(**known(Account, account)) for account in value.get("accounts", ())),
            "tax_rates": tuple(tax_rate_of(rate) for rate in value.get("tax_rates", ())),
        }
    )


def tax_rate_of(value: Mapping[str, Any]) -> TaxRate:
    """One tax rate again; its percentage was kept as text."""
    rate = known(TaxRate, value)
    return TaxRate(**{**rate, "rate": Decimal(rate["rate"]), "applies_to": frozenset(rate.get("applies_to", ()))})


def contacts_text(contacts: Iterable[Contact]) -> str:
    """Contacts as JSON text."""
    return canonical([fields_of(contact) for contact in contacts])


def contacts_of(text: str) -> tuple[Contact, ...]:
    """Contacts again."""
    return tuple(Contact(**known(Contact, contact)) for contact in json.loads(text))


def fields_of(record: Any) -> dict[str, Any]:
    """A record's fields by name, one level deep."""
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def known(kind: type[Any], value: Mapping[str, Any]) -> dict[str, Any]:
    """Only those entries that the record has a field for."""
    names = {field.name for field in dataclasses.fields(kind)}
    return {name: entry for name, entry in value.items() if name in names}


def day(text: str | None) -> dt.date | None:
    """A calendar date, or None."""
    return None if text is None else dt.date.fromisoformat(text)
