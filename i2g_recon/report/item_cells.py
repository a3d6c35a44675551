"""How the items of a result stand in a working paper: one row per item of a bucket, one row per differing field.

`ITEM_CELLS` says what each column holds, `SHOWN` which columns a bucket has. An amount has its currency beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from i2g_recon.core.compare import NEITHER
from i2g_recon.core.findings import FINDING_WORDS
from i2g_recon.core.money import D
from i2g_recon.report.shapes import Block, Cell, Column, Row, money_columns
from i2g_recon.report.words import BUCKETS, FIELDS, in_words, reason_words

Item = Mapping[str, Any]
MONEY_FIELDS, DAY_FIELDS = ("total", "subtotal", "tax"), ("date", "due_date")


def bucket_block(bucket: str, items: Iterable[Item]) -> Block:
    """One row per item of a bucket."""
    names = SHOWN[bucket]
    rows = tuple(tuple(ITEM_CELLS[name][1](item) for name in names) for item in items if item["bucket"] == bucket)
    return Block(BUCKETS[bucket], tuple(ITEM_CELLS[name][0] for name in names), rows)


def target_currency(item: Item) -> str:
    """The currency of the Xero total, which need not be that of the Invoice2go total."""
    if item["target_total"] is None:
        return ""
    seen = [one["target"] for one in item["discrepancies"] if one["field"] == "currency"]
    return str(item.get("target_currency") or (seen[0] if seen else item["currency"]))


def difference(item: Item) -> Decimal | None:
    """Xero total less Invoice2go total, where both are in one currency."""
    if item["source_total"] is None or item["target_total"] is None or target_currency(item) != item["currency"]:
        return None
    return D(item["target_total"]) - D(item["source_total"])


def what_differs(item: Item) -> str:
    """Every differing field with both values."""
    return "; ".join(
        f"{in_words(one['field'], FIELDS)} {one['source']} / {one['target']}" for one in item["discrepancies"]
    )


def causes(item: Item) -> str:
    """Why the amounts differ, each cause once; with its amount where several add up to the difference."""
    sums: dict[str, Decimal] = {}
    for part in item.get("causes", ()):
        sums[part["cause"]] = sums.get(part["cause"], Decimal(0)) + D(part["amount"])
    if len(sums) > 1:
        return "; ".join(f"{reason_words(cause)} {total:+,f}" for cause, total in sums.items())
    return "; ".join(dict.fromkeys(reason_words(one["cause"]) for one in item["discrepancies"] if one["cause"]))


def also(item: Item) -> str:
    """Findings, voided and deleted copies, and what only one side states."""
    parts = [in_words(code, FINDING_WORDS) for code in item.get("findings", ())]
    if copies := len(item.get("history", ())):
        parts.append(f"Voided or deleted copies in Xero: {copies}")
    parts += [
        f"{in_words(one['field'], FIELDS)} not compared: {one['reason']}"
        for one in item.get("not_compared", ())
        if not one["reason"].startswith(NEITHER)
    ]
    return "; ".join(parts)


def fields_block(items: Iterable[Item]) -> Block:
    """One row per differing field, both values in their own type."""
    columns = (
        Column("Number", width=16),
        Column("Client", width=32),
        Column("Field", width=12),
        Column("Currency", width=10),
        *money_columns("Invoice2go", "Xero", "Difference"),
        Column("Cause", width=46),
        Column("Code", "mark", 20),
    )
    rows = tuple(field_row(item, one) for item in items for one in item["discrepancies"])
    return Block("Every differing field. Differences of dates are in days, Xero less Invoice2go.", columns, rows)


def causes_block(items: Iterable[Item]) -> Block:
    """One row per part of a difference, each with its sentence."""
    columns = (
        Column("Number", width=16),
        Column("Client", width=32),
        Column("Currency", width=10),
        *money_columns("Of the difference", "Of that, tax"),
        Column("Cause", width=46),
        Column("In words", width=70),
        Column("Code", "mark", 20),
    )
    rows = tuple(cause_row(item, part) for item in items for part in item.get("causes", ()))
    return Block("What each difference is made of. The parts of an invoice add up to its difference.", columns, rows)


def cause_row(item: Item, part: Item) -> Row:
    """One part of a difference."""
    cells = (item["number"], item["contact"], item["currency"], D(part["amount"]), amount(part["tax"]))
    return (*cells, reason_words(part["cause"]), part["words"], part["cause"])


def field_row(item: Item, one: Item) -> Row:
    """One differing field."""
    field, cause = one["field"], one["cause"]
    return (
        item["number"],
        item["contact"],
        in_words(field, FIELDS),
        item["currency"] if field in MONEY_FIELDS else "",
        typed(field, one["source"]),
        typed(field, one["target"]),
        typed(field, one["delta"]),
        reason_words(cause) if cause else "",
        cause,
    )


def typed(field: str, value: str | int | None) -> Cell:
    """A discrepancy's value in the type of its field; line counts such as '3 lines' stay text."""
    if not isinstance(value, str):
        return value
    if field in MONEY_FIELDS:
        return D(value)
    return day(value) if field in DAY_FIELDS else value


def day(text: str) -> Cell:
    """An ISO date as a date, blank as nothing."""
    return dt.date.fromisoformat(text) if text else None


def amount(text: str | None) -> Decimal | None:
    """A decimal string as a Decimal, nothing as nothing."""
    return None if text is None else D(text)


def identifiers(ids: Sequence[str]) -> str:
    """Several ids in one cell."""
    return ", ".join(ids)


ITEM_CELLS: dict[str, tuple[Column, Callable[[Item], Cell]]] = {
    "number": (Column("Number", width=16), lambda item: item["number"]),
    "reference": (Column("Xero reference", width=16), lambda item: item["reference"]),
    "contact": (Column("Client", width=32), lambda item: item["contact"]),
    "date": (Column("Date", "day", 12), lambda item: day(item["date"])),
    "currency": (Column("Currency", width=10), lambda item: item["currency"]),
    "source_total": (Column("Invoice2go total", "number", 18), lambda item: amount(item["source_total"])),
    "target_currency": (Column("Xero currency", width=10), target_currency),
    "target_total": (Column("Xero total", "number", 18), lambda item: amount(item["target_total"])),
    "difference": (Column("Difference", "number", 16), difference),
    "why": (Column("Why", width=52), lambda item: reason_words(item["reason"])),
    "code": (Column("Code", "mark", 28), lambda item: item["reason"]),
    "what": (Column("What differs: Invoice2go / Xero", width=60), what_differs),
    "cause": (Column("Cause", width=44), causes),
    "also": (Column("Also", width=44), also),
    "source_ids": (Column("Invoice2go id", "mark", 38), lambda item: identifiers(item["source_ids"])),
    "target_ids": (Column("Xero id", "mark", 38), lambda item: identifiers(item["target_ids"])),
}
SHOWN: dict[str, tuple[str, ...]] = {
    bucket: tuple(names.split())
    for bucket, names in {
        "missing": "number contact date currency source_total why code also source_ids",
        "differs": "number reference contact date currency source_total target_currency target_total difference what "
        "cause also source_ids target_ids",
        "ambiguous": "number reference contact date currency source_total target_currency target_total why code also "
        "source_ids target_ids",
        "extra": "number reference contact date currency target_total why code also target_ids",
        "excluded": "number reference contact date currency source_total target_currency target_total why code also "
        "source_ids target_ids",
        "agrees": "number reference contact date currency source_total target_currency target_total difference "
        "also source_ids target_ids",
    }.items()
}
