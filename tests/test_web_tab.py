"""Two tabs, two organisations: each keeps its own, whatever happens in the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fixtures_sandbox import Person, person
from fixtures_web import app_environment, app_home, button, fine, open_page, words
from streamlit.testing.v1 import AppTest

from i2g_recon.jobs.connect import disconnect, finish_consent
from i2g_recon.jobs.setup_steps import change_setup
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.parts import workspace
from i2g_recon.web.places import ROOT, place


@pytest.fixture(scope="module")
def robin() -> Iterator[Person]:
    with person("empty", countries=["AU", "NZ"]) as found:
        found.control("settings", minute=100_000, day=1_000_000)
        yield found


@dataclass
class Practice:
    """A workspace with two organisations of one consent, none of them chosen."""

    ws: Workspace
    australia: Connection
    zealand: Connection

    def choose(self, app: AppTest, connection: Connection) -> AppTest:
        return app.button(key=f"choose_{connection.tenant_id}").click().run()


@pytest.fixture
def practice(robin: Person, tmp_path: Path) -> Iterator[Practice]:
    with app_home(app_environment(robin.sandbox, tmp_path)):
        both = [one["tenant_id"] for one in robin.sandbox.organisations]
        answer = robin.exchange(robin.decide("allow", both)["code"]).json()
        australia, zealand = finish_consent(workspace(), answer, who="Robin Example")
        yield Practice(workspace(), australia, zealand)


def go(app: AppTest, name: str) -> AppTest:
    return fine(app.switch_page(str(place(name).path)).run())


def head(app: AppTest) -> str:
    return str(app.caption[0].value).replace("\\", "")


@pytest.mark.parametrize("name", ["overview", "import", "reconcile", "push", "revenue-account", "taxes", "review"])
def test_nothing_is_worked_on_until_one_is_chosen(practice: Practice, robin: Person, name: str) -> None:
    before = len(robin.logged("GET"))
    assert "until you choose the organisation" in words(fine(open_page(name)))
    assert len(robin.logged("GET")) == before
    assert practice.ws.store.chosen_organisation() is None


def test_the_picker_names_each_and_chooses_for_this_tab(practice: Practice) -> None:
    app = fine(open_page("connect"))
    assert "Choose the organisation to work on" in words(app)
    practice.choose(app, practice.zealand)
    assert practice.zealand.name in head(fine(app))
    assert app.query_params["organisation"] == practice.zealand.tenant_id


def test_a_tab_keeps_its_organisation_when_another_tab_switches(practice: Practice) -> None:
    one = practice.choose(open_page("connect"), practice.australia)
    other = practice.choose(open_page("connect"), practice.zealand)
    for name in ("revenue-account", "settings", "connect"):
        assert practice.australia.name in head(go(one, name))
        assert practice.zealand.name in head(go(other, name))


def test_what_a_tab_saves_goes_to_the_organisation_it_shows(practice: Practice) -> None:
    one = practice.choose(open_page("connect"), practice.australia)
    go(one, "revenue-account")
    practice.choose(open_page("connect"), practice.zealand)
    one.radio(key="status").set_value("AUTHORISED").run()
    assert practice.ws.store.setup(practice.australia.tenant_id).status == "AUTHORISED"
    assert practice.ws.store.setup(practice.zealand.tenant_id).status == "DRAFT"


def test_a_reload_finds_the_tabs_organisation_in_its_address(practice: Practice) -> None:
    practice.ws.store.choose_organisation(practice.zealand.tenant_id)
    reloaded = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    reloaded.query_params["organisation"] = practice.australia.tenant_id
    assert practice.australia.name in head(go(reloaded.run(), "settings"))
    invented = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    invented.query_params["organisation"] = "another client's"
    assert practice.zealand.name in head(go(invented.run(), "settings"))


def test_a_tab_whose_organisation_was_disconnected_elsewhere_does_not_slide_over_to_the_other(
    practice: Practice,
) -> None:
    app = practice.choose(open_page("connect"), practice.australia)
    disconnect(practice.ws, practice.australia)
    assert "until you choose" not in head(app)
    app = fine(app.run())
    assert "No organisation chosen" in head(app)
    assert practice.zealand.name not in head(app)
    practice.choose(app, practice.zealand)
    assert practice.zealand.name in head(app)


def test_switching_leaves_nothing_typed_for_the_other_organisation(practice: Practice) -> None:
    change_setup(practice.ws, practice.australia, status="AUTHORISED")
    app = go(practice.choose(open_page("connect"), practice.australia), "settings")
    assert app.radio(key="settings_status").value == "AUTHORISED"
    app.selectbox(key="organisation").select(practice.zealand.tenant_id).run()
    assert [one.value for one in fine(app).title] == ["Overview"]
    assert practice.zealand.name in head(app)
    assert go(app, "settings").radio(key="settings_status").value == "DRAFT"
    assert button(app, "Save").disabled  # nothing was chosen for this one
    assert practice.ws.store.setup(practice.zealand.tenant_id).status == "DRAFT"
    assert practice.ws.store.setup(practice.australia.tenant_id).status == "AUTHORISED"


def test_disconnecting_in_this_tab_goes_on_with_the_one_that_is_left(practice: Practice) -> None:
    app = practice.choose(open_page("connect"), practice.australia)
    app.button(key=f"disconnect_{practice.australia.tenant_id}").click().run()
    app.button(key=f"disconnect_now_{practice.australia.tenant_id}").click().run()
    assert practice.ws.store.connections() == [practice.zealand]
    assert practice.zealand.name in head(fine(app))
