"""Which rows of two sides are worth a second look, found without looking at every row against every other.

    number   the same number when dashes, prefixes and zeros are set aside, or one character apart; amount in the band
    client   the same name or e-mail address; amount in the band
    amount   the same amount; dates within WINDOW_DAYS

Every way is a `meeting`: rows of one group whose values lie in a window around each other. A group that would bring too
many rows together is looked at through the next narrower window, and left out when even the narrowest is too wide.
The rows of such a group are named as crowded: with so many twins about, likeness alone makes nothing sure (`propose`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from i2g_recon.core.reference import match_key
from i2g_recon.core.reference_keys import match_keys, text_array

BAND_PERCENT = 12  # how far two amounts may lie apart to be looked at
WINDOW_DAYS = 45
MOST_PER_GROUP = 40_000  # pairs; a client with 200 rows on each side is still looked at whole
SHORTEST_NUMBER, LONGEST_NUMBER = 4, 24  # characters between which a slip of the keyboard can be told
NO_DAY = np.iinfo("int64").min
LETTERS, DIGITS = r"\p{L}", r"\p{N}"
ASCII_LETTERS, ASCII_DIGITS = "A-Za-z", "0-9"  # the same for ASCII texts; these expressions are ready at once
DIGIT = r"\p{Nd}"
LEGAL_FORMS = {"pty", "ltd", "limited", "llc", "inc", "plc"}

Window = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def loose_keys(keys: pd.Series) -> pd.Series:
    """Match keys without dashes, words such as "invoice" or "INV#" in front, and zeros before the first digits.

    >>> loose_keys(pd.Series(["invoice inv#ht-0012", "ht 12", "inverness 7", "000"], dtype="str")).tolist()
    ['ht12', 'ht12', 'inverness7', '0']
    """
    values = text_array(keys)
    ascii_only = bool(pc.all(pc.string_is_ascii(values), min_count=0).as_py())
    letters, digits = (ASCII_LETTERS, ASCII_DIGITS) if ascii_only else (LETTERS, DIGITS)
    prefix = f"^(?:[^{letters}{digits}]*(?:tax|invoice|inv|number|no|nr))([^{letters}]|$)"
    for _ in range(3):  # "tax invoice no 12" has three words in front
        values = pc.replace_substring_regex(values, pattern=prefix, replacement=r"\1")
    values = pc.replace_substring_regex(values, pattern=f"[^{letters}{digits}]+", replacement="")
    values = pc.replace_substring_regex(values, pattern=rf"^([{letters}]*)0+(\d)", replacement=r"\1\2")
    return pd.Series(values, index=keys.index, dtype="str")


def client_key(name: str) -> str:
    """A client's name for comparing: its words in order of the alphabet, without punctuation and legal form.

    >>> client_key("Lowe, Ada") == client_key("ada LOWE Pty. Ltd.")
    True
    """
    cleared = "".join(c if c.isalnum() else " " for c in match_key(name).replace("'", "").replace(".", ""))
    words = sorted(cleared.split())
    return " ".join([word for word in words if word not in LEGAL_FORMS] or words)


@dataclass(frozen=True, eq=False)
class Leftover:
    """The rows of one side that have no partner, as arrays in the order of `invoices`."""

    invoices: pd.DataFrame

    @cached_property
    def minor(self) -> np.ndarray:
        """Totals in minor units."""
        return self.invoices["total_minor"].to_numpy(dtype="int64")

    @cached_property
    def day(self) -> np.ndarray:
        """Dates as days; NO_DAY where the date is unknown."""
        return self.invoices["date"].to_numpy(dtype="datetime64[D]").astype("int64")

    @cached_property
    def currency(self) -> np.ndarray:
        """Currency codes."""
        return self.invoices["currency"].to_numpy(dtype=object)

    @cached_property
    def client(self) -> np.ndarray:
        """Client keys."""
        codes, names = pd.factorize(self.invoices["contact"])
        return np.array([client_key(name) for name in names], dtype=object)[codes] if len(codes) else np.array([])

    @cached_property
    def email(self) -> np.ndarray:
        """E-mail addresses in one case."""
        return match_keys(self.invoices["email"]).to_numpy(dtype=object)

    @cached_property
    def keys(self) -> tuple[np.ndarray, np.ndarray]:
        """Match keys of reference and number."""
        return tuple(match_keys(self.invoices[name]).to_numpy(dtype=object) for name in ("reference", "number"))

    @cached_property
    def loose(self) -> tuple[np.ndarray, np.ndarray]:
        """Loose keys of reference and number; the number's is blank where it says the same as the reference."""
        reference, number = (loose_keys(pd.Series(keys, dtype="str")).to_numpy(dtype=object) for keys in self.keys)
        return reference, np.where(reference == number, "", number)


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows that take part in a meeting: their positions, groups (codes shared by both sides) and values."""

    position: np.ndarray
    group: np.ndarray
    value: np.ndarray


@dataclass(frozen=True, eq=False)
class NearRows:
    """Positions of rows that met, and positions of the rows of either side whose group was left out."""

    source: np.ndarray
    target: np.ndarray
    source_crowded: np.ndarray
    target_crowded: np.ndarray


def near_rows(source: Leftover, target: Leftover, *, tolerance_minor: int) -> NearRows:
    """The pairs in one currency whose amounts lie in the band or the tolerance, each pair once."""
    bands = [band(percent, tolerance_minor) for percent in (BAND_PERCENT, 3, 0)]
    met = [
        meeting(*grouped(source, target, numbers_of), bands),
        meeting(*grouped(source, target, clients_of), bands),
        *same_amounts(source, target, tolerance_minor),
    ]
    width = max(1, len(target.minor))
    pairs = np.unique(np.concatenate([one.source * width + one.target for one in met]))
    return NearRows(
        pairs // width,
        pairs % width,
        np.unique(np.concatenate([one.source_crowded for one in met])),
        np.unique(np.concatenate([one.target_crowded for one in met])),
    )


def band(percent: int, tolerance_minor: int) -> Window:
    """Amounts of which the smaller is less than `percent` below the larger, or that lie within the tolerance."""

    def window(minor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        kept, size = 100 - percent, np.abs(minor)
        smallest, largest = -(-size * kept // 100), size * 100 // kept
        below, above = np.where(minor < 0, -largest, smallest), np.where(minor < 0, -smallest, largest)
        return np.minimum(below, minor - tolerance_minor), np.maximum(above, minor + tolerance_minor)

    return window


def days(count: int) -> Window:
    """Dates at most so many days apart."""
    return lambda day: (day - count, day + count)


def grouped(
    source: Leftover, target: Leftover, labels: Callable[[Leftover], tuple[np.ndarray, pa.LargeStringArray]]
) -> tuple[Rows, Rows]:
    """Both sides by the labels given and by currency, with their amounts as values."""
    (left, left_labels), (right, right_labels) = labels(source), labels(target)
    told = pa.concat_arrays([left_labels, right_labels]).dictionary_encode().indices.to_numpy()
    currencies = pd.factorize(np.concatenate([source.currency[left], target.currency[right]]))[0]
    codes = pd.factorize(told.astype("int64") * (currencies.max(initial=0) + 1) + currencies)[0]
    return (
        Rows(left, codes[: len(left)], source.minor[left]),
        Rows(right, codes[len(left) :], target.minor[right]),
    )


def numbers_of(side: Leftover) -> tuple[np.ndarray, pa.LargeStringArray]:
    """Every row under its loose keys and under each of them with one character left out.

    Two numbers that differ in one character, or in two neighbours that changed places, share one of these.
    """
    at: list[np.ndarray] = []
    labels: list[pa.LargeStringArray] = []
    for loose in side.loose:
        keys = pa.array(loose, type=pa.large_string())
        rows = np.flatnonzero(loose != "")
        at, labels = [*at, rows], [*labels, keys.take(pa.array(rows))]
        rows = np.flatnonzero(mistyped_lengths(keys))
        keys, before = keys.take(pa.array(rows)), None
        lengths = pc.utf8_length(keys).to_numpy(zero_copy_only=False)
        for place in range(int(lengths.max(initial=0))):
            letter = pc.utf8_slice_codeunits(keys, place, place + 1)
            fresh = lengths > place  # of equal neighbours one is left out, for both leave the same
            if before is not None:
                fresh &= pc.not_equal(letter, before).to_numpy(zero_copy_only=False)
            shorter = pc.utf8_replace_slice(keys, start=place, stop=place + 1, replacement="")
            at, labels = [*at, rows[fresh]], [*labels, shorter.filter(pa.array(fresh))]
            before = letter
    return np.concatenate(at), pa.concat_arrays(labels)


def mistyped_lengths(keys: pa.LargeStringArray) -> np.ndarray:
    """The length of each key in which a slip can be told: long enough to recognise, and a number at all; else 0."""
    lengths = pc.utf8_length(keys).to_numpy(zero_copy_only=False).astype("int64")
    number = np.asarray(pc.match_substring_regex(keys, DIGIT).to_numpy(zero_copy_only=False), dtype=bool)
    return np.where(number & (lengths >= SHORTEST_NUMBER) & (lengths <= LONGEST_NUMBER), lengths, 0)


def clients_of(side: Leftover) -> tuple[np.ndarray, pa.LargeStringArray]:
    """Every row under its client's name and under the e-mail address, which is told by its @."""
    named, mailed = np.flatnonzero(side.client != ""), np.flatnonzero(side.email != "")
    labels = pa.array([f"name {name}" for name in side.client[named]], type=pa.large_string())
    mails = pa.array([f"mail {mail}" for mail in side.email[mailed]], type=pa.large_string())
    return np.concatenate([named, mailed]), pa.concat_arrays([labels, mails])


