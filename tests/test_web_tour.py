"""The tour: offered until it was taken or declined, five steps with their pages, and found again under Settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, desk, environment, sale
from streamlit.testing.v1 import AppTest
from test_pages_desk import checked, home_in_environment, opened, text_of

from i2g_recon.web.places import PLACES
from i2g_recon.web.tour import AT, STEPS


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[None]:
    with desk(tmp_path, KNOWN_CLIENT) as at, home_in_environment(tmp_path, environment(at.xero.sandbox)):
        at.prepare(sale("T-1"))
        yield


def offered(app: AppTest) -> bool:
    return "New here?" in text_of(app)


@pytest.mark.usefixtures("visit")
def test_it_is_offered_until_it_is_declined() -> None:
    app = opened("overview")
    assert offered(app)
    app.button(key="tour_no").click().run()
    assert not offered(checked(app))
    assert not offered(opened("overview"))


@pytest.mark.usefixtures("visit")
def test_it_leads_through_every_step_and_is_not_offered_again() -> None:
    app = opened("overview")
    app.button(key="tour_start").click().run()
    assert STEPS[0][1] in [one.value for one in checked(app).subheader]
    assert not offered(opened("overview"))


@pytest.mark.usefixtures("visit")
@pytest.mark.parametrize("at", range(len(STEPS)))
def test_each_step_names_its_page(at: int) -> None:
    app = opened("settings")
    app.button(key="tour_again").click().run()
    app.session_state[AT] = at
    assert STEPS[at][0] in {place.name for place in PLACES}
    assert len(STEPS[at][2]) < 300
    assert "The way through" not in text_of(checked(app.run()))  # closed by the next run of the page
