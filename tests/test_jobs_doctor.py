"""Doctor: every finding at once, each with what to do, and nothing changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fixtures_workspace import KNOWN_CLIENT, desk, sale

from i2g_recon.jobs.doctor import examine
from i2g_recon.jobs.readiness import Finding
from i2g_recon.settings import load

ALL = "configuration database connection set-up plan role lock currencies calls clock".split()


def by_subject(findings: list[Finding]) -> dict[str, Finding]:
    return {one.subject.partition(" ")[0]: one for one in findings}


def test_an_empty_home_says_what_to_do_first(tmp_path: Path) -> None:
    found = by_subject(examine(load({}, home=tmp_path / "new")))
    assert {name: one.ok for name, one in found.items()} == {
        "configuration": False, "database": True, "connection": False,
    }  # fmt: skip
    assert all(one.remedy for one in found.values() if not one.ok)


def test_a_home_that_cannot_be_used_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    found = by_subject(examine(load({}, home=tmp_path / "file" / "home")))
    assert not found["database"].ok


def test_a_workspace_that_works_is_all_right_and_left_alone(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at:
        at.prepare(sale("T-1"))
        settings, writes = at.ws.settings, len(at.xero.requests("PUT"))
        at.ws.close()
        findings = examine(settings)
        assert [one.sentence for one in findings if not one.ok] == []
        assert [one.subject.split()[0] for one in findings] == ALL
        assert {one.light for one in findings} == {"green"}
        assert len(at.xero.requests("PUT")) == writes


def test_every_trouble_is_told_not_only_the_first(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at:
        at.bring_in(sale("T-1"))
        at.reconcile()
        settings = replace(at.ws.settings, client_id="", client_secret="")
        at.xero.arm("disconnected")
        at.ws.close()
        found = by_subject(examine(settings))
        assert (found["configuration"].ok, found["connection"].ok, found["set-up"].ok) == (False, False, False)


def test_a_named_organisation_that_is_unknown_is_a_finding_or_a_sentence(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at:
        settings, name = at.ws.settings, at.connection.name
        at.ws.close()
        assert len(examine(settings, name)) == len(ALL)
