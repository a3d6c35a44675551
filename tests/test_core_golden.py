"""Each folder of golden/ is one behaviour of the engine, its expected result beside its input.

A missing expectation fails. `--regenerate-golden` writes them anew; read the diff before you keep it.
"""

from __future__ import annotations

import json

import pytest
from golden_cases import CASES, GOLDEN, load, run, summary

from i2g_recon.core.result_json import document_text
from i2g_recon.report.paper import paper_bytes


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, request: pytest.FixtureRequest) -> None:
    found = summary(run(load(name)))
    file = GOLDEN / name / "expected.json"
    if request.config.getoption("--regenerate-golden"):
        file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert file.exists(), f"{file} is missing; run pytest with --regenerate-golden and read what it writes"
    assert found == json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_what_is_shown_at_once_is_what_is_kept(name: str) -> None:
    document = run(load(name)).to_dict(all_items=True)
    assert json.loads(document_text(document)) == document


@pytest.mark.parametrize("name", CASES)
def test_golden_report(name: str, request: pytest.FixtureRequest) -> None:
    """The working paper of each case, as a person reads it."""
    found = paper_bytes(run(load(name)).to_dict(all_items=True), "md").decode()
    file = GOLDEN / name / "report.md"
    if request.config.getoption("--regenerate-golden"):
        file.write_text(found, encoding="utf-8")
    assert file.exists(), f"{file} is missing; run pytest with --regenerate-golden and read what it writes"
    assert found == file.read_text(encoding="utf-8")


def test_at_least_thirty_cases() -> None:
    assert len(CASES) >= 30
