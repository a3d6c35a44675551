"""Pairing as a table: references of both sides, the pairs with their tier, and what stays ambiguous."""

from __future__ import annotations

import pandas as pd
import pytest

from i2g_recon.core.intake import frame
from i2g_recon.core.pairing import Pairing, pair
from i2g_recon.core.reference import USUAL_RULES
from i2g_recon.core.tiers import TIERS

S, T, PAIRS, AMBIGUOUS = "source", "target", "pairs", "ambiguous"
TABLE = {
    "equal to the letter": ("HT-1", "HT-1", "HT-1=HT-1 exact", ""),
    "other letters": ("ht-1", "HT-1", "ht-1=HT-1 spelling", ""),
    "another way of writing": ("Inv HT-01", "ht 1", "Inv HT-01=ht 1 key", ""),
    "exact goes before spelling": ("HT-1 ht-1", "HT-1", "HT-1=HT-1 exact", ""),
    "exact goes before the key": ("HT-1 HT-01", "HT-1", "HT-1=HT-1 exact", ""),
    "a number twice in Xero": ("HT-1", "HT-1 HT-1", "", "HT-1|HT-1 HT-1 reference_repeats_in_target"),
    "a number twice in Invoice2go, otherwise alike": (
        "HT-1 HT-1",
        "HT-1",
        "",
        "HT-1 HT-1|HT-1 number_repeats_in_source",
    ),
    "two numbers fall on one key": ("HT-1 HT-01", "ht1", "", "HT-01 HT-1|ht1 spellings_collide"),
    "one key shared by a pair and two others": (
        "HT-7 HT-007",
        "HT-7 ht-07",
        "HT-7=HT-7 exact",
        "HT-007|ht-07 spellings_collide",
    ),
    "two target spellings of one source number": ("HT-1", "ht1 HT-001", "", "HT-1|HT-001 ht1 spellings_collide"),
    "each finds its own": ("A-1 b-2 C-03", "A-1 B-2 c3", "A-1=A-1 exact, C-03=c3 key, b-2=B-2 spelling", ""),
    "another number": ("HT-1", "HT-2", "", ""),
}


def side(prefix: str, references: str) -> pd.DataFrame:
    names = [name.replace("_", " ") for name in references.replace("Inv HT", "Inv_HT").replace("ht 1", "ht_1").split()]
    rows = [(f"{prefix}{n}", name, 100, "AUD", "2026-03-02", "Ada Lowe", "sent") for n, name in enumerate(names)]
    columns = ["id", "reference", "total_minor", "currency", "date", "contact", "status"]
    return frame(pd.DataFrame(rows, columns=columns)).invoices


def told(found: Pairing) -> tuple[str, str]:
    rows = zip(found.source_pairs, found.target_pairs, found.tier, strict=True)
    pairs = sorted(f"{found.source_references[s]}={found.target_references[t]} {TIERS[tier]}" for s, t, tier in rows)
    groups = []
    for n, reason in enumerate(found.group_reasons):
        members = (
            " ".join(sorted(references[group == n]))
            for references, group in (
                (found.source_references, found.source_group),
                (found.target_references, found.target_group),
            )
        )
        groups.append("|".join(members) + f" {reason}")
    return ", ".join(pairs), ", ".join(sorted(groups))


@pytest.mark.parametrize("case", TABLE)
def test_who_pairs_with_whom(case: str) -> None:
    sources, targets, pairs, ambiguous = TABLE[case]
    assert told(pair(side("s", sources), side("t", targets))) == (pairs, ambiguous)


def test_a_rule_switched_off_pairs_nothing_by_itself() -> None:
    left, right = side("s", "HT-07"), side("t", "HT-7")
    assert told(pair(left, right))[0] == "HT-07=HT-7 key"
    rules = [name for name in USUAL_RULES if name != "leading_zeros"]
    assert told(pair(left, right, key_rules=rules)) == ("", "")


def test_the_invoice_number_pairs_only_when_asked_for() -> None:
    left, right = side("s", "HT-1 HT-2"), side("t", "PO-9 HT-2").assign(number=["ht1", "INV-5"])
    assert told(pair(left, right))[0] == "HT-2=HT-2 exact"
    assert told(pair(left, right, by_number=True))[0] == "HT-1=PO-9 number, HT-2=HT-2 exact"


def test_an_invoice_number_that_stands_twice_pairs_nothing() -> None:
    left, right = side("s", "HT-1"), side("t", "PO-9 PO-8").assign(number=["HT-1", "ht-1"])
    assert told(pair(left, right, by_number=True)) == ("", "")


def test_a_row_that_found_its_partner_is_not_paired_again_by_number() -> None:
    left, right = side("s", "HT-1 HT-2"), side("t", "HT-1").assign(number=["HT-2"])
    assert told(pair(left, right, by_number=True))[0] == "HT-1=HT-1 exact"


def test_voided_rows_neither_pair_nor_stand_in_the_way() -> None:
    right = side("t", "HT-1 HT-1").assign(state=["void", "live"])
    found = pair(side("s", "HT-1"), right)
    assert found.target_pairs.tolist() == [1]
    assert found.target_gone.tolist() == [True, False]


def test_blank_references_find_nobody() -> None:
    left, right = side("s", "HT-1").assign(reference=[""]), side("t", "HT-1").assign(reference=["  "])
    found = pair(left, right)
    assert not len(found.source_pairs)
    assert found.source_alone.all()
    assert found.target_alone.all()
