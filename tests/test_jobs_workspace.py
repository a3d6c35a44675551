"""The workspace: which organisation is meant, one store per process, and what it keeps to itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_store import connection
from fixtures_workspace import MovableClock, workspace_at

from i2g_recon.errors import NotConfigured, NotConnected
from i2g_recon.jobs.workspace import open_workspace
from i2g_recon.settings import load


def test_no_organisation_says_how_to_connect(tmp_path: Path) -> None:
    with workspace_at(load({}, home=tmp_path), MovableClock(), []) as ws, pytest.raises(NotConnected, match="connect"):
        ws.organisation()


def test_the_only_one_needs_no_name(tmp_path: Path) -> None:
    with workspace_at(load({}, home=tmp_path), MovableClock(), []) as ws:
        ws.store.save_connection(connection())
        assert ws.organisation().name == "Hollis Plumbing"


def test_the_chosen_one_is_meant_unless_another_is_named(tmp_path: Path) -> None:
    with workspace_at(load({}, home=tmp_path), MovableClock(), []) as ws:
        for tenant_id, name in (("t-1", "Hollis Plumbing"), ("t-2", "Marlow Joinery")):
            ws.store.save_connection(connection(tenant_id, name=name))
        with pytest.raises(NotConnected, match="'Hollis Plumbing', 'Marlow Joinery'"):
            ws.organisation()
        ws.store.choose_organisation("t-2")
        assert ws.organisation().tenant_id == "t-2"
        for wanted in ("Hollis Plumbing", "hollis plumbing", "t-1"):
            assert ws.organisation(wanted).tenant_id == "t-1"
        with pytest.raises(NotConnected, match="'Hollis Plumbing', 'Marlow Joinery'"):
            ws.organisation("Somebody else")


def test_two_of_one_name_must_be_told_apart_by_their_id(tmp_path: Path) -> None:
    with workspace_at(load({}, home=tmp_path), MovableClock(), []) as ws:
        for tenant_id in ("t-1", "t-2"):
            ws.store.save_connection(connection(tenant_id))
        with pytest.raises(NotConnected):
            ws.organisation("Hollis Plumbing")
        assert ws.organisation("t-2").tenant_id == "t-2"


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(NotConfigured):
        open_workspace(load({}, home=tmp_path / "file" / "home"))


def test_it_can_be_closed_and_opened_again(tmp_path: Path) -> None:
    for _ in range(2):
        ws = open_workspace(load({}, home=tmp_path))
        assert ws.store.connections() == []
        ws.close()
