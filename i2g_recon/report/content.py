"""What a working paper holds, before it is a workbook or a page: sheets of blocks of typed cells.

The contract's JSON document goes in. Amounts become Decimal and dates become dates, so that a spreadsheet can add and
sort them; everything else stays text. An amount always has its currency in the column beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from i2g_recon.core.money import D
from i2g_recon.report.words import (
    BUCKETS,
    COUNTS,
    FIELDS,
    FINDINGS,
    SIDES,
    VERDICTS,
    in_words,
    legible,
    period_words,
    reason_words,
    tolerance_words,
)

Cell = str | int | Decimal | dt.date | None
Row = tuple[Cell, ...]
Item = Mapping[str, Any]
MONEY_FIELDS, DAY_FIELDS = ("total", "subtotal", "tax", "lines"), ("date", "due_date")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what it holds (for the alignment) and its width in characters."""

    title: str
    kind: Literal["text", "number", "day"] = "text"
    width: int = 14


@dataclass(frozen=True, slots=True)
class Block:
    """One table: a sentence about it, its columns and its rows."""

    note: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the workbook, one section of the page."""

    name: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole working paper. standing is the verdict's code, verdict its words."""

    title: str
    standing: str
    verdict: str
    run: str
    sheets: tuple[Sheet, ...]


def paper_of(document: Mapping[str, Any]) -> Paper:
    """The working paper of one result document."""
    items = [item for item in document["items"] if item["bucket"] in BUCKETS]
    present = {item["bucket"] for item in items}
    buckets = [bucket for bucket in BUCKETS if bucket != "agrees" or bucket in present]
    sheets = [
        Sheet("Summary", summary_blocks(document, listed="agrees" in present)),
        Sheet("Bridge", (bridge_block(document["totals"]),)),
        *(Sheet(bucket.capitalize(), (bucket_block(bucket, items),)) for bucket in buckets),
    ]
    sheets.insert(4, Sheet("Field by field", (fields_block(items),)))  # right after Differs
    return Paper(
        title="Invoice2go and Xero: working paper",
        standing=document["verdict"],
        verdict=in_words(document["verdict"], VERDICTS),
        run=legible(document["run"]),
        sheets=tuple(sheets),
    )


def summary_blocks(document: Mapping[str, Any], *, listed: bool) -> tuple[Block, ...]:
    """Verdict and terms, counts, control totals, inputs."""
    counts = [(in_words(name, COUNTS), number) for name, number in document["counts"].items()]
    inputs = [
        (in_words(one["side"], SIDES), legible(one["name"]), one["rows"], one["row_errors"], one["sha256"])
        for one in document["inputs"]
    ]
    sides = [Column("Currency", width=28), *money_columns("Invoice2go", "Xero", "Difference", "Unexplained")]
    places = [Column("Side", width=28), Column("File", width=52), *number_columns("Rows", "Rows with errors")]
    return (
        Block("", (Column("", width=28), Column("", width=52)), tuple(about(document, listed=listed))),
        Block("Invoices", (Column("What", width=28), Column("Number", "number", 16)), tuple(counts)),
        Block("Control totals, voided and deleted invoices left out", tuple(sides), control_rows(document["totals"])),
        Block("Files and snapshots compared", (*places, Column("SHA-256", width=66)), tuple(inputs)),
    )


def about(document: Mapping[str, Any], *, listed: bool) -> list[Row]:
    """What was compared, for whom and under which rules."""
    organisation, policy = document["organisation"], document["policy"]
    agreeing = "listed on the sheet Agrees" if listed else "counted, not listed"
    return [
        ("Verdict", in_words(document["verdict"], VERDICTS)),
        ("Organisation", legible(organisation["name"]) or "none: two files were compared"),
        ("Xero tenant", legible(organisation["tenant_id"])),
        ("Base currency", legible(organisation["base_currency"])),
        ("Run", legible(document["run"]) or "not stored"),
        ("Period", period_words(policy)),
        ("Compared", ", ".join(in_words(field, FIELDS) for field in policy["fields"])),
        ("Tolerance", tolerance_words(policy)),
        ("Agreeing invoices", agreeing),
    ]


def control_rows(totals: Iterable[Mapping[str, Any]]) -> tuple[Row, ...]:
    """One row per currency; currencies are never added together."""
    return tuple(
        (one["currency"], D(one["source"]), D(one["target"]), D(one["target"]) - D(one["source"]), D(one["unexplained"]))
        for one in totals
    )


