"""The rows of a report-style table as an invoice frame, and what of them could not be read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from i2g_recon.core.answers import Answers
from i2g_recon.core.dates import DateStyle, decide
from i2g_recon.core.frame import INVOICE_COLUMNS
from i2g_recon.core.invoice import RowError, State
from i2g_recon.core.money import exponent
from i2g_recon.core.reference_keys import tail_numbers
from i2g_recon.core.threads import side_by_side
from i2g_recon.errors import NeedsAnswer
from i2g_recon.invoice2go.frame_columns import frame_of, kept, maybe, sum_of
from i2g_recon.invoice2go.listing_amounts import Amounts, amounts_of, decimal_sign
from i2g_recon.invoice2go.listing_cells import WORD_TOTAL, Cells
from i2g_recon.invoice2go.listing_heading import Columns

LISTING = "listing"  # the account of every invoice that came from a table without ids
FOOT = "sums"
MONEY = ("total", "subtotal", "paid", "balance")
CODED = ("client", "date", "due_date", "status", "currency", "kind", "email")  # the longest work first
STATES = {
    **dict.fromkeys(
        "sent opened viewed unpaid overdue paid outstanding due open printed emailed unopened owing".split(), State.LIVE
    ),
    **dict.fromkeys(
        ("partially paid", "part paid", "partial", "fully paid", "paid in full", "awaiting payment", "past due"),
        State.LIVE,
    ),
    **dict.fromkeys(("unsent", "draft", "not sent"), State.UNSENT),
    **dict.fromkeys(("void", "voided", "cancelled", "canceled"), State.VOID),
    "deleted": State.DELETED,
}
ASIDE = {  # what no invoice is, by a word of its type
    "quote": "quotes",
    "estimate": "estimates",
    "credit": "credit notes",
    "payment": "payments",
    "receipt": "receipts",
}
MIX = np.uint64(0x9E3779B97F4A7C15)  # the odd number next to 2**64 over the golden ratio, which spreads bits
AGAIN = "Correct it in Invoice2go and export the table again."


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of few different texts: codes say which of `texts` (without surrounding blanks) a row has."""

    codes: np.ndarray
    texts: list[str]

    @classmethod
    def of(cls, column: pa.LargeStringArray) -> Coded:
        """A text column."""
        encoded = column.dictionary_encode()
        return cls(encoded.indices.to_numpy(), [text.strip() for text in encoded.dictionary.to_pylist()])

    def each(self, values: Sequence[Any], dtype: Any) -> np.ndarray:
        """One value per row, given one per text."""
        return np.array(values, dtype=dtype)[self.codes] if len(values) else np.zeros(0, dtype)

    def column(self, told: Callable[[str], str] = str) -> pa.LargeStringArray:
        """The column again, each text told in a way."""
        return pa.array([told(text) for text in self.texts], type=pa.large_string()).take(pa.array(self.codes))

    def where(self, holds: Callable[[str], bool]) -> np.ndarray:
        """The rows whose text is so."""
        odd = [n for n, text in enumerate(self.texts) if holds(text)]
        return np.flatnonzero(np.isin(self.codes, odd)) if odd else np.zeros(0, dtype="int64")

    def firsts(self) -> np.ndarray:
        """Per text the first row that has it."""
        first = np.zeros(len(self.texts), dtype="int64")
        first[self.codes[::-1]] = np.arange(len(self.codes))[::-1]
        return first


@dataclass(frozen=True, slots=True)
class Listing:
    """A table with its columns known, and the answers that read it."""

    cells: Cells
    columns: Columns
    answers: Answers
    known: dict[str, Coded] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.cells.lines)

    def coded(self, name: str) -> Coded:
        """A field's column as codes; blank where the table has none."""
        if name not in self.known:
            place = self.columns.one(name)
            blank = Coded(np.zeros(len(self), dtype="int64"), [""])
            self.known[name] = blank if place is None else Coded.of(self.cells.columns[place])
        return self.known[name]

    def read_ahead(self) -> None:
        """Makes the codes of all columns that will be asked for."""
        side_by_side(self.coded, [name for name in CODED if name in self.columns.places], rows=len(self))

    def numbers(self) -> pa.LargeStringArray:
        """The invoice numbers without surrounding blanks."""
        return pc.utf8_trim_whitespace(self.cells.columns[self.columns.places["number"][0]])


