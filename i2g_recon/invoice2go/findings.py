"""One row while it is read: its cells, and everything that is wrong with them, gathered until the row is finished.

A problem refuses the row; a doubt lets it in and is shown. A row becomes at most one refusal that names all its
problems, so that accepted rows plus refusals are the rows of the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from i2g_recon.core.invoice import ZERO, RowError
from i2g_recon.core.money import D, NotAnAmount, exponent, plain, to_scaled

EXPORT_AGAIN = "Download the export from Invoice2go again and import it without opening it in a spreadsheet program."
CORRECT_INVOICE = "Correct the invoice in Invoice2go and export again."
LOOK = "Look at the invoice in Invoice2go before you rely on this value."
LONGEST_AMOUNT = 25  # characters; Decimal's 28 digits stay exact below it
LARGEST = Decimal(10) ** 12
MOST_DOUBTS = 5  # per row: more say nothing new
SHOWN_CHARACTERS = 80
# What a spreadsheet program makes of amounts: 1,234.50  1E5  (12.00)  £12  inf  NaN  #####  12,5
LIKE_SPREADSHEET = re.compile(
    r"#.*|[-+(]?\W*\d[\d.,' \u00a0\u202f]*(e[-+]?\d+)?\W*-?|[-+]?(inf(inity)?|nan)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a row. mangled: it looks like the work of a spreadsheet program."""

    column: str
    value: str
    text: str
    remedy: str = CORRECT_INVOICE
    mangled: bool = False


@lru_cache(maxsize=32_768)
def exact(text: str, places: int) -> Decimal:
    """A plain amount of at most `places` decimals. Raises NotAnAmount saying which of the two it is not."""
    amount = D(text)
    to_scaled(amount, places)
    return amount


@dataclass(slots=True)
class RowReading:
    """The cells of one row and what was found on the way."""

    file: str
    line: int
    cells: Mapping[str, str]
    currency: str = ""
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)

    def text(self, column: str) -> str:
        """A cell as it stands; empty when the file lacks the column."""
        return self.cells.get(column, "")

    def refuse(self, problem: Problem) -> None:
        """Notes why the row cannot be taken."""
        self.problems.append(problem)

    def doubt(self, column: str, value: str, text: str, remedy: str = LOOK) -> None:
        """Notes a reservation under which the row is taken."""
        doubt = Problem(column, value, text, remedy)
        if len(self.doubts) < MOST_DOUBTS and doubt not in self.doubts:
            self.doubts.append(doubt)

    def money(self, column: str) -> Decimal:
        """A money column in major units, empty counting as zero; what is no amount refuses the row."""
        return self.amount(column, self.cells.get(column, ""), exponent(self.currency))

    def amount(self, column: str, text: str, places: int) -> Decimal:
        """Text as an amount of at most `places` decimals, empty counting as zero; anything else refuses the row."""
        if not text:
            return ZERO
        if len(text) <= LONGEST_AMOUNT:
            try:
                amount = exact(text, places)
            except NotAnAmount:
                pass
            else:
                if abs(amount) < LARGEST:
                    return amount
        self.refuse(unusable_amount(column, text, places))
        return ZERO

    def errors(self) -> list[RowError]:
        """The refusal, if any, else the doubts."""
        if self.problems:
            return [self.refusal()]
        return [self.row_error(doubt, doubt.text, refused=False) for doubt in self.doubts]

    def refusal(self) -> RowError:
        """All problems of the row as one refusal."""
        first, *others = self.problems
        also = "".join(f" Also {other.column}: {other.text}" for other in others[:5])
        return self.row_error(first, first.text + also, refused=True)

    def row_error(self, problem: Problem, text: str, *, refused: bool) -> RowError:
        """A problem as the value that pages and reports show."""
        return RowError(
            file=self.file,
            row=self.line,
            column=problem.column,
            value=shortened(problem.value),
            problem=text,
            remedy=problem.remedy,
            refused=refused,
            amount=shortened(self.text("TotalAmount")) if refused else "",
        )


def shortened(value: str) -> str:
    """A value as row errors show it."""
    return value if len(value) <= SHOWN_CHARACTERS else f"{value[: SHOWN_CHARACTERS - 4]} ..."


def unusable_amount(column: str, text: str, places: int) -> Problem:
    """Why a text was not taken as an amount."""
    value = shortened(text)
    try:
        amount = D(text) if len(text) <= LONGEST_AMOUNT else None
    except NotAnAmount:
        if LIKE_SPREADSHEET.fullmatch(text.strip()):
            problem = (
                f"'{value}' is not how Invoice2go writes an amount: the file looks changed by a spreadsheet program."
            )
            return Problem(column, text, problem, EXPORT_AGAIN, mangled=True)
        return Problem(column, text, f"'{value}' is not an amount.", EXPORT_AGAIN)
    if amount is None or abs(amount) >= LARGEST:
        return Problem(column, text, f"'{value}' is longer or larger than an amount can be.")
    return Problem(column, text, f"'{plain(amount)}' has more than {places} decimals and would have to be rounded.")
