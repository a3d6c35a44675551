"""Seeds to organisations: what is absent comes from the country's defaults, what is missing is computed as Xero would.

A seed is loaded once: an organisation that the state knows already is left as it is. Ids that a seed leaves out come
from its own words, so the same seed gives the same ids everywhere.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from i2g_recon.core.money import half_up
from i2g_recon.errors import NotConfigured
from i2g_recon.sandbox import contacts, ledger, wire
from i2g_recon.sandbox.books import Books
from i2g_recon.sandbox.countries import defaults
from i2g_recon.sandbox.demo import demo_seed
from i2g_recon.sandbox.drafting import totals_of
from i2g_recon.sandbox.lines import LineRules
from i2g_recon.sandbox.records import invoice_record, payment_of
from i2g_recon.sandbox.state import State
from i2g_recon.sandbox.wire import Json

Seed = str | Path | Mapping[str, Any]
ARRAYS = ("Organisations", "Accounts", "TaxRates", "Currencies", "Contacts", "Invoices")
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "seeding.sandbox.i2g-recon.example")
CLASS_OF = {
    **dict.fromkeys("BANK CURRENT FIXED INVENTORY NONCURRENT PREPAYMENT".split(), "ASSET"),
    **dict.fromkeys("CURRLIAB LIABILITY TERMLIAB PAYG".split(), "LIABILITY"),
    **dict.fromkeys("DEPRECIATN DIRECTCOSTS EXPENSE OVERHEADS".split(), "EXPENSE"),
    **dict.fromkeys("REVENUE SALES OTHERINCOME".split(), "REVENUE"),
    "EQUITY": "EQUITY",
}
MONEY = tuple("SubTotal TotalTax Total AmountDue AmountPaid AmountCredited CurrencyRate".split())
SEEDED_BY_HAND = "Xero"  # `createdByMyApp` never finds a seeded invoice


def seed_all(state: State, seeds: Sequence[Seed], countries: Sequence[str]) -> None:
    """Loads every seed. Raises NotConfigured for a seed or country that cannot be used; nothing is loaded then."""
    for country in countries:
        defaults(country)  # raises for an unknown one, whether or not a seed needs it
    trees = [tree for seed in seeds for tree in _trees(seed, countries)]
    with state.transaction():
        for tree in trees:
            _load(state, tree)


def _trees(seed: Seed, countries: Sequence[str]) -> Iterator[Json]:
    """`demo` is one organisation, `empty` one per country, a file or mapping one on the first country's defaults."""
    if seed == "demo":
        yield demo_seed()
    elif seed == "empty":
        yield from (defaults(country) for country in countries)
    else:
        yield laid_over(defaults(countries[0]), dict(seed) if isinstance(seed, Mapping) else read_seed(Path(seed)))


def read_seed(file: Path) -> Json:
    """The arrays of a seed file. Raises NotConfigured with the file's name."""
    try:
        found = wire.load(file.read_bytes())
    except (OSError, ValueError) as error:
        raise NotConfigured(f"the seed {file} cannot be read as JSON; use demo, empty or a seed file") from error
    if not isinstance(found, dict) or not set(found) <= set(ARRAYS):
        raise NotConfigured(f"the seed {file} must be an object with the arrays {', '.join(ARRAYS)}")
    return found


def laid_over(base: Json, given: Json) -> Json:
    """A country's defaults with a seed's arrays in their place and its organisation laid over theirs."""
    organisation = {**base["Organisations"][0], **(given.get("Organisations") or [{}])[0]}
    if not (given.get("Organisations") or [{}])[0].get("OrganisationID"):
        organisation["OrganisationID"] = derived("organisation", organisation["Name"], organisation["Version"])
    return {**base, **given, "Organisations": [organisation]}


def derived(*words: object) -> str:
    """An id made of words."""
    return str(uuid.uuid5(NAMESPACE, "/".join(str(word) for word in words)))