class Reading:
    """The rows of a table as an invoice frame, and what could not be read."""

    def __init__(self, name: str, listing: Listing) -> None:
        self.name, self.listing = name, listing
        self.errors: list[RowError] = []
        self.refused = np.zeros(len(listing), dtype=bool)
        listing.read_ahead()
        self.aside = set_aside(listing)
        self.currency = self.currencies()
        self.sign = decimal_sign(
            [listing.cells.columns[at] for name in (*MONEY, "tax") for at in listing.columns.places.get(name, ())],
            listing.cells.lines,
            listing.answers.decimal,
        )
        self.style = self.date_style()
        self.total_minor = np.zeros(len(listing), dtype="int64")  # of every row whose total can be read
        self.repeats = 0  # rows that share their number with another row

    @property
    def invoice(self) -> np.ndarray:
        """Mask of the rows that are invoices."""
        return ~self.aside.codes.astype(bool)

    def invoices(self) -> pd.DataFrame:
        """The accepted rows: INVOICE_COLUMNS."""
        places = self.listing.columns.places
        money, taxes = self.amounts()
        self.total_minor = money["total"].minor
        self.refuse(np.flatnonzero(~money["total"].stated & ~self.refused), "total", "The row has no total.")
        dates, due_dates = self.dates("date"), self.dates("due_date")
        self.refuse(np.flatnonzero(np.isnat(dates) & ~self.refused), "date", "The row has no date.")
        keep = ~self.refused & self.invoice
        numbers = self.listing.numbers()
        columns: dict[str, Any] = {
            "id": self.ids(numbers, dates, money["total"].minor),
            "number": numbers,
            "reference": numbers,
            "contact": self.listing.coded("client").column(),
            "email": self.listing.coded("email").column() if "email" in places else None,
            "date": dates,
            "due_date": due_dates,
            "currency": self.currency.column(),
            "total_minor": money["total"].minor,
            "subtotal_minor": maybe(money.get("subtotal")),
            "tax_minor": sum_of(taxes),
            "paid_minor": maybe(money.get("paid")),
            "outstanding_minor": maybe(money.get("balance")),
            "status": self.listing.coded("status").column(),
            "state": self.listing.coded("status").column(state),
        }
        stated = {name: kept(one, keep) for name, one in columns.items() if one is not None}
        return frame_of(stated, INVOICE_COLUMNS, int(keep.sum()), {"account": LISTING, "adds_up": True})

    def currencies(self) -> Coded:
        """The currency of each row: its cell, what the heading of the total names, or the answer."""
        cells = self.listing.coded("currency")
        usual = self.listing.columns.currency or self.listing.answers.currency.upper()
        found = Coded(cells.codes, [text.upper() or usual for text in cells.texts])
        if len(found.where(lambda code: not code)):
            raise NeedsAnswer(
                "currency", "The table does not say its currency. Say it: --currency AUD, or choose it on page Import."
            )
        odd = found.where(lambda code: not (len(code) == 3 and code.isascii() and code.isalpha()))  # noqa: PLR2004 - ISO
        self.refuse(odd, "currency", "This is not a currency code of three letters.")
        return found

    def date_style(self) -> DateStyle:
        """How the table writes dates. Raises NeedsAnswer when nothing decides."""
        return decide(self.seen_dates(), day_first=self.listing.answers.day_first)

    def seen_dates(self) -> Iterator[tuple[int, str]]:
        """Every different date of the table with the line it first stands on."""
        for name in ("date", "due_date"):
            column = self.listing.coded(name)
            lines = self.listing.cells.lines
            yield from ((int(lines[at]), text) for at, text in zip(column.firsts(), column.texts, strict=True) if text)

    def dates(self, name: str) -> np.ndarray:
        """A column as days; a cell that is none is a refusal for the date, a doubt for the due date."""
        column = self.listing.coded(name)
        days = {text: self.style.parse(text) if text else None for text in column.texts}
        wrong = column.where(lambda text: bool(text) and days[text] is None)
        self.refuse(wrong, name, "This is not a date.", refused=name == "date")
        return column.each([days[text] for text in column.texts], "datetime64[D]").astype("datetime64[s]")

    def amounts(self) -> tuple[dict[str, Amounts], list[Amounts]]:
        """The columns of money as minor units, and those of taxes; a cell that is no amount refuses its row."""
        places, codes = self.listing.columns.places, self.currency.texts
        decimals = self.currency.each([exponent(code) for code in codes], "int64")
        wanted = [(name, at) for name in MONEY for at in places.get(name, ())[:1]]
        wanted += [("tax", at) for at in places.get("tax", ())]

        def read(column: tuple[str, int]) -> Amounts:
            cells = self.listing.cells.columns[column[1]]
            return amounts_of(cells, decimals, self.sign, lambda row: codes[self.currency.codes[row]])

        found = side_by_side(read, wanted, rows=len(self.listing))
        for (name, place), each in zip(wanted, found, strict=True):
            for row, problem in each.bad.items():
                self.refuse(np.array([row]), name, problem, place=place)
        money = {name: each for (name, _), each in zip(wanted, found, strict=True) if name != "tax"}
        return money, found[len(money) :]

    def ids(self, numbers: pa.LargeStringArray, dates: np.ndarray, totals: np.ndarray) -> Any:
        """The number, and date, total and client as one hash; a row that repeats them all gets a number of its own.

        A hash, because ids are seen where names must not be.
        """
        clients = self.listing.coded("client")
        hashes = [int(hashlib.sha256(name.encode()).hexdigest()[:15], 16) for name in clients.texts]
        rest = clients.each(hashes, "uint64")
        for part in (dates.astype("datetime64[D]").astype("int64"), totals):
            rest = rest * MIX + part.astype("uint64")  # modulo 2**64, the same on every machine
        told = pc.cast(pa.array(rest), pa.large_string())
        ids = pc.binary_join_element_wise(numbers, told, pa.scalar(" ", pa.large_string()))
        if surely_different(numbers):
            return ids
        mine = pd.Series(numbers, dtype="str")[self.invoice]
        if mine.is_unique:
            return ids
        self.repeats = int(mine.duplicated(keep=False).sum())
        texts = pd.Series(ids, dtype="str")
        nth = texts.groupby(texts).cumcount()
        return texts.where(nth == 0, texts + " again " + nth.astype("str"))

    def refuse(
        self, at: np.ndarray, name: str, problem: str, *, refused: bool = True, place: int | None = None
    ) -> None:
        """Note a problem on rows; of several problems of a row only the first refuses it."""
        cells = self.listing.cells
        column = self.listing.columns.one(name) if place is None else place
        total = cells.columns[self.listing.columns.places["total"][0]]
        for row in at[self.invoice[at]].tolist():
            value = "" if column is None else cells.columns[column][row].as_py()
            self.errors.append(
                RowError(
                    file=self.name,
                    row=int(cells.lines[row]),
                    column="" if column is None else cells.headings[column],
                    value=value[:80],
                    problem=problem,
                    remedy=AGAIN,
                    refused=refused and not self.refused[row],
                    amount=total[row].as_py().strip()[:40],
                )
            )
            self.refused[row] |= refused


