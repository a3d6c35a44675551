"""Side by side: both invoices field by field and line by line, what differs and why, and what could not be compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from i2g_recon.core.alignment import align
from i2g_recon.core.invoice import Invoice, LineItem
from i2g_recon.core.money import plain
from i2g_recon.jobs.reconcile import Detail
from i2g_recon.web.days import day_text
from i2g_recon.web.desk_items import FIELDS, why
from i2g_recon.web.desk_tables import money_told, plain_table

MARKED = "background-color: rgba(234, 88, 12, 0.20)"  # readable on a light and on a dark page
PRICES = {"Exclusive": "without tax", "Inclusive": "with tax", "NoTax": "no tax", "Mixed": "some with, some without"}
DIFFERS, SAME, UNKNOWN = "Differs", "", "Not compared"


def show_detail(found: Detail) -> None:
    """Everything about one item, most telling first."""
    st.text(headline(found))
    for number, address in enumerate(dict.fromkeys(filter(None, found.links.values())), start=1):
        name = "Open in Xero" if len(found.target) < 2 else f"Open in Xero ({number})"  # noqa: PLR2004 - one on each side
        if number <= len(found.target):
            st.link_button(name, address)
    fields = fields_table(found)
    plain_table(fields, key="detail_fields", alt="Both invoices, field by field", row_style=marked)
    for reason in unsure(found):
        st.text(reason)
    lines = lines_table(found)
    if len(lines):
        st.header("Lines")
        plain_table(lines, key="detail_lines", alt="Both invoices, line by line", row_style=marked)
    if found.history:
        st.header("Voided or deleted in Xero under the same reference")
        columns = {
            "Total": money_told("Total"),
            "Xero": st.column_config.LinkColumn("Xero", display_text="Open in Xero"),
        }
        plain_table(history_table(found), key="detail_history", alt="Earlier copies in Xero", columns=columns)


def headline(found: Detail) -> str:
    """Number, client and the cause in words."""
    item = found.item
    number = item["number"] or item["reference"] or "(no number)"
    return f"{number}, {item['contact'] or '(no client)'}: {why(item)}."


def unsure(found: Detail) -> list[str]:
    """What could not be compared, each with its reason."""
    return [
        f"Not compared: {FIELDS.get(one['field'], one['field']).lower()}, because {one['reason']}."
        for one in found.item["not_compared"]
        if one["reason"]
    ]


def fields_table(found: Detail) -> pd.DataFrame:
    """One row per field: a column per invoice; of a pair also the difference and whether the field differs."""
    sides = [*named("Invoice2go", found.source), *named("Xero", found.target)]
    delta = {one["field"]: one for one in found.item["discrepancies"]}
    unsure_of = {one["field"] for one in found.item["not_compared"]}
    rows = []
    for field, label in (("number", "Number"), ("reference", "Reference"), *FIELDS.items(), *MORE.items()):
        row = {"Field": label} | {name: shown(invoice, field) for name, invoice in sides}
        if are_a_pair(found):
            row["Difference"] = difference_text(delta.get(field))
            row["Result"] = DIFFERS if field in delta else UNKNOWN if field in unsure_of else SAME
        rows.append(row)
    return pd.DataFrame(rows, dtype=object)


def are_a_pair(found: Detail) -> bool:
    """Whether there is one invoice on each side, so that the two were compared."""
    return len(found.source) == 1 and len(found.target) == 1


MORE = {"paid": "Paid", "outstanding": "Open", "prices": "Prices"}


def named(side: str, invoices: Sequence[Invoice]) -> list[tuple[str, Invoice]]:
    """Column names: the side, numbered when it has several invoices."""
    if len(invoices) == 1:
        return [(side, invoices[0])]
    return [(f"{side} {place}", invoice) for place, invoice in enumerate(invoices, start=1)]


def shown(invoice: Invoice, field: str) -> str:
    """One field of one invoice as text."""
    if field == "contact":
        return invoice.contact.name
    if field == "lines":
        return str(len(invoice.lines))
    if field == "prices":
        return PRICES.get(str(invoice.line_amount_types), "")
    return as_text(getattr(invoice, field))


def as_text(value: Any) -> str:
    """An amount with thousands separated, a date as the country writes it, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:,f}"
    return day_text(value) if isinstance(value, dt.date) else str(value)


