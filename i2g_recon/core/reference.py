"""Reference text to match key: what may be ignored when two people wrote the same invoice number.

Each rule is a row of RULES: a name, why it is safe, an example, and what it does. `Policy.key_rules` says which are on.
The first three are how Xero itself compares references (`match_key`, the spelling); all of them together make the key
that brings the rest together (`reference_key`). A key is never shown to anyone. Exact text always wins over a key
(`pairing`), and two different numbers that fall on one key are ambiguous, never merged.

A rule is a list of regular expressions that Python and Arrow's RE2 read alike, so that one value and a column of a
million (`reference_keys`) follow the same text; what concerns letters outside ASCII is a function.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58"), "-")
CYRILLIC = "\u0430\u0432\u0435\u043d\u043a\u043c\u043e\u0440\u0441\u0442\u0445\u0443\u0456\u0455\u0458"
GREEK = "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7"
PREFIX = r"^(?:(?:tax[ -]?)?inv(?:oice)?[ .:#-]+|n(?:umber|um|o|r)[.:#][ .:#-]*|n(?:umber|o) +|#[ .:#-]*)+"
ALIKE = str.maketrans(CYRILLIC + GREEK, "abehkmopctxyisj" + "abezhikmnoptyx")  # small letters: `case` comes before


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that does not make two references different.

    steps: regular expression and replacement, in order. letters: what it does to any character, where an expression
    cannot say it; on ASCII text it does what the steps do, but for case. spelling: Xero's own comparison does the same.
    """

    name: str
    reason: str
    example: tuple[str, str]
    steps: tuple[tuple[str, str], ...] = ()
    letters: Callable[[str], str] | None = None
    spelling: bool = False
    usual: bool = True

    def apply(self, text: str) -> str:
        """The text without what this rule ignores."""
        if self.letters is not None:
            text = self.letters(text)
        for pattern, replacement in self.steps:
            text = compiled(pattern).sub(replacement, text)
        return text


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Each expression once."""
    return re.compile(pattern)


def unify_characters(text: str) -> str:
    """Full-width and composed letters as one form, invisible characters gone.

    >>> unify_characters("\uff28\uff34\u200b-7")
    'HT-7'
    """
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


def look_alikes(text: str) -> str:
    """Cyrillic and Greek letters as the Latin ones they look like, digits of every script as 0 to 9.

    >>> look_alikes("\u043d\u0442-7"), look_alikes("\u0667")
    ('ht-7', '7')
    """
    if text.isascii():
        return text
    latin = text.translate(ALIKE)
    return "".join(str(unicodedata.decimal(c)) if unicodedata.category(c) == "Nd" else c for c in latin)


def plain_dashes(text: str) -> str:
    """Every dash as a hyphen.

    >>> plain_dashes("HT\u20137")
    'HT-7'
    """
    return text.translate(DASHES)


def collapse_spaces(text: str) -> str:
    """No space at the ends, one space between words.

    >>> collapse_spaces("  HT   7 ")
    'HT 7'
    """
    return " ".join(text.split())


RULES: tuple[Rule, ...] = (
    Rule(
        "characters",
        "copying from other programs leaves invisible and full-width characters",
        ("HT-7\u200b", "HT-7"),
        letters=unify_characters,
        spelling=True,
    ),
    Rule(
        "case",
        "Xero itself compares references without regard to case",
        ("ht-7", "HT-7"),
        letters=str.casefold,
        spelling=True,
    ),
    Rule(
        "spaces",
        "a space too many is a slip of the keyboard",
        (" HT-7  ", "HT-7"),
        steps=((r"[\t-\r\x1c-\x1f ]+", " "), (r"^ | $", "")),
        letters=collapse_spaces,
        spelling=True,
    ),
    Rule(
        "look_alikes",
        "a keyboard set to another alphabet writes letters and digits that look the same",
        ("\u041d\u0422-7", "HT-7"),
        letters=look_alikes,
    ),
    Rule(
        "prefixes",
        "people write what the number is in front of it; only dropped when something with a digit is left",
        ("Invoice No. HT-7", "HT-7"),
        steps=(
            (
                PREFIX + r"(.*[0-9].*)$",
                r"\1",
            ),
            (r"^(?:tax[ -]?)?inv(?:oice)?([0-9].*)$", r"\1"),
        ),
    ),
    Rule(
        "dashes",
        "dashes and spaces beside letters are a matter of taste; between two digits one stays, 1-2 is not 12",
        ("HT 7", "HT\u20137"),
        steps=((r"[ _-]+", "-"), (r"([^0-9-])-", r"\1"), (r"-([^0-9-])", r"\1"), (r"^-|-$", "")),
        letters=plain_dashes,
    ),
    Rule(
        "confusions",
        "O and 0, I, l and 1 are misread on paper; off unless chosen, because real series differ in just that",
        ("HT-1O", "HT-10"),
        steps=(("o", "0"), ("[il]", "1")),
        usual=False,
    ),
    Rule(
        "leading_zeros",
        "a spreadsheet drops the zeros in front of a number",
        ("HT-0007", "HT-7"),
        steps=((r"(^|[^0-9])0+([0-9])", r"\1\2"),),
    ),
)
RULE_NAMES = tuple(rule.name for rule in RULES)
USUAL_RULES = tuple(rule.name for rule in RULES if rule.usual)
SPELLING_RULES = tuple(rule.name for rule in RULES if rule.spelling)


def rules_named(names: Iterable[str], *, spelling: bool = False) -> tuple[Rule, ...]:
    """The rules of these names in the order they apply; with `spelling` only those Xero follows too."""
    chosen = set(names)
    return tuple(rule for rule in RULES if rule.name in chosen and (rule.spelling or not spelling))


AS_XERO_COMPARES = rules_named(SPELLING_RULES)


def key_by(text: str, rules: Iterable[Rule]) -> str:
    """The key these rules make of one reference; a visible text is never emptied.

    >>> key_by("- 7 -", rules_named(USUAL_RULES)), key_by("---", rules_named(USUAL_RULES)), key_by("  ", RULES)
    ('7', '---', '')
    """
    for rule in rules:
        reduced = rule.apply(text)
        text = reduced if reduced or rule.spelling else text.strip()
    return text


def match_key(text: str) -> str:
    """A text as Xero itself compares it; empty for a blank one. Used for names and taxes as well.

    >>> match_key(" ht-0012\u200b ") == match_key("HT-0012")
    True
    """
    return key_by(text, AS_XERO_COMPARES)


def reference_key(text: str, rules: Iterable[str] = USUAL_RULES) -> str:
    """The match key of one reference under the named rules; empty for a blank one.

    >>> reference_key("Invoice # HT-0012"), reference_key("ht12"), reference_key("Invoice"), reference_key("1-02")
    ('ht12', 'ht12', 'invoice', '1-2')
    """
    return key_by(text, rules_named(rules))


def rules_between(one: str, other: str, rules: Iterable[str] = USUAL_RULES) -> tuple[str, ...]:
    """The rules without which two texts would not have met, by name; where several would do, all that did something.

    >>> rules_between("Invoice HT-7", "ht-007")
    ('case', 'prefixes', 'leading_zeros')
    """
    active = rules_named(rules) if one != other else ()
    needed = []
    for rule in active:
        others = [each for each in active if each is not rule]
        if key_by(one, others) != key_by(other, others):
            needed.append(rule.name)
    if needed:
        return tuple(needed)
    return tuple(rule.name for rule in active if rule.apply(one) != one or rule.apply(other) != other)
