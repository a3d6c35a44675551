"""The items of a run as the desk shows them: words, money at stake, the work list and its filters.

Pure: a run's JSON items in, tables and small records out. Amounts are Decimal in tables, which sort and align as
numbers, and minor units in sums; currencies are never added together.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from i2g_recon.core.findings import FINDING_WORDS
from i2g_recon.core.money import exponent, money_text
from i2g_recon.core.reasons import REASONS
from i2g_recon.core.stake import amount, at_stake_minor

Item = Mapping[str, Any]

NEEDS_YOU = ("missing", "differs", "ambiguous", "extra")
BUCKETS = {
    "missing": "Missing in Xero",
    "differs": "Differs",
    "ambiguous": "Not clear",
    "extra": "Only in Xero",
    "excluded": "Set aside",
    "agrees": "Agrees",
}
BUCKET_COLOURS = ["red", "orange", "violet", "blue", "gray", "green"]
FIELDS = {
    "total": "Total",
    "subtotal": "Before tax",
    "tax": "Tax",
    "currency": "Currency",
    "date": "Date",
    "due_date": "Due date",
    "contact": "Client",
    "status": "Status",
    "lines": "Lines",
}
FIELD_WHY = {
    "date": "Another date",
    "due_date": "Another due date",
    "contact": "Another client",
    "status": "In Xero, although Invoice2go has not sent it",
    "currency": "In another currency in Xero",
    "lines": "Other lines, the same total",
    "agrees": "Agrees",
}
WORK_COLUMNS = ["Status", "Number", "Client", "Date", "Invoice2go", "Xero", "Difference", "Currency", "Why"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All items that need a person for the same reason. totals: currency to minor units at stake."""

    code: str
    words: str
    invoices: int
    totals: Mapping[str, int]


def why_code(item: Item) -> str:
    """The one code that says best why an item stands where it stands: its cause, its first field, or its reason."""
    if item["bucket"] != "differs":
        return str(item["reason"])
    fields = item["discrepancies"]
    causes = [one["cause"] for one in fields if one["cause"]]
    return str(causes[0] if causes else fields[0]["field"] if fields else item["reason"])


def words(code: str) -> str:
    """A reason, cause or field as a bookkeeper reads it."""
    return REASONS.get(code) or FIELD_WHY.get(code) or FIELDS.get(code, code)


def why(item: Item) -> str:
    """The reason of an item in words, with the fields that differ besides, and what was found beside it."""
    code = why_code(item)
    fields = [FIELDS.get(one["field"], one["field"]).lower() for one in item["discrepancies"]]
    others = [field for field in fields if field != FIELDS.get(code, "").lower()]
    also = [FINDING_WORDS.get(one, one) for one in item["findings"]]
    return "; ".join([words(code) + (f" ({', '.join(others)})" if others else ""), *also])


def invoices_in(item: Item) -> int:
    """How many invoices an item stands for, as the run's counts take it."""
    sources, targets = len(item["source_ids"]), len(item["target_ids"])
    if item["bucket"] == "ambiguous":
        return sources + targets
    return sources or targets


def groups(items: Iterable[Item]) -> list[Group]:
    """The items that need a person, by reason; the largest sum in any one currency first."""
    counted: Counter[str] = Counter()
    totals: dict[str, Counter[str]] = {}
    for item in items:
        if item["bucket"] in NEEDS_YOU:
            code = why_code(item)
            counted[code] += invoices_in(item)
            totals.setdefault(code, Counter())[item["currency"]] += at_stake_minor(item)
    found = [
        Group(code=code, words=words(code), invoices=count, totals=dict(sorted(totals[code].items())))
        for code, count in counted.items()
    ]
    return sorted(found, key=lambda group: (-largest(group.totals), group.code))


def largest(totals: Mapping[str, int]) -> Decimal:
    """The largest sum in major units of one currency, for ordering only."""
    return max((Decimal(minor).scaleb(-exponent(currency)) for currency, minor in totals.items()), default=Decimal(0))


def sums(totals: Mapping[str, int]) -> str:
    """Money per currency as text: '31,480.00 AUD and 4,545.30 NZD'."""
    return " and ".join(money_text(minor, currency) for currency, minor in sorted(totals.items()))


def money_at_stake(items: Iterable[Item]) -> dict[str, int]:
    """Currency to minor units over the items that need a person."""
    found: Counter[str] = Counter()
    for item in items:
        if item["bucket"] in NEEDS_YOU:
            found[item["currency"]] += at_stake_minor(item)
    return {currency: minor for currency, minor in sorted(found.items()) if minor}


def filtered(
    items: Sequence[Item],
    *,
    buckets: Iterable[str] = (),
    reasons: Iterable[str] = (),
    currencies: Iterable[str] = (),
    findings: Iterable[str] = (),
    search: str = "",
) -> list[Item]:
    """The items that pass every filter, most money first. An empty filter lets everything pass."""
    wanted = search.strip().casefold()
    kept = [
        item
        for item in items
        if passes(item["bucket"], buckets)
        and passes(why_code(item), reasons)
        and passes(item["currency"], currencies)
        and (not findings or set(findings) & set(item["findings"]))
        and (not wanted or wanted in searched(item))
    ]
    order = list(BUCKETS)
    return sorted(kept, key=lambda item: (order.index(item["bucket"]), -at_stake_minor(item), item["date"]))


def passes(value: str, wanted: Iterable[str]) -> bool:
    """Whether a value is among the wanted ones, of which none means any."""
    chosen = list(wanted)
    return not chosen or value in chosen


def searched(item: Item) -> str:
    """The text of an item in which a search looks."""
    return " ".join(
        str(item[name] or "") for name in ("number", "reference", "contact", "source_total", "target_total", "date")
    ).casefold()


def work_list(items: Sequence[Item]) -> pd.DataFrame:
    """The items as WORK_COLUMNS, in the order given. Amounts are Decimal, Status a list of one word for its badge."""
    places = max((exponent(item["currency"]) for item in items), default=2)
    rows = [
        (
            [BUCKETS[item["bucket"]]],
            item["number"] or item["reference"] or "(no number)",
            item["contact"],
            dt.date.fromisoformat(item["date"]) if item["date"] else None,
            even(amount(item, "source_total"), places),
            even(amount(item, "target_total"), places),
            even(difference(item), places),
            item["currency"],
            why(item),
        )
        for item in items
    ]
    return pd.DataFrame(rows, columns=WORK_COLUMNS, dtype=object)


def difference(item: Item) -> Decimal | None:
    """Xero minus Invoice2go where both have a total."""
    source, target = amount(item, "source_total"), amount(item, "target_total")
    return None if source is None or target is None else target - source


def even(value: Decimal | None, places: int) -> Decimal | None:
    """A Decimal written with the same number of places as the rest of its column."""
    return None if value is None else value.quantize(Decimal(1).scaleb(-places))


def finding_counts(items: Iterable[Item]) -> dict[str, int]:
    """How many pairs carry each finding, zero included."""
    found = Counter(one for item in items for one in item["findings"])
    return {code: found.get(code, 0) for code in FINDING_WORDS}


def present(values: Iterable[str], known: Iterable[str]) -> list[str]:
    """The values that occur, in the known order, unknown ones last."""
    seen = dict.fromkeys(values)
    ordered = [one for one in known if one in seen]
    return ordered + sorted(one for one in seen if one not in ordered)
