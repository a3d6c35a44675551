"""The sentence of the overview: nothing that is not sure is ever put calmly."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from test_web_desk_items import EXTRA, item

from i2g_recon.jobs.overview import Overview
from i2g_recon.jobs.reconcile import RunView
from i2g_recon.web.desk_words import arrival_words, next_action, standing

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
WHEN = "21 Nov 2026, 12:00"


def run(verdict: str, *items: dict[str, Any], **changes: Any) -> RunView:
    counts = dict.fromkeys(("source", "target", "agrees", "missing", "differs", "ambiguous", "extra"), 0)
    for one in items:
        counts[one["bucket"]] += 1
    document = {
        "verdict": verdict,
        "counts": counts | {"source": 7, "agrees": 5},
        "items": list(items),
        "policy": {"period_from": None, "period_to": None},
    }
    return RunView("r1", NOON, "tenant", (1,), 2, document | changes)


def view(latest: RunView | None, **changes: Any) -> Overview:
    usual: dict[str, Any] = dict.fromkeys(
        ("imported_since", "taken_back_since", "rules_since", "pushed_since", "old"), False
    )
    return Overview(run=latest, imports=1, **usual | {"left_open": 0} | changes)


@pytest.mark.parametrize(
    ("seen", "tone", "words"),
    [
        (view(None), "attention", "Nothing has been compared yet."),
        (view(run("all_clear")), "calm", f"All clear: 5 invoices agree to the cent. Compared {WHEN}."),
        (view(run("needs_a_person", item(), EXTRA)), "attention", "2 invoices need you, 115.00 AUD. 5 of 7 "),
        (view(run("needs_a_person")), "attention", "rows of the import could not be read"),
        (view(run("nothing_compared")), "alarm", "Nothing was compared"),
        (view(run("red")), "alarm", "Do not rely on it"),
        (
            view(run("all_clear"), taken_back_since=True),
            "attention",
            "An import was taken back since",
        ),
        (view(run("all_clear"), rules_since=True), "attention", "may no longer hold. The rules of comparing"),
        (view(run("all_clear"), imported_since=True), "attention", "may no longer hold. A file was imported since"),
        (view(run("all_clear"), pushed_since=True), "attention", "Invoices were pushed since"),
        (view(run("all_clear"), left_open=1), "attention", "1 pushed invoice has no outcome yet"),
        (view(run("all_clear"), old=True), "attention", "more than a day ago"),
        (view(run("red"), old=True), "alarm", "more than a day ago"),
        (
            view(run("all_clear", policy={"period_from": None, "period_to": None, "tolerance_minor": {"total": 5}})),
            "calm",
            "All clear: 5 invoices agree within the tolerances of your rules (page Settings). Compared",
        ),
        (
            view(run("all_clear", policy={"period_from": "2026-07-01", "period_to": None})),
            "calm",
            "All clear for 1 Jul 2026 to today",
        ),
    ],
)
def test_the_sentence(seen: Overview, tone: str, words: str) -> None:
    said = standing(seen, WHEN)
    assert said.tone == tone
    assert words in said.sentence


ARRIVED = item("agrees", "agrees", date="2026-10-09")
DIFFERS = item("differs", "differs", date="2026-10-02")
UNREAD = [{"row_errors": 1}]


@pytest.mark.parametrize(
    ("items", "inputs", "words"),
    [
        ((item(), ARRIVED), [], " Nothing is missing after 1 Oct 2026."),
        ((item(), item("ambiguous", date="2026-10-08"), ARRIVED), [], " Nothing is missing after 8 Oct 2026."),
        ((item(), item("ambiguous", date="2026-10-09"), ARRIVED), [], ""),
        ((DIFFERS, ARRIVED), [], " Nothing is missing."),
        ((DIFFERS, ARRIVED), UNREAD, ""),
        ((item(date=""), ARRIVED), [], ""),
        ((item(), DIFFERS, EXTRA), [], " Nothing is missing after 1 Oct 2026."),
        ((item(date="2026-10-03"), DIFFERS), [], ""),
        ((EXTRA,), [], ""),
    ],
)
def test_since_when_everything_has_arrived(items: tuple[Any, ...], inputs: list[Any], words: str) -> None:
    whole = {"period_from": None, "period_to": None}
    assert arrival_words({"items": items, "inputs": inputs, "policy": whole}) == words
    part = {"period_from": "2026-10-01", "period_to": None}
    assert arrival_words({"items": items, "inputs": inputs, "policy": part}) == "", "a period is not the books"


def test_an_unknown_verdict_is_never_calm() -> None:
    assert standing(view(run("a_verdict_of_tomorrow")), WHEN).tone != "calm"


def test_the_next_action_is_where_the_money_is() -> None:
    found = next_action(view(run("needs_a_person", EXTRA, item())))
    assert found is not None
    assert found.code == "sent_not_in_target"
    assert next_action(view(None)) is None
