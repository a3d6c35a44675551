"""The one word for why the amounts of a pair differ, or `unknown`. Never a guess.

Each cause is a hypothesis: change the source invoice in that one respect to what the target shows, let Xero's
arithmetic compute it (`tax`), and see whether the target's total and tax come out exactly. Example: a source of two
lines, 2 x 50.00 and 1 x 20.00 at 10 %, comes to 132.00; the target says 77.00 and its first line has quantity 1; the
source with quantity 1 comes to 77.00, so the cause is `quantity`. It is named only when exactly one hypothesis comes
out.

Ambiguous by nature: a line replaced by another in the same place reads as a changed price or quantity; an extra line is
a surcharge, or a discount, when its description says so; changes in two respects at once are `unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from i2g_recon.core.alignment import Alignment, Lines, align
from i2g_recon.core.discount import discount_lines, line_net
from i2g_recon.core.invoice import ZERO, Invoice, LineAmountTypes, LineItem
from i2g_recon.core.money import exponent, half_up
from i2g_recon.core.tax import WIDE, Totals, predict, xero_line

UNKNOWN = "unknown"
SURCHARGE = re.compile(r"\b(surcharge|(card|credit card|processing|payment|transaction)\s+fees?)\b", re.IGNORECASE)
DISCOUNT = re.compile(r"\bdiscount", re.IGNORECASE)
STATED = (LineAmountTypes.EXCLUSIVE, LineAmountTypes.INCLUSIVE)
RATE_STEP = Decimal("0.125")  # every sales tax we know is a multiple; a tax typed over by hand hardly ever is


@dataclass(frozen=True, slots=True)
class Case:
    """One pair under examination."""

    source: Invoice
    target: Invoice
    aligned: Alignment

    @property
    def cent(self) -> Decimal:
        """The smallest amount of the currency."""
        return Decimal(1).scaleb(-exponent(self.source.currency))


@dataclass(frozen=True, slots=True)
class Version:
    """The source as a hypothesis would have it: its lines, its discount on the document, its line amount types."""

    lines: Lines
    discounted: bool = True
    types: LineAmountTypes | None = None
    added: Lines = ()  # lines of the target, outside the source's discount


def cause(source: Invoice, target: Invoice) -> str:
    """The cause of the amount difference of two invoices in one currency. Raises nothing for data."""
    if not amounts_differ(source, target) or source.currency != target.currency:
        return UNKNOWN
    with localcontext(WIDE):
        case = Case(source, target, align(source.lines, target.lines))
        if not source.lines or not replayable(source) or not replayable(target):
            return "tax_rounding" if only_tax_rounds(case) else UNKNOWN
        if comes_out(case, Version(source.lines)):
            return "tax_rounding" if only_tax_rounds(case) else UNKNOWN
        if not source_adds_up(case):
            return UNKNOWN
        causes = {name for name, versions in HYPOTHESES for version in versions(case) if comes_out(case, version)}
        return causes.pop() if len(causes) == 1 else UNKNOWN


def amounts_differ(source: Invoice, target: Invoice) -> bool:
    """True when total or tax differ, as far as both sides state them."""
    return source.total != target.total or taxes_differ(source.tax, target.tax)


def taxes_differ(source: Decimal | None, target: Decimal | None) -> bool:
    """True when both are stated and differ."""
    return source is not None and target is not None and source != target


def replayable(invoice: Invoice) -> bool:
    """Prices of one kind and rates that an amount can have."""
    sane = all(line.tax_rate is None or line.tax_rate > -100 for line in invoice.lines)  # noqa: PLR2004 - per cent
    return sane and invoice.line_amount_types is not LineAmountTypes.MIXED


def only_tax_rounds(case: Case) -> bool:
    """The tax differs by at most a cent a line, and nothing but the tax: the amounts before tax, or with it, agree."""
    source, target = case.source, case.target
    if source.tax is None or target.tax is None:
        return False
    tax_delta, delta = target.tax - source.tax, target.total - source.total
    small = abs(tax_delta) <= case.cent * max(1, len(source.lines))
    return small and tax_delta != 0 and (delta == tax_delta if delta else inclusive(source, target))


def inclusive(source: Invoice, target: Invoice) -> bool:
    """Both sides' prices include tax, so that rounding moves between tax and subtotal."""
    return source.line_amount_types is target.line_amount_types is LineAmountTypes.INCLUSIVE


