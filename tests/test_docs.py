"""What the documents say exists, exists; what they promise to list, they list."""

from __future__ import annotations

import re

import pytest
from house import ROOT, texts

COMMANDS = set(
    "demo serve sandbox samples connect setup import pull reconcile compare drift accept plan push undo report "
    "selftest worker keep-back verify close doctor disconnect rotate-key test".split()
)
FILE_NAME = re.compile(r"[\w./-]*\w\.(?:py|md|toml|lock|txt|ipynb|png)\b")
HEADING = re.compile(r"^## (.*)$", re.MULTILINE)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def absent(text: str, paths: set[str]) -> list[str]:
    """File names in a text that are no file's path, nor the end of one."""
    names = dict.fromkeys(found.removeprefix("./") for found in FILE_NAME.findall(text))
    return [name for name in names if not any(path == name or path.endswith("/" + name) for path in paths)]


def commands(text: str) -> set[str]:
    return set(re.findall(r"(?:run\.py|i2g-recon)`? ([a-z][a-z-]*)", "\n".join(code(text))))


def code(text: str) -> list[str]:
    """The fenced blocks and the words between back ticks."""
    fenced = re.findall(r"```\n(.*?)```", text, re.DOTALL)
    return fenced + re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def odd_entries(text: str) -> list[str]:
    """Decisions without a date, out of order, shorter than three lines or longer than eight."""
    said, latest = [], ""
    for title, body in zip(HEADING.findall(text), re.split(HEADING, text)[2::2], strict=True):
        date, lines = title[:10], len(body.strip().splitlines())
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", date) or date < latest:
            said.append(f"{title}: no date, or older than the one above")
        if not 3 <= lines <= 8:
            said.append(f"{title}: {lines} lines")
        latest = max(latest, date)
    return said


def test_every_file_the_house_page_names_exists() -> None:
    assert absent(read("i2g_recon/docs.md"), {source.path for source in texts()}) == []


def test_every_file_the_other_documents_name_exists() -> None:
    paths = {source.path for source in texts()}
    for name in ("README.md", "i2g_recon/DECISIONS.md"):
        assert absent("\n".join(code(read(name))), paths) == []


def test_a_file_that_is_gone_is_seen() -> None:
    assert absent("core/money.py and core/mony.py", {"i2g_recon/core/money.py"}) == ["core/mony.py"]


def test_every_package_stands_on_the_house_page() -> None:
    packages = {path.parent.name for path in (ROOT / "i2g_recon").glob("*/__init__.py")}
    assert packages <= set(re.findall(r"^  (\w+)/ ", read("i2g_recon/docs.md"), re.MULTILINE))


def test_the_readme_names_commands_that_exist_and_all_of_them() -> None:
    readme = read("README.md")
    assert commands(readme) <= COMMANDS
    listed = set(re.findall(r"^\| `([a-z][a-z-]*)", readme, re.MULTILINE))
    assert listed == COMMANDS - {"test"}


def test_a_command_that_does_not_exist_is_seen() -> None:
    assert commands("`python3 run.py tidy` and\n```\ni2g-recon fix --all\n```") == {"tidy", "fix"}


def test_the_readme_names_every_setting_and_no_other() -> None:
    named = re.compile(r"\b(?:I2G_RECON|XERO)_[A-Z_]+\b|\bDATABASE_URL\b")
    inside = {"I2G_RECON_DEMO"}  # set by the demo for itself
    assert set(named.findall(read("README.md"))) == set(named.findall(read("i2g_recon/settings.py"))) - inside


def test_the_readme_says_what_a_stranger_must_know() -> None:
    readme = read("README.md")
    for words in (
        "python3 run.py",
        "pip install -r requirements.txt",
        "Not affiliated",
        "http://localhost:8501/xero/callback",
    ):
        assert words in readme


def test_decisions_are_dated_and_short() -> None:
    assert odd_entries(read("i2g_recon/DECISIONS.md")) == []


@pytest.mark.parametrize("entry", ["## Undated\n\na\nb\nc\n", "## 2026-11-22 Too short\n\na\n"])
def test_an_odd_decision_is_seen(entry: str) -> None:
    assert len(odd_entries(entry)) == 1


def test_the_changelog_begins_with_changed_numbers() -> None:
    versions = re.split(HEADING, read("CHANGELOG.md"))[2::2]
    assert versions
    assert all(re.findall(r"^### (.*)$", body, re.MULTILINE)[0] == "Changed numbers" for body in versions)


def test_the_changelog_names_the_version() -> None:
    titles = HEADING.findall(read("CHANGELOG.md"))
    assert all(re.fullmatch(r"\[Unreleased\]|\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", title) for title in titles)
