from dataclasses import replace

from i2g_recon.core.plan import PushCommand
from i2g_recon.core.preflight import CurrencySummary, calls_for, preflight, summary

GREEN = PushCommand(
    source_id="s-1",
    number="HT-1",
    reference="HT-1",
    invoice_number="HT-1",
    action="create",
    currency="AUD",
    total_minor=11000,
    contact_id="c-1",
)
AMBER = replace(GREEN, source_id="s-2", number="HT-2", warnings=("It rounds.",), contact_id="", contact_name="Kelp")
NEW = replace(
    GREEN, source_id="s-3", number="HT-3", currency="NZD", total_minor=500, contact_id="", contact_name="KELP "
)
RED = replace(
    GREEN,
    source_id="s-4",
    number="HT-4",
    action="hold",
    reason="no_date",
    message="The invoice has no date.",
    remedy="Date it.",
    warnings=("It rounds.",),
)


def test_the_lights() -> None:
    verdicts = preflight([GREEN, AMBER, RED])
    assert [(each.number, each.colour, each.sentences, each.remedy) for each in verdicts] == [
        ("HT-1", "green", (), ""),
        ("HT-2", "amber", ("It rounds.",), ""),
        ("HT-4", "red", ("The invoice has no date.", "It rounds."), "Date it."),
    ]


def test_the_summary_keeps_currencies_apart() -> None:
    counted = summary([GREEN, AMBER, NEW, RED])
    assert (counted.create, counted.hold, counted.new_contacts) == (3, 1, 1)
    assert counted.by_colour == {"green": 2, "amber": 1, "red": 1}
    assert counted.currencies == (CurrencySummary("AUD", 2, 22000, 1, 11000), CurrencySummary("NZD", 1, 500, 0, 0))


def test_the_calls_of_a_push() -> None:
    update = replace(GREEN, action="update", target_id="x-1")
    replaced = replace(GREEN, action="replace", target_id="x-1")
    look_ups, write, contacts = 8, 1, 3  # before and after, four addresses each; the list twice and a write
    assert calls_for([]) == 0
    assert calls_for([GREEN] * 50) == look_ups + write
    assert calls_for([GREEN] * 51) == 2 * (look_ups + write)
    assert calls_for([AMBER]) == look_ups + write + contacts
    assert calls_for([replace(GREEN, target_id="gone-1")]) == look_ups + write + 2  # both are told of each other
    assert calls_for([update]) == 2 + write + 1
    assert calls_for([replaced]) == look_ups + 2 + 2 * write + 2


def test_an_empty_plan() -> None:
    assert preflight([]) == ()
    assert summary([]).currencies == ()