def surely_different(numbers: pa.LargeStringArray) -> bool:
    """Whether no number occurs twice, told by the digits at their ends alone; False where these do not tell."""
    tails = tail_numbers(numbers)
    return bool(len(tails)) and bool((tails >= 0).all()) and int(np.bincount(tails).max()) == 1


def state(status: str) -> str:
    """The state a status means; nobody knows what an unknown one means, or none."""
    return str(STATES.get(status.casefold(), State.UNKNOWN))


def set_aside(listing: Listing) -> Coded:
    """Per row what it is when it is no invoice: the sum at the foot, a quote, a credit; blank for an invoice."""
    words = ["", FOOT, *dict.fromkeys(ASIDE.values())]
    codes = np.zeros(len(listing), dtype="int8")
    kinds = listing.coded("kind")
    for n, text in enumerate(kinds.texts):
        word = next((word for mark, word in ASIDE.items() if mark in text.casefold()), "")
        codes[kinds.codes == n] = words.index(word)
    number = listing.columns.places["number"][0]
    for row in listing.coded("date").where(lambda text: not text).tolist():
        cells = [column[row].as_py().strip().casefold().rstrip(":") for column in listing.cells.columns]
        if set(cells) & set(WORD_TOTAL) and cells[number] in {"", *WORD_TOTAL}:  # a client may be called Total
            codes[row] = words.index(FOOT)
    return Coded(codes, words)
