from __future__ import annotations

from i2g_recon.web.places import PLACES, ROOT, STEPS, place


def test_every_place_has_a_file_in_a_subfolder_and_an_address_of_its_own() -> None:
    assert all(each.path.is_file() for each in PLACES)
    assert all(each.path.parent.parent == ROOT / "pages" for each in PLACES)
    assert len({each.name for each in PLACES}) == len(PLACES)


def test_every_page_file_is_a_place() -> None:
    assert {each.path for each in PLACES} == set((ROOT / "pages").glob("*/*.py"))


def test_the_steps_stand_in_the_navigation_in_their_order() -> None:
    assert [each.name for each in PLACES if each.name in STEPS] == list(STEPS)
    assert place("taxes").title == "Taxes"
