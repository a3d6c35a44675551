"""Why the amounts of a pair differ: parts that add up to the difference exactly, total and tax. Never a guess.

One walk leads from the source to the target, one change at a time, each computed by Xero's own arithmetic (`tax`):
prices with or without tax, then line by line quantity, price, discount and tax rate, then lines that one side lacks.
What a change moves is its part. Example: a source of 2 x 50.00 and 1 x 20.00 at 10 % comes to 132.00; in the target
the first line has quantity 1 and the second is not there: quantity -55.00, line_missing -22.00, together -77.00.

What the walk leaves over is `tax_rounding` where the target is just what Xero makes of its lines and the source's tax
is off by a cent a line at most, `line_rounding` where the source rounded the sum of its lines instead of each, and else
`unknown`, with its amount. Ambiguous by nature: a line replaced by another in the same place reads as a changed price
or quantity; of two changes on one line the first is valued at the source's price.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from i2g_recon.core.alignment import Alignment, Lines, align, special
from i2g_recon.core.effects import (
    EXCLUSIVE,
    INCLUSIVE,
    NOTHING,
    STATED,
    Effect,
    Part,
    effect_of,
    gap,
    implied_rate,
    own_rate,
    own_rates,
    price_types,
    replayable,
    told_in_ways,
    total_of,
)
from i2g_recon.core.invoice import ZERO, Invoice, LineAmountTypes, LineItem
from i2g_recon.core.money import LARGEST_MINOR, exponent, half_up
from i2g_recon.core.tax import WIDE, gross_amount

UNKNOWN = "unknown"
CAUSES = (  # the order in which equal parts come first
    *("inclusive_exclusive", "tax_rate", "line_missing", "line_extra", "surcharge", "discount", "quantity", "price"),
    *("price_rounding", "line_rounding", "tax_rounding", UNKNOWN),
)
PRICE_DECIMALS = 2  # what Xero keeps of a price that was sent without unitdp=4


@dataclass(frozen=True, slots=True)
class Case:
    """One pair under examination: prepared lines, their alignment, whether prices hold tax before and after."""

    source: Invoice
    target: Invoice
    lines: Lines
    others: Lines
    aligned: Alignment
    before: LineAmountTypes
    after: LineAmountTypes

    def at(self, line: LineItem, types: LineAmountTypes) -> Effect:
        """What a line with its rate comes to."""
        return effect_of(line, line.tax_rate or ZERO, types, self.source.currency)


def cause(source: Invoice, target: Invoice) -> str:
    """The one word for the difference of two invoices: the largest of its causes. Raises nothing for data."""
    return chief(explain(source, target))


def chief(parts: Iterable[Part]) -> str:
    """The cause that moves most, by total, then by tax; `unknown` without any."""
    sums: dict[str, Effect] = {}
    for part in parts:
        sums[part.cause] = sums.get(part.cause, NOTHING) + part.effect
    rank = {name: (-abs(sums[name].amount), -abs(sums[name].tax), CAUSES.index(name)) for name in sums}
    return min(rank, key=rank.__getitem__, default=UNKNOWN)


def explain(source: Invoice, target: Invoice) -> tuple[Part, ...]:
    """The parts of the difference of two invoices in one currency; none where there is none to explain.

    Their amounts add up to target total less source total, and, where both sides state a tax, their taxes likewise.
    """
    if source.currency != target.currency:
        return ()
    with localcontext(WIDE):
        if not source.lines or not target.lines or not replayable(source) or not replayable(target):
            return tuple(explain_totals(source, target))
        walks = [walk(case_of(source, target, lines)) for lines in told_in_ways(source, source.lines)]
        parts = min(walks, key=unexplained)
        if any(abs(part.effect.amount) > LARGEST_MINOR for part in parts):
            return tuple(rest(source, target, []))
        return tuple(parts)


def unexplained(parts: Sequence[Part]) -> tuple[Decimal, int]:
    """How much a walk leaves open, and in how many parts it tells the rest."""
    return sum((abs(part.effect.amount) for part in parts if part.cause == UNKNOWN), ZERO), len(parts)


# --- Preparing


def case_of(source: Invoice, target: Invoice, lines: Lines) -> Case:
    """The pair with the source told in the given lines."""
    before, after = price_types(source.line_amount_types, target.line_amount_types)
    own = tuple(prepared(line, own_rate(line, source), before, source.currency) for line in lines)
    others = tuple(prepared(line, line.tax_rate, after, target.currency) for line in target.lines)
    return Case(source, target, own, others, align(own, others), before, after)


def prepared(line: LineItem, rate: Decimal | None, types: LineAmountTypes, currency: str) -> LineItem:
    """The line with its rate, and its tax worked out where it is not stated."""
    tax = line.tax_amount if line.tax_amount is not None else effect_of(line, rate or ZERO, types, currency).tax
    return replace(line, tax_rate=rate, tax_amount=tax)


# --- The walk


def walk(case: Case) -> list[Part]:
    """Every change on the way from the source to the target, and what is left over."""
    parts = [Part("inclusive_exclusive", swapped(case))]
    for at in range(len(case.lines)):
        other = case.aligned.partner.get(at)
        parts += [one_sided(case, at)] if other is None else changes(case, at, other)
    parts += [Part(special(case.others[at]) or "line_extra", arriving(case, at), other=at) for at in case.aligned.extra]
    found = [part for part in parts if part.effect]
    return found + rest(case.source, case.target, found, case)


def swapped(case: Case) -> Effect:
    """What it moves to read the source's prices as the target's are."""
    moved = (case.at(line, case.after) - case.at(line, case.before) for line in case.lines)
    return sum(moved, NOTHING) if case.before is not case.after else NOTHING


def one_sided(case: Case, at: int) -> Part:
    """A line the target does not have; a discount told as a line of its own is a discount."""
    line = case.lines[at]
    word = special(line) or "line_missing"
    return Part(word, NOTHING - case.at(line, case.after), line=at if at < len(case.source.lines) else None)


def arriving(case: Case, at: int) -> Effect:
    """What a line adds that only the target has: as it states its amounts, else as computed."""
    line = case.others[at]
    computed = case.at(line, case.after)
    if case.target.lines[at].tax_amount is None:
        return computed
    tax = line.tax_amount or ZERO
    return Effect(computed.amount if case.after is INCLUSIVE else computed.amount - computed.tax + tax, tax)


def changes(case: Case, at: int, other: int) -> Iterator[Part]:
    """What changed on one line, field by field."""
    left, right = case.lines[at], case.others[other]
    both = special(left) if special(left) == special(right) else ""
    rate = rate_in_target(case, left, other)
    line = at if at < len(case.source.lines) else None
    counted = replace(left, quantity=right.quantity)
    priced = replace(counted, unit_price=right.unit_price)
    reduced = replace(priced, discount_rate=right.discount_rate, discount_amount=right.discount_amount)
    taxed = replace(reduced, tax_rate=rate)
    for word, before, after, was, now in (
        (both or "quantity", left, counted, left.quantity, right.quantity),
        (both or price_word(left, right), counted, priced, left.unit_price, right.unit_price),
        ("discount", priced, reduced, ZERO, ZERO),
        ("tax_rate", reduced, taxed, left.tax_rate or ZERO, rate),
    ):
        yield Part(word, case.at(after, case.after) - case.at(before, case.after), line, other, was, now)


def price_word(left: LineItem, right: LineItem) -> str:
    """Another price, or the same price as Xero keeps it when it takes two decimals only."""
    return "price_rounding" if half_up(left.unit_price, PRICE_DECIMALS) == right.unit_price else "price"


def rate_in_target(case: Case, left: LineItem, other: int) -> Decimal:
    """The percentage the target's line bears: as stated, else what its tax shows when that cannot be rounding."""
    line, rate = case.target.lines[other], left.tax_rate or ZERO
    if case.target.line_amount_types is LineAmountTypes.NO_TAX:
        return ZERO
    if line.tax_rate is not None:
        return line.tax_rate
    if line.tax_amount is None:
        return rate
    cent = Decimal(1).scaleb(-exponent(case.target.currency))
    if abs(effect_of(line, rate, case.after, case.target.currency).tax - line.tax_amount) <= cent:
        return rate
    shown = implied_rate(line, replace(case.target, line_amount_types=case.after))
    return rate if shown is None else shown


