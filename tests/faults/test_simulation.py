"""The push in virtual time: 300 seeds hold every invariant, and each protection that is switched off is noticed.

10,000 seeds: `python tests/faults/simulate.py --seeds 10000`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sim_books import Template, make_template
from sim_protections import PROTECTIONS
from simulate import failing

SEEDS, AT_ONCE = 300, 30
WITHIN = 200
BEGIN_AT = {"lease": 130, "join": 40}  # rarely noticed: the seeds before these hold without it, and would cost a minute


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_template(tmp_path_factory.mktemp("simulation") / "template")


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_every_invariant_holds(template: Template, tmp_path: Path, first: int) -> None:
    found = failing(template, range(first, first + AT_ONCE), tmp_path)
    assert found is None, f"{found}; replay: python tests/faults/simulate.py --first {found[0]} --seeds 1"


@pytest.mark.parametrize("protection", sorted(PROTECTIONS))
def test_a_protection_that_is_switched_off_is_noticed(template: Template, tmp_path: Path, protection: str) -> None:
    first = BEGIN_AT.get(protection, 0)
    assert failing(template, range(first, first + WITHIN), tmp_path, protection), f"nobody missed '{protection}'"


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_every_invariant_holds_for_long(template: Template, tmp_path: Path) -> None:
    found = failing(template, range(SEEDS, 10_000), tmp_path)
    assert found is None, f"{found}; replay: python tests/faults/simulate.py --first {found[0]} --seeds 1"
