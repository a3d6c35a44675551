"""What is planted in the demo: as often as documented, and nothing else than is said of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest
from fixtures_demo import BY_SOURCE, BY_TARGET, PLANTS, SEED, SOURCES, differing, is_inclusive, live, of_kind, pairs

from i2g_recon.sandbox import demo
from i2g_recon.sandbox.demo_plan import KINDS

DIFFERING = [kind.name for kind in KINDS if kind.fields]


def test_every_kind_is_planted_as_often_as_documented() -> None:
    assert Counter(plant.kind for plant in PLANTS) == demo.PLANTED
    numbers = [number for kind in KINDS for number in kind.numbers]
    assert len(numbers) == len(set(numbers)), "one invoice carries one plant"


def test_contract_codes_are_all_planted() -> None:
    reasons = {kind.reason for kind in KINDS} - {""}
    causes = {kind.cause for kind in KINDS} - {""}
    fields = {field for kind in KINDS for field in kind.fields}
    assert reasons == set(
        "sent_not_in_target not_sent paid_not_sent voided_in_target deleted_in_target not_in_source "
        "number_repeats_in_source reference_repeats_in_target does_not_add_up negative_or_zero_total "
        "currency_not_subscribed".split()
    )
    assert causes == set(
        "tax_rounding tax_rate discount line_missing line_extra quantity price inclusive_exclusive surcharge "
        "unknown".split()
    )
    assert fields == set("total subtotal tax currency date due_date contact status lines".split())


@pytest.mark.parametrize(
    "kind",
    "sent_not_in_target not_sent paid_not_sent does_not_add_up negative_or_zero_total missing_unsubscribed_currency "
    "missing_locked_period".split(),
)
def test_missing_kinds_are_in_the_export_once_and_nowhere_in_xero(kind: str) -> None:
    for plant in of_kind(kind):
        assert (len(plant.source_ids), len(plant.target_ids)) == (1, 0)
        source = BY_SOURCE[plant.source_ids[0]]
        assert source.output_status == ("unsent" if "not_sent" in kind else "sent")


def test_postable_ones_are_postable() -> None:
    contacts = {contact["Name"]: contact for contact in SEED["Contacts"]}
    known_as = Counter()  # type: Counter[str]  # how each client is known to Xero
    for plant in of_kind("sent_not_in_target"):
        source = BY_SOURCE[plant.source_ids[0]]
        assert (source.currency, source.status) == ("AUD", "sent")
        assert source.total > 0
        assert source.date > dt.date(2025, 12, 31)
        assert all(line.description.strip() and len(line.taxes) == 1 for line in source.lines)
        by_case = source.client.casefold() in {name.casefold() for name in contacts}
        by_mail = source.email in {contact["EmailAddress"] for contact in contacts.values()}
        known_as["name" if source.client in contacts else "case" if by_case else "mail" if by_mail else "new"] += 1
        assert contacts.get(source.client, {}).get("ContactStatus") != "ARCHIVED"
    assert known_as == {"name": 7, "case": 1, "mail": 1, "new": 3}
    postable = [BY_SOURCE[plant.source_ids[0]] for plant in of_kind("sent_not_in_target")]
    assert any(map(is_inclusive, postable))
    assert any(source.discount_amount for source in postable)


def test_the_link_was_cut_on_one_day() -> None:
    first = BY_SOURCE[next(p for p in PLANTS if p.number == "HT-1394").source_ids[0]].created
    after = [source.number for source in SOURCES if source.created >= first]
    assert after == [f"HT-{number}" for number in range(1394, 1401)]


def test_obstacles_of_the_missing() -> None:
    (archived,), (locked,) = of_kind("missing_archived_contact"), of_kind("missing_locked_period")
    assert BY_SOURCE[archived.source_ids[0]].client == "Gannet & Sons (closed)"
    assert dt.date(2025, 6, 30) < BY_SOURCE[locked.source_ids[0]].date <= dt.date(2025, 12, 31)
    assert {BY_SOURCE[p.source_ids[0]].currency for p in of_kind("missing_unsubscribed_currency")} == {"NZD"}
    assert sorted(BY_SOURCE[p.source_ids[0]].total for p in of_kind("negative_or_zero_total")) == [-132, 0]


def test_voided_deleted_and_copied_again() -> None:
    for kind, statuses in (
        ("voided_in_target", [{"VOIDED"}]),
        ("deleted_in_target", [{"DELETED"}]),
    ):
        assert all([{BY_TARGET[i]["Status"]} for i in plant.target_ids] == statuses for plant in of_kind(kind))
    for plant in of_kind("voided_and_copied_again"):
        voided, current = (BY_TARGET[i] for i in plant.target_ids)
        assert voided["Status"] == "VOIDED"
        assert differing(BY_SOURCE[plant.source_ids[0]], current) == set()


def test_repeats_on_either_side() -> None:
    assert [(len(p.source_ids), len(p.target_ids)) for p in of_kind("number_repeats_in_source")] == [(2, 1), (2, 0)]
    for plant in of_kind("reference_repeats_in_target"):
        assert (len(plant.source_ids), len(live([BY_TARGET[i] for i in plant.target_ids]))) == (1, 2)
    assert [(p.number, len(p.source_ids), len(p.target_ids)) for p in of_kind("not_in_source")] == [
        ("HT-0977", 0, 1),
        ("HT-0998", 0, 1),
        ("CASH-SALE", 0, 1),
        ("", 0, 1),
    ]


def test_references_differ_only_by_case_and_space() -> None:
    for source, target in pairs("reference_spelling"):
        assert target["Reference"] != source.number
        assert target["Reference"].strip().upper() == source.number


@pytest.mark.parametrize("kind", DIFFERING)
def test_what_differs_is_what_is_said_to_differ(kind: str) -> None:
    fields = next(set(planted.fields) for planted in KINDS if planted.name == kind)
    assert [differing(source, target) for source, target in pairs(kind)] == [fields] * demo.PLANTED[kind]


def test_kinds_that_agree_although_something_is_odd() -> None:
    assert all(differing(*pair) == {"due_date"} for pair in pairs("due_date_alone"))
    for kind, source_status, target_status in (
        ("paid_but_open", "fully_paid", "AUTHORISED"),
        ("open_but_paid", "sent", "PAID"),
    ):
        for source, target in pairs(kind):
            assert (source.status, target["Status"], differing(source, target)) == (source_status, target_status, set())


def test_a_surcharge_is_what_the_card_was_charged_on_top() -> None:
    for source, target in pairs("surcharge"):
        (payment,) = (payment for payment in source.payments if payment.status == "succeeded")
        assert target["Total"] - source.total == Decimal(payment.fee_cents) / 100 > 0
