"""COMPARISONS: one row per compared field; pairs to discrepancies.

A comparison looks at a `Pairs` and answers three arrays: could it be compared, does it differ, and by how much. What
could not be compared is its own outcome and never counts as a difference. A due date that was worked out from terms
never differs on its own: it is only named beside another difference.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from i2g_recon.core.invoice import State
from i2g_recon.core.line_sets import Side, other_lines
from i2g_recon.core.pairs import Pairs
from i2g_recon.core.policy import AMOUNTS, Policy
from i2g_recon.core.threads import side_by_side

EXACT = Policy()  # no tolerance
CURRENCIES_DIFFER = "the currencies differ"
WHOLE_DISCOUNT = "a discount on the whole invoice stands on the lines in Xero"
NEITHER = "neither side gives"  # nothing to compare, which one invoice need not tell: it is counted for all
OTHERWISE = "could not be compared"


@dataclass(frozen=True, eq=False)
class Outcome:
    """Per pair: compared at all, differs, and the signed delta (target - source) in minor units or days, or None."""

    compared: np.ndarray
    differs: np.ndarray
    delta: np.ndarray | None = None

    def take(self, at: np.ndarray) -> Outcome:
        """The outcome of the pairs at the positions."""
        return Outcome(self.compared[at], self.differs[at], None if self.delta is None else self.delta[at])


@dataclass(frozen=True, slots=True)
class Comparison:
    """One compared field: how, which column is shown for it, and why it may be impossible to compare.

    obstacles: reasons with the mask of the pairs they hold for; the first that holds is the reason of a pair.
    """

    field: str
    compare: Callable[[Pairs, Policy], Outcome]
    shown: str
    obstacles: Callable[[Pairs], Mapping[str, np.ndarray]]
    is_money: bool = False

    def why_not(self, pairs: Pairs, outcome: Outcome) -> pd.Series:
        """Why each pair that could not be compared could not be, by position of the pair."""
        at = np.flatnonzero(~outcome.compared)
        few = pairs.take(at) if len(at) else None
        if few is None:
            return pd.Series([], dtype=object)
        masks = self.obstacles(few)
        reasons = np.array([*masks, OTHERWISE], dtype=object)
        first = np.select(list(masks.values()), list(range(len(masks))), len(masks))
        return pd.Series(reasons[first], index=at)


def same_currency(pairs: Pairs) -> np.ndarray:
    """Mask of pairs in one currency; amounts of two currencies are never compared."""
    return pairs.one_currency


def money(column: str) -> Callable[[Pairs, Policy], Outcome]:
    """Compare an amount column within the policy's tolerance."""
    name = column.removesuffix("_minor")

    def compare(pairs: Pairs, policy: Policy) -> Outcome:
        source, target = pairs.column(column)
        compared = same_currency(pairs) & source.notna().to_numpy() & target.notna().to_numpy()
        delta = target.fillna(0).to_numpy(dtype="int64") - source.fillna(0).to_numpy(dtype="int64")
        return Outcome(compared, compared & (np.abs(delta) > tolerances(policy, name, pairs)), delta)

    return compare


def tolerances(policy: Policy, name: str, pairs: Pairs) -> np.ndarray | int:
    """What an amount may be off: one number, or one per pair where the policy names currencies."""
    allowed: np.ndarray | int = policy.tolerance(name, "")
    for key in policy.tolerance_minor:
        field, _, currency = key.partition("/")
        if field == name and currency:
            here = (pairs.source["currency"] == currency).to_numpy(dtype=bool)
            allowed = np.where(here, policy.tolerance(name, currency), allowed)
    return allowed


def day(column: str) -> Callable[[Pairs, Policy], Outcome]:
    """Compare a date column within the policy's days."""

    def compare(pairs: Pairs, policy: Policy) -> Outcome:
        source, target = pairs.column(column)
        compared = (source.notna() & target.notna()).to_numpy(dtype=bool)
        delta = (target - source).dt.days.fillna(0).to_numpy(dtype="int64")
        return Outcome(compared, compared & (np.abs(delta) > policy.date_tolerance_days), delta)

    return compare