# --- What is left over


def rest(source: Invoice, target: Invoice, parts: Sequence[Part], case: Case | None = None) -> list[Part]:
    """What the parts leave of the difference: roundings where they can be nothing else, and `unknown`."""
    taxed = source.tax is not None and target.tax is not None
    left = gap(source, target) - sum((part.effect for part in parts), NOTHING)
    left = left if taxed else replace(left, tax=ZERO)
    found = []
    if taxed and left and (as_computed(case) if case else as_source_computed(source, target)):
        inside = case.before is INCLUSIVE if case else both_inclusive(source, target)
        cents = Decimal(1).scaleb(-exponent(source.currency)) * max(1, len(source.lines))
        net = Effect(left.amount if inside else left.amount - left.tax, ZERO)
        if net and abs(net.amount) <= cents and case and rounds_the_sum(case):
            found.append(Part("line_rounding", net))
            left -= net
            net = NOTHING
        if not net and left.tax and abs(left.tax) <= cents:
            found.append(Part("tax_rounding", left))
            left = NOTHING
    return found + ([Part(UNKNOWN, left)] if left else [])


def as_computed(case: Case) -> bool:
    """The target's totals are what Xero makes of the target's lines."""
    rates = {other: rate_in_target(case, case.lines[at], other) for at, other in case.aligned.partner.items()}
    effects = [
        effect_of(line, rates[at], case.after, case.target.currency) if at in rates else arriving(case, at)
        for at, line in enumerate(case.others)
    ]
    return sum(effects, NOTHING) == Effect(case.target.total, case.target.tax or ZERO)


