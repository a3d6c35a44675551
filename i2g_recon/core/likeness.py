"""How much speaks for two rows being the same invoice, and the sentence that says so.

Four kinds of evidence are weighed: the number, the amount, the client and the date. Points are whole numbers out of
10,000, so that the same rows score the same to the last digit everywhere, and whichever side is named first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from i2g_recon.core.money import money_text
from i2g_recon.core.near_rows import BAND_PERCENT, NO_DAY, WINDOW_DAYS, Leftover, mistyped_lengths

# How like two numbers are; the order is used. A digit in another's place may just be the next invoice of the same
# client, so it weighs less than a slip that no counting produces.
FOREIGN, TWO_SLIPS, NEIGHBOUR, SLIP, LOOSE, NUMBER = range(6)
NUMBER_SHARE = np.array([0, 400, 600, 900, 970, 1000])
NUMBER_WORDS = (
    "the numbers differ",
    "the number differs in two characters",
    "the number differs in one character",
    "the number differs in one character",
    "the number differs only in dashes, zeros or a word in front",
    "",
)
UNKNOWN_SHARE = 400  # what is not said speaks neither for nor against
WEIGHTS = {"number": 4000, "amount": 2500, "client": 2000, "date": 1500}
ALIKE_PERCENT, ALIKE_SHARE = 88, 700  # names that are the same but for a slip
SHORTEST_TWO_SLIPS = 6
OTHER_CLIENT, NO_CLIENT, ALIKE_CLIENT, SAME_CLIENT = range(4)
CLIENT_SHARE = np.array([0, UNKNOWN_SHARE, ALIKE_SHARE, 1000])


@dataclass(frozen=True, eq=False)
class Likeness:
    """Per pair: number and client as the codes above, the rest as plain values; points out of 10,000."""

    number: np.ndarray
    blank: np.ndarray  # one side has no reference
    delta_minor: np.ndarray
    exact: np.ndarray
    client: np.ndarray
    days: np.ndarray  # -1 where a date is unknown
    kinds: np.ndarray  # of evidence
    points: np.ndarray
    points_beside_number: np.ndarray


def likeness(source: Leftover, target: Leftover, s: np.ndarray, t: np.ndarray, *, tolerance_minor: int) -> Likeness:
    """Weigh the pairs of positions s and t."""
    number, client = number_likeness(source, target, s, t), client_likeness(source, target, s, t)
    blank = (source.keys[0][s] == "") | (target.keys[0][t] == "")
    delta = np.abs(source.minor[s] - target.minor[t])
    size = np.maximum(np.abs(source.minor[s]), np.abs(target.minor[t]))
    exact = delta <= tolerance_minor
    known = (source.day[s] != NO_DAY) & (target.day[t] != NO_DAY)
    apart = np.where(known, np.abs(np.where(known, source.day[s], 0) - np.where(known, target.day[t], 0)), -1)
    near = known & (apart <= WINDOW_DAYS)
    shares = {
        "number": np.maximum(NUMBER_SHARE[number], np.where(blank, UNKNOWN_SHARE, 0)),
        "amount": np.where(exact, 1000, amount_share(delta, size)),
        "client": CLIENT_SHARE[client],
        "date": np.where(near, 1000 - apart * 1000 // WINDOW_DAYS, np.where(known, 0, UNKNOWN_SHARE)),
    }
    weighed = {name: WEIGHTS[name] * share for name, share in shares.items()}
    points = sum(weighed.values()) // 1000
    beside_number = sum(weighed[name] for name in ("amount", "client", "date")) // 1000
    nonzero = size > 0  # two empty invoices have no amount in common
    kinds = (number > FOREIGN).astype(int) + (exact & nonzero) + (client >= ALIKE_CLIENT) + near
    return Likeness(number, blank, delta, exact, client, apart, kinds, points, beside_number)


def amount_share(delta: np.ndarray, size: np.ndarray) -> np.ndarray:
    """From 600 for all but equal amounts down to 0 at the edge of the band."""
    return np.clip(600 - delta * 1000 // np.maximum(size, 1) * 60 // BAND_PERCENT, 0, 600)


def number_likeness(source: Leftover, target: Leftover, s: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The best likeness between any number of one row and any of the other: references and invoice numbers."""
    best = np.full(len(s), FOREIGN)
    for one in (0, 1):
        for other in (0, 1):
            left, right = source.keys[one][s], target.keys[other][t]
            best[(left == right) & (left != "")] = NUMBER
            left, right = source.loose[one][s], target.loose[other][t]
            told = np.flatnonzero((left != "") & (right != "") & (best < LOOSE))
            best[told] = np.maximum(best[told], slips(left[told], right[told]))
    return best