def _load(state: State, tree: Json) -> None:
    organisation = _organisation(tree["Organisations"][0])
    tenant_id = organisation["OrganisationID"]
    if state.row("SELECT 1 FROM organisations WHERE tenant_id = ?", tenant_id):
        return
    numbers = (str(invoice.get("InvoiceNumber") or "") for invoice in tree["Invoices"])
    state.run(
        "INSERT INTO organisations (tenant_id, name, next_number) VALUES (?, ?, ?)",
        tenant_id,
        organisation["Name"],
        ledger.first_free(numbers),
    )
    _documents(state, tenant_id, organisation, tree)
    books = Books(state, tenant_id)
    known = _contacts(state, tenant_id, tree)
    ledger.save(state, tenant_id, (_invoice(books, place, seed, known) for place, seed in enumerate(tree["Invoices"])))


def _organisation(given: Json) -> Json:
    tenant_id = str(given.get("OrganisationID") or derived("organisation", given["Name"])).lower()
    days = {name: wire.stamp(wire.day_ms(wire.read_day(given[name]))) for name in _LOCKS if given.get(name)}
    created = wire.bare_stamp(wire.read_moment(given.get("CreatedDateUTC") or "2025-01-01"))
    kept = {name: value for name, value in given.items() if value is not None and name not in _LOCKS}
    return {**kept, "OrganisationID": tenant_id, **days, "CreatedDateUTC": created}


_LOCKS = ("PeriodLockDate", "EndOfYearLockDate")


def _documents(state: State, tenant_id: str, organisation: Json, tree: Json) -> None:
    """Organisation, chart, rates and currencies as rows of one table."""
    base = {"Code": organisation["BaseCurrency"], "Description": organisation["BaseCurrency"]}
    listed = any(currency["Code"] == base["Code"] for currency in tree["Currencies"])
    rows = [
        ("organisation", tenant_id, organisation),
        *(("account", _key(one, "AccountID", "Code", "Name"), _account(tenant_id, one)) for one in tree["Accounts"]),
        *(("tax rate", one["TaxType"], {"Status": "ACTIVE", **one}) for one in tree["TaxRates"]),
        *(("currency", one["Code"], one) for one in [*([] if listed else [base]), *tree["Currencies"]]),
    ]
    state.run_many(
        "INSERT INTO documents (tenant_id, kind, document_id, updated_ms, body) VALUES (?, ?, ?, ?, ?)",
        [(tenant_id, kind, key, _updated_ms(one), wire.dump(exact(one))) for kind, key, one in rows],
    )


def _key(record: Json, *names: str) -> str:
    return next(str(record[name]) for name in names if record.get(name))


def _updated_ms(record: Json) -> int:
    return wire.read_moment(record["UpdatedDateUTC"]) if record.get("UpdatedDateUTC") else 0


