"""Reads an organisation: raw JSON pages straight to frames, complete or not at all.

Pages of 1,000 in the order of InvoiceID, which a new invoice can shift but not skip; what arrived is counted against
what Xero says it has. `find_invoices` is the look-up in the seconds before something is sent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from i2g_recon.core.frame import Invoices
from i2g_recon.core.invoice import Contact, Invoice
from i2g_recon.core.organisation import Account, Organisation, TaxRate
from i2g_recon.errors import IncompletePull, Refused
from i2g_recon.xero.answers import RECEIVABLE, Reading, day, decimal, one_invoice, text
from i2g_recon.xero.links import deep_link
from i2g_recon.xero.paging import Fetching, count, elements_of, pages
from i2g_recon.xero.session import XeroSession, payload_of

__all__ = [
    "count_live_invoices",
    "deep_link",
    "find_invoices",
    "read_contacts",
    "read_invoice",
    "read_invoices",
    "read_organisation",
]

ONLY_SALES = f'Type=="{RECEIVABLE}"'
LIVE_STATUSES = ("DRAFT", "SUBMITTED", "AUTHORISED", "PAID")
LONGEST_FILTER = 1800  # characters once encoded: addresses of some 2,000 characters pass everywhere
APPLIES_TO = ("Revenue", "Expenses", "Assets", "Liabilities", "Equity")

Progress = Callable[[int, int], None]


def read_invoices(
    session: Fetching,
    *,
    modified_since: dt.datetime | None = None,
    progress: Progress | None = None,
    rates: Mapping[str, Decimal] | None = None,
) -> Invoices:
    """All sales invoices, or those changed since; voided and deleted ones stay, with their state.

    rates: tax type -> percentage for the lines. progress(done, of_all) is called after each page. Raises IncompletePull
    when fewer arrive than Xero counts, twice in a row.
    """
    headers = {"If-Modified-Since": f"{modified_since.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}"} if modified_since else {}
    params = {"where": ONLY_SALES, "order": "InvoiceID"}
    for _ in range(2):
        reading, digest, promised = Reading(rates), hashlib.sha256(), 0
        for page in pages(session, "Invoices", params, headers, rates=rates or {}):
            digest.update(page.raw)
            if page.quick:
                reading.take_frames(page.quick.invoices, page.quick.lines)
            reading.take(page.elements)
            promised = reading.distinct if page.item_count is None else page.item_count
            if progress:
                progress(reading.distinct, promised)
        if reading.distinct >= promised:
            return reading.invoices(sha256=digest.hexdigest())
    raise IncompletePull(f"Xero says it has {promised} sales invoices, {reading.distinct} arrived; pull again.")


def count_live_invoices(session: XeroSession) -> int | None:
    """How many sales invoices Xero has that are neither voided nor deleted; None when it does not say. One call."""
    params = {"where": ONLY_SALES, "Statuses": ",".join(LIVE_STATUSES), "page": 1, "pageSize": 1, "summaryOnly": "true"}
    named = payload_of(session.fetch_raw("Invoices", params)).get("pagination")
    return count(named.get("itemCount")) if isinstance(named, dict) else None


def read_organisation(session: XeroSession) -> Organisation:
    """What set-up, plan and preflight need, in four calls."""
    found = elements_of(session.get("Organisation"), "Organisations")
    if not found or not isinstance(found[0], dict):
        raise IncompletePull("Xero's answer holds no organisation; pull again.")
    own = found[0]
    return Organisation(
        tenant_id=session.tenant_id,
        name=text(own.get("Name")),
        short_code=text(own.get("ShortCode")),
        base_currency=text(own.get("BaseCurrency")),
        country=text(own.get("CountryCode")),
        version=text(own.get("Version")),
        pays_tax=own.get("PaysTax") is not False,
        is_demo=own.get("IsDemoCompany") is True,
        period_lock=day(own, "PeriodLockDate"),
        year_lock=day(own, "EndOfYearLockDate"),
        plan=text(own.get("Class")),
        currencies=tuple(text(row.get("Code")) for row in settings_of(session, "Currencies")),
        accounts=tuple(account(row) for row in settings_of(session, "Accounts")),
        tax_rates=tuple(rate for row in settings_of(session, "TaxRates") if (rate := tax_rate(row))),
    )


def settings_of(session: XeroSession, resource: str) -> list[dict[str, Any]]:
    """One list of settings."""
    return [row for row in elements_of(session.get(resource), resource) if isinstance(row, dict)]


def account(row: Mapping[str, Any]) -> Account:
    """One account of the chart; bank accounts can lack a code."""
    return Account(
        code=text(row.get("Code")),
        name=text(row.get("Name")),
        type=text(row.get("Type")),
        klass=text(row.get("Class")),
        status=text(row.get("Status")),
        tax_type=text(row.get("TaxType")),
        system_account=text(row.get("SystemAccount")),
        account_id=text(row.get("AccountID")),
    )


def tax_rate(row: Mapping[str, Any]) -> TaxRate | None:
    """One tax rate; None when it states no percentage (rates that are worked out elsewhere), for 0 would be a guess."""
    stated = (decimal(row.get(name)) for name in ("EffectiveRate", "DisplayTaxRate"))
    rate = next((value for value in stated if value is not None), None)
    if rate is None:
        return None
    return TaxRate(
        name=text(row.get("Name")),
        tax_type=text(row.get("TaxType")),
        rate=rate,
        status=text(row.get("Status")),
        applies_to=frozenset(what.upper() for what in APPLIES_TO if row.get(f"CanApplyTo{what}") is True),
    )


def read_contacts(session: XeroSession) -> tuple[Contact, ...]:
    """All contacts, archived ones too, in Xero's order."""
    rows = (row for page in pages(session, "Contacts", {"includeArchived": "true"}) for row in page.elements)
    kept = {row["ContactID"]: contact(row) for row in rows if isinstance(row, dict) and row.get("ContactID")}
    return tuple(kept.values())


