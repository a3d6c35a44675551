"""Known errors, planted in a copy of the user's own books: one function for each kind.

Nothing here is shared with the engine that has to find them: only tables of values go in and come out, and what the
engine must say about each is written beside it by hand.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

Pair = tuple[str, str]  # the ids of a source and a target invoice that agree
ONE_UNIT, ONE_CENT, MANY_DAYS = 100, 1, 40


@dataclass(frozen=True, eq=False)
class Books:
    """Both sides as tables: one row per invoice, one row per line."""

    source: pd.DataFrame
    source_lines: pd.DataFrame
    target: pd.DataFrame
    target_lines: pd.DataFrame

    def with_target(self, target_id: str, **values: object) -> Books:
        """One invoice of Xero with other values."""
        return replace(self, target=changed(self.target, self.target["id"] == target_id, values))

    def one(self, side: str, identity: str) -> pd.Series:
        """One invoice."""
        rows = getattr(self, side)
        return rows.loc[rows["id"] == identity].iloc[0]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the engine must say. bucket of the item; then a reason, a differing field, a cause, or nothing more."""

    bucket: str
    reason: str = ""
    field: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error. plant: the books with the error in one pair, or None where the pair cannot have it."""

    name: str
    words: str
    plant: Callable[[Books, Pair, random.Random], Books | None]
    expected: Expected
    side: str = "source"  # whose invoice the engine must speak of


def changed(rows: pd.DataFrame, mask: pd.Series, values: dict[str, object]) -> pd.DataFrame:
    """A copy with some cells replaced, every column in the type it had."""
    copy = rows.copy()
    for name, value in values.items():
        column = copy[name].astype(object)
        column[mask] = value
        copy[name] = column.astype(rows[name].dtype)
    return copy


def added(rows: pd.DataFrame, row: pd.Series, **values: object) -> pd.DataFrame:
    """A copy with one more row, every column in the type it had."""
    more = pd.DataFrame([{**row.to_dict(), **values}], columns=rows.columns).astype(rows.dtypes.to_dict())
    return pd.concat([rows, more], ignore_index=True)


def new_id(rng: random.Random) -> str:
    """An id nobody has."""
    return f"planted-{rng.getrandbits(64):016x}"


# --- One function for each kind


def lost(books: Books, pair: Pair, rng: random.Random) -> Books:  # noqa: ARG001 - every kind is planted alike
    """The copy never arrived."""
    return replace(books, target=books.target[books.target["id"] != pair[1]].reset_index(drop=True))


def made_up(books: Books, pair: Pair, rng: random.Random) -> Books:
    """An invoice that Invoice2go never had."""
    row, name = books.one("target", pair[1]), new_id(rng)
    more = added(books.target, row, id=name, number=name, reference=name, contact=name, email="")
    return replace(books, target=more)


def total_off(by: int) -> Callable[[Books, Pair, random.Random], Books]:
    """The total is another one."""

    def plant(books: Books, pair: Pair, rng: random.Random) -> Books:  # noqa: ARG001
        row = books.one("target", pair[1])
        return books.with_target(pair[1], total_minor=row["total_minor"] + by)

    return plant


def tax_off(books: Books, pair: Pair, rng: random.Random) -> Books | None:  # noqa: ARG001
    """The same total with another tax in it."""
    row = books.one("target", pair[1])
    if (
        pd.isna(row["tax_minor"])
        or pd.isna(row["subtotal_minor"])
        or pd.isna(books.one("source", pair[0])["tax_minor"])
    ):
        return None
    values = {"tax_minor": row["tax_minor"] + ONE_UNIT, "subtotal_minor": row["subtotal_minor"] - ONE_UNIT}
    return books.with_target(pair[1], **values)


def other_currency(books: Books, pair: Pair, rng: random.Random) -> Books:  # noqa: ARG001
    """The amounts as they are, in another currency."""
    now = books.one("target", pair[1])["currency"]
    return books.with_target(pair[1], currency="EUR" if now != "EUR" else "GBP")


def other_day(books: Books, pair: Pair, rng: random.Random) -> Books | None:  # noqa: ARG001
    """Dated in another tax period."""
    day = books.one("target", pair[1])["date"]
    return None if pd.isna(day) else books.with_target(pair[1], date=day + pd.Timedelta(days=MANY_DAYS))


def other_client(books: Books, pair: Pair, rng: random.Random) -> Books | None:
    """Booked to somebody else."""
    if not str(books.one("source", pair[0])["contact"]).strip():
        return None
    return books.with_target(pair[1], contact=f"Somebody Else {rng.randrange(10**6)}", email="", contact_id="")


def copied_twice(books: Books, pair: Pair, rng: random.Random) -> Books:
    """The same invoice twice in Xero."""
    row = books.one("target", pair[1])
    return replace(books, target=added(books.target, row, id=new_id(rng), number=new_id(rng)))


def number_twice(books: Books, pair: Pair, rng: random.Random) -> Books:
    """Invoice2go used the number for two invoices that nothing tells apart."""
    return replace(books, source=added(books.source, books.one("source", pair[0]), id=new_id(rng)))


def gone_in_xero(state: str) -> Callable[[Books, Pair, random.Random], Books]:
    """The copy was voided or deleted."""

    def plant(books: Books, pair: Pair, rng: random.Random) -> Books:  # noqa: ARG001
        return books.with_target(pair[1], state=state, status={"void": "VOIDED", "deleted": "DELETED"}[state])

    return plant


def reference_lost(books: Books, pair: Pair, rng: random.Random) -> Books:
    """Somebody emptied the reference, and the number is Xero's own."""
    return books.with_target(pair[1], reference="", number=new_id(rng))


