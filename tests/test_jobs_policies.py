"""An organisation's own rules: kept, used by every comparison, logged when they change, and in its file."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, environment, sale
from test_pages_desk import checked, home_in_environment, opened

from i2g_recon.core.policy import Policy
from i2g_recon.core.reference import RULE_NAMES, USUAL_RULES
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.close_period import prepare
from i2g_recon.jobs.overview import overview
from i2g_recon.jobs.policies import policy_from, policy_of, save_policy
from i2g_recon.jobs.reconcile import current_run
from i2g_recon.jobs.settings_file import apply_settings, settings_text
from i2g_recon.web.ask_rules import RULE_WORDS

LINE = {"Description": "Repair", "Quantity": 1, "UnitAmount": "100.02", "AccountCode": "200", "TaxType": "OUTPUT"}
LENIENT = Policy(tolerance_minor={"total": 2, "subtotal": 2}, fields=("total", "subtotal", "currency"))


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    """Xero has T-1 two cents dearer."""
    with desk(tmp_path, KNOWN_CLIENT) as found:
        found.prepare(sale("T-1"))
        found.xero.type_in(Reference="T-1", Date="2026-10-01", DueDate="2026-10-15", LineItems=[LINE])
        yield found


def test_the_rules_are_the_usual_ones_until_there_are_others(at: Desk) -> None:
    assert policy_of(at.ws, at.tenant_id) == Policy()
    day = dt.date(2026, 10, 1)
    assert policy_of(at.ws, at.tenant_id, day, day) == Policy(period_from=day, period_to=day)


def test_every_comparison_goes_by_the_rules_and_an_older_run_does_not_stand_for_them(at: Desk) -> None:
    before = at.reconcile()
    assert before.counts["differs"] == 1
    assert current_run(at.ws, at.connection).id == before.id
    assert not overview(at.ws, at.connection).outdated
    save_policy(at.ws, at.connection, LENIENT)
    assert overview(at.ws, at.connection).rules_since
    assert overview(at.ws, at.connection).outdated
    after = current_run(at.ws, at.connection)
    assert (after.counts["differs"], after.counts["agrees"]) == (0, 1)
    assert current_run(at.ws, at.connection).id == after.id
    assert policy_of(at.ws, "another organisation") == Policy()
    day = dt.date(2026, 10, 1)
    signed = prepare(at.ws, at.connection, day, day, who="Robin Example")
    run = at.ws.store.run(signed.run_id)
    assert run is not None
    assert '"total": 2' in run.policy_json


def test_a_change_stands_in_the_log_and_no_change_does_not(at: Desk) -> None:
    save_policy(at.ws, at.connection, LENIENT)
    save_policy(at.ws, at.connection, LENIENT)
    lines = [line for line in at.ws.store.activity(at.tenant_id) if line.what == "changed rules"]
    assert len(lines) == 1
    assert "'total': 2" in str(lines[0].detail)


def test_the_rules_travel_in_the_file(at: Desk) -> None:
    text = settings_text(at.ws.store.setup(at.tenant_id), LENIENT)
    assert tomllib.loads(text)["policy"]["tolerance_minor"] == {"total": 2, "subtotal": 2}
    apply_settings(at.ws, at.connection, text, "x.toml")
    assert policy_of(at.ws, at.tenant_id) == LENIENT
    apply_settings(at.ws, at.connection, text.partition("[policy]")[0], "x.toml")  # a file that does not speak of them
    assert policy_of(at.ws, at.tenant_id) == LENIENT
    with pytest.raises(NeedsAPerson, match="There is no key rule 'case folding'"):
        apply_settings(at.ws, at.connection, text.replace('"case"', '"case folding"'), "x.toml")
    assert policy_of(at.ws, at.tenant_id) == LENIENT


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"tolerance": 1}, "unknown settings: tolerance"),
        ({"date_tolerance_days": "1"}, "odd value for date_tolerance_days"),
        ({"date_tolerance_days": -1}, "whole days, 0 or more"),
        ({"tolerance_minor": {"total/aud": 1}}, "names no currency"),
        ({"fields": ["total", "currency", "totals"]}, "'totals' cannot be compared"),
        ({"fields": ["date"]}, "must hold total and currency"),
        ({"fields": ["total"]}, "must hold total and currency"),
    ],
)
def test_what_cannot_be_meant_is_refused(said: dict[str, object], words: str) -> None:
    with pytest.raises(NeedsAPerson, match=words):
        policy_from(said)


def test_the_rules_on_the_page(at: Desk, tmp_path: Path) -> None:
    save_policy(at.ws, at.connection, Policy(tolerance_minor={"total/JPY": 3}))
    with home_in_environment(tmp_path, environment(at.xero.sandbox)):
        app = opened("settings")
        app.number_input(key="rules_total").set_value(2)
        app.number_input(key="rules_days").set_value(1)
        for rule in set(USUAL_RULES) - {"characters", "case", "spaces"}:
            app.checkbox(key=f"rules_key_{rule}").uncheck()
        app.button(key="rules_save").click().run()
        assert "goes by these rules" in checked(app).success[0].value
    kept = policy_of(at.ws, at.tenant_id)
    assert dict(kept.tolerance_minor) == {"total/JPY": 3, "total": 2}
    assert (kept.date_tolerance_days, kept.key_rules) == (1, ("characters", "case", "spaces"))


def test_every_rule_has_its_words() -> None:
    assert tuple(RULE_WORDS) == RULE_NAMES
