"""Invoice2go exports made from a seed, with the values a reader must find in them.

Written from the format's description alone; it knows nothing of the reader's code.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import uuid
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HEADER = (
    "Id,AccountId,State,LastUpdated,CreatedDate,DocumentDate,DocumentNumber,Comment,Name,EmailRecipient,DocumentStatus,"
    "OutputStatus,PartPayment,DocumentRecipientAddress,ShipDate,ShipAddress,ShipAmount,ShipTrackingNumber,ShipVia,ShipFob,"
    "StyleName,DatePaid,CustomField,DiscountType,Discount,DiscountValue,Taxes,WithholdingTaxName,WithholdingTaxRate,"
    "TermsOld,Payments,Items,CurrencyCode,TotalAmount,BalanceDueAmount,AmountPaidAmount,DiscountAmount,SubtotalAmount,"
    "TotalTaxAmount,WithholdingTaxAmount"
).split(",")
TAX_FIELDS = "name,auto_apply,inclusive,id,rates,accumulative_of".split(",")
PAYMENT_FIELDS = "transaction_id,amount,fpt_fee_amount,tip_amount,datetime,type,method,status".split(",")
ITEM_FIELDS = (
    "code,description,qty,unit_type,withholding_tax_applies,applied_taxes,unit_price,discount_percentage,"
    "discount_type,discount_amount"
).split(",")
NAMES = ("Marlow & Finch Ltd", 'The "Level" Co', "Zoë's Café; Bar", "NA", "Quarry Row, Unit 3", "null", "Søren Åkesson")
WORDS = (
    "Hinge, brass; pair",
    "Fitting",
    'Door 5" oak',
    "Call-out\nafter hours",
    "Paint",
    "Sealant; white",
    "Tap, 'mixer'",
)
CENT = Decimal("0.01")
TAX_NAMES = {"10": "GST", "0": "Free"}
TAX_IDS = {"10": "9c1f7a10-52c4-4d8e-8a77-0b6d3e21f4c5", "0": "1d2e8b90-7b1c-4f3a-9e55-aa0c4d5e6f70"}


@dataclass(frozen=True)
class Export:
    """The same invoices as csv and as zip, and what is in them: one dict per row, in file order."""

    csv: bytes
    zip: bytes
    expected: list[dict[str, object]]


def field(text: str) -> str:
    """One field of a nested table."""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',;"\n') else text


def nested(fields: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A nested table; without rows it is an empty cell."""
    return ";".join(",".join(field(text) for text in row) for row in [fields, *rows]) if rows else ""


def short(amount: Decimal) -> str:
    """An amount as the export writes it: no trailing zeros, no exponent."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to cents."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def to_csv(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    """Rows as Invoice2go writes them: BOM, comma, LF."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode("utf-8-sig")


def to_zip(files: dict[str, bytes]) -> bytes:
    """Files as a zip."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return raw.getvalue()


@dataclass(frozen=True)
class Draft:
    """One invoice before it is written down."""

    items: list[tuple[str, ...]]
    bases: dict[str, Decimal]  # what each tax rate is charged on
    gross: Decimal
    inclusive: bool
    sent: bool
    paid: bool
    fee_cents: int
    day: dt.date
    terms: str
    name: str
    number: str

    @property
    def tax(self) -> Decimal:
        """Tax at 10 %, on top of or inside the prices."""
        return cents(self.bases.get("10", Decimal(0)) / (11 if self.inclusive else 10))

    @property
    def total(self) -> Decimal:
        """What the client owes."""
        return self.gross if self.inclusive else self.gross + self.tax


def make_items(rng: random.Random, lines: int) -> tuple[list[tuple[str, ...]], dict[str, Decimal]]:
    """Lines, and what each tax rate is charged on."""
    items: list[tuple[str, ...]] = []
    bases: dict[str, Decimal] = {}
    for _ in range(lines):
        qty, price = Decimal(rng.randint(1, 40)) / 4, Decimal(rng.randint(100, 90_000)) / 100
        rate, code, word = rng.choice(("10", "10", "10", "0")), rng.choice(("", "K-7", "0012")), rng.choice(WORDS)
        bases[rate] = bases.get(rate, Decimal(0)) + cents(qty * price)
        applied = nested(("rate", "tax_id"), [(rate, TAX_IDS[rate])])
        items.append((code, word, short(qty), "parts", "false", applied, short(price), "0", "no_discount", "0"))
    return items, bases


def make_draft(rng: random.Random, position: int, lines: int, *, quirks: bool) -> Draft:
    """One invoice. quirks: inclusive prices, surcharges, odd names, numbers and terms."""
    items, bases = make_items(rng, lines)
    sent = rng.random() < 0.85
    paid = sent and rng.random() < 0.5
    return Draft(
        items=items,
        bases=bases,
        gross=sum(bases.values(), Decimal(0)),
        inclusive=quirks and rng.random() < 0.2,
        sent=sent,
        paid=paid,
        fee_cents=rng.randint(1, 400) if quirks and paid else 0,
        day=dt.date(2026, 1, 1) + dt.timedelta(days=rng.randrange(300)),
        terms=rng.choice(("0", "14", "30", "on receipt" if quirks else "30")),
        name=rng.choice(NAMES) if quirks else NAMES[0],
        number=rng.choice((f"INV{position:05}", f"{position:05}", f"1E{position}")) if quirks else f"INV{position:05}",
    )


def payments_cell(draft: Draft, position: int) -> str:
    """A failed attempt, then the payment with its surcharge."""
    last = (str(draft.day), "payment", "credit_card")
    amount = short(draft.total + Decimal(draft.fee_cents) / 100)
    failed = (f"f{position}", short(draft.total), "0", "0", *last, "failed")
    succeeded = (f"p{position}", amount, str(draft.fee_cents), "0", *last, "succeeded")
    return nested(PAYMENT_FIELDS, [failed, succeeded]) if draft.paid else ""


def taxes_cell(draft: Draft) -> str:
    """The account's two taxes."""
    flag = str(draft.inclusive).lower()
    rates = {rate: nested(("is_default", "value"), [("true", rate)]) for rate in TAX_IDS}
    return nested(TAX_FIELDS, [(TAX_NAMES[rate], "true", flag, TAX_IDS[rate], rates[rate], "") for rate in TAX_IDS])


