"""Near matches: what is proposed, how sure, in which words; and that nothing is decided by it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import i2g_recon as i2g
from i2g_recon.core import near_rows
from i2g_recon.core.propose import (
    MARGIN_POINTS,
    MOST_LEFTOVERS,
    MOST_PER_ROW,
    PROPOSAL_COLUMNS,
    consumed_once,
    lead,
)
from i2g_recon.core.reconcile import reconcile

COLUMNS = ["id", "reference", "number", "contact", "currency", "total", "date"]
MISSING = "s1 HT-1001 HT-1001 Ada.Lowe AUD 110.00 2026-03-02"


def side(*lines: str) -> i2g.Invoices:
    """One invoice a line, cells parted by spaces; a point in a client stands for a space, a dash for nothing."""
    cells = [["" if cell == "-" else cell for cell in line.split()] for line in lines]
    df = pd.DataFrame(cells, columns=COLUMNS, dtype="str")
    df["contact"] = df["contact"].str.replace(".", " ", regex=False)
    return i2g.frame(df.assign(date=df["date"].where(df["date"] != "", None)))


@pytest.mark.parametrize(
    ("extra", "tier", "sure", "why"),
    [
        (
            "t1 - HT-1001 Ada.Lowe AUD 110.00 2026-03-05",
            "number",
            True,
            "Same number, client and amount, 3 days apart.",
        ),
        ("t1 PO/77 ht-1001 Ada.Lowe AUD 110.00 2026-03-02", "number", True, "Same number, client, amount and date."),
        (
            "t1 INV#HT/1001 X-9 Ada.Lowe AUD 110.00 2026-03-03",
            "loose_reference",
            True,
            "Same client and amount, one day apart; the number differs only in dashes, zeros or a word in front.",
        ),
        (
            "t1 HT-1O01 X-9 LOWE,.Ada AUD 110.00 2026-03-05",
            "similar",
            True,
            "Same client and amount, 3 days apart; the number differs in one character.",
        ),
        (
            "t1 HT-1002 X-9 Ada.Lowe AUD 110.00 2026-03-02",  # perhaps the next invoice of the same client
            "similar",
            False,
            "Same client, amount and date; the number differs in one character.",
        ),
        (
            "t1 - X-9 Ada.Lowe AUD 110.00 -",
            "similar",
            False,
            "Same client and amount; one side has no reference; one side has no date.",
        ),
        (
            "t1 - HT-1001 Ada.Lowe AUD 105.50 2026-03-02",
            "number",
            False,
            "Same number, client and date; the amounts differ by 4.50 AUD.",
        ),
        (
            "t1 - HT-1001 Ada.Lowee AUD 109.00 2026-09-02",  # a client with a slip is evidence like the client
            "number",
            False,
            "Same number, 184 days apart; the amounts differ by 1.00 AUD; the client is written differently.",
        ),
        (
            "t1 - HT-1001 Cleo.Nye AUD 110.00 2026-03-02",  # Xero's own numbers may run like ours
            "number",
            False,
            "Same number, amount and date; the clients differ.",
        ),
    ],
)
def test_one_missing_and_one_extra(extra: str, tier: str, sure: object, why: str) -> None:
    (found,) = i2g.propose(side(MISSING), side(extra)).to_dict("records")
    assert (found["source_id"], found["target_id"]) == ("s1", "t1")
    assert (found["tier"], found["auto"], found["why"]) == (tier, sure, why)
    assert 0.5 <= found["score"] <= 1


@pytest.mark.parametrize(
    "extra",
    [
        "t1 - HT-1001 Ada.Lowe NZD 110.00 2026-03-02",  # another currency
        "t1 - HT-1001 Ada.Lowe AUD 90.00 2026-03-02",  # beyond the band
        "t1 PO-77 X-9 Cleo.Nye AUD 110.00 2026-03-02",  # nothing but the amount and a near date
        "t1 - HT-1001 Cleo.Nye AUD 108.00 2027-03-02",  # nothing but the number
        "t1 PO-77 X-9 Ada.Lowe AUD 110.00 2026-08-02",  # a later invoice of the same client
    ],
)
def test_too_little_is_not_proposed(extra: str) -> None:
    found = i2g.propose(side(MISSING), side(extra))
    assert found.empty
    assert {name: str(dtype) for name, dtype in found.dtypes.items()} == PROPOSAL_COLUMNS


def test_only_live_rows_without_partner_take_part() -> None:
    source = side(MISSING, "s2 HT-1002 HT-1002 Ada.Lowe AUD 110.00 2026-03-02")
    paired_and_twin = side(
        "t1 HT-1002 X-1 Ada.Lowe AUD 110.00 2026-03-02", "t2 ht-1002 HT-1001 Ada.Lowe AUD 110.00 2026-03-02"
    )
    assert i2g.propose(source, paired_and_twin).empty
    voided = side("t1 - HT-1001 Ada.Lowe AUD 110.00 2026-03-02")
    voided = i2g.Invoices(voided.invoices.assign(state="void"), voided.lines)
    assert i2g.propose(side(MISSING), voided).empty
    unsent = i2g.Invoices(source.invoices.assign(state="unsent"), source.lines)
    assert i2g.propose(unsent, side("t1 - HT-1001 Ada.Lowe AUD 110.00 2026-03-02")).empty


def test_another_spelling_of_a_paired_number_is_no_candidate_on_either_side() -> None:
    pair, twin = "1 HT-1002 HT-1002 Ada.Lowe AUD 110.00 2026-03-02", "2 ht-1002 ht-1002 Ada.Lowe AUD 110.00 2026-03-02"
    other = "3 - X-9 Ada.Lowe AUD 110.00 2026-03-02"
    assert i2g.propose(side(f"s{pair}", f"s{twin}"), side(f"t{pair}", f"t{other}")).empty
    assert i2g.propose(side(f"s{pair}", f"s{other}"), side(f"t{pair}", f"t{twin}")).empty


def test_a_claim_that_is_a_margin_behind_falls() -> None:
    points = np.array([9_000, 9_000 - MARGIN_POINTS, 9_001 - MARGIN_POINTS])
    kept = consumed_once(np.array([0, 0, 0]), np.array([0, 1, 2]), np.zeros(3, dtype="int64"), points)
    assert sorted(kept.tolist()) == [0, 2]


def test_twins_are_all_shown_and_none_is_sure() -> None:
    twins = side(*(f"t{n} - X-{n} Ada.Lowe AUD 110.00 2026-03-02" for n in range(5)))
    found = i2g.propose(side(MISSING), twins)
    assert len(found) == 5  # each twin has one of its own
    assert not found["auto"].any()
    rest = "one side has no reference; 4 others fit about as well, so a person has to choose."
    assert set(found["why"]) == {f"Same client, amount and date; {rest}"}
    items = reconcile(side(MISSING), twins).items.set_index("bucket")
    assert [one["target_id"] for one in items.loc["missing", "proposals"]] == ["t0", "t1", "t2"]
    assert [len(proposals) for proposals in items.loc["extra", "proposals"]] == [1] * 5


def test_two_with_the_number_are_both_shown_and_neither_is_sure() -> None:
    twins = side(*(f"t{n} PO-{n} HT-1001 Ada.Lowe AUD 110.00 2026-03-02" for n in range(2)))
    found = i2g.propose(side(MISSING), twins)
    rest = "another one fits about as well, so a person has to choose."
    assert set(found["why"]) == {f"Same number, client, amount and date; {rest}"}
    assert found[["tier", "auto"]].to_numpy().tolist() == [["number", False]] * 2


def test_the_lead_of_a_pair_over_every_other_pair_of_its_row() -> None:
    rows, points = np.array([1, 0, 0, 1, 2, 0]), np.array([700, 900, 600, 700, 500, 200])
    assert lead(rows, points).tolist() == [0, 300, -300, 0, 500, -700]


def test_what_is_claimed_better_elsewhere_is_not_offered_again() -> None:
    source = side(MISSING, "s2 HT-2088 HT-2088 Ada.Lowe AUD 110.00 2026-03-02")
    found = i2g.propose(source, side("t1 - HT-1001 Ada.Lowe AUD 110.00 2026-03-02"))
    assert found[["source_id", "tier", "auto"]].to_numpy().tolist() == [["s1", "number", True]]


def test_a_number_that_could_belong_to_another_invoice_is_never_sure() -> None:
    source = side(MISSING, "s2 HT-01001 HT-01001 Ben.Ok AUD 40.00 2026-01-02")
    target = side("t1 HT/1001 X-9 Ada.Lowe AUD 110.00 2026-03-02", "t2 HT-01001 X-8 Ben.Ok AUD 40.00 2026-01-02")
    (found,) = i2g.propose(source, target).to_dict("records")
    assert (found["source_id"], found["target_id"], found["auto"]) == ("s1", "t1", False)


def test_the_tolerance_of_the_policy_counts_as_exact() -> None:
    source, target = side(MISSING), side("t1 - HT-1001 Ada.Lowe AUD 110.04 2026-03-02")
    assert not i2g.propose(source, target)["auto"].any()
    found = i2g.propose(source, target, policy=i2g.Policy(tolerance_minor={"total": 5}))
    assert found["auto"].all()
    assert found["why"].item() == "Same number, client and date; the amounts differ by 0.04 AUD."


def test_a_crowd_is_looked_at_without_being_sure_of_anyone() -> None:
    rows = range(1000, 1260)  # one client, one amount, one day: more pairs than a group may have
    source = side(*(f"s{n} HT-{n} HT-{n} Ada.Lowe AUD 99.00 2026-03-02" for n in rows))
    target = side(*(f"t{n} HT-{n}A X-{n} Ada.Lowe AUD 99.00 2026-03-02" for n in rows))
    found = i2g.propose(source, target)
    best = found.drop_duplicates("source_id")
    assert len(rows) ** 2 > near_rows.MOST_PER_GROUP
    assert (best["source_id"].str[1:] == best["target_id"].str[1:]).all()
    assert len(best) == len(rows)
    assert not found["auto"].any()


def test_items_name_their_proposals_and_no_bucket_changes() -> None:
    document = reconcile(side(MISSING), side("t1 - HT-1001 Ada.Lowe AUD 110.00 2026-03-02")).to_dict()
    graded = {"tier": "number", "score": 1.0, "why": "Same number, client, amount and date."}
    assert {item["bucket"]: item["proposals"] for item in document["items"]} == {
        "missing": [{"target_id": "t1", "number": "HT-1001", **graded}],
        "extra": [{"source_id": "s1", "number": "HT-1001", **graded}],
    }
    assert document["verdict"] == "needs_a_person"
    assert document["notes"] == []


def test_a_mistyped_number_is_not_sure_where_another_invoice_fits_about_as_well_without_it() -> None:
    typo = "t1 HT-1O01 X-9 Ada.Lowe AUD 110.00 2026-03-02"
    found = i2g.propose(side(MISSING, "s2 HT-2088 HT-2088 Ada.Lowe AUD 110.00 2026-03-20"), side(typo))
    assert found[["source_id", "auto"]].to_numpy().tolist() == [["s1", False]]
    found = i2g.propose(side(MISSING, "s2 HT-2088 HT-2088 Ben.Ok AUD 118.00 2026-03-20"), side(typo))
    assert found[["source_id", "auto"]].to_numpy().tolist() == [["s1", True]]


def test_as_many_leftovers_as_are_looked_among(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = side("t1 - HT-1001 Ada.Lowe AUD 110.00 2026-03-02")
    monkeypatch.setattr("i2g_recon.core.result.MOST_LEFTOVERS", 1)
    assert len(reconcile(side(MISSING), extra).proposals) == 1
    monkeypatch.setattr("i2g_recon.core.result.MOST_LEFTOVERS", 0)
    assert reconcile(side(MISSING), extra).proposals.empty


def test_too_many_leftovers_are_said_and_not_searched() -> None:
    df = pd.DataFrame({"id": [f"s{n}" for n in range(MOST_LEFTOVERS + 1)], "currency": "AUD", "total": "1.00"})
    result = reconcile(i2g.frame(df.assign(reference=df["id"])), side("t1 - S1 - AUD 1.00 2026-03-02"))
    assert result.proposals.empty
    assert result.notes == [
        "20,001 invoices of one side have no partner; near matches are not looked for among so many."
    ]


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "reference": st.sampled_from(["", "HT-1001", "HT-1002", "HT 1001", "HT-10O1", "INV#HT-01001", "HT-1010"]),
            "number": st.sampled_from(["HT-1001", "HT-1002", "X-1", ""]),
            "contact": st.sampled_from(["Ada Lowe", "Lowe, Ada", "Ada Low", "Ben Ok", ""]),
            "currency": st.sampled_from(["AUD", "JPY"]),
            "total_minor": st.sampled_from([0, -1000, 1000, 1001, 1040, 1100]),
            "date": st.sampled_from([None, dt.date(2026, 3, 2), dt.date(2026, 3, 5), dt.date(2026, 4, 20)]),
        }
    ),
    max_size=8,
)


def invented(prefix: str, rows: list[dict[str, Any]]) -> i2g.Invoices:
    df = pd.DataFrame(rows, columns=["reference", "number", "contact", "currency", "total_minor", "date"])
    return i2g.frame(df.assign(id=[f"{prefix}{n}" for n in range(len(df))], date=pd.to_datetime(df["date"])))


def told(found: pd.DataFrame, *, swapped: bool = False) -> list[tuple[Any, ...]]:
    ends = ["target_id", "source_id"] if swapped else ["source_id", "target_id"]
    return sorted(found[[*ends, "tier", "score", "why", "auto"]].itertuples(index=False, name=None))


@settings(max_examples=25)
@given(ROWS, ROWS, st.sampled_from([0, 1, 50]), st.randoms(use_true_random=False))
def test_order_and_side_change_nothing_and_no_row_is_sure_twice(
    left: list[Any], right: list[Any], tolerance_minor: int, random: Any
) -> None:
    policy = i2g.Policy(tolerance_minor={"total": tolerance_minor})
    source, target = invented("s", left), invented("t", right)
    runs = [reconcile(source, target, policy), reconcile(target, source, policy)]
    assume(not any(run.compared.pairing.source_reused.any() for run in runs))  # `test_core_laws`, law 4
    found = i2g.propose(source, target, policy)
    order = random.sample(range(len(left)), len(left))
    assert told(i2g.propose(i2g.Invoices(source.invoices.iloc[order], source.lines), target, policy)) == told(found)
    assert told(i2g.propose(target, source, policy), swapped=True) == told(found)
    sure = found[found["auto"]]
    assert sure["source_id"].is_unique
    assert sure["target_id"].is_unique
    assert found["score"].between(0.5, 1).all()
    assert not found.duplicated(["source_id", "target_id"]).any()
    for item in runs[0].items.to_dict("records"):
        assert len(item["proposals"]) <= MOST_PER_ROW
        assert not item["proposals"] or item["bucket"] in {"missing", "extra"}


@settings(max_examples=25)
@given(ROWS, ROWS, st.sampled_from([0, 1, 50]))
def test_near_rows_finds_every_pair_it_promises(left: list[Any], right: list[Any], tolerance_minor: int) -> None:
    source, target = (near_rows.Leftover(invented(*one).invoices) for one in (("s", left), ("t", right)))
    met = near_rows.near_rows(source, target, tolerance_minor=tolerance_minor)
    found = set(zip(met.source.tolist(), met.target.tolist(), strict=True))
    for s, one in enumerate(left):
        for t, other in enumerate(right):
            a, b = one["total_minor"], other["total_minor"]
            exact = abs(a - b) <= tolerance_minor
            gate = one["currency"] == other["currency"] and (exact or abs(a - b) * 100 <= 12 * max(abs(a), abs(b)))
            same_client = source.client[s] == target.client[t] != ""
            days = (one["date"], other["date"])
            near = None not in days and abs((days[0] - days[1]).days) <= near_rows.WINDOW_DAYS and exact
            if (s, t) in found:
                assert gate
            if gate and (same_client or near or source.loose[0][s] == target.loose[0][t] != ""):
                assert (s, t) in found
