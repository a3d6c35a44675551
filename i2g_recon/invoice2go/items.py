"""The cells `Taxes`, `Items` and `TotalTaxAmount`: an invoice's lines, the set of taxes on each, and the tax totals.

A line's taxes are one unit (names, rates, compound or not), because a Xero line takes one tax type. `applied_taxes`
gives rate and tax id; the names stand in `Taxes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from i2g_recon.core.invoice import ZERO, AppliedTax, LineAmountTypes, LineItem, effective_rate, tax_key
from i2g_recon.core.money import D, NotAnAmount, exponent, half_up
from i2g_recon.invoice2go.findings import EXPORT_AGAIN, Problem, RowReading
from i2g_recon.invoice2go.nested import CACHED_CHARACTERS, Table, read_repeating, read_table

PLACES = 4  # decimals of quantities, prices and rates that both sides can hold
LARGEST_RATE = 1000
MOST_LINES = 5_000
NEEDED = ("description", "qty", "unit_price")


@dataclass(frozen=True, slots=True)
class TaxDefinition:
    """One tax of the account as of this document."""

    name: str
    inclusive: bool
    compound: bool


@dataclass(frozen=True, slots=True)
class LineTaxes:
    """The taxes on one line as one unit; doubts are phrases. refused: why the cell cannot be used, or empty."""

    key: str
    rate: Decimal
    inclusive: frozenset[bool]
    doubts: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """The lines, whether their prices hold tax, and whether a line is subject to withholding."""

    lines: tuple[LineItem, ...]
    line_amount_types: LineAmountTypes
    withholding: bool


@dataclass(frozen=True, slots=True)
class TaxTotals:
    """The invoice's tax; inside: the part that belongs to inclusive taxes."""

    tax: Decimal | None
    inside: Decimal


def read_definitions(taxes_cell: str) -> dict[str, TaxDefinition]:
    """Tax definitions by tax id."""
    return {
        record.get("id", ""): TaxDefinition(
            name=record.get("name", "").strip(),
            inclusive=record.get("inclusive", "").strip().lower() == "true",
            compound=bool(record.get("accumulative_of", "").strip()),
        )
        for record in read_repeating(taxes_cell).records
    }


def read_line_taxes(applied_cell: str, taxes_cell: str) -> LineTaxes:
    """The set of taxes in one `applied_taxes` field, named by the `Taxes` cell of its row."""
    if len(applied_cell) + len(taxes_cell) <= CACHED_CHARACTERS:
        return _line_taxes(applied_cell, taxes_cell)
    return line_taxes(applied_cell, taxes_cell)


@lru_cache(maxsize=4_096)
def _line_taxes(applied_cell: str, taxes_cell: str) -> LineTaxes:
    return line_taxes(applied_cell, taxes_cell)


def line_taxes(applied_cell: str, taxes_cell: str) -> LineTaxes:
    """As `read_line_taxes`, without reuse."""
    table, definitions = read_table(applied_cell), read_definitions(taxes_cell)
    doubts = list(table.faults)
    if table.columns and not table.records and "rate" not in table.columns:
        doubts.append("the taxes of a line are no table, so it counts as untaxed")
    applied: list[AppliedTax] = []
    for record in table.records:
        rate = read_rate(record.get("rate", ""))
        if rate is None:
            return LineTaxes("", ZERO, frozenset(), refused=f"'{record.get('rate', '')[:40]}' is not a tax rate.")
        applied.append(named_tax(record.get("tax_id", ""), rate, definitions, doubts))
    taxes = tuple(applied)
    effective = half_up(effective_rate(taxes), PLACES)
    return LineTaxes(tax_key(taxes), effective, frozenset(tax.inclusive for tax in taxes), tuple(doubts))


def read_rate(text: str) -> Decimal | None:
    """A percentage, or None for what is none."""
    try:
        rate = D(text) if len(text) < 20 else None  # noqa: PLR2004 - no percentage needs twenty characters
    except NotAnAmount:
        return None
    return rate if rate is not None and abs(rate) <= LARGEST_RATE else None


def named_tax(tax_id: str, rate: Decimal, definitions: Mapping[str, TaxDefinition], doubts: list[str]) -> AppliedTax:
    """One applied tax under its name; an id that `Taxes` does not define stays visible as itself."""
    found = definitions.get(tax_id)
    if found is None:
        doubts.append("a line names a tax that the invoice does not define")
        return AppliedTax(f"Unknown tax {tax_id}".strip(), rate)
    return AppliedTax(found.name, rate, inclusive=found.inclusive, compound=found.compound)