def same_amounts(source: Leftover, target: Leftover, tolerance_minor: int) -> list[NearRows]:
    """Dated rows whose amounts agree within the tolerance: boxes as wide as it, each met with its neighbours."""
    left, right = np.flatnonzero(source.day != NO_DAY), np.flatnonzero(target.day != NO_DAY)
    windows = [days(count) for count in (WINDOW_DAYS, 10, 0)]
    met = []
    for shift in (-1, 0, 1) if tolerance_minor else (0,):
        boxes = [source.minor[left] // (tolerance_minor + 1) + shift, target.minor[right] // (tolerance_minor + 1)]
        currencies = pd.factorize(np.concatenate([source.currency[left], target.currency[right]]))[0]
        several = pd.factorize(np.concatenate(boxes))[0] * (currencies.max(initial=0) + 1) + currencies
        group = pd.factorize(several)[0]
        found = meeting(
            Rows(left, group[: len(left)], source.day[left]),
            Rows(right, group[len(left) :], target.day[right]),
            windows,
        )
        agrees = np.abs(source.minor[found.source] - target.minor[found.target]) <= tolerance_minor
        met.append(replace(found, source=found.source[agrees], target=found.target[agrees]))
    return met


def meeting(left: Rows, right: Rows, windows: Sequence[Window]) -> NearRows:
    """The rows of one group whose values lie in each other's window, widest window first."""
    ranks = np.unique(right.value)
    width = len(ranks) + 1
    place = right.group * width + np.searchsorted(ranks, right.value)
    order = np.argsort(place, kind="stable")
    place = place[order]
    met, waiting = [], np.ones(len(left.position), dtype=bool)
    for window in windows:
        at, group = np.flatnonzero(waiting), left.group[waiting]
        lowest, highest = window(left.value[at])
        first = np.searchsorted(place, group * width + np.searchsorted(ranks, lowest, side="left"))
        last = np.searchsorted(place, group * width + np.searchsorted(ranks, highest, side="right"))
        fits = (np.bincount(group, weights=last - first) <= MOST_PER_GROUP)[group]
        waiting[at[fits]] = False
        count, first = (last - first)[fits], first[fits]
        steps = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        met.append((np.repeat(left.position[at[fits]], count), right.position[order[np.repeat(first, count) + steps]]))
    crowded = np.isin(right.group, left.group[waiting])
    return NearRows(
        np.concatenate([one for one, _ in met]),
        np.concatenate([other for _, other in met]),
        left.position[waiting],
        right.position[crowded],
    )
