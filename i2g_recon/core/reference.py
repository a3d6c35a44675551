"""Reference text to match key: what may be ignored when two people wrote the same invoice number.

Each rule is one row of RULES: a name, a function, why it is safe, and an example. A key is never shown to anyone; it
only brings rows together. Exact text always wins over a key (`pairing`), and two different numbers that fall on one key
are ambiguous, never merged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that does not make two references different."""

    name: str
    apply: Callable[[str], str]
    reason: str
    example: tuple[str, str]


def unify_characters(text: str) -> str:
    """Full-width and composed letters as one form, invisible characters gone.

    >>> unify_characters("\uff28\uff34\u200b-7")
    'HT-7'
    """
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


def collapse_spaces(text: str) -> str:
    """No space at the ends, one space between words.

    >>> collapse_spaces("  HT   7 ")
    'HT 7'
    """
    return SPACES.sub(" ", text).strip()


RULES: tuple[Rule, ...] = (
    Rule(
        "characters",
        unify_characters,
        "copying from other programs leaves invisible characters",
        ("HT-7\u200b", "HT-7"),
    ),
    Rule("case", str.casefold, "Xero itself compares references without regard to case", ("ht-7", "HT-7")),
    Rule("spaces", collapse_spaces, "a space too many is a slip of the keyboard", (" HT-7  ", "HT-7")),
)


def match_key(text: str) -> str:
    """The key of one reference; empty for a blank one.

    >>> match_key(" ht-0012\u200b ") == match_key("HT-0012")
    True
    """
    for rule in RULES:
        text = rule.apply(text)
    return text


def match_keys(references: pd.Series) -> pd.Series:
    """The keys of a text column, as a text column; ASCII goes through Arrow, the rest through `match_key`."""
    values = pa.array(references, type=pa.large_string(), from_pandas=True).fill_null("")
    plain = pc.replace_substring_regex(pc.utf8_lower(values), pattern=r"\s+", replacement=" ")
    keys = pd.Series(pc.utf8_trim_whitespace(plain), index=references.index, dtype="str")
    odd = ~pc.string_is_ascii(values).to_numpy(zero_copy_only=False)
    if odd.any():
        keys = keys.mask(odd, references.where(odd, "").map(match_key))
    return keys
