"""Amounts of a report-style table: text to minor units, exactly; whole columns at once where they are plain.

A report writes amounts for people: with thousands separators, a currency sign, brackets for negatives. One table has
one decimal sign, which its own amounts show; where they do not, a person is asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from i2g_recon.core.money import LARGEST_MINOR, D, NotAnAmount, to_scaled
from i2g_recon.errors import NeedsAnswer, UnreadableFile

PLAIN = {".": r"^[+-]?[0-9]{1,15}(\.[0-9]+)?$", ",": r"^[+-]?[0-9]{1,15}(,[0-9]+)?$"}
GROUPED = {".": r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$", ",": r"^[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?$"}
OTHER = {".": ",", ",": "."}
DECIDES = {".": r"[0-9]\.([0-9]{1,2}|[0-9]{4,})[^0-9]*$", ",": r"[0-9],([0-9]{1,2}|[0-9]{4,})[^0-9]*$"}
BOTH = {".": r",[0-9]{3}\.[0-9]", ",": r"\.[0-9]{3},[0-9]"}
OPEN = r"[.,][0-9]{3}[^0-9]*$"  # 1,234 is a thousand or one and a bit
STRETCH = 10_000  # cells looked at before the next question
SIGNS = {"£": {"GBP"}, "€": {"EUR"}, "¥": {"JPY", "CNY"}, "R": {"ZAR"}}
DOLLARS = frozenset("AUD NZD USD CAD SGD HKD FJD TWD BBD BSD BZD JMD TTD XCD".split())
DOLLAR = {"A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "US$": "USD", "CA$": "CAD", "C$": "CAD", "S$": "SGD", "HK$": "HKD"}
BETWEEN = re.compile(r"(?<=\d)[ '\u2019](?=\d{3})")  # thousands; other spaces have become this one by then
WRITTEN = re.compile(
    r"(?P<before>[^\d.,+-]*)(?P<sign>[+-]?)(?P<middle>[^\d.,+-]*)(?P<digits>[\d.,]+)(?P<after>.*)", re.ASCII
)


@dataclass(frozen=True, eq=False)
class Amounts:
    """minor: minor units, 0 where there is no amount. stated: which cells hold one. bad: position to problem."""

    minor: np.ndarray
    stated: np.ndarray
    bad: dict[int, str]


def decimal_sign(columns: list[pa.LargeStringArray], lines: np.ndarray, chosen: str) -> str:
    """The decimal sign of a table. Raises UnreadableFile when both occur, NeedsAnswer when nothing decides."""
    evidence: dict[str, tuple[int, str]] = {}
    undecided: tuple[int, str] | None = None
    for column in columns:
        for sign in ".,":
            pattern = f"{DECIDES[sign]}|{BOTH[sign]}"
            if sign not in evidence and (at := first_like(column, sign, pattern)) is not None:
                evidence[sign] = (int(lines[at]), column[at].as_py())
        if undecided is None and not evidence and (at := first_like(column, "", OPEN)) is not None:
            undecided = (int(lines[at]), column[at].as_py())
    if len(evidence) > 1:
        (row, text), (other_row, other) = evidence["."], evidence[","]
        raise UnreadableFile(
            f"The file writes amounts in two ways: '{text}' in row {row} has a decimal point, '{other}' in row "
            f"{other_row} a decimal comma. Export the table again."
        )
    for sign, (row, text) in evidence.items():
        if chosen and chosen != sign:
            raise UnreadableFile(f"The amount '{text}' in row {row} has '{sign}' as its decimal sign, not '{chosen}'.")
        return sign
    if undecided and not chosen:
        raise NeedsAnswer(
            "decimal",
            f"The file does not show whether '{undecided[1]}' in row {undecided[0]} is above a thousand or a fraction. "
            "Say what stands before the cents: --decimal . or --decimal ,",
        )
    return chosen or "."


def first_like(column: pa.LargeStringArray, holding: str, pattern: str) -> int | None:
    """The position of the first cell that is like the pattern; cells that cannot be are not looked at closely."""
    if holding and not holds(column, holding.encode()):
        return None
    for start in range(0, len(column), STRETCH):
        part = column.slice(start, STRETCH)
        at = pc.index(pc.match_substring_regex(part, pattern), value=pa.scalar(value=True)).as_py()
        if at >= 0:
            return int(start + at)
    return None


def holds(column: pa.LargeStringArray, mark: bytes) -> bool:
    """Whether any cell of a column holds the mark."""
    data = column.buffers()[2]
    ends = np.frombuffer(column.buffers()[1], dtype="int64")[column.offset : column.offset + len(column) + 1]
    return data is not None and mark in memoryview(data)[int(ends[0]) : int(ends[-1])].tobytes()


def amounts_of(column: pa.LargeStringArray, places: np.ndarray, sign: str, currency: Callable[[int], str]) -> Amounts:
    """A column as minor units. places: decimals of each row's currency; currency: its code, for a sign in the cell."""
    only = int(places[0]) if len(places) and (places == places[0]).all() else -1
    quick = exact(column, only, sign) if only >= 0 else None
    if quick is not None:
        return Amounts(quick, np.ones(len(column), dtype=bool), {})
    minor, stated = np.zeros(len(column), dtype="int64"), np.zeros(len(column), dtype=bool)
    simple = column
    grouped = pc.match_substring_regex(column, GROUPED[sign])
    if pc.any(grouped).as_py():
        simple = pc.if_else(grouped, pc.replace_substring(column, OTHER[sign], ""), column)
    few = PLAIN[sign].replace("[0-9]+)?$", f"[0-9]{{1,{only}}})?$") if only > 0 else r"^[+-]?[0-9]{1,15}$"
    clean = np.asarray(pc.match_substring_regex(simple, few).to_numpy(zero_copy_only=False), dtype=bool)
    values = exact(simple.filter(pa.array(clean)), only, sign) if only >= 0 else None
    bad: dict[int, str] = {}
    if values is None:
        clean[:] = False
    else:
        minor[clean], stated[clean] = values, True
    for at in np.flatnonzero(~clean).tolist():
        text = column[at].as_py().strip()
        if text and text != "-":
            try:
                minor[at], stated[at] = scaled(text, sign, currency(at), int(places[at])), True
            except NotAnAmount as problem:
                bad[at] = str(problem)
    return Amounts(minor, stated, bad)