def both_inclusive(source: Invoice, target: Invoice) -> bool:
    """Both sides' prices include tax, so that rounding moves between tax and subtotal."""
    return source.line_amount_types is target.line_amount_types is INCLUSIVE


def as_source_computed(source: Invoice, target: Invoice) -> bool:
    """The target's totals are what Xero makes of the source's lines, where there are any to compute."""
    if not source.lines or not replayable(source):
        return True
    types, _ = price_types(source.line_amount_types, LineAmountTypes.UNSTATED)
    ways = told_in_ways(source, source.lines)
    return any(comes_out(target, total_of(lines, own_rates(source, lines), types, source.currency)) for lines in ways)


def rounds_the_sum(case: Case) -> bool:
    """The source states the sum of its unrounded lines, rounded once."""
    stated = case.source.total if case.before is INCLUSIVE else case.source.subtotal
    exact = sum((exact_net(line) for line in case.lines), ZERO)
    return stated == half_up(exact, exponent(case.source.currency))


def exact_net(line: LineItem) -> Decimal:
    """A line after its discount, not rounded."""
    gross = gross_amount(line.quantity, line.unit_price)
    return gross - gross * line.discount_rate / 100 - line.discount_amount


# --- A side without lines


def explain_totals(source: Invoice, target: Invoice) -> list[Part]:
    """Only totals to go by: one change of all of the source's lines that comes to the target exactly, or roundings."""
    if source.lines and not target.lines and replayable(source):
        found = {word: effect for word, effect in changes_of_all(source, target) if effect}
        if len(found) == 1:
            (part,) = (Part(word, effect) for word, effect in found.items())
            return [part, *rest(source, target, [part])]
    return rest(source, target, [])


def changes_of_all(source: Invoice, target: Invoice) -> Iterator[tuple[str, Effect]]:
    """What each change moves that comes out at the target's totals."""
    before = source.line_amount_types if source.line_amount_types in STATED else EXCLUSIVE
    other = EXCLUSIVE if before is INCLUSIVE else INCLUSIVE
    swap = source.line_amount_types in STATED and target.line_amount_types in (other, LineAmountTypes.UNSTATED)
    rates = own_rates(source, source.lines)
    for lines in told_in_ways(source, source.lines):
        own = own_rates(source, lines)
        now = total_of(lines, own, before, source.currency)
        for word, effect in (
            ("inclusive_exclusive", total_of(lines, own, other, source.currency) if swap else now),
            ("tax_rate", total_of(lines, [ZERO] * len(lines), before, source.currency)),
            ("discount", total_of(source.lines, rates, before, source.currency)),
        ):
            if sane(source, now) and comes_out(target, effect):
                yield word, effect - now


def sane(source: Invoice, now: Effect) -> bool:
    """The source comes to its own total, but for rounding; else a change of it explains nothing."""
    return abs(now.amount - source.total) <= Decimal(1).scaleb(-exponent(source.currency)) * len(source.lines)


def comes_out(target: Invoice, effect: Effect) -> bool:
    """The target states exactly this."""
    return effect.amount == target.total and (target.tax is None or effect.tax == target.tax)