def bridge_block(totals: Iterable[Mapping[str, Any]]) -> Block:
    """From the Invoice2go total by every reason to the Xero total, currency by currency."""
    columns = (
        Column("Currency", width=10),
        Column("Step", width=70),
        Column("Code", width=30),
        *number_columns("Invoices"),
        *money_columns("Amount"),
    )
    note = "Invoice2go total + every step = Xero total. What is left unexplained must be zero."
    return Block(note, columns, tuple(row for total in totals for row in bridge_rows(total)))


def bridge_rows(total: Mapping[str, Any]) -> list[Row]:
    """The steps of one currency."""
    currency = total["currency"]
    steps: list[Row] = [
        (currency, reason_words(step["reason"]), step["reason"], step["count"], D(step["amount"]))
        for step in total["bridge"]
    ]
    left_out: list[Row] = [
        (currency, f"Not counted above: voided and deleted in {SIDES[side]}", "", None, D(amount))
        for side, amount in total.get("not_counted", {}).items()
    ]
    return [
        (currency, "Invoice2go total", "source", None, D(total["source"])),
        *steps,
        (currency, "Xero total", "target", None, D(total["target"])),
        (currency, "Unexplained", "unexplained", None, D(total["unexplained"])),
        *left_out,
    ]


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
        f"{in_words(one['field'], FIELDS)} {legible(one['source'])} / {legible(one['target'])}"
        for one in item["discrepancies"]
    )


def causes(item: Item) -> str:
    """Why the amounts differ, each cause once."""
    return "; ".join(dict.fromkeys(reason_words(one["cause"]) for one in item["discrepancies"] if one["cause"]))


def also(item: Item) -> str:
    """Findings, voided and deleted copies, and what could not be compared."""
    parts = [in_words(code, FINDINGS) for code in item.get("findings", ())]
    if copies := len(item.get("history", ())):
        parts.append(f"Voided or deleted copies in Xero: {copies}")
    parts += [f"{in_words(one['field'], FIELDS)} not compared: {one['reason']}" for one in item.get("not_compared", ())]
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
        Column("Code", width=20),
    )
    rows = tuple(field_row(item, one) for item in items for one in item["discrepancies"])
    return Block("Every differing field. Differences of dates are in days, Xero less Invoice2go.", columns, rows)


def field_row(item: Item, one: Item) -> Row:
    """One differing field."""
    field, cause = one["field"], one["cause"]
    return (
        legible(item["number"]),
        legible(item["contact"]),
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
    if field in MONEY_FIELDS and not value.endswith("lines"):
        return D(value)
    return day(value) if field in DAY_FIELDS else legible(value)


def day(text: str) -> Cell:
    """An ISO date as a date, blank as nothing."""
    return dt.date.fromisoformat(text) if text else None


def amount(text: str | None) -> Decimal | None:
    """A decimal string as a Decimal, nothing as nothing."""
    return None if text is None else D(text)


def identifiers(ids: Sequence[str]) -> str:
    """Several ids in one cell."""
    return legible(", ".join(ids))


def money_columns(*titles: str) -> tuple[Column, ...]:
    """Columns of amounts."""
    return tuple(Column(title, "number", 18) for title in titles)


def number_columns(*titles: str) -> tuple[Column, ...]:
    """Columns of counts."""
    return tuple(Column(title, "number", 16) for title in titles)


ITEM_CELLS: dict[str, tuple[Column, Callable[[Item], Cell]]] = {
    "number": (Column("Number", width=16), lambda item: legible(item["number"])),
    "reference": (Column("Xero reference", width=16), lambda item: legible(item["reference"])),
    "contact": (Column("Client", width=32), lambda item: legible(item["contact"])),
    "date": (Column("Date", "day", 12), lambda item: day(item["date"])),
    "currency": (Column("Currency", width=10), lambda item: item["currency"]),
    "source_total": (Column("Invoice2go total", "number", 18), lambda item: amount(item["source_total"])),
    "target_currency": (Column("Xero currency", width=10), target_currency),
    "target_total": (Column("Xero total", "number", 18), lambda item: amount(item["target_total"])),
    "difference": (Column("Difference", "number", 16), difference),
    "why": (Column("Why", width=52), lambda item: reason_words(item["reason"])),
    "code": (Column("Code", width=28), lambda item: item["reason"]),
    "what": (Column("What differs: Invoice2go / Xero", width=60), what_differs),
    "cause": (Column("Cause", width=44), causes),
    "also": (Column("Also", width=44), also),
    "source_ids": (Column("Invoice2go id", width=38), lambda item: identifiers(item["source_ids"])),
    "target_ids": (Column("Xero id", width=38), lambda item: identifiers(item["target_ids"])),
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
        "agrees": "number reference contact date currency source_total target_total difference also source_ids target_ids",
    }.items()
}