def line_dropped(books: Books, pair: Pair, rng: random.Random) -> Books | None:  # noqa: ARG001
    """One of several lines is not in Xero, and its totals follow."""
    own = books.target_lines[books.target_lines["invoice_id"] == pair[1]]
    amounts = own[["line_minor", "tax_minor"]]
    row = books.one("target", pair[1])
    plain = row["line_amount_types"] == "Exclusive" and not amounts.isna().any(axis=None) and row["discount_minor"] == 0
    source_lines = books.source_lines[books.source_lines["invoice_id"] == pair[0]]
    if len(own) < 2 or len(source_lines) != len(own) or not plain:  # noqa: PLR2004 - one must be left
        return None
    last = own.iloc[-1]
    net, tax = int(last["line_minor"]), int(last["tax_minor"])
    if not net + tax or pd.isna(row["subtotal_minor"]) or pd.isna(row["tax_minor"]):
        return None
    values = {
        "total_minor": row["total_minor"] - net - tax,
        "subtotal_minor": row["subtotal_minor"] - net,
        "tax_minor": row["tax_minor"] - tax,
    }
    rest = books.target_lines.drop(index=last.name).reset_index(drop=True)
    return replace(books.with_target(pair[1], **values), target_lines=rest)


def rewritten(books: Books, pair: Pair, rng: random.Random) -> Books | None:  # noqa: ARG001
    """The reference in other letters with blanks around it: no error, and no alarm."""
    reference = str(books.one("target", pair[1])["reference"])
    other = reference.swapcase()
    return books.with_target(pair[1], reference=f"  {other} ") if other.casefold() == reference.casefold() else None


def voided_copy_beside(books: Books, pair: Pair, rng: random.Random) -> Books:
    """Voided and copied again: history, and no alarm."""
    row = books.one("target", pair[1])
    more = added(books.target, row, id=new_id(rng), number=new_id(rng), state="void", status="VOIDED")
    return replace(books, target=more)


KINDS: Sequence[Kind] = (
    Kind("lost", "An invoice that never arrived in Xero", lost, Expected("missing", "sent_not_in_target")),
    Kind("made_up", "An invoice that is only in Xero", made_up, Expected("extra", "not_in_source"), "target"),
    Kind("total_off_by_1", "A total off by 1.00", total_off(ONE_UNIT), Expected("differs", field="total")),
    Kind(
        "total_off_by_a_cent", "A total that is off by a cent", total_off(ONE_CENT), Expected("differs", field="total")
    ),
    Kind("tax_off", "The same total with another tax in it", tax_off, Expected("differs", field="tax")),
    Kind("other_currency", "Another currency", other_currency, Expected("differs", field="currency")),
    Kind("other_day", f"A date {MANY_DAYS} days later", other_day, Expected("differs", field="date")),
    Kind("other_client", "Booked to another client", other_client, Expected("differs", field="contact")),
    Kind("copied_twice", "Twice in Xero", copied_twice, Expected("ambiguous", "reference_repeats_in_target")),
    Kind("number_twice", "A number used twice", number_twice, Expected("ambiguous", "number_repeats_in_source")),
    Kind("voided", "Voided in Xero", gone_in_xero("void"), Expected("missing", "voided_in_target")),
    Kind("deleted", "Deleted in Xero", gone_in_xero("deleted"), Expected("missing", "deleted_in_target")),
    Kind("reference_lost", "The reference in Xero emptied", reference_lost, Expected("missing", "sent_not_in_target")),
    Kind("line_dropped", "A line that is not in Xero", line_dropped, Expected("differs", cause="line_missing")),
    Kind("rewritten", "The reference in other letters, which is no error", rewritten, Expected("agrees")),
    Kind("voided_copy", "A voided copy beside the live one, which is no error", voided_copy_beside, Expected("agrees")),
)
