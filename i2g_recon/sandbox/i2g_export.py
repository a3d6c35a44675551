"""Writes invoices in the layout of an Invoice2go export: 40 columns, small tables packed inside single cells.

A cell table is a header row and its records, rows parted by `;`, fields by `,`. A field that holds one of those
marks, a quote or a line break is quoted and its quotes doubled; a table inside a field goes through the same rule once
more, and the CSV around it doubles them again:

    Taxes.rates     is_default,value;true,10
    Taxes           name,...,rates,accumulative_of;GST,...,"is_default,value;true,10",
    in the file     "name,...,rates,accumulative_of;GST,...,""is_default,value;true,10"","

This file knows nothing of any reader, so that a test can set the one against the other. It writes what it is told,
sums included: `i2g_totals.totalled` works those out, and `cells` overrides any cell with raw text.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)
COLUMNS = tuple(
    "Id AccountId State LastUpdated CreatedDate DocumentDate DocumentNumber Comment Name EmailRecipient DocumentStatus "
    "OutputStatus PartPayment DocumentRecipientAddress ShipDate ShipAddress ShipAmount ShipTrackingNumber ShipVia "
    "ShipFob StyleName DatePaid CustomField DiscountType Discount DiscountValue Taxes WithholdingTaxName "
    "WithholdingTaxRate TermsOld Payments Items CurrencyCode TotalAmount BalanceDueAmount AmountPaidAmount "
    "DiscountAmount SubtotalAmount TotalTaxAmount WithholdingTaxAmount".split()
)
ITEM_FIELDS = (
    "code,description,qty,unit_type,withholding_tax_applies,applied_taxes,unit_price,discount_percentage,discount_type,"
    "discount_amount"
).split(",")
TAX_FIELDS = "name,auto_apply,inclusive,id,rates,accumulative_of".split(",")
PAYMENT_FIELDS = "transaction_id,amount,fpt_fee_amount,tip_amount,datetime,type,method,status".split(",")
TAX_TOTAL_FIELDS = "sub_total,total,rate,tax_id".split(",")
CSV_MARKS = frozenset(',"\n\r')
TABLE_MARKS = CSV_MARKS | {";"}
ZIP_MOMENT = (2026, 11, 15, 9, 0, 0)  # the same bytes on every day


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportTax:
    """A tax of the account as of one document. rates: percentages, the first being the default."""

    id: str
    name: str
    rates: tuple[Decimal, ...]
    inclusive: bool = False
    auto_apply: bool = True
    accumulative_of: str = ""  # id of the tax that this one is charged on top of


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLine:
    """One line. taxes: (rate in percent, tax id) pairs; discount_type decides which of the two discounts counts."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    code: str = ""
    unit_type: str = "parts"
    taxes: tuple[tuple[Decimal, str], ...] = ()
    discount_type: str = "no_discount"  # or percentage, amount
    discount_percentage: Decimal = ZERO
    discount_amount: Decimal = ZERO  # off the whole line
    withholding: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPayment:
    """One payment or attempt. amount is in major units and holds the surcharge; fee and tip are in cents."""

    transaction_id: str
    amount: Decimal
    moment: str  # starts with YYYY-MM-DD
    fee_cents: int = 0
    tip_cents: int = 0
    type: str = "payment"
    method: str = "manual_payment"
    status: str = "succeeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxTotal:
    """The sum of one tax over a document."""

    sub_total: Decimal
    total: Decimal
    rate: Decimal
    tax_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportInvoice:
    """One row of the export. Amounts in major units; `cells` replaces finished cells, column name to raw text."""

    id: str
    number: str
    client: str
    date: dt.date
    created: dt.datetime
    updated: dt.datetime
    lines: tuple[ExportLine, ...] = ()
    taxes: tuple[ExportTax, ...] = ()
    payments: tuple[ExportPayment, ...] = ()
    email: str = ""
    address: str = ""
    currency: str = "AUD"
    status: str = "sent"  # unsent, sent, partially_paid, fully_paid
    output_status: str = "sent"
    terms: str = "14"
    account_id: str = "50817736"
    comment: str = ""
    custom_field: str = ""
    date_paid: str = ""
    ship_amount: Decimal = ZERO
    discount_type: str = "no_discount"
    discount: Decimal = ZERO  # as typed: a percentage or an amount
    discount_value: Decimal = ZERO
    withholding_name: str = "Withholding Tax"
    withholding_rate: Decimal = ZERO
    withholding_amount: Decimal = ZERO
    subtotal: Decimal = ZERO
    discount_amount: Decimal = ZERO
    tax_totals: tuple[TaxTotal, ...] = ()
    total: Decimal = ZERO
    cells: Mapping[str, str] = field(default_factory=dict)


def csv_bytes(invoices: Iterable[ExportInvoice]) -> bytes:
    """The export file: UTF-8 with BOM, LF line ends, one row per invoice under the 40 columns."""
    rows = (COLUMNS, *(row(invoice) for invoice in invoices))
    # The csv module leaves a lone carriage return unquoted when lines end in LF, so the quoting is done here.
    lines = (",".join(quoted(cell, CSV_MARKS) for cell in cells) for cells in rows)
    return "\n".join((*lines, "")).encode("utf-8-sig")