def exact(value: Any) -> Any:
    """The value with unset fields left out and floats of a caller's own mapping turned into Decimal."""
    if isinstance(value, dict):
        return {name: exact(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [exact(item) for item in value]
    return Decimal(str(value)) if isinstance(value, float) else value


def _account(tenant_id: str, given: Json) -> Json:
    return {
        "AccountID": derived(tenant_id, "account", _key(given, "AccountID", "Code", "Name")),
        "Status": "ACTIVE",
        "Class": CLASS_OF.get(str(given.get("Type")), "EXPENSE"),
        "EnablePaymentsToAccount": False,
        **given,
        "UpdatedDateUTC": wire.stamp(_updated_ms(given)),
    }


def _contacts(state: State, tenant_id: str, tree: Json) -> dict[str, Json]:
    """Stores the contacts, those only named in invoices too; keyed by id and by folded name."""
    named = [invoice.get("Contact") or {} for invoice in tree["Invoices"]]
    known: dict[str, Json] = {}
    for given in [*tree["Contacts"], *named]:
        contact_id, name = str(given.get("ContactID") or "").lower(), str(given.get("Name") or "").strip()
        if not name or (contact_id or name.casefold()) in known:
            continue
        facts = {**given, "Name": name}
        record = contacts.compose(facts, contact_id=contact_id or derived(tenant_id, "contact", name.casefold()))
        record |= {flag: bool(given[flag]) for flag in ("IsCustomer", "IsSupplier") if flag in given}
        saved = contacts.save(state, tenant_id, exact(record), updated_ms=_updated_ms(given))
        known[saved["ContactID"]] = saved
        if saved["ContactStatus"] == "ACTIVE" or name.casefold() not in known:
            known[name.casefold()] = saved
    return known


def _invoice(books: Books, place: int, given: Json, known: dict[str, Json]) -> tuple[Json, int, str, str]:
    """One seeded invoice, completed, as `ledger.save` takes it."""
    wanted = given.get("Contact") or {}
    contact = known[str(wanted.get("ContactID") or wanted.get("Name") or "").strip().casefold()]
    facts = _facts(books, place, given)
    updated_ms = _updated_ms(given) or wire.day_ms(facts["Date"])
    record = invoice_record(facts, contact, updated_ms=updated_ms)
    return record, updated_ms, SEEDED_BY_HAND, str(contact.get("ContactNumber", ""))


def _facts(books: Books, place: int, given: Json) -> Json:
    words = given.get("InvoiceNumber") or given.get("Reference") or ""
    facts: Json = {
        "Type": "ACCREC",
        "Status": "AUTHORISED",
        "LineAmountTypes": "Exclusive",
        "CurrencyCode": books.organisation["BaseCurrency"],
        **{name: value for name, value in given.items() if value is not None},
        "InvoiceID": str(given.get("InvoiceID") or derived(books.tenant_id, "invoice", place, words)).lower(),
    }
    for name in ("Date", "DueDate", "FullyPaidOnDate"):
        if value := given.get(name) or given.get(f"{name}String"):
            facts[name] = wire.read_day(value)
    facts.setdefault("Date", "2026-01-01")
    facts["LineItems"] = list(_lines(books, facts))
    given_money = {name: Decimal(str(given[name])) for name in MONEY if given.get(name) is not None}
    facts |= {**totals_of(facts), **given_money}
    if facts["CurrencyCode"] == books.organisation["BaseCurrency"]:
        facts["CurrencyRate"] = Decimal(1)
    return facts | _paid(facts, given)


def _lines(books: Books, facts: Json) -> Iterator[Json]:
    """Lines with amounts and tax; what the seed gives is kept as given."""
    for number, given in enumerate(facts.get("LineItems") or []):
        line_id = derived(facts["InvoiceID"], "line", number)
        rules = LineRules(books, facts["LineAmountTypes"], places=4, new_id=lambda line_id=line_id: line_id)  # type: ignore[misc]  # bound per line
        kept = {name: half_up(Decimal(str(given[name]))) for name in ("LineAmount", "TaxAmount") if name in given}
        yield {**rules.line(given).record, **kept}


def _paid(facts: Json, given: Json) -> Json:
    """Payments, amount paid and status, whichever of them the seed leaves out."""
    listed = [
        payment_of(
            {
                **one,
                "PaymentID": one.get("PaymentID") or derived(facts["InvoiceID"], "payment", number),
                "Date": wire.read_day(one.get("Date") or facts["Date"]),
                "Amount": Decimal(str(one["Amount"])),
            }
        )
        for number, one in enumerate(given.get("Payments") or [])
    ]
    paid = facts.get("AmountPaid", sum((one["Amount"] for one in listed), Decimal(0)))
    if facts["Status"] == "PAID" and "AmountPaid" not in facts and not listed:
        paid = facts["Total"] - facts.get("AmountCredited", Decimal(0))
    if paid and not listed:
        day = facts.get("FullyPaidOnDate") or facts.get("DueDate") or facts["Date"]
        listed = [payment_of({"PaymentID": derived(facts["InvoiceID"], "payment", 0), "Date": day, "Amount": paid})]
    settled = paid and paid + facts.get("AmountCredited", Decimal(0)) == facts["Total"]
    status = "PAID" if settled and facts["Status"] == "AUTHORISED" else facts["Status"]
    return {"Payments": listed, "AmountPaid": paid, "Status": status}