# --- Does a hypothesis come out


def comes_out(case: Case, version: Version) -> bool:
    """True when Xero's arithmetic makes exactly the target's total, and tax, of this version of the source."""
    target = case.target
    return any(
        totals.total == target.total and not taxes_differ(totals.tax, target.tax) for totals in replays(case, version)
    )


def source_adds_up(case: Case) -> bool:
    """The source as it is comes to its own total, but for rounding; else a change of it explains nothing."""
    allowed = case.cent * max(1, len(case.source.lines))
    return any(abs(totals.total - case.source.total) <= allowed for totals in replays(case, Version(case.source.lines)))


def replays(case: Case, version: Version) -> Iterator[Totals]:
    """The totals of one version; two answers when a discount on the document can be posted in two ways."""
    types = version.types or case.source.line_amount_types
    for lines in discounted(case, version):
        rates = [line.tax_rate or ZERO for line in lines]
        yield predict(lines, rates, types, case.source.currency)


def discounted(case: Case, version: Version) -> Iterator[Lines]:
    """The lines of a version with the source's discount on the document: as a percentage, or as lines of their own."""
    source = case.source
    whole = sum((line_net(line, source.currency) for line in source.lines), ZERO)
    if not source.discount or not version.discounted or whole == 0:
        yield (*version.lines, *version.added)
        return
    if not any(line.discount_rate or line.discount_amount for line in version.lines):
        rate = source.discount * 100 / whole
        yield (*(replace(line, discount_rate=rate) for line in version.lines), *version.added)
    yield (*version.lines, *discount_lines(source.lines, source.discount, source.currency), *version.added)


# --- The hypotheses: each answers with versions of the source only where the two sides show that difference


def other_rate(case: Case) -> Iterable[Version]:
    """Lines taxed at another rate in the target."""
    types = case.source.line_amount_types
    types = types if types in STATED else case.target.line_amount_types
    lines = tuple(with_rate(left, rate_in_target(case, left, right)) for left, right in partners(case))
    return [Version(lines, types=types)] if lines != case.source.lines else []


def with_rate(line: LineItem, rate: Decimal | None) -> LineItem:
    """The line at another rate; as it is when the rate is not known."""
    return line if rate is None or rate == (line.tax_rate or ZERO) else replace(line, tax_rate=rate)


def rate_in_target(case: Case, left: LineItem, right: LineItem | None) -> Decimal | None:
    """The percentage the target's line bears: as stated, else what its tax shows when that cannot be rounding."""
    if case.target.line_amount_types is LineAmountTypes.NO_TAX:
        return ZERO
    if right is None:
        return None
    if right.tax_rate is not None:
        return right.tax_rate
    if right.tax_amount is None:
        return None
    types = case.target.line_amount_types
    expected = line_tax_at(right, left.tax_rate or ZERO, types, case.target.currency)
    return None if abs(expected - right.tax_amount) <= case.cent else implied_rate(right, case.target)


def implied_rate(line: LineItem, invoice: Invoice) -> Decimal | None:
    """The percentage, a multiple of 0.125, that gives the stated tax of a target line exactly, or None."""
    if line.tax_amount is None:
        return None
    amount = line_net(line, invoice.currency)
    amount -= line.tax_amount if invoice.line_amount_types is LineAmountTypes.INCLUSIVE else ZERO
    if amount == 0:
        return ZERO if line.tax_amount == 0 else None
    rate = half_up(line.tax_amount * 100 / amount / RATE_STEP, 0) * RATE_STEP
    given = line_tax_at(line, rate, invoice.line_amount_types, invoice.currency) if rate >= 0 else None
    return rate if given == line.tax_amount else None


