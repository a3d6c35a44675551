"""The invoice as Xero would hold it: lines with account and tax type, and the totals it will come to.

The totals are predicted with Xero's own arithmetic before anything is sent, because amounts of tax are left to Xero.
What would not agree to the cent is held; a few cents of rounding may go on the organisation's Rounding account, openly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from i2g_recon.core.discount import RATE_DECIMALS, common_rate, discount_lines
from i2g_recon.core.holds import Hold, hold, warning
from i2g_recon.core.invoice import NO_TAX_KEY, ZERO, Invoice, LineAmountTypes, LineItem
from i2g_recon.core.money import exponent, half_up, plain
from i2g_recon.core.organisation import Account, Organisation
from i2g_recon.core.setup import Setup, is_held, tax_type_for, usable_rate
from i2g_recon.core.tax import UNIT_DECIMALS, Totals, gross_amount, predict

NO_TAX_TYPE = "NONE"


@dataclass(frozen=True, slots=True)
class TaxTreatment:
    """How an invoice is taxed in Xero. choices: tax key to (tax type, percentage); an empty type is not sent."""

    types: LineAmountTypes
    choices: dict[str, tuple[str, Decimal]]
    holds: tuple[Hold, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """Lines ready to send (tax_rate is Xero's percentage), their totals, and what was found on the way."""

    types: LineAmountTypes
    lines: tuple[LineItem, ...]
    totals: Totals
    holds: tuple[Hold, ...] = ()
    warnings: tuple[str, ...] = ()


def tax_treatment(invoice: Invoice, organisation: Organisation, setup: Setup) -> TaxTreatment:
    """Map the taxes of one invoice; every tax that cannot be mapped is a hold of its own."""
    keys = list(dict.fromkeys(line.tax_key for line in invoice.lines))
    match invoice.line_amount_types:
        case LineAmountTypes.MIXED:
            return TaxTreatment(LineAmountTypes.MIXED, {}, (hold("mixed_tax_treatment"),))
        case LineAmountTypes.UNSTATED:
            return TaxTreatment(LineAmountTypes.UNSTATED, {}, (hold("tax_treatment_unknown"),))
    if not organisation.pays_tax:
        return TaxTreatment(LineAmountTypes.NO_TAX, dict.fromkeys(keys, ("", ZERO)))
    if invoice.line_amount_types is LineAmountTypes.NO_TAX and keys == [NO_TAX_KEY]:
        return untaxed_treatment(organisation, setup)
    return mapped_treatment(invoice, keys, organisation, setup)


def untaxed_treatment(organisation: Organisation, setup: Setup) -> TaxTreatment:
    """An invoice that charges no tax: under the mapped zero rate, which tax returns tell apart, else as No Tax."""
    tax_type = tax_type_for(setup, NO_TAX_KEY)
    nothing = {NO_TAX_KEY: ("", ZERO)}
    if is_held(setup, NO_TAX_KEY):
        return TaxTreatment(LineAmountTypes.NO_TAX, {}, (hold("tax_held", tax=NO_TAX_KEY),))
    if tax_type == NO_TAX_TYPE:
        return TaxTreatment(LineAmountTypes.NO_TAX, nothing)
    if not tax_type:
        return TaxTreatment(LineAmountTypes.NO_TAX, nothing, warnings=(warning("no_tax", tax=NO_TAX_KEY),))
    rate = usable_rate(tax_type, organisation)
    if rate is None:
        return TaxTreatment(LineAmountTypes.NO_TAX, {}, (hold("tax_type_gone", tax=NO_TAX_KEY, tax_type=tax_type),))
    return TaxTreatment(LineAmountTypes.EXCLUSIVE, {NO_TAX_KEY: (tax_type, rate.rate)})


def mapped_treatment(invoice: Invoice, keys: Sequence[str], organisation: Organisation, setup: Setup) -> TaxTreatment:
    """Each tax key through the set-up's map to an active rate for sales."""
    rates = {line.tax_key: line.tax_rate for line in invoice.lines}
    choices: dict[str, tuple[str, Decimal]] = {}
    holds: list[Hold] = []
    warnings: list[str] = []
    for key in keys:
        tax_type = tax_type_for(setup, key)
        rate = usable_rate(tax_type, organisation)
        if is_held(setup, key):
            holds.append(hold("tax_held", tax=key))
        elif not tax_type:
            holds.append(hold("tax_unmapped", tax=key))
        elif rate is None:
            holds.append(hold("tax_type_gone", tax=key, tax_type=tax_type))
        else:
            choices[key] = (tax_type, rate.rate)
            if rates[key] is not None and rates[key] != rate.rate:
                warnings.append(warning("rate_differs", tax=key, tax_type=tax_type, rate=plain(rate.rate)))
    exclusive = invoice.line_amount_types is LineAmountTypes.NO_TAX
    types = LineAmountTypes.EXCLUSIVE if exclusive else invoice.line_amount_types
    return TaxTreatment(types, choices, tuple(holds), tuple(warnings))


def make_draft(invoice: Invoice, treatment: TaxTreatment, organisation: Organisation, setup: Setup) -> Draft:
    """The lines that come to the invoice's total, or the nearest ones with the hold that says what is wrong."""
    draft = nearest_draft(invoice, treatment, setup)
    added = len(draft.lines) - len(invoice.lines)
    discount = (warning("discount_line", count=added),) if added else ()
    draft = replace(draft, warnings=(*treatment.warnings, *discount))
    if draft.totals.total != invoice.total:
        draft = rounded(draft, invoice, organisation, setup.rounding_minor)
    return with_tax_checked(draft, invoice)


def nearest_draft(invoice: Invoice, treatment: TaxTreatment, setup: Setup) -> Draft:
    """The lines as Xero computes them, the discount told in the way that comes to the invoice's total if one does."""
    client = invoice.contact.name
    lines = tuple(
        posted_line(line, treatment, setup.account_for(line.code, client), invoice.currency) for line in invoice.lines
    )
    drafts = [drafted(option, treatment, invoice.currency) for option in discounted(lines, invoice)]
    return next((each for each in drafts if each.totals.total == invoice.total), drafts[-1])


def posted_line(line: LineItem, treatment: TaxTreatment, account_code: str, currency: str) -> LineItem:
    """One source line as it is sent. A discount rate finer than Xero shows, or beside an amount, becomes an amount."""
    tax_type, rate = treatment.choices[line.tax_key]
    line = replace(
        line,
        description=line.description if line.description.strip() else line.code or "Item",
        unit_price=half_up(line.unit_price, UNIT_DECIMALS),
        tax_type=tax_type,
        tax_rate=rate,
        account_code=account_code,
    )
    if line.discount_rate == half_up(line.discount_rate, RATE_DECIMALS) and not (
        line.discount_rate and line.discount_amount
    ):
        return line
    off = gross_amount(line.quantity, line.unit_price) * line.discount_rate / 100 + line.discount_amount
    return replace(line, discount_rate=ZERO, discount_amount=half_up(off, exponent(currency)))


def discounted(lines: tuple[LineItem, ...], invoice: Invoice) -> list[tuple[LineItem, ...]]:
    """The ways to post the discount on the whole document, the plainest first; the lines alone when there is none."""
    if not invoice.discount:
        return [lines]
    rate = common_rate(lines, invoice.discount, invoice.currency)
    as_rate = [tuple(replace(line, discount_rate=rate) for line in lines)] if rate else []
    return [*as_rate, (*lines, *discount_lines(lines, invoice.discount, invoice.currency))]


def drafted(lines: tuple[LineItem, ...], treatment: TaxTreatment, currency: str) -> Draft:
    """The lines with the totals Xero makes of them."""
    totals = predict(lines, [line.tax_rate or ZERO for line in lines], treatment.types, currency)
    return Draft(treatment.types, lines, totals)


def rounded(draft: Draft, invoice: Invoice, organisation: Organisation, limit_minor: int) -> Draft:
    """Put a few missing or surplus cents, at most the limit, on the Rounding account, or hold."""
    missing = invoice.total - draft.totals.total
    account = rounding_account(organisation)
    if invoice.shipping:
        return replace(draft, holds=(hold("shipping"),))
    small = abs(missing) <= limit_minor * Decimal(1).scaleb(-exponent(invoice.currency))
    if not small or account is None:
        facts = {"predicted": f"{draft.totals.total:f}", "total": f"{invoice.total:f}"}
        return replace(draft, holds=(hold("would_not_agree", **facts),))
    line = LineItem(
        description="Rounding",
        quantity=Decimal(1),
        unit_price=missing,
        account_code=account.code,
        tax_type="" if draft.types is LineAmountTypes.NO_TAX else account.tax_type,
        tax_rate=ZERO,
    )
    totals = Totals(draft.totals.subtotal + missing, draft.totals.tax, invoice.total)
    warnings = (*draft.warnings, warning("rounding_line", amount=f"{missing:f} {invoice.currency}"))
    return replace(draft, lines=(*draft.lines, line), totals=totals, warnings=warnings)


def rounding_account(organisation: Organisation) -> Account | None:
    """The active ROUNDING system account, if a line on it carries no tax."""
    for account in organisation.accounts:
        if account.system_account == "ROUNDING" and account.status == "ACTIVE":
            rate = organisation.tax_rate(account.tax_type)
            return account if rate is not None and rate.rate == 0 else None
    return None


def with_tax_checked(draft: Draft, invoice: Invoice) -> Draft:
    """Compare the tax too: with prices that include tax a wrong rate leaves the total as it is."""
    if invoice.tax is None or invoice.tax == draft.totals.tax:
        return draft
    facts = {"predicted": f"{draft.totals.tax:f}", "tax": f"{invoice.tax:f}"}
    cents = max(1, len(invoice.lines)) * Decimal(1).scaleb(-exponent(invoice.currency))
    if abs(invoice.tax - draft.totals.tax) <= cents:
        return replace(draft, warnings=(*draft.warnings, warning("tax_rounds", **facts)))
    return draft if draft.holds else replace(draft, holds=(hold("tax_would_not_agree", **facts),))
