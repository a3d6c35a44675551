"""The demo's Invoice2go side: 400 invoices over fourteen months, each drawn from its own position and nothing else.

No clock and no shared randomness: position 1042 gives the same invoice whatever stands around it, so a change to one
kind of the plan moves no other invoice. Prices are drawn until Xero's tax per line and Invoice2go's tax on the sum
agree; only the planted `tax_rounding` ones are left to differ.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal
from functools import cache

from i2g_recon.sandbox import demo_business as business
from i2g_recon.sandbox.countries import record_id
from i2g_recon.sandbox.demo_plan import CLIENT_OF, COPIED_NUMBERS, ESTIMATE_DAYS, FIRST, KIND_OF, KINDS, LAST
from i2g_recon.sandbox.i2g_export import ExportInvoice, ExportLine, ExportPayment, ExportTax
from i2g_recon.sandbox.i2g_totals import cents, line_net, totalled

START, DAYS = dt.date(2025, 9, 15), 425  # to 2026-11-14
GST, GST_FREE = record_id("demo", "i2g tax", "GST"), record_id("demo", "i2g tax", "GST Free")
RATES = {GST: Decimal(10), GST_FREE: Decimal(0)}
ROUNDING_PRICES = {
    "HT-1032": ("18.43", "7.77", "40.03", "40.03"),
    "HT-1149": ("12.34", "45.64", "33.03"),
    "HT-1262": ("15.05", "22.15", "9.95"),
}
PLAIN_KINDS = frozenset(planted.name for planted in KINDS if planted.cause)  # GST on every line, prices without GST
PAID_KINDS = frozenset({"paid_but_open", "surcharge"})
OPEN_KINDS = frozenset(planted.name for planted in KINDS if planted.name not in PAID_KINDS)
PAID_UNSENT = frozenset({"HT-1240", "HT-1362"})  # paid in cash, never sent
AMOUNT_DISCOUNTS = frozenset({1022, 1222, 1372})
GROSS_SUBTOTALS = frozenset({1024, 1104, 1174, 1264, 1374})  # inclusive, subtotal printed with tax: both forms occur
NO_TERMS = frozenset({1035, 1216})


@cache
def source_invoices() -> tuple[ExportInvoice, ...]:
    """All invoices of the demo export, in the order they were made."""
    return tuple(source_invoice(position) for position in range(FIRST, LAST + 1))


def source_invoice(position: int) -> ExportInvoice:
    """The invoice at a position, planted with what the plan says about its number."""
    number = COPIED_NUMBERS.get(position, f"HT-{position}")
    planted = KIND_OF.get(number, "")
    rng = random.Random(f"harbourside/{position}")  # noqa: S311 - sample data, nothing secret
    invoice = totalled(drafted(position, number, planted, rng), gross_subtotal=position in GROSS_SUBTOTALS)
    if planted == "does_not_add_up":
        return replace(invoice, total=invoice.total + (10 if position % 2 else Decimal("-25.50")))
    return with_status(invoice, planted, rng)


def drafted(position: int, number: str, planted: str, rng: random.Random) -> ExportInvoice:
    """The invoice before its sums and payments."""
    made = START + dt.timedelta(days=(position - FIRST) * DAYS // (LAST - FIRST))
    moment = dt.datetime.combine(made, dt.time(1, rng.randrange(60), rng.randrange(60)), tzinfo=dt.UTC)
    client = business.CLIENTS[CLIENT_OF.get(number) or rng.choice(list(business.CLIENTS)[: business.USUAL_CLIENTS])]
    inclusive = position % 10 == 4 and planted not in PLAIN_KINDS  # noqa: PLR2004 - every tenth invoice
    foreign = client.name == "Otago Fitout Ltd"
    return ExportInvoice(
        id=record_id("demo", "source", str(position)),
        number=number,
        client=client.name,
        email=client.email,
        address=address(client),
        account_id=business.ACCOUNT_ID,
        date=made - dt.timedelta(days=ESTIMATE_DAYS.get(position, 0)),
        created=moment,
        updated=moment + dt.timedelta(minutes=rng.randrange(1, 90)),
        terms="" if position in NO_TERMS else rng.choice(["14", "14", "14", "7", "30", "0"]),
        currency="NZD" if foreign else "AUD",
        comment=rng.choice(["", "", "", 'Gate code 4471; ask for "Lee"', "Parking at rear,\nring first"]),
        custom_field=rng.choice(["", "", "", f"PO {5000 + position}"]),
        taxes=taxes(inclusive=inclusive),
        lines=lines(position, number, planted, rng, inclusive=inclusive, foreign=foreign),
    )


def address(client: business.Client) -> str:
    """A client's address in one cell, with a line break in it."""
    return f"{client.street}\n{client.suburb} {client.state} {client.postcode}".replace("  ", " ")


def taxes(*, inclusive: bool) -> tuple[ExportTax, ...]:
    """The account's two taxes as of one document."""
    return (
        ExportTax(id=GST, name="GST", rates=(RATES[GST],), inclusive=inclusive),
        ExportTax(id=GST_FREE, name="GST Free", rates=(RATES[GST_FREE],), inclusive=inclusive, auto_apply=False),
    )