def read_items(reading: RowReading) -> Items:
    """The lines of a row; what cannot be held exactly refuses the row."""
    table = read_table(reading.text("Items"))
    show_faults(reading, "Items", table)
    missing = [name for name in NEEDED if name not in table.columns]
    if table.records and missing:
        reading.refuse(
            Problem("Items", ", ".join(table.columns), f"the lines have no {', '.join(missing)}.", EXPORT_AGAIN)
        )
        return Items((), LineAmountTypes.UNSTATED, withholding=False)
    if len(table.records) > MOST_LINES:
        reading.refuse(Problem("Items", "", f"the invoice has more than {MOST_LINES:,} lines.", EXPORT_AGAIN))
        return Items((), LineAmountTypes.UNSTATED, withholding=False)
    taxes_cell = reading.text("Taxes")
    show_faults(reading, "Taxes", read_repeating(taxes_cell))
    inclusive: set[bool] = set()
    lines: list[LineItem] = []
    for record in table.records:
        taxes = read_line_taxes(record.get("applied_taxes", ""), taxes_cell)
        inclusive |= taxes.inclusive
        lines.append(read_line(reading, record, taxes))
    withholding = any(record.get("withholding_tax_applies", "").strip().lower() == "true" for record in table.records)
    return Items(tuple(lines), line_amount_types(inclusive), withholding)


def read_line(reading: RowReading, record: Mapping[str, str], taxes: LineTaxes) -> LineItem:
    """One line."""
    if taxes.refused:
        reading.refuse(Problem("Items.applied_taxes", record.get("applied_taxes", ""), taxes.refused, EXPORT_AGAIN))
    for doubt in taxes.doubts:
        reading.doubt("Items.applied_taxes", record.get("applied_taxes", ""), f"{doubt}.")
    if not record["qty"] or not record["unit_price"]:
        reading.doubt("Items", record["description"], "a line has no quantity or no price, so it counts as 0.")
    percentage, amount = line_discount(reading, record)
    return LineItem(
        code=record.get("code", ""),
        description=record["description"],
        quantity=reading.amount("Items.qty", record["qty"], PLACES),
        unit_price=reading.amount("Items.unit_price", record["unit_price"], PLACES),
        discount_rate=percentage,
        discount_amount=amount,
        tax_key=taxes.key,
        tax_rate=taxes.rate,
    )


def line_discount(reading: RowReading, record: Mapping[str, str]) -> tuple[Decimal, Decimal]:
    """A line's discount as (percent, amount off the line); `discount_type` decides which of the two counts."""
    kind = record.get("discount_type", "no_discount")
    if kind == "no_discount":
        return ZERO, ZERO
    percentage, amount = record.get("discount_percentage", ""), record.get("discount_amount", "")
    if kind == "percentage":
        return reading.amount("Items.discount_percentage", percentage, PLACES), ZERO
    if kind == "amount":
        return ZERO, reading.amount("Items.discount_amount", amount, exponent(reading.currency))
    if percentage.strip("0.") or amount.strip("0."):
        reading.doubt("Items.discount_type", kind, "the kind of a line's discount is unknown, so it was left out.")
    return ZERO, ZERO


def line_amount_types(inclusive: set[bool]) -> LineAmountTypes:
    """Whether prices hold tax, from the flags of the taxes that are used on lines."""
    if not inclusive:
        return LineAmountTypes.NO_TAX
    if len(inclusive) > 1:
        return LineAmountTypes.MIXED
    return LineAmountTypes.INCLUSIVE if True in inclusive else LineAmountTypes.EXCLUSIVE


def read_tax_totals(reading: RowReading, *, taxed: bool) -> TaxTotals:
    """The sum over `TotalTaxAmount`. tax is None when the file does not say: no column, or nothing for taxed lines."""
    cell = reading.text("TotalTaxAmount")
    table = read_table(cell)
    show_faults(reading, "TotalTaxAmount", table)
    if not table.records:
        return no_tax_totals(reading, cell, table, taxed=taxed)
    if "total" not in table.columns:
        reading.refuse(Problem("TotalTaxAmount", cell, "the tax totals have no column total.", EXPORT_AGAIN))
        return TaxTotals(None, ZERO)
    definitions = read_definitions(reading.text("Taxes"))
    tax = inside = ZERO
    for record in table.records:
        amount = reading.amount("TotalTaxAmount.total", record["total"], exponent(reading.currency))
        found = definitions.get(record.get("tax_id", ""))
        tax += amount
        inside += amount if found is not None and found.inclusive else ZERO
    return TaxTotals(tax, inside)


def no_tax_totals(reading: RowReading, cell: str, table: Table, *, taxed: bool) -> TaxTotals:
    """An invoice whose tax cell holds no record."""
    if table.columns and "total" not in table.columns:
        reading.refuse(Problem("TotalTaxAmount", cell, "the tax totals are no table.", EXPORT_AGAIN))
    if "TotalTaxAmount" not in reading.cells:
        return TaxTotals(None, ZERO)
    if taxed:
        reading.doubt("TotalTaxAmount", cell, "lines are taxed and the invoice states no tax.")
        return TaxTotals(None, ZERO)
    return TaxTotals(ZERO, ZERO)


def show_faults(reading: RowReading, column: str, table: Table) -> None:
    """Notes where a cell's table does not follow the grammar."""
    for fault in table.faults[:3]:
        reading.doubt(column, reading.text(column), f"the cell was read in spite of a fault: {fault}.")