def currency(pairs: Pairs, _policy: Policy) -> Outcome:
    """Currencies must be the same code."""
    same = same_currency(pairs)
    return Outcome(np.ones(len(same), dtype=bool), ~same)


def contact(pairs: Pairs, _policy: Policy) -> Outcome:
    """The same client: equal e-mail address, or equal name when case, spaces and punctuation are set aside."""
    source, target = pairs.column("contact")
    compared = ((source != "") & (target != "")).to_numpy(dtype=bool)
    differs = compared & ~pairs.equal("contact")
    at = np.flatnonzero(differs)  # few: only names that are not the same to the letter need a key or an address
    source_mail, target_mail = (
        side.few("email", at).str.strip().str.casefold() for side in (pairs.source, pairs.target)
    )
    same_mail = ((source_mail == target_mail) & (source_mail != "")).to_numpy(dtype=bool)
    same_name = source.iloc[at].map(name_key).to_numpy() == target.iloc[at].map(name_key).to_numpy()
    differs[at] = ~same_mail & ~same_name
    return Outcome(compared, differs)


def name_key(name: str) -> str:
    """A client's name for comparing: letters and digits only, in one case."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def status(pairs: Pairs, _policy: Policy) -> Outcome:
    """An invoice that Invoice2go has not sent should not stand in Xero; other statuses do not travel."""
    source, target = pairs.column("state")
    known = (source != State.UNKNOWN).to_numpy(dtype=bool) & (target != State.UNKNOWN).to_numpy(dtype=bool)
    return Outcome(known, known & ((source == State.UNSENT) != (target == State.UNSENT)).to_numpy(dtype=bool))


def lines(pairs: Pairs, _policy: Policy) -> Outcome:
    """The same set of lines, in any order: quantity, price and what the line comes to.

    A discount on the whole document stands on the lines once it is in Xero, so such lines cannot be compared; their
    amounts are.
    """
    have_lines = (pairs.source_runs.counts > 0) & (pairs.target_runs.counts > 0)
    whole_discount = (pairs.source["discount_minor"] != 0) | (pairs.target["discount_minor"] != 0)
    compared = have_lines & same_currency(pairs) & ~whole_discount.to_numpy(dtype=bool)
    left, right = (
        Side(pairs.source, pairs.source_lines, pairs.source_runs),
        Side(pairs.target, pairs.target_lines, pairs.target_runs),
    )
    return Outcome(compared, other_lines(left, right, compared))


# --- Why a pair could not be compared


def absent(column: str, what: str) -> Callable[[Pairs], Mapping[str, np.ndarray]]:
    """A side that does not state a value."""

    def obstacles(pairs: Pairs) -> Mapping[str, np.ndarray]:
        source, target = (stated(side) for side in pairs.column(column))
        return sides_without(what, source, target)

    return obstacles


def stated(values: pd.Series) -> np.ndarray:
    """Mask of the values that are there; blank text is not."""
    is_text = not isinstance(values.dtype, pd.Int64Dtype) and values.dtype.kind not in "iM"
    return ((values != "") if is_text else values.notna()).to_numpy(dtype=bool)


def sides_without(what: str, source: np.ndarray, target: np.ndarray) -> dict[str, np.ndarray]:
    """The reasons for a value that one side or both do not state."""
    return {
        f"{NEITHER} {what}": ~source & ~target,
        f"Invoice2go gives no {what}": ~source,
        f"Xero gives no {what}": ~target,
    }


def amounts_apart(column: str, what: str) -> Callable[[Pairs], Mapping[str, np.ndarray]]:
    """Amounts: two currencies, or a side that states none."""
    missing = absent(column, what)
    return lambda pairs: {CURRENCIES_DIFFER: ~same_currency(pairs), **missing(pairs)}


def unknown_status(pairs: Pairs) -> Mapping[str, np.ndarray]:
    """A status nobody has told us about."""
    source, target = ((side == State.UNKNOWN).to_numpy(dtype=bool) for side in pairs.column("state"))
    return {
        "the status in Invoice2go is not one we know": source,
        "the status in Xero is not one we know": target,
    }


def lines_apart(pairs: Pairs) -> Mapping[str, np.ndarray]:
    """Lines: none on a side, two currencies, or a discount on the whole invoice."""
    source, target = pairs.source_runs.counts > 0, pairs.target_runs.counts > 0
    discounted = (pairs.source["discount_minor"] != 0) | (pairs.target["discount_minor"] != 0)
    return {
        **sides_without("lines", source, target),
        CURRENCIES_DIFFER: ~same_currency(pairs),
        WHOLE_DISCOUNT: discounted.to_numpy(dtype=bool),
    }


def never(_pairs: Pairs) -> Mapping[str, np.ndarray]:
    """A field that can always be compared."""
    return {}


COMPARISONS: tuple[Comparison, ...] = (
    *(
        Comparison(name, money(f"{name}_minor"), f"{name}_minor", amounts_apart(f"{name}_minor", name), is_money=True)
        for name in AMOUNTS
    ),
    Comparison("currency", currency, "currency", never),
    Comparison("date", day("date"), "date", absent("date", "date")),
    Comparison("due_date", day("due_date"), "due_date", absent("due_date", "due date")),
    Comparison("contact", contact, "contact", absent("contact", "client")),
    Comparison("status", status, "status", unknown_status),
    Comparison("lines", lines, "", lines_apart),
)


def outcomes(pairs: Pairs, policy: Policy) -> dict[str, Outcome]:
    """Every comparison of the policy, by field, in the table's order."""
    wanted = [c for c in COMPARISONS if c.field in policy.fields]
    compared = side_by_side(lambda c: c.compare(pairs, policy), wanted, rows=len(pairs))
    found = {c.field: outcome for c, outcome in zip(wanted, compared, strict=True)}
    moved = tax_rounds_per_line(pairs, found)
    for name in ("subtotal", "tax"):
        if name in found:
            found[name] = Outcome(found[name].compared, found[name].differs & ~moved, found[name].delta)
    return only_beside_others(found, pairs)


