"""The laws of the engine as properties over invented sides (numbering follows docs.md)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from i2g_recon.core.frame import INVOICE_COLUMNS, Invoices
from i2g_recon.core.intake import frame
from i2g_recon.core.policy import Policy
from i2g_recon.core.reconcile import reconcile
from i2g_recon.core.reference import match_key
from i2g_recon.core.result import Reconciliation
from i2g_recon.core.result_json import document_text

REFERENCES = st.sampled_from(["HT-1", "ht-1", " HT-1", "HT-2", "HT-3", "HT-4\u200b", "HT-4", "", " ", "INV 5", "é6"])
DAYS = st.dates(min_value=pd.Timestamp("2026-01-01").date(), max_value=pd.Timestamp("2026-03-31").date())
EXAMPLES = {"quick": 300, "deep": 20_000}  # by the profiles of conftest.py; --slow loads deep
LAW = settings(max_examples=EXAMPLES.get(settings.get_current_profile_name(), 40))


def rows(statuses: list[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(
        st.fixed_dictionaries(
            {
                "reference": REFERENCES,
                "currency": st.sampled_from(["AUD", "NZD", "JPY"]),
                "total_minor": st.integers(-500, 5000),
                "status": st.sampled_from(statuses),
                "date": DAYS,
                "contact": st.sampled_from(["Ada Lowe", "ADA LOWE", "Ben Ok", ""]),
            }
        ),
        max_size=12,
    )


def side(prefix: str, found: list[dict[str, Any]]) -> Invoices:
    df = pd.DataFrame(found, columns=["reference", "currency", "total_minor", "status", "date", "contact"])
    df["date"] = pd.to_datetime(df["date"])
    return frame(df.assign(id=[f"{prefix}{n}" for n in range(len(df))]))


ANY = rows(["sent", "unsent", "voided", "deleted", "paid", "odd"])
LIVE = rows(["sent", "paid"])
PERIODS = st.lists(DAYS, min_size=1, max_size=2).map(lambda days: Policy(period_from=min(days), period_to=max(days)))
POLICIES = st.sampled_from(["whole", "whole", "period"]).flatmap(  # a period leaves most rows out
    lambda kind: st.just(Policy()) if kind == "whole" else PERIODS
)


def ids(result: Reconciliation, column: str, bucket: str | None = None) -> list[str]:
    return sorted(one for item in result.item_rows if bucket in {None, item["bucket"]} for one in item[column])


TOLERANCES = st.just((0, 0)) | st.tuples(st.integers(0, 300), st.integers(0, 5))


@LAW
@given(ANY, ANY, POLICIES, TOLERANCES, TOLERANCES, st.randoms(use_true_random=False))
def test_the_laws_of_one_comparison(
    left: list[Any],
    right: list[Any],
    policy: Policy,
    small: tuple[int, int],
    more: tuple[int, int],
    random: Any,
) -> None:
    """One comparison serves all laws that need no other: comparing is what takes the time."""
    source, target = side("s", left), side("t", right)
    strict, loose = (
        replace(policy, tolerance_minor={"total": minor}, date_tolerance_days=days)
        for minor, days in (small, (small[0] + more[0], small[1] + more[1]))
    )
    result = reconcile(source, target, strict)
    law_1_every_row_lands_in_exactly_one_bucket(source, target, result)
    law_2_the_bridge_closes_in_every_currency(source, target, result)
    law_2_the_bridge_closes_in_every_month(source, target, result)
    law_2_every_step_names_its_invoices(source, target, result)
    law_6_a_key_that_repeats_is_never_paired_by_guess(source, target, result)
    law_9_could_not_compare_is_never_a_difference(result)
    law_11_currencies_are_never_added_together(source, target, result)
    law_5_a_larger_tolerance_never_adds_a_discrepancy(result, reconcile(source, target, loose))
    left_again, right_again = (Invoices(shuffle(each.invoices, random), each.lines) for each in (source, target))
    law_3_row_order_changes_nothing(result, reconcile(left_again, right_again, strict))


def law_1_every_row_lands_in_exactly_one_bucket(source: Invoices, target: Invoices, result: Reconciliation) -> None:
    assert ids(result, "source_ids") == sorted(source.invoices["id"])
    assert ids(result, "target_ids") == sorted(target.invoices["id"])
    counts = result.counts
    pairs_and_alone = ids(result, "source_ids", "ambiguous") + ids(result, "target_ids", "ambiguous")
    assert counts["ambiguous"] == len(pairs_and_alone)
    assert counts["agrees"] + counts["differs"] + counts["missing"] + counts["excluded_source"] + len(
        ids(result, "source_ids", "ambiguous")
    ) == len(source.invoices)


def law_2_the_bridge_closes_in_every_currency(source: Invoices, target: Invoices, result: Reconciliation) -> None:
    assert (result.totals["unexplained_minor"] == 0).all()
    moved = result.bridge.groupby("currency")["amount_minor"].sum()
    for currency in {*source.invoices["currency"], *target.invoices["currency"]}:
        before = total(source.invoices, currency)
        assert before + int(moved.get(currency, 0)) == total(target.invoices, currency)


def law_2_the_bridge_closes_in_every_month(source: Invoices, target: Invoices, result: Reconciliation) -> None:
    before, after = (by_currency_and_month(each.invoices) for each in (source, target))
    moved: Counter[tuple[str, str]] = Counter()
    for row in result.movements.to_dict("records"):
        moved[row["currency"], row["month"]] += row["amount_minor"]
    for place in {*before, *after, *moved}:
        assert before[place] + moved[place] == after[place]
    assert (result.totals_by_month["unexplained_minor"] == 0).all()
    by_month = result.bridge_by_month.groupby(["currency", "reason"])["amount_minor"].sum()
    whole = result.bridge.set_index(["currency", "reason"])["amount_minor"]
    assert whole.to_dict() == by_month.drop("other_month", level=1, errors="ignore").to_dict()
    assert (by_month[by_month.index.get_level_values(1) == "other_month"] == 0).all()


def by_currency_and_month(invoices: pd.DataFrame) -> Counter[tuple[str, str]]:
    """What the live invoices come to."""
    found: Counter[tuple[str, str]] = Counter()
    for row in invoices.to_dict("records"):
        if row["state"] not in ("void", "deleted"):
            month = "" if pd.isna(row["date"]) else f"{row['date']:%Y-%m}"
            found[row["currency"], month] += row["total_minor"]
    return found


def law_2_every_step_names_its_invoices(source: Invoices, target: Invoices, result: Reconciliation) -> None:
    totals = {row["id"]: row["total_minor"] for each in (source, target) for row in each.invoices.to_dict("records")}
    gone = {
        each.invoices["id"][n] for each in (source, target) for n in np.flatnonzero(each.invoices["state"] == "void")
    }
    moved = result.movements
    for row in moved.to_dict("records"):
        named = [(sign, row[name]) for sign, name in ((-1, "source_id"), (1, "target_id")) if row[name]]
        assert named
        if len(named) == 1:
            ((sign, one),) = named
            assert row["amount_minor"] in {sign * totals[one]} | ({0} if totals[one] or one in gone else set())
    deltas = moved[(moved["source_id"] != "") & (moved["target_id"] != "") & (moved["reason"] != "other_month")]
    for (one, other), amount in deltas.groupby(["source_id", "target_id"])["amount_minor"].sum().items():
        assert amount == totals[other] - totals[one]


def total(invoices: pd.DataFrame, currency: str) -> int:
    counted = (invoices["currency"] == currency) & ~invoices["state"].isin(["void", "deleted"])
    return sum(invoices.loc[counted, "total_minor"].tolist())


def law_3_row_order_changes_nothing(result: Reconciliation, shuffled: Reconciliation) -> None:
    document = told(result)
    assert document == told(shuffled)
    assert document == json.loads(document_text(document)), "what is shown at once and what is kept are the same"


def shuffle(invoices: pd.DataFrame, random: Any) -> pd.DataFrame:
    order = list(range(len(invoices)))
    random.shuffle(order)
    return invoices.iloc[order]


def told(result: Reconciliation) -> Mapping[str, Any]:
    document = result.to_dict(all_items=True)
    return {name: value for name, value in document.items() if name != "inputs"}


@LAW
@given(rows(["sent", "unsent", "paid"]))
def test_law_4_a_side_compared_with_itself_finds_nothing(found: list[Any]) -> None:
    same = side("s", [row for row in found if row["reference"].strip()])
    result = reconcile(same, same)
    assert result.counts["differs"] == result.counts["missing"] == result.counts["extra"] == 0
    assert (result.bridge.loc[result.bridge["amount_minor"] != 0]).empty or result.counts["ambiguous"]


@LAW
@given(LIVE, LIVE)
def test_law_4_swapping_the_sides_mirrors_the_result(left: list[Any], right: list[Any]) -> None:
    source, target = side("s", left), side("t", right)
    there, back = reconcile(source, target), reconcile(target, source)
    # A number used twice in Invoice2go may be told apart; two copies of one invoice in Xero are for a person.
    assume(not any(each.compared.pairing.source_reused.any() for each in (there, back)))
    assert missing_and_extra(there) == missing_and_extra(back)[::-1]
    assert deltas(there) == sorted(
        (target_id, source_id, field, mirrored(delta)) for source_id, target_id, field, delta in deltas(back)
    )


def missing_and_extra(result: Reconciliation) -> tuple[list[str], list[str]]:
    """The ids of the invoices that only one side has, without making their items."""
    placed = result.compared.placed
    return (
        result.source.invoices["id"][placed.source_bucket == "missing"].tolist(),
        result.target.invoices["id"][placed.target_bucket == "extra"].tolist(),
    )


def deltas(result: Reconciliation) -> list[tuple[str, str, str, str]]:
    frame_ = result.discrepancies
    return sorted(
        (row["source_id"], row["target_id"], row["field"], str(row["delta"])) for row in frame_.to_dict("records")
    )


def mirrored(delta: str) -> str:
    if delta in {"None", "0"}:
        return delta
    return delta[1:] if delta.startswith("-") else f"-{delta}"


def law_5_a_larger_tolerance_never_adds_a_discrepancy(strict: Reconciliation, loose: Reconciliation) -> None:
    assert set(deltas(loose)) <= set(deltas(strict))


def law_6_a_key_that_repeats_is_never_paired_by_guess(
    source: Invoices, target: Invoices, result: Reconciliation
) -> None:
    paired = result.items[result.items["bucket"].isin(["agrees", "differs"])]
    sources, targets = (
        frame_[~frame_["state"].isin(["void", "deleted"])].set_index("id", drop=False)
        for frame_ in (source.invoices, target.invoices)
    )
    keys = [frame_["reference"].map(match_key) for frame_ in (sources, targets)]
    for [source_id], [target_id] in zip(paired["source_ids"], paired["target_ids"], strict=True):
        one, other = sources.loc[source_id], targets.loc[target_id]
        rivals = [
            frame_[key == match_key(own["reference"])]
            for frame_, key, own in zip((sources, targets), keys, (one, other), strict=True)
        ]
        exact = [frame_["reference"].str.strip() == one["reference"].strip() for frame_ in (sources, targets)]
        assert one["reference"].strip()
        unique_text = all(mask.sum() == 1 for mask in exact)
        unique_spelling = all(len(frame_) == 1 for frame_ in rivals)
        if not (unique_text or unique_spelling):
            assert [len(alike(frame_, one)) for frame_ in rivals] == [1, 1]


def alike(rivals: pd.DataFrame, one: pd.Series) -> pd.DataFrame:
    same = rivals["contact"].str.casefold() == one["contact"].casefold()
    for column in ("currency", "total_minor", "date"):
        same &= rivals[column] == one[column]
    return rivals[same & (rivals["contact"] != "")]


def law_9_could_not_compare_is_never_a_difference(result: Reconciliation) -> None:
    for item in result.item_rows:
        uncompared = {one["field"] for one in item["not_compared"]}
        assert not uncompared & {one["field"] for one in item["discrepancies"]}


@LAW
@given(ANY, st.booleans())
def test_law_9_an_empty_side_is_never_all_clear(found: list[Any], on_the_left: bool) -> None:  # noqa: FBT001 - drawn
    left, right = (found, []) if on_the_left else ([], found)
    assert reconcile(side("s", left), side("t", right)).verdict != "all_clear"


def test_law_10_no_float_holds_money() -> None:
    money = [name for name in INVOICE_COLUMNS if name.endswith("_minor")]
    assert money
    assert {INVOICE_COLUMNS[name] for name in money} == {"int64", "Int64"}
    result = reconcile(side("s", []), side("t", []))
    for table in (result.bridge, result.totals):
        assert all(str(table[name].dtype) == "int64" for name in table.columns if name.endswith("_minor"))


def law_11_currencies_are_never_added_together(source: Invoices, target: Invoices, result: Reconciliation) -> None:
    for row in result.totals.to_dict("records"):
        assert row["source_minor"] == total(source.invoices, row["currency"])
        assert row["target_minor"] == total(target.invoices, row["currency"])
        whole = target.invoices.loc[target.invoices["currency"] == row["currency"], "total_minor"].sum()
        assert row["target_minor"] + row["target_gone_minor"] == whole
    currency_of = dict(zip(source.invoices["id"], source.invoices["currency"], strict=True))
    for item in result.item_rows:
        codes = {currency_of[one] for one in item["source_ids"]}
        assert len(codes) <= 1 or item["source_total"] is None
