"""Readiness: each light over the sandbox's switches, and the rules that no sandbox can show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, sale

from i2g_recon.core.setup import Setup
from i2g_recon.jobs.doctor import organisation_findings
from i2g_recon.jobs.plan import plan
from i2g_recon.jobs.pull import pull
from i2g_recon.jobs.readiness import Finding, budget_finding, clock_finding, role_finding
from i2g_recon.xero.standing import Standing, moment_of

NOON = dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        found.prepare(sale("T-1"))
        yield found


def found(at: Desk) -> dict[str, Finding]:
    return {one.subject.split()[0]: one for one in organisation_findings(at.ws, at.connection)}


TABLE = [
    ("class", "IGNITE", "plan", "amber", "approves only some invoices a month"),
    ("class", "ULTRA", "plan", "green", "The plan is ULTRA"),
    ("edition", "PARTNER", "plan", "red", "no sales invoices"),
    ("role", "read only", "role", "red", "may not make drafts"),
    ("role", "draft only", "role", "green", "You may make drafts"),
    ("period_lock", "2026-06-30", "lock", "amber", "Periods up to 2026-06-30 are locked"),
    ("year_lock", "2026-03-31", "lock", "amber", "Periods up to 2026-03-31 are locked"),
]


@pytest.mark.parametrize(("switch", "value", "subject", "light", "words"), TABLE)
def test_every_light(at: Desk, switch: str, value: str, subject: str, light: str, words: str) -> None:
    assert found(at)[subject].light == "green"
    at.xero.turn(switch, value)
    one = found(at)[subject]
    assert (one.light, one.ok) == (light, light != "red")
    assert words in one.sentence
    assert bool(one.remedy) == (light != "green")


def test_a_role_that_may_not_approve_is_told_about_drafts(at: Desk) -> None:
    at.set_up(status="AUTHORISED")
    at.xero.turn("role", "draft only")
    one = found(at)["role"]
    assert (one.light, "may not make approved invoices" in one.sentence) == ("red", True)
    assert one.remedy.startswith("Let invoices arrive as drafts")


def test_what_the_role_forbids_is_known_before_a_push(at: Desk) -> None:
    """The pull that follows a finished set-up asks for it; before, nothing could be sent anyway."""
    at.xero.turn("role", "read only")
    pull(at.ws, at.connection)
    (command,) = plan(at.ws, at.connection).commands
    assert (command.action, command.reason) == ("hold", "role")


def test_the_plan_counts_what_it_still_approves(at: Desk) -> None:
    at.xero.turn("class", "STARTER")
    pull(at.ws, at.connection)
    month = plan(at.ws, at.connection).month
    assert month is not None
    assert (month.plan, month.used, month.limit) == ("STARTER", 0, 20)


def test_currencies_of_the_imports(at: Desk) -> None:
    at.bring_in(sale("T-2", currency="NZD"), sale("T-1"))
    lacking = found(at)["currencies"]
    assert (lacking.light, "lacks NZD" in lacking.sentence) == ("amber", True)
    assert "Add the currency" in lacking.remedy
    at.xero.turn("role", "single currency plan")
    assert "one currency only" in found(at)["currencies"].remedy
    at.xero.turn("add_currency", "NZD")
    assert found(at)["currencies"].light == "green"


def test_a_lost_connection_is_one_red_light_and_the_set_up_is_still_looked_at(at: Desk) -> None:
    at.xero.turn("disconnect")
    lights = found(at)
    assert lights["connection"].light == "red"
    assert set(lights) == {"connection", "set-up"}


@pytest.mark.parametrize(
    ("left", "light"), [(None, "green"), (500, "green"), (499, "amber"), (50, "amber"), (49, "red")]
)
def test_calls_left(left: int | None, light: str) -> None:
    assert budget_finding("x", left).light == light


@pytest.mark.parametrize(
    ("seconds", "light"), [(0, "green"), (-60, "green"), (61, "amber"), (300, "amber"), (-301, "red")]
)
def test_the_clock(seconds: int, light: str) -> None:
    assert clock_finding("x", NOON, NOON + dt.timedelta(seconds=seconds)).light == light
    assert clock_finding("x", NOON, None).light == "green"


def test_what_xero_does_not_say_is_not_taken_for_a_yes() -> None:
    silent = Standing(plan="", edition="", actions={}, server_time=None)
    assert role_finding("x", Setup(), silent).light == "amber"


@pytest.mark.parametrize("header", ["", "soon", "Thu, 32 Oct 2026 12:00:00 GMT"])
def test_a_date_header_that_is_none(header: str) -> None:
    assert moment_of(header) is None
    assert moment_of("Thu, 01 Oct 2026 12:00:00 GMT") == NOON