def tax_totals_cell(draft: Draft) -> str:
    """One row per tax in use."""
    rows = [
        (short(base), short(draft.tax) if rate == "10" else "0", rate, TAX_IDS[rate])
        for rate, base in draft.bases.items()
    ]
    return nested(("sub_total", "total", "rate", "tax_id"), rows)


def cells_of(draft: Draft, identity: str, position: int) -> dict[str, str]:
    """The row as the export writes it."""
    return dict.fromkeys(HEADER, "") | {
        "Id": identity,
        "AccountId": "50817736",
        "State": "synced",
        "LastUpdated": f"{draft.day}T09:41:20+00:00",
        "CreatedDate": f"{draft.day}T08:15:00+00:00",
        "DocumentDate": str(draft.day),
        "DocumentNumber": draft.number,
        "Comment": "Gate code\n4471" if position % 3 == 0 else "",
        "Name": draft.name,
        "EmailRecipient": "accounts@marlowfinch.example",
        "DocumentStatus": status_of(draft),
        "OutputStatus": "sent" if draft.sent else "unsent",
        "PartPayment": "false",
        "ShipAmount": "0",
        "DiscountType": "no_discount",
        "Discount": "0",
        "DiscountValue": "0",
        "Taxes": taxes_cell(draft),
        "WithholdingTaxName": "Withholding Tax",
        "WithholdingTaxRate": "0",
        "TermsOld": draft.terms,
        "Payments": payments_cell(draft, position),
        "Items": nested(ITEM_FIELDS, draft.items),
        "CurrencyCode": "AUD",
        "TotalAmount": short(draft.total),
        "BalanceDueAmount": short(draft.total),
        "AmountPaidAmount": "0",
        "DiscountAmount": "0",
        "SubtotalAmount": short(draft.gross),
        "TotalTaxAmount": tax_totals_cell(draft),
        "WithholdingTaxAmount": "0",
    }


def status_of(draft: Draft) -> str:
    """The invoice status."""
    if draft.paid:
        return "fully_paid"
    return "sent" if draft.sent else "unsent"


def expected_of(draft: Draft, identity: str) -> dict[str, object]:
    """What a reader must make of it."""
    lines = [
        {
            "code": item[0],
            "description": item[1],
            "quantity": Decimal(item[2]),
            "unit_price": Decimal(item[6]),
            "tax_key": "GST 10%" if TAX_IDS["10"] in item[5] else "Free 0%",
        }
        for item in draft.items
    ]
    return {
        "id": identity,
        "number": draft.number,
        "contact": draft.name,
        "date": draft.day,
        "due_date": draft.day + dt.timedelta(days=int(draft.terms)) if draft.terms.isdigit() else None,
        "total": draft.total,
        "tax": draft.tax,
        "subtotal": draft.total - draft.tax,
        "paid": draft.total if draft.paid else Decimal(0),
        "state": "live" if draft.sent else "unsent",
        "status": status_of(draft),
        "inclusive": draft.inclusive,
        "lines": lines,
    }


def make_row(
    rng: random.Random, position: int, lines: int, *, quirks: bool
) -> tuple[dict[str, str], dict[str, object]]:
    """One invoice as cells by column, and what a reader must make of it."""
    draft = make_draft(rng, position, lines, quirks=quirks)
    identity = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    return cells_of(draft, identity, position), expected_of(draft, identity)


def make_rows(
    seed: int, invoices: int, lines: int = 3, *, quirks: bool = False
) -> tuple[list[dict[str, str]], list[dict[str, object]]]:
    """Cells by column for every invoice, and the expected values, for tests that change some of them."""
    rng = random.Random(seed)  # noqa: S311 - a seed, not a secret
    made = [make_row(rng, position, lines, quirks=quirks) for position in range(1, invoices + 1)]
    return [cells for cells, _ in made], [expected for _, expected in made]


def make_export(seed: int, invoices: int, lines: int = 3, *, quirks: bool = False) -> Export:
    """An export of so many invoices with so many lines each; quirks adds what real files hold: see `make_draft`."""
    rows, expected = make_rows(seed, invoices, lines, quirks=quirks)
    table = to_csv([list(cells.values()) for cells in rows])
    return Export(csv=table, zip=to_zip({"marlow_invoice_2026.csv": table}), expected=expected)