def zip_bytes(name: str, content: bytes, others: Mapping[str, bytes] | None = None) -> bytes:
    """The download: one file called `name`, and `others` beside it. Same input, same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in {name: content, **(others or {})}.items():
            archive.writestr(unchanging_entry(member), data)
    return packed.getvalue()


def unchanging_entry(name: str) -> zipfile.ZipInfo:
    """A zip entry without the clock and without the machine in it."""
    entry = zipfile.ZipInfo(name, date_time=ZIP_MOMENT)
    entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
    return entry


def row(invoice: ExportInvoice) -> list[str]:
    """The 40 cells of one invoice, in the order of COLUMNS, before the CSV's own quoting."""
    cells = {**dict.fromkeys(COLUMNS, ""), **text_cells(invoice), **money_cells(invoice), **table_cells(invoice)}
    unknown = set(invoice.cells) - set(COLUMNS)
    if unknown:
        raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
    return [invoice.cells.get(column, cells[column]) for column in COLUMNS]


def text_cells(invoice: ExportInvoice) -> dict[str, str]:
    """Words, flags and moments."""
    return {
        "Id": invoice.id,
        "AccountId": invoice.account_id,
        "State": "synced",
        "LastUpdated": moment_text(invoice.updated),
        "CreatedDate": moment_text(invoice.created),
        "DocumentDate": invoice.date.isoformat(),
        "DocumentNumber": invoice.number,
        "Comment": invoice.comment,
        "Name": invoice.client,
        "EmailRecipient": invoice.email,
        "DocumentStatus": invoice.status,
        "OutputStatus": invoice.output_status,
        "PartPayment": "false",
        "DocumentRecipientAddress": invoice.address,
        "StyleName": "invoice",
        "DatePaid": invoice.date_paid,
        "CustomField": invoice.custom_field,
        "TermsOld": invoice.terms,
        "CurrencyCode": invoice.currency,
    }


def money_cells(invoice: ExportInvoice) -> dict[str, str]:
    """Amounts. The balance repeats the total even when all is paid, as Invoice2go's own file does."""
    paid = sum((payment.amount for payment in invoice.payments if payment.status == "succeeded"), ZERO)
    return {
        "ShipAmount": number_text(invoice.ship_amount),
        "DiscountType": invoice.discount_type,
        "Discount": number_text(invoice.discount),
        "DiscountValue": number_text(invoice.discount_value),
        "WithholdingTaxName": invoice.withholding_name,
        "WithholdingTaxRate": number_text(invoice.withholding_rate),
        "TotalAmount": number_text(invoice.total),
        "BalanceDueAmount": number_text(invoice.total),
        "AmountPaidAmount": number_text(paid),
        "DiscountAmount": number_text(invoice.discount_amount),
        "SubtotalAmount": number_text(invoice.subtotal),
        "WithholdingTaxAmount": number_text(invoice.withholding_amount),
    }


def table_cells(invoice: ExportInvoice) -> dict[str, str]:
    """The four columns that hold a table; no records, no table."""
    return {
        "Taxes": table(TAX_FIELDS, [tax_record(tax) for tax in invoice.taxes]),
        "Payments": table(PAYMENT_FIELDS, [payment_record(payment) for payment in invoice.payments]),
        "Items": table(ITEM_FIELDS, [line_record(line) for line in invoice.lines]),
        "TotalTaxAmount": table(TAX_TOTAL_FIELDS, [tax_total_record(total) for total in invoice.tax_totals]),
    }


def tax_record(tax: ExportTax) -> list[str]:
    """One tax definition; its rates are a table inside the field."""
    rates = [[flag_text(place == 0), number_text(rate)] for place, rate in enumerate(tax.rates)]
    inner = table(["is_default", "value"], rates)
    return [tax.name, flag_text(tax.auto_apply), flag_text(tax.inclusive), tax.id, inner, tax.accumulative_of]


def line_record(line: ExportLine) -> list[str]:
    """One line; its taxes are a table inside the field, empty on an untaxed line."""
    return [
        line.code,
        line.description,
        number_text(line.quantity),
        line.unit_type,
        flag_text(line.withholding),
        table(["rate", "tax_id"], [[number_text(rate), tax_id] for rate, tax_id in line.taxes]),
        number_text(line.unit_price),
        number_text(line.discount_percentage),
        line.discount_type,
        number_text(line.discount_amount),
    ]


def payment_record(payment: ExportPayment) -> list[str]:
    """One payment or attempt."""
    return [
        payment.transaction_id,
        number_text(payment.amount),
        str(payment.fee_cents),
        str(payment.tip_cents),
        payment.moment,
        payment.type,
        payment.method,
        payment.status,
    ]


def tax_total_record(total: TaxTotal) -> list[str]:
    """The sum of one tax."""
    return [number_text(total.sub_total), number_text(total.total), number_text(total.rate), total.tax_id]


def table(header: Sequence[str], records: Sequence[Sequence[str]]) -> str:
    """A cell table, one quoting level deep; empty when there are no records."""
    if not records:
        return ""
    return ";".join(",".join(quoted(value) for value in record) for record in (header, *records))


def quoted(value: str, marks: frozenset[str] = TABLE_MARKS) -> str:
    """A field, in quotes only where one of the marks stands in it."""
    if marks.isdisjoint(value):
        return value
    return '"' + value.replace('"', '""') + '"'


def number_text(amount: Decimal) -> str:
    """A number with a point, no thousands mark and no trailing zeros: 138.60 is `138.6`, 500 is `500`."""
    text = f"{amount:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"", "-", "-0"} else text


def flag_text(flag: bool) -> str:  # noqa: FBT001 - the flag is the whole argument
    """`true` or `false`."""
    return "true" if flag else "false"


def moment_text(moment: dt.datetime) -> str:
    """A time stamp in UTC with its offset: 2026-03-02T08:15:00+00:00."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")
