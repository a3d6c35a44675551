"""What a person could do in Xero's own pages, as switches: on the page `/_sandbox` and by `POST /_sandbox/switch`.

| switch | value | does |
|---|---|---|
| `disconnect` | | ends the app's connection to the organisation, as "Disconnect" under Connected apps |
| `reconnect` | | lets a Custom Connection in again, as its owner does by authorising it anew |
| `expire_tokens` | | every access token handed out so far has expired |
| `end_consent` | | every refresh token is dead, as after 60 idle days |
| `revoke` | | the person takes the permission back: no refresh token, no connection of theirs is left |
| `archive_account`, `restore_account` | account code | |
| `delete_rate`, `restore_rate` | tax type | |
| `remove_currency`, `add_currency` | currency code | the base currency stays |
| `period_lock`, `year_lock` | ISO day, empty for none | |
| `pays_tax` | true or false | |
| `class`, `edition` | plan as Xero names it; BUSINESS or PARTNER | |
| `name` | another name of the organisation | |
| `role` | see ROLES | what `/Organisation/Actions` allows the person who connected |
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from i2g_recon.sandbox import connections, wire
from i2g_recon.sandbox.books import Books
from i2g_recon.sandbox.roles import ROLES, keep_role, role_of
from i2g_recon.sandbox.wire import Json
from i2g_recon.sandbox.world import World

TRUTH = {"true": True, "false": False}


class UnknownSwitch(ValueError):
    """The switch, its value or the organisation does not exist; the message says what does."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One switch that is turned for one organisation."""

    world: World
    tenant_id: str
    value: str

    @property
    def books(self) -> Books:
        """The organisation's settings as they are now."""
        return Books(self.world.state, self.tenant_id)


def turn(world: World, *, switch: str = "", organisation: str = "", value: str = "") -> None:
    """Turn a switch; organisation: name or tenant id, by default the first one. Raises UnknownSwitch."""
    if switch not in SWITCHES:
        raise UnknownSwitch(f"switch is one of {', '.join(SWITCHES)}")
    with world.state.transaction():
        SWITCHES[switch](Turn(world, tenant_named(world, organisation), value.strip()))


def tenant_named(world: World, wanted: str) -> str:
    """The organisation of this name or tenant id, or the first one. Raises UnknownSwitch."""
    rows = world.state.rows("SELECT tenant_id, name FROM organisations ORDER BY position")
    found = [row["tenant_id"] for row in rows if wanted in ("", row["tenant_id"], row["name"])]
    if not found:
        raise UnknownSwitch(f"organisation is one of {', '.join(row['name'] for row in rows)}")
    return str(found[0])


def standing(world: World, tenant_id: str) -> Json:
    """How the organisation's switches stand."""
    books = Books(world.state, tenant_id)
    organisation = books.organisation
    live = world.state.rows("SELECT client_id FROM connections WHERE tenant_id = ? AND live", tenant_id)
    grants = {row["client_id"]: row["grant_type"] for row in world.state.rows("SELECT * FROM clients")}
    return {
        "tenant_id": tenant_id,
        "name": organisation["Name"],
        "connected": sorted(grants[row["client_id"]] for row in live),
        "role": role_of(world.state, tenant_id),
        "class": organisation.get("Class", ""),
        "edition": organisation.get("Edition", ""),
        "pays_tax": bool(organisation.get("PaysTax", True)),
        "period_lock": books.lock_day("PeriodLockDate"),
        "year_lock": books.lock_day("EndOfYearLockDate"),
        "currencies": sorted(books.currencies),
        "accounts": {str(one["Code"]): str(one["Status"]) for one in books.accounts if one.get("Code")},
        "rates": {tax_type: str(rate["Status"]) for tax_type, rate in books.tax_rates.items()},
    }


# --- Connections and tokens


def disconnect(one: Turn) -> None:
    """Every app loses the organisation."""
    for row in one.world.state.rows("SELECT client_id FROM clients"):
        connections.cut(one.world.state, client_id=row["client_id"], tenant_id=one.tenant_id)


def reconnect(one: Turn) -> None:
    """The Custom Connection's own organisation is open to it again."""
    query = "SELECT client_id FROM clients WHERE grant_type = 'client_credentials' AND tenant_id = ?"
    client_id = one.world.state.value(query, one.tenant_id)
    if client_id is None:
        raise UnknownSwitch("the custom connection belongs to the first organisation")
    connections.join(
        one.world.state,
        tenant_id=one.tenant_id,
        client_id=client_id,
        event_id=str(uuid.uuid4()),
        now_ms=one.world.clock.now_ms(),
    )


def expire_tokens(one: Turn) -> None:
    """Access tokens of an older generation have expired."""
    one.world.mint.expire_all()


def end_consent(one: Turn) -> None:
    """No refresh token is left."""
    one.world.state.run("DELETE FROM refresh_tokens")


def revoke(one: Turn) -> None:
    """No refresh token and no personal connection is left."""
    end_consent(one)
    for row in one.world.state.rows("SELECT client_id FROM clients WHERE grant_type = 'authorization_code'"):
        connections.cut(one.world.state, client_id=row["client_id"])


