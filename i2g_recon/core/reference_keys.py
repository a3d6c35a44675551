"""Match keys of whole columns: what `reference` says of one text, for millions, without a loop.

ASCII text goes through Arrow with the same expressions; the rest, and what a rule would empty, goes through `key_by`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from i2g_recon.core.reference import SPELLING_RULES, Rule, key_by, rules_named

DIGITS = 6  # of a trailing number that `tail_numbers` looks at
PUNCTUATION = b" -._:#/"


def text_array(values: pd.Series) -> pa.LargeStringArray:
    """A text column as one Arrow array; missing values as blanks."""
    array = pa.array(values, type=pa.large_string(), from_pandas=True)
    return (array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array).fill_null("")


def keys_by(values: pd.Series, rules: Iterable[Rule]) -> pd.Series:
    """The keys these rules make of a text column, as a text column with the same index."""
    rules = tuple(rules)
    texts = text_array(values)
    keys = texts
    for rule in rules:
        if rule.name == "case":
            keys = pc.utf8_lower(keys)
        for pattern, replacement in rule.steps:
            keys = pc.replace_substring_regex(keys, pattern=pattern, replacement=replacement)
    odd = np.flatnonzero(careful(texts, keys, single_line="spaces" in {rule.name for rule in rules}))
    found = pd.Series(keys, index=values.index, dtype="str")
    if len(odd):
        found.iloc[odd] = [key_by(text, rules) for text in texts.take(pa.array(odd)).to_pylist()]
    return found


def careful(texts: pa.LargeStringArray, keys: pa.LargeStringArray, *, single_line: bool) -> np.ndarray:
    """Mask of the texts for which the expressions alone are not enough; Arrow and Python end a line differently."""
    odd = pc.or_(
        pc.invert(pc.string_is_ascii(texts)),
        pc.and_(pc.equal(pc.binary_length(keys), 0), pc.greater(pc.binary_length(texts), 0)),
    )
    if not single_line:
        odd = pc.or_(odd, pc.match_substring_regex(texts, "[\x00-\x1f]"))
    return np.asarray(odd.to_numpy(zero_copy_only=False), dtype=bool)


def match_keys(references: pd.Series) -> pd.Series:
    """`match_key` of a text column."""
    return keys_by(references, rules_named(SPELLING_RULES))


def tail_numbers(texts: pa.LargeStringArray) -> np.ndarray:
    """Per text the number its last DIGITS digits make, 0 where it ends in a letter, -1 where this cannot be said.

    Equal keys have equal tails: no rule but `confusions` touches a digit other than a leading zero. So most rows can be
    told apart without making their keys.
    """
    offsets = np.frombuffer(texts.buffers()[1], dtype="int64")[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(texts.buffers()[2] or b"\0", dtype="uint8")
    start, last = offsets[:-1], offsets[1:] - 1
    numbers = np.zeros(len(texts), dtype="int32")
    going = np.ones(len(texts), dtype=bool)
    for place in range(DIGITS):
        at = last - place
        going &= at >= start
        digit = data[np.where(going, at, 0)].astype("int32") - ord("0")
        going &= (digit >= 0) & (digit <= 9)  # noqa: PLR2004 - a digit
        if not going.any():
            break
        numbers += np.where(going, digit * 10**place, 0).astype("int32")
    ends = np.where(last >= start, data[np.maximum(last, 0)], PUNCTUATION[0])
    unsaid = np.isin(ends, np.frombuffer(PUNCTUATION, dtype="uint8")) | (ends < ord(" "))
    unsaid |= ~pc.string_is_ascii(texts).to_numpy(zero_copy_only=False)
    numbers[unsaid] = -1
    return numbers


def perhaps_with(tails: np.ndarray, keys: pd.Index | pd.Series, rules: Iterable[Rule]) -> np.ndarray:
    """Mask of the texts, given by their tails, whose key under the rules may be among `keys`; none is left out.

    What a key ends in, its text ends in, but for spaces and punctuation, and then the tail cannot be said.
    """
    if "confusions" in {rule.name for rule in rules}:
        return np.ones(len(tails), dtype=bool)
    wanted = np.zeros(10**DIGITS, dtype=bool)
    wanted[np.maximum(tail_numbers(text_array(pd.Series(keys, dtype="str"))), 0)] = True
    return (tails < 0) | wanted[np.maximum(tails, 0)]
