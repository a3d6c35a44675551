from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_sandbox import Person, person
from fixtures_web import app_home, connected_home, fine, open_page, words
from streamlit.testing.v1 import AppTest

from i2g_recon.web.places import PLACES, ROOT


@pytest.fixture(scope="module")
def robin() -> Iterator[Person]:
    with person() as found:
        yield found


def start() -> AppTest:
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()


def titles(app: AppTest) -> list[str]:
    return [one.value for one in app.title]


def test_a_first_visit_begins_at_connect(tmp_path: Path) -> None:
    with app_home({"I2G_RECON_HOME": str(tmp_path)}):
        assert titles(fine(start())) == ["Connect"]


def test_a_visit_with_an_organisation_begins_at_the_overview(robin: Person, tmp_path: Path) -> None:
    with connected_home(robin, tmp_path):
        assert titles(fine(start())) == ["Overview"]


@pytest.mark.parametrize("name", [each.name for each in PLACES])
def test_every_page_opens_before_anything_is_connected(name: str, tmp_path: Path) -> None:
    with app_home({"I2G_RECON_HOME": str(tmp_path)}):
        app = fine(open_page(name))
        assert "connect" in words(app).casefold()


@pytest.mark.parametrize("name", [each.name for each in PLACES if each.name != "push"])
def test_every_page_opens_on_a_fresh_connection(name: str, robin: Person, tmp_path: Path) -> None:
    with connected_home(robin, tmp_path):
        app = fine(open_page(name))
        assert "Small Books" in words(app)


def test_push_sends_to_review_until_the_set_up_is_complete(robin: Person, tmp_path: Path) -> None:
    with connected_home(robin, tmp_path):
        app = open_page("push")
        assert not app.exception
        assert "not finished" in words(app)