# --- Settings of the organisation


def account_status(status: str) -> Callable[[Turn], None]:
    """A switch that gives an account this status."""

    def change(one: Turn) -> None:
        account = one.books.account(code=one.value)
        if account is None:
            raise UnknownSwitch(f"there is no account {one.value}")
        stamp = wire.stamp(one.world.clock.now_ms())
        put(one, "account", "Code", {**account, "Status": status, "UpdatedDateUTC": stamp})

    return change


def rate_status(status: str) -> Callable[[Turn], None]:
    """A switch that gives a tax rate this status; deleted ones stay on Xero's list."""

    def change(one: Turn) -> None:
        rate = one.books.tax_rates.get(one.value)
        if rate is None:
            raise UnknownSwitch(f"there is no tax rate {one.value}; the value is a tax type")
        put(one, "tax rate", "TaxType", {**rate, "Status": status})

    return change


def remove_currency(one: Turn) -> None:
    """The organisation is no longer subscribed to it."""
    if one.value == one.books.organisation["BaseCurrency"] or one.value not in one.books.currencies:
        raise UnknownSwitch(f"{one.value} cannot be removed; subscribed are {', '.join(sorted(one.books.currencies))}")
    query = "DELETE FROM documents WHERE tenant_id = ? AND kind = 'currency' AND document_id = ?"
    one.world.state.run(query, one.tenant_id, one.value)


def add_currency(one: Turn) -> None:
    """The organisation subscribes to it."""
    code = one.value.upper()
    if len(code) != 3 or not code.isalpha() or code in one.books.currencies:  # noqa: PLR2004 - as ISO 4217 has it
        raise UnknownSwitch("the value is a currency code of three letters that is not subscribed yet")
    query = "INSERT INTO documents (tenant_id, kind, document_id, updated_ms, body) VALUES (?, 'currency', ?, ?, ?)"
    body = wire.dump({"Code": code, "Description": code})
    one.world.state.run(query, one.tenant_id, code, one.world.clock.now_ms(), body)


def lock(field: str) -> Callable[[Turn], None]:
    """A switch that sets a lock date or takes it away."""

    def change(one: Turn) -> None:
        try:
            day = wire.stamp(wire.day_ms(wire.read_day(one.value))) if one.value else None
        except ValueError as problem:
            raise UnknownSwitch("the value is a day like 2026-06-30, or empty") from problem
        set_fields(one, {field: day})

    return change


def text(field: str) -> Callable[[Turn], None]:
    """A switch that sets a text of the organisation."""

    def change(one: Turn) -> None:
        if not one.value:
            raise UnknownSwitch("the value is a text")
        set_fields(one, {field: one.value})

    return change


def pays_tax(one: Turn) -> None:
    """Whether the organisation is registered for tax."""
    if one.value.lower() not in TRUTH:
        raise UnknownSwitch("the value is true or false")
    set_fields(one, {"PaysTax": TRUTH[one.value.lower()]})


def rename(one: Turn) -> None:
    """The organisation has another name, for connections too."""
    text("Name")(one)
    one.world.state.run("UPDATE organisations SET name = ? WHERE tenant_id = ?", one.value, one.tenant_id)


def role(one: Turn) -> None:
    """What the person who connected may do."""
    if one.value not in ROLES:
        raise UnknownSwitch(f"the value is one of {', '.join(ROLES)}")
    keep_role(one.world.state, one.tenant_id, one.value)


def set_fields(one: Turn, changes: dict[str, Any]) -> None:
    """Change fields of the organisation; None takes one away."""
    organisation = {**one.books.organisation, **changes}
    put(one, "organisation", "", {name: value for name, value in organisation.items() if value is not None})


def put(one: Turn, kind: str, key: str, body: Json) -> None:
    """Replace a document; key: the field that tells it from others of its kind."""
    where = "tenant_id = ? AND kind = ?" + (f" AND json_extract(body, '$.{key}') = ?" if key else "")
    found = [body[key]] if key else []
    query = f"UPDATE documents SET body = ?, updated_ms = ? WHERE {where}"  # noqa: S608 - our own field names
    one.world.state.run(query, wire.dump(body), one.world.clock.now_ms(), one.tenant_id, kind, *found)


SWITCHES: dict[str, Callable[[Turn], None]] = {
    "disconnect": disconnect,
    "reconnect": reconnect,
    "expire_tokens": expire_tokens,
    "end_consent": end_consent,
    "revoke": revoke,
    "archive_account": account_status("ARCHIVED"),
    "restore_account": account_status("ACTIVE"),
    "delete_rate": rate_status("DELETED"),
    "restore_rate": rate_status("ACTIVE"),
    "remove_currency": remove_currency,
    "add_currency": add_currency,
    "period_lock": lock("PeriodLockDate"),
    "year_lock": lock("EndOfYearLockDate"),
    "pays_tax": pays_tax,
    "class": text("Class"),
    "edition": text("Edition"),
    "name": rename,
    "role": role,
}