def difference_text(one: dict[str, Any] | None) -> str:
    """The signed difference of a field: money as it is, days with their word."""
    if one is None or one["delta"] is None:
        return ""
    if isinstance(one["delta"], int):
        return f"{one['delta']:+} days"
    return f"{Decimal(one['delta']):+,f}"


def lines_table(found: Detail) -> pd.DataFrame:
    """Lines paired when there is one invoice on each side, else the lines of every invoice one after the other."""
    if are_a_pair(found):
        return pd.DataFrame(paired_lines(found.source[0], found.target[0]), dtype=object)
    sides = [*named("Invoice2go", found.source), *named("Xero", found.target)]
    rows = [{"Invoice": name, **line_cells(line)} for name, invoice in sides for line in invoice.lines]
    return pd.DataFrame(rows, dtype=object)


def paired_lines(source: Invoice, target: Invoice) -> list[dict[str, str]]:
    """One row per line of either side."""
    alignment, lines = align(source.lines, target.lines), target.lines
    partners = (alignment.partner.get(place) for place in range(len(source.lines)))
    rows = [
        line_row(line, None if other is None else lines[other])
        for line, other in zip(source.lines, partners, strict=True)
    ]
    return rows + [line_row(None, lines[place]) for place in alignment.extra]


def line_row(source: LineItem | None, target: LineItem | None) -> dict[str, str]:
    """A line of both sides beside each other."""
    left, right = (line_cells(line) if line else dict.fromkeys(LINE_CELLS, "") for line in (source, target))
    row = {"Line": left["Line"] or right["Line"]}
    for name in LINE_CELLS[1:]:
        row |= {f"{name}, Invoice2go": left[name], f"{name}, Xero": right[name]}
    return row | {"Result": line_result(source, target)}


LINE_CELLS = ("Line", "Quantity", "Price", "Discount", "Tax")


def line_cells(line: LineItem) -> dict[str, str]:
    """One line as text."""
    off = f"{plain(line.discount_rate)} %" if line.discount_rate else as_text(line.discount_amount or None)
    rate = "" if line.tax_rate is None else f"{plain(line.tax_rate)} %"
    return {
        "Line": line.description or line.code,
        "Quantity": plain(line.quantity),
        "Price": price_text(line.unit_price),
        "Discount": off,
        "Tax": rate or line.tax_type or line.tax_key,
    }


def price_text(price: Decimal) -> str:
    """A price with at least two decimals: 17.80, 0.125."""
    places = max(2, -int(price.normalize().as_tuple().exponent))
    return f"{price:,.{places}f}"


def line_result(source: LineItem | None, target: LineItem | None) -> str:
    """What differs between two lines, in words."""
    if target is None:
        return "Missing in Xero"
    if source is None:
        return "Only in Xero"
    parts = {
        "quantity": source.quantity != target.quantity,
        "price": source.unit_price != target.unit_price,
        "discount": (source.discount_rate, source.discount_amount) != (target.discount_rate, target.discount_amount),
        "tax": None not in (source.tax_rate, target.tax_rate) and source.tax_rate != target.tax_rate,
    }
    names = [name for name, differs in parts.items() if differs]
    return f"{DIFFERS}: {', '.join(names)}" if names else SAME


def history_table(found: Detail) -> pd.DataFrame:
    """The voided and deleted copies."""
    rows = [
        {
            "Number": invoice.number,
            "Status": invoice.status,
            "Date": as_text(invoice.date),
            "Total": f"{as_text(invoice.total)} {invoice.currency}",
            "Xero": found.links.get(invoice.id) or None,
        }
        for invoice in found.history
    ]
    return pd.DataFrame(rows, dtype=object)


def marked(row: pd.Series) -> list[str]:
    """A row's style: what differs stands out, in words as well as in colour."""
    return [MARKED if row.get("Result") not in {None, SAME, UNKNOWN} else ""] * len(row)