def exact(column: pa.LargeStringArray, places: int, sign: str) -> np.ndarray | None:
    """Plain decimal text as integers of so many decimals; None when a cell is anything else or has more decimals."""
    if holds(column, b"e") or holds(column, b"E"):
        return None  # Arrow would read 1E5 as a number
    if sign == ",":
        if holds(column, b"."):
            return None
        column = pc.replace_substring(column, ",", ".")
    try:
        decimals = column.cast(pa.decimal128(18 + places, places))
    except pa.ArrowInvalid:
        return None
    halves = np.frombuffer(decimals.buffers()[1], dtype="int64").reshape(-1, 2)[decimals.offset :][: len(decimals)]
    low, high = halves[:, 0], halves[:, 1]
    fits = (high == low >> 63) & (np.abs(low) <= LARGEST_MINOR)
    return low.copy() if bool(fits.all()) else None


def scaled(text: str, sign: str, currency: str, places: int) -> int:
    """One amount in minor units. Raises NotAnAmount."""
    amount = amount_of(text, sign, currency)
    try:
        return to_scaled(amount, places)
    except NotAnAmount:
        raise NotAnAmount(f"'{text[:40]}' has more than {places} decimals, or is too large.") from None


def amount_of(text: str, sign: str, currency: str) -> Decimal:
    """One amount as a person writes it. Raises NotAnAmount.

    >>> amount_of("(1,234.50)", ".", "AUD"), amount_of("1.234,50 €", ",", "EUR"), amount_of("$ 12.00-", ".", "NZD")
    (Decimal('-1234.50'), Decimal('1234.50'), Decimal('-12.00'))
    """
    shown = text.strip()[:40]
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    negative = plain.startswith("(") and plain.endswith(")")
    plain = plain[1:-1].strip() if negative else plain
    if plain.endswith("-"):
        negative, plain = not negative, plain[:-1].strip()
    found = WRITTEN.fullmatch(BETWEEN.sub("", plain))
    if not found:
        raise NotAnAmount(f"'{shown}' is not an amount.")
    signs = " ".join(part.strip() for part in found.group("before", "middle", "after") if part.strip())
    if signs and not belongs(signs, currency):
        raise NotAnAmount(f"'{shown}' is not an amount in {currency}.")
    digits = found["digits"]
    if re.fullmatch(GROUPED[sign], digits):
        digits = digits.replace(OTHER[sign], "")
    if not re.fullmatch(PLAIN[sign], digits):
        raise NotAnAmount(f"'{shown}' is not an amount with '{sign}' before the cents.")
    amount = D(digits.replace(",", "."))
    return -amount if negative != (found["sign"] == "-") else amount


def belongs(signs: str, currency: str) -> bool:
    """Whether a sign or code beside an amount is that of the currency."""
    code = signs.upper()
    if code == currency or DOLLAR.get(code) == currency:
        return True
    return currency in DOLLARS if signs == "$" else currency in SIGNS.get(signs, ())