def tax_rounds_per_line(pairs: Pairs, found: Mapping[str, Outcome]) -> np.ndarray:
    """Pairs with equal totals and equal lines in which a cent a line at most moved between net and tax.

    Xero rounds tax line by line and then adds (developer.xero.com, rounding in Xero), Invoice2go may not; what the
    client owes is the same. Named as a finding, not as a difference.
    """
    total, lines_found = money("total_minor")(pairs, EXACT), found.get("lines")
    tax, net = money("tax_minor")(pairs, EXACT), money("subtotal_minor")(pairs, EXACT)
    if lines_found is None or tax.delta is None or net.delta is None:
        return np.zeros(len(pairs), dtype=bool)
    counts = [pairs.source_runs.counts, pairs.target_runs.counts]
    cents = np.maximum(counts[0], counts[1])  # minor units: one a line
    comparable = (counts[0] > 0) & (counts[1] > 0) & ~lines_found.differs & total.compared & ~total.differs
    small = (~tax.differs | (np.abs(tax.delta) <= cents)) & (~net.differs | (np.abs(net.delta) <= cents))
    return comparable & small & (tax.differs | net.differs)


def only_beside_others(found: Mapping[str, Outcome], pairs: Pairs) -> dict[str, Outcome]:
    """Silence derived due dates that would be the only difference of their pair."""
    due = found.get("due_date")
    if due is None:
        return dict(found)
    others = np.zeros(len(due.differs), dtype=bool)
    for name, outcome in found.items():
        if name != "due_date":
            others |= outcome.differs
    derived = (pairs.source["due_date_derived"] | pairs.target["due_date_derived"]).to_numpy(dtype=bool)
    return {**found, "due_date": Outcome(due.compared, due.differs & (others | ~derived), due.delta)}
