"""Works out what Invoice2go prints at the foot of an invoice: subtotal, discount, tax per tax, total.

Tax is rounded once per tax, on the sum of the lines that bear it; Xero rounds every line. That is where the cents come
from that differ although every line agrees.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from i2g_recon.sandbox.i2g_export import ZERO, ExportInvoice, ExportLine, ExportTax, TaxTotal

CENT = Decimal("0.01")


def totalled(invoice: ExportInvoice, *, gross_subtotal: bool = False, ship_in_total: bool = True) -> ExportInvoice:
    """The invoice with its sums filled in. subtotal is the lines before discount, discount_amount all discounts.

    With inclusive taxes the subtotal is net of tax, or with `gross_subtotal` the prices as printed: both are said to
    occur. A document discount is spread over the lines in proportion before tax. Withholding is worked out on the lines
    that carry its flag and left out of the total.
    """
    printed = sum((line.quantity * line.unit_price for line in invoice.lines), ZERO)
    nets = [line_net(line) for line in invoice.lines]
    off_document = document_discount(invoice, sum(nets, ZERO))
    factor = 1 - off_document / sum(nets, ZERO) if off_document else Decimal(1)
    tax_totals = tuple(sums_of(tax, rate, invoice, factor) for tax, rate in taxes_in_use(invoice))
    inclusive_tax = sum((t.total for t in tax_totals if is_inclusive(invoice, t.tax_id)), ZERO)
    exclusive_tax = sum((t.total for t in tax_totals if not is_inclusive(invoice, t.tax_id)), ZERO)
    discount = cents(printed - sum(nets, ZERO) + off_document)
    withheld = sum((n for n, line in zip(nets, invoice.lines, strict=True) if line.withholding), ZERO)
    return replace(
        invoice,
        subtotal=cents(printed) - (ZERO if gross_subtotal else inclusive_tax),
        discount_amount=discount,
        discount_value=cents(off_document),
        tax_totals=tax_totals,
        withholding_amount=cents(withheld * invoice.withholding_rate / 100),
        total=cents(printed) - discount + exclusive_tax + (invoice.ship_amount if ship_in_total else ZERO),
    )


def line_net(line: ExportLine) -> Decimal:
    """A line after its own discount, unrounded."""
    amount = line.quantity * line.unit_price
    if line.discount_type == "percentage":
        return amount * (100 - line.discount_percentage) / 100
    return amount - (line.discount_amount if line.discount_type == "amount" else ZERO)


def document_discount(invoice: ExportInvoice, net: Decimal) -> Decimal:
    """What the discount on the whole document comes to, in money."""
    if invoice.discount_type == "percentage":
        return cents(net * invoice.discount / 100)
    return invoice.discount if invoice.discount_type == "amount" else ZERO


def taxes_in_use(invoice: ExportInvoice) -> list[tuple[ExportTax, Decimal]]:
    """Each tax and rate that a line bears, in the order in which the lines name them."""
    known = {tax.id: tax for tax in invoice.taxes}
    pairs = dict.fromkeys((tax_id, rate) for line in invoice.lines for rate, tax_id in line.taxes)
    return [(known[tax_id], rate) for tax_id, rate in pairs]


def sums_of(tax: ExportTax, rate: Decimal, invoice: ExportInvoice, factor: Decimal) -> TaxTotal:
    """One tax over the document: rounded once, half up, on the sum of its lines."""
    lines = [line for line in invoice.lines if (rate, tax.id) in line.taxes]
    base = sum((taxable(line, tax) for line in lines), ZERO) * factor
    amount = cents(base * rate / (100 + rate)) if tax.inclusive else cents(base * rate / 100)
    return TaxTotal(sub_total=cents(base) - (amount if tax.inclusive else ZERO), total=amount, rate=rate, tax_id=tax.id)


def taxable(line: ExportLine, tax: ExportTax) -> Decimal:
    """What a tax is charged on: the line, and the tax beneath it when it is charged on top of another."""
    beneath = sum((rate for rate, tax_id in line.taxes if tax_id == tax.accumulative_of), ZERO)
    return line_net(line) * (100 + beneath) / 100


def is_inclusive(invoice: ExportInvoice, tax_id: str) -> bool:
    """Whether the prices of the document already hold this tax."""
    return any(tax.inclusive for tax in invoice.taxes if tax.id == tax_id)


def cents(amount: Decimal) -> Decimal:
    """Half away from zero, two decimals."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