def contact(row: Mapping[str, Any]) -> Contact:
    """One contact of an answer."""
    return Contact(
        name=text(row.get("Name")),
        email=text(row.get("EmailAddress")),
        id=text(row.get("ContactID")),
        status=text(row.get("ContactStatus")),
    )


def find_invoices(
    session: XeroSession,
    *,
    references: Iterable[str] = (),
    numbers: Iterable[str] = (),
    ids: Iterable[str] = (),
) -> list[Invoice]:
    """The sales invoices that bear one of these references, invoice numbers or InvoiceIDs, whatever their state.

    Upper and lower case are the same to Xero. Blank texts are not looked for.
    """
    reading = Reading()
    for params, wanted in [*id_searches(ids), *number_searches(numbers), *reference_searches(references)]:
        for page in pages(session, "Invoices", {"order": "InvoiceID", **params}):
            reading.take(row for row in page.elements if not wanted or bears(row, wanted))
    return reading.records()


Search = tuple[dict[str, object], frozenset[str]]  # parameters, and the texts to keep when the search is a loose one


def id_searches(ids: Iterable[str]) -> Iterator[Search]:
    """By Xero's own list parameter."""
    for batch in batches(sorted(set(ids) - {""})):
        yield {"where": ONLY_SALES, "IDs": ",".join(batch)}, frozenset()


def number_searches(numbers: Iterable[str]) -> Iterator[Search]:
    """By Xero's own list parameter; numbers that would break its commas go by free search."""
    listed, odd = sorted_out(numbers, {",", '"', "\\"})
    for batch in batches(listed):
        yield {"where": ONLY_SALES, "InvoiceNumbers": ",".join(batch)}, frozenset()
    yield from loose_searches(odd)


def reference_searches(references: Iterable[str]) -> Iterator[Search]:
    """By a filter on Reference; texts with quotes, whose escaping Xero does not document, go by free search."""
    listed, odd = sorted_out(references, {'"', "\\"})
    for batch in batches(listed):
        either = " OR ".join(f'Reference=="{reference}"' for reference in batch)
        yield {"where": f"{ONLY_SALES} AND ({either})"}, frozenset()
    yield from loose_searches(odd)


def loose_searches(texts: Iterable[str]) -> Iterator[Search]:
    """One free search each: it finds parts of texts too, so what it finds is compared afterwards."""
    for wanted in texts:
        yield {"where": ONLY_SALES, "searchTerm": wanted}, frozenset({wanted.casefold()})


def sorted_out(texts: Iterable[str], breaking: set[str]) -> tuple[list[str], list[str]]:
    """Texts without and with a breaking character, each once, in order; blank ones left out."""
    wanted = sorted({text.strip() for text in texts} - {""})
    return [text for text in wanted if not breaking & set(text)], [text for text in wanted if breaking & set(text)]


def batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts in groups whose filter stays within the length of an address."""
    batch: list[str] = []
    length = 0
    for wanted in texts:
        more = len(quote(f' OR Reference==""{wanted}', safe=""))
        if batch and length + more > LONGEST_FILTER:
            yield batch
            batch, length = [], 0
        batch.append(wanted)
        length += more
    if batch:
        yield batch


def bears(row: object, wanted: frozenset[str]) -> bool:
    """Whether reference or number of a row is one of the wanted texts."""
    if not isinstance(row, dict):
        return False
    return any(text(row.get(name)).strip().casefold() in wanted for name in ("Reference", "InvoiceNumber"))


def read_invoice(session: XeroSession, invoice_id: str) -> Invoice:
    """One invoice with its lines. Raises Refused (.status 404) when the organisation has none of this id."""
    found = elements_of(session.get(f"Invoices/{quote(invoice_id, safe='')}"), "Invoices")
    if not found or not isinstance(found[0], dict):
        raise Refused("Xero has no such document in this organisation; pull again.", status=404)
    return one_invoice(found[0])