def slips(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Likeness of loose keys by the slips of the keyboard between them."""
    from rapidfuzz.distance import OSA, Levenshtein  # noqa: PLC0415 - only who has near matches waits for it
    from rapidfuzz.process import cpdist  # noqa: PLC0415

    found = np.where(left == right, LOOSE, FOREIGN)
    shortest = shorter_length(left, right)
    at = np.flatnonzero((found == FOREIGN) & (shortest > 0))
    count = cpdist(left[at], right[at], scorer=OSA.distance, score_cutoff=2, dtype=np.int32)
    other_digits = np.flatnonzero(count <= 2)  # noqa: PLR2004 - beyond the cutoff nothing is told
    shapes = np.zeros(len(at), dtype=bool)
    shapes[other_digits] = shape(left[at[other_digits]]) == shape(right[at[other_digits]])
    one, two = at[(count == 1)], at[(count == 2) & ~shapes & (shortest[at] >= SHORTEST_TWO_SLIPS)]  # noqa: PLR2004
    replaced = cpdist(left[one], right[one], scorer=Levenshtein.distance, score_cutoff=1, dtype=np.int32) == 1
    found[one] = np.where(replaced & shapes[count == 1], NEIGHBOUR, SLIP)
    found[two] = TWO_SLIPS
    return found


def shorter_length(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The length of the shorter key of each pair, 0 where a slip cannot be told."""
    return np.minimum(*(mistyped_lengths(pa.array(side, type=pa.large_string())) for side in (left, right)))


def shape(keys: np.ndarray) -> np.ndarray:
    """Keys with every digit as 0: numbers of one shape differ in digits only."""
    array = pa.array(keys, type=pa.large_string())
    if pc.all(pc.string_is_ascii(array), min_count=0).as_py():
        return pc.replace_substring_regex(array, "[0-9]", "0").to_numpy(zero_copy_only=False)
    return np.array(["".join("0" if c.isdigit() else c for c in key) for key in keys], dtype=object)


def client_likeness(source: Leftover, target: Leftover, s: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Same e-mail address or name, alike, not said on one side, or another client."""
    from rapidfuzz.fuzz import ratio  # noqa: PLC0415 - as above
    from rapidfuzz.process import cpdist  # noqa: PLC0415

    left, right = source.client[s], target.client[t]
    found = np.where((left == "") | (right == ""), NO_CLIENT, OTHER_CLIENT)
    found[(left == right) & (left != "")] = SAME_CLIENT
    found[(source.email[s] == target.email[t]) & (source.email[s] != "")] = SAME_CLIENT
    at = np.flatnonzero(found == OTHER_CLIENT)
    percent = cpdist(left[at], right[at], scorer=ratio, score_cutoff=ALIKE_PERCENT, dtype=np.float32)
    found[at[percent > 0]] = ALIKE_CLIENT  # below ALIKE_PERCENT it is 0
    return found


def sentences(like: Likeness, at: np.ndarray, *, currency: np.ndarray, rivals: np.ndarray) -> np.ndarray:
    """Why each of the pairs `at` is proposed; currency and rivals are theirs. One that repeats is written once."""
    told = (like.number, like.blank, like.delta_minor, like.client, like.days)
    facts = np.column_stack([*(values[at] for values in told), rivals, pd.factorize(currency)[0]]).astype("int64")
    _, first, which = np.unique(facts, axis=0, return_index=True, return_inverse=True)
    texts = [sentence(like, int(at[n]), currency=str(currency[n]), rivals=int(rivals[n])) for n in first]
    return np.array(texts, dtype=object)[which.reshape(-1)] if len(at) else np.zeros(0, dtype=object)


def sentence(like: Likeness, n: int, *, currency: str, rivals: int) -> str:
    """Why pair n is proposed, for a bookkeeper. rivals: other pairs of its rows that fit about as well.

    Same client and amount, 3 days apart; the number differs in one character.
    """
    same = [
        word
        for word, holds in (
            ("number", like.number[n] == NUMBER),
            ("client", like.client[n] == SAME_CLIENT),
            ("amount", like.delta_minor[n] == 0),
            ("date", like.days[n] == 0),
        )
        if holds
    ]
    listed = " and ".join(filter(None, [", ".join(same[:-1]), *same[-1:]]))
    start = [f"same {listed}"] if same else []
    if like.days[n] > 0:
        start.append(f"{like.days[n]} days apart" if like.days[n] > 1 else "one day apart")
    parts = [", ".join(start), *doubts(like, n, currency)]
    if rivals:
        parts.append(f"{rivals} others fit" if rivals > 1 else "another one fits")
        parts[-1] += " about as well, so a person has to choose"
    text = "; ".join(part for part in parts if part)
    return f"{text[:1].upper()}{text[1:]}."


def doubts(like: Likeness, n: int, currency: str) -> list[str]:
    """What is not the same, or not said."""
    blank = like.blank[n] and like.number[n] == FOREIGN
    number = "one side has no reference" if blank else NUMBER_WORDS[like.number[n]]
    amount = f"the amounts differ by {money_text(int(like.delta_minor[n]), currency)}" if like.delta_minor[n] else ""
    client = ("the clients differ", "one side names no client", "the client is written differently", "")
    date = "one side has no date" if like.days[n] < 0 else ""
    return [number, amount, client[like.client[n]], date]
