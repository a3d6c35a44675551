"""The Xero side of the demo: copies that agree, and an organisation with the obstacles in it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fixtures_demo import BY_TARGET, SEED, SOURCES, TARGETS, differing, live, xero_sums

from i2g_recon.sandbox.demo_plan import KIND_OF


def test_xero_sums_follow_from_its_own_lines() -> None:
    for target in TARGETS:
        amounts = sum((line["LineAmount"] for line in target["LineItems"]), Decimal(0))
        tax = sum((line["TaxAmount"] for line in target["LineItems"]), Decimal(0))
        inside = target["LineAmountTypes"] == "Inclusive"
        assert target["TotalTax"] == tax
        assert target["SubTotal"] == (amounts - tax if inside else amounts)
        assert target["Total"] == target["SubTotal"] + tax == target["AmountDue"] + target["AmountPaid"]
        assert (target["Status"] == "PAID") == (target["AmountDue"] == 0), target["InvoiceNumber"]


def test_untouched_invoices_stand_in_xero_once_and_agree_in_every_field() -> None:
    live_by_reference: dict[str, list[dict[str, Any]]] = {}
    for target in live(TARGETS):
        live_by_reference.setdefault(target["Reference"], []).append(target)
    untouched = [source for source in SOURCES if source.number not in KIND_OF]
    assert len(untouched) > 300
    for source in untouched:
        (target,) = live_by_reference[source.number]
        assert differing(source, target) == set(), source.number
        assert (source.status == "fully_paid") == (target["Status"] == "PAID"), source.number
        assert (target["Total"], target["TotalTax"]) == xero_sums(source)


def test_numbers_ids_and_references_of_the_seed() -> None:
    numbers = [target["InvoiceNumber"] for target in TARGETS]
    assert numbers == [f"INV-{2001 + place}" for place in range(len(TARGETS))]
    lines = [line["LineItemID"] for target in TARGETS for line in target["LineItems"]]
    assert len(BY_TARGET) == len(TARGETS)
    assert len(set(lines)) == len(lines)
    contacts = {contact["ContactID"]: contact["Name"] for contact in SEED["Contacts"]}
    assert all(contacts[target["Contact"]["ContactID"]] == target["Contact"]["Name"] for target in TARGETS)
    assert sum(target["UpdatedDateUTC"].startswith("2010-") for target in TARGETS) == 1


def test_every_value_is_exact_and_serves_as_json() -> None:
    def floats(value: Any) -> bool:
        if isinstance(value, dict):
            return any(map(floats, value.values()))
        return any(map(floats, value)) if isinstance(value, list) else isinstance(value, float) or value is None

    assert not floats(SEED)
    lines = [line for target in TARGETS for line in target["LineItems"]]
    assert all(value == round(value, 4) for line in lines for value in (line["Quantity"], line["UnitAmount"]))


def test_the_organisation_has_the_obstacles() -> None:
    organisation = SEED["Organisations"][0]
    assert (organisation["PeriodLockDate"], organisation["EndOfYearLockDate"]) == ("2025-12-31", "2025-06-30")
    assert [currency["Code"] for currency in SEED["Currencies"]] == ["AUD"]
    assert [c["Name"] for c in SEED["Contacts"] if c["ContactStatus"] == "ARCHIVED"] == ["Gannet & Sons (closed)"]
    assert [a["Code"] for a in SEED["Accounts"] if a["Status"] == "ARCHIVED"] == ["205"]
    names = [contact["Name"].casefold() for contact in SEED["Contacts"]]
    assert len(names) == len(set(names))