def line_tax_at(line: LineItem, rate: Decimal, types: LineAmountTypes, currency: str) -> Decimal:
    """The tax of one line at a rate."""
    numbers = (line.quantity, line.unit_price, line.discount_rate, line.discount_amount)
    return xero_line(*numbers, rate, types, places=exponent(currency)).tax_amount


def swapped_types(case: Case) -> Iterable[Version]:
    """Prices taken to include tax on one side and not on the other."""
    swap = {LineAmountTypes.EXCLUSIVE: LineAmountTypes.INCLUSIVE, LineAmountTypes.INCLUSIVE: LineAmountTypes.EXCLUSIVE}
    other = swap.get(case.source.line_amount_types)
    shown = case.target.line_amount_types in {other, LineAmountTypes.UNSTATED}
    return [Version(case.source.lines, types=other)] if other and shown else []


def other_discount(case: Case) -> Iterable[Version]:
    """A discount that one side lacks or has otherwise: on lines, on the document, or as a line that says so."""
    lines = as_in_target(case, ("discount_rate", "discount_amount"))
    said = tuple(line for line in case.aligned.extra if DISCOUNT.search(line.description) and line.unit_price < 0)
    if lines != case.source.lines:
        yield Version(lines, discounted=False)
    if case.source.discount:
        yield Version(case.source.lines, discounted=False)
    if said and said == case.aligned.extra:
        yield Version(case.source.lines, discounted=False, added=taxed_as_in_target(case, said))


def as_in_target(case: Case, names: tuple[str, ...]) -> Lines:
    """The source's lines with the named fields as the target has them."""
    return tuple(
        left if right is None else replace(left, **{name: getattr(right, name) for name in names})
        for left, right in partners(case)
    )


def partners(case: Case) -> Iterator[tuple[LineItem, LineItem | None]]:
    """Every line of the source with the target's line it belongs to."""
    return ((line, case.aligned.partner.get(at)) for at, line in enumerate(case.source.lines))


def changed(*names: str) -> Callable[[Case], Iterable[Version]]:
    """The hypothesis that the named fields of lines were changed."""

    def versions(case: Case) -> Iterable[Version]:
        lines = as_in_target(case, names)
        return [Version(lines)] if lines != case.source.lines else []

    return versions


def lines_missing(case: Case) -> Iterable[Version]:
    """Lines of the source that the target does not have."""
    left = tuple(line for line, partner in partners(case) if partner is not None)
    return [Version(left)] if case.target.lines and left != case.source.lines else []


def lines_extra(case: Case) -> Iterable[Version]:
    """Lines of the target that the source does not have and that speak of nothing special."""
    special = any(SURCHARGE.search(line.description) or is_discount(line) for line in case.aligned.extra)
    return [] if special else added_lines(case)


def is_discount(line: LineItem) -> bool:
    """A negative line that says it is a discount."""
    return line.unit_price < 0 and DISCOUNT.search(line.description) is not None


def surcharge(case: Case) -> Iterable[Version]:
    """Extra lines of the target that all speak of a surcharge or a card fee."""
    speaks = all(SURCHARGE.search(line.description) for line in case.aligned.extra)
    return added_lines(case) if speaks else []


def added_lines(case: Case) -> Iterable[Version]:
    """The source with the target's extra lines."""
    extra = taxed_as_in_target(case, case.aligned.extra)
    return [Version(case.source.lines, added=extra)] if extra else []


def taxed_as_in_target(case: Case, lines: Lines) -> Lines:
    """Target lines with the rate their tax shows; none at all when one of them does not show it."""
    rates = [implied_rate(line, case.target) if line.tax_rate is None else line.tax_rate for line in lines]
    return () if None in rates else tuple(replace(line, tax_rate=rate) for line, rate in zip(lines, rates, strict=True))


HYPOTHESES: tuple[tuple[str, Callable[[Case], Iterable[Version]]], ...] = (
    ("tax_rate", other_rate),
    ("inclusive_exclusive", swapped_types),
    ("discount", other_discount),
    ("quantity", changed("quantity")),
    ("price", changed("unit_price")),
    ("line_missing", lines_missing),
    ("line_extra", lines_extra),
    ("surcharge", surcharge),
)