def lines(
    position: int, number: str, planted: str, rng: random.Random, *, inclusive: bool, foreign: bool
) -> tuple[ExportLine, ...]:
    """The lines of one invoice; drawn again until both ways of rounding tax agree, but for the planted ones."""
    if number in ROUNDING_PRICES:
        return tuple(fixed_line(f"Fixing pack {n}", price) for n, price in enumerate(ROUNDING_PRICES[number], start=1))
    if planted == "negative_or_zero_total":
        return (fixed_line("Warranty visit", "0") if position % 2 == 0 else fixed_line("Refund of call-out", "-120"),)
    while True:
        drawn = drawn_lines(planted, rng, inclusive=inclusive, foreign=foreign)
        drawn = (discounted(drawn[0], position, planted), *drawn[1:])
        if closes(drawn, inclusive=inclusive):
            return drawn


def fixed_line(description: str, price: str) -> ExportLine:
    """One piece with GST."""
    return ExportLine(
        description=description, quantity=Decimal(1), unit_price=Decimal(price), taxes=((RATES[GST], GST),)
    )


def drawn_lines(planted: str, rng: random.Random, *, inclusive: bool, foreign: bool) -> tuple[ExportLine, ...]:
    """One to three different jobs; planted amounts get two or three with GST, so that the edit can bite."""
    if planted in PLAIN_KINDS:
        count, jobs = rng.choice([2, 3]), [job for job in business.JOBS if job.tax == "GST"]
    else:
        count, jobs = rng.choices([1, 2, 3], weights=[65, 20, 15])[0], list(business.JOBS)
    return tuple(line(job, rng, inclusive=inclusive, foreign=foreign) for job in rng.sample(jobs, k=count))


def line(job: business.Job, rng: random.Random, *, inclusive: bool, foreign: bool) -> ExportLine:
    """One job as a line; clients abroad are charged no GST."""
    tax = GST_FREE if foreign or job.tax == "GST Free" else GST
    price = cents(job.price * (100 + RATES[tax]) / 100) if inclusive else job.price
    return ExportLine(
        description=job.description,
        quantity=rng.choice(job.quantities),
        unit_price=price,
        unit_type=job.unit,
        taxes=((RATES[tax], tax),),
    )


def discounted(first: ExportLine, position: int, planted: str) -> ExportLine:
    """The first line with the discount its position calls for."""
    if planted == "discount" or position % 40 == 39:  # noqa: PLR2004 - every fortieth invoice
        percent = Decimal(5 if position // 40 % 2 else 10)
        return replace(first, discount_type="percentage", discount_percentage=percent)
    if position in AMOUNT_DISCOUNTS:
        return replace(first, discount_type="amount", discount_amount=cents(first.quantity * first.unit_price / 20))
    return first


def closes(drawn: tuple[ExportLine, ...], *, inclusive: bool) -> bool:
    """Whether every line comes to whole cents and tax per line adds up to tax on the sum."""
    nets = [line_net(one) for one in drawn]
    taxed = [net for net, one in zip(nets, drawn, strict=True) if one.taxes[0][1] == GST]
    divisor = 11 if inclusive else 10
    per_line = sum((cents(net / divisor) for net in taxed), Decimal(0))
    return all(net == cents(net) for net in nets) and per_line == cents(sum(taxed, Decimal(0)) / divisor)


def with_status(invoice: ExportInvoice, planted: str, rng: random.Random) -> ExportInvoice:
    """The invoice sent or not, paid or not. What is planted stays open, so that nothing but the plant differs."""
    if planted in {"not_sent", "paid_not_sent", "unsent_but_in_target"}:
        unsent = replace(invoice, status="unsent", output_status="unsent")
        return paid(unsent, invoice.total, "manual_payment", rng) if invoice.number in PAID_UNSENT else unsent
    if planted in OPEN_KINDS or invoice.total <= 0:
        return invoice
    recent = invoice.created.date() >= dt.date(2026, 9, 15)
    shares, weights = (Decimal(1), Decimal("0.5"), Decimal(0)), (30, 5, 65) if recent else (88, 4, 8)
    share = shares[0] if planted in PAID_KINDS else rng.choices(shares, weights)[0]
    method = (
        "credit_card" if planted == "surcharge" else rng.choice(["manual_payment", "manual_payment", "credit_card"])
    )
    return paid(invoice, cents(invoice.total * share), method, rng) if share else invoice


def paid(invoice: ExportInvoice, amount: Decimal, method: str, rng: random.Random) -> ExportInvoice:
    """The invoice with a payment towards it; cards bear a surcharge in cents, and some cards fail first."""
    day = (invoice.created + dt.timedelta(days=rng.randrange(1, 13))).replace(hour=3)
    fee = int(cents(amount * Decimal("0.0175")) * 100) if method == "credit_card" else 0
    payment = ExportPayment(
        transaction_id=record_id("demo", "payment", invoice.id),
        amount=amount + Decimal(fee) / 100,
        moment=day.date().isoformat(),
        fee_cents=fee,
        method=method,
    )
    failed = replace(payment, transaction_id=record_id("demo", "failed payment", invoice.id), status="failed")
    whole = amount == invoice.total
    return replace(
        invoice,
        status=("fully_paid" if whole else "partially_paid"),
        date_paid=day.date().isoformat() if whole else "",
        updated=day,
        payments=(failed, payment) if fee and rng.random() < 0.2 else (payment,),  # noqa: PLR2004 - one card in five
    )
