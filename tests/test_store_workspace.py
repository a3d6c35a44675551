from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fixtures_store import settings_at, store_at

from i2g_recon.store.workspace import open_store


def test_a_process_has_one_store_per_workspace(tmp_path: Path) -> None:
    with store_at(tmp_path / "one") as one, store_at(tmp_path / "two") as two:
        assert open_store(settings_at(tmp_path / "one")) is one
        assert one is not two


def test_threads_that_open_at_once_get_the_same_store(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        stores = set(pool.map(lambda _: open_store(settings_at(tmp_path)), range(8)))
    assert len(stores) == 1
    stores.pop().close()


def test_a_closed_store_is_opened_anew(tmp_path: Path) -> None:
    with store_at(tmp_path) as first:
        first.choose_organisation("t")
    with store_at(tmp_path) as second:
        assert second is not first
        assert second.chosen_organisation() == "t"


def test_a_home_that_was_thrown_away_is_made_anew(tmp_path: Path) -> None:
    with store_at(tmp_path / "home") as first:
        first.choose_organisation("t")
        shutil.rmtree(tmp_path / "home")
        with store_at(tmp_path / "home") as second:
            assert second.chosen_organisation() is None
