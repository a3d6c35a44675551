"""What the commands refuse: one clear sentence, exit 2, nothing stored; exit 3 when Xero fails, and run again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from exports import HEADER, make_export, make_rows, to_csv, to_zip
from fixtures_workspace import KNOWN_CLIENT, pretend_xero, sale
from test_cli import SETUP, Desk, desk_on

from i2g_recon.sandbox.demo import clients_csv
from i2g_recon.sandbox.i2g_export import csv_bytes

EXPORT = make_export(5, 30).csv
ROWS, _ = make_rows(5, 30)


def mangled() -> bytes:
    """As Excel saves it again: numbers in exponents, dates turned round."""
    rows = [
        {**row, "DocumentDate": "3/02/2026", "LastUpdated": "3/02/2026 9:41", "AccountId": "5.08E+07"} for row in ROWS
    ]
    return to_csv([list(row.values()) for row in rows])


BAD_FILES: dict[str, tuple[str, bytes]] = {
    "empty": ("x_invoice.csv", b""),
    "pdf": ("x_invoice.csv", b"%PDF-1.7\n1 0 obj\n"),
    "cut off": ("x_invoice.csv", EXPORT[: len(EXPORT) * 2 // 3]),
    "cut off zip": ("x_invoice.zip", to_zip({"x_invoice.csv": EXPORT})[:-40]),
    "estimates": ("x_estimate_2026.csv", EXPORT),
    "clients": ("x_client_2026.csv", clients_csv()),
    "clients by another name": ("export.csv", clients_csv()),
    "excel": ("x_invoice.csv", mangled()),
    "two in one zip": ("x.zip", to_zip({"a_invoice.csv": EXPORT, "b_invoice.csv": EXPORT})),
    "0-byte zip": ("x.zip", b""),
    "zip without files": ("x.zip", to_zip({})),
    "header only": ("x_invoice.csv", to_csv([])),
    "header twice": ("x_invoice.csv", to_csv([], [*HEADER, "Id"])),
    "nul bytes": ("x_invoice.csv", EXPORT[:900] + b"\0" + EXPORT[900:]),
}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with pretend_xero(KNOWN_CLIENT) as xero:
        yield desk_on(xero, tmp_path)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One connected desk for all files that must leave it as it was."""
    with pretend_xero(KNOWN_CLIENT) as xero:
        yield desk_on(xero, tmp_path_factory.mktemp("desk")).connected()


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_one_sentence_and_nothing_is_stored(desk: Desk, kind: str) -> None:
    name, content = BAD_FILES[kind]
    sentence = desk.refused("import", desk.file(name, content))
    assert name in sentence
    assert len(sentence) < 400
    assert "Nothing has been imported" in desk.refused("reconcile")


def test_a_missing_file_and_a_folder_are_named(desk: Desk) -> None:
    assert "nowhere.csv" in desk.refused("import", str(desk.folder / "nowhere.csv"))
    assert desk.folder.name in desk.refused("import", str(desk.folder))
    assert "Nothing has been imported" in desk.refused("reconcile")


def test_a_good_file_beside_a_bad_one_is_not_kept(desk: Desk) -> None:
    good = desk.file("good_invoice.csv", csv_bytes([sale("T-1")]))
    assert "bad.csv" in desk.refused("import", good, desk.file("bad.csv", b"%PDF-"))
    assert "Nothing has been imported" in desk.refused("reconcile")


def test_with_json_a_refusal_leaves_stdout_empty(desk: Desk) -> None:
    desk.refused("import", desk.file("bad.csv", b""), "--json")


@pytest.mark.parametrize("words", [["compare", "{good}", "{bad}"], ["compare", "{bad}", "{good}"]])
def test_of_two_files_the_bad_one_is_named(desk: Desk, words: list[str]) -> None:
    names = {"good": desk.file("good_invoice.csv", EXPORT), "bad": desk.file("bad.csv", b"")}
    assert "bad.csv" in desk.refused(*(word.format(**names) for word in words))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::"])  # noqa: S104 - what must be refused
def test_the_page_is_never_opened_to_the_network(desk: Desk, host: str) -> None:
    assert "127.0.0.1" in desk.refused("serve", "--host", host)


def test_wrong_usage_is_exit_2(desk: Desk) -> None:
    for words in (["nonsense"], ["import"], ["reconcile", "--from", "yesterday"], ["pull", "--unknown"]):
        assert desk.run(*words, expect=2).stdout == ""
    assert "Name the invoices" in desk.refused("push")
    assert "Name the invoices" in desk.refused("push", "--all", "T-1")
    assert "--dates" in desk.refused("compare", "a", "b", "--dates", "sideways")
    assert "seed" in desk.refused("sandbox", "--seed", "nowhere.json", "--port", "0")
    assert "country" in desk.refused("sandbox", "--seed", "empty", "--country", "XX", "--port", "0").lower()


def test_an_unknown_organisation_names_the_choices(desk: Desk) -> None:
    for words in (["pull"], ["plan"], ["setup", "--show"], ["push", "--all"], ["import", "x"], ["reconcile"]):
        assert "Sandbox Company (AU)" in desk.refused(*words, "--organisation", "Nobody")
    assert desk.run("pull", "--organisation", "sandbox company (au)", expect=0)


def test_before_connecting_every_command_says_how(at: Desk) -> None:
    for words in (["pull"], ["plan"], ["reconcile"], ["setup"], ["push", "--all", "--yes"], ["import", "x"]):
        assert "No organisation is connected" in at.refused(*words)
    assert "XERO_CLIENT_ID" in at.run("connect", expect=2, XERO_CLIENT_ID="").stderr
    assert "XERO_GRANT" in at.run("connect", expect=2, XERO_GRANT="password").stderr
    assert at.run("connect", expect=2, XERO_CLIENT_SECRET="wrong").stderr.count("\n") == 1
    assert at.json("doctor", expect=1)["findings"][-1]["remedy"]


def test_an_unfinished_set_up_cannot_be_completed_or_pushed_past(at: Desk) -> None:
    at.connected().run("import", at.file("x_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
    assert "setup --show" in at.refused("plan")
    assert "setup --show" in at.refused("push", "--all", "--yes")
    document = at.json("setup", "--revenue-account", "200", expect=1)
    assert (document["completed"], bool(document["missing"])) == (False, True)
    assert "999" in at.refused("setup", "--revenue-account", "999")
    assert at.xero.puts() == 0


def test_a_number_that_is_not_missing_is_refused_and_nothing_is_sent(at: Desk) -> None:
    at.connected().run("import", at.file("x_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
    at.run(*SETUP, expect=0)
    assert "T-9" in at.refused("push", "T-1", "T-9", "--yes")
    assert at.xero.puts() == 0


def test_xero_failing_is_exit_3_and_running_again_resumes(at: Desk) -> None:
    at.connected().run("import", at.file("x_invoice.csv", csv_bytes([sale("T-1"), sale("T-2")])), expect=0)
    at.run(*SETUP, expect=0)
    at.run("reconcile", expect=1)
    at.xero.arm("limit", method="PUT", problem="day", retry_after_s=40_000)
    assert "tomorrow" in at.refused("push", "--all", "--yes", expect=3)
    document = at.json("push", "--all", "--yes", expect=0)
    assert (document["counts"]["confirmed"], document["resumable"]) == (2, False)
    assert len(at.xero.invoices()) == 2
    at.xero.arm("disconnected", method="GET")
    assert "connect again" in at.refused("pull", expect=3)


def test_what_was_left_open_is_taken_up_although_it_is_in_xero_by_now(at: Desk) -> None:
    """The comparison no longer calls it missing, and still its command comes to its outcome."""
    at.connected().run("import", at.file("x_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
    at.run(*SETUP, expect=0)
    at.run("reconcile", expect=1)
    at.xero.arm("drop_after", method="PUT", path="/Invoices")
    at.xero.arm("limit", method="GET", path="/Invoices", problem="day", retry_after_s=40_000, skip=2)
    at.refused("push", "--all", "--yes", expect=3)
    at.run("reconcile", expect=0)
    document = at.json("push", "--all", "--yes", expect=0)
    assert [(one["number"], one["state"]) for one in document["results"]] == [("T-1", "confirmed")]
    assert at.xero.puts() == 1


def test_a_number_cannot_steer_the_terminal(at: Desk) -> None:
    """Escape sequences and marks that turn the writing round are shown as what they are: characters in the way."""
    hostile = sale("T\x1b[2J\u202e-1", client="Evil\x9b31m")
    at.connected().run("import", at.file("a_invoice.csv", csv_bytes([hostile])), expect=0)
    shown = at.run("reconcile", expect=1).stdout
    assert not set(shown) & {"\x1b", "\x9b", "\u202e"}
    assert "T\N{REPLACEMENT CHARACTER}[2J" in shown
    assert "\x1b" in at.json("reconcile", expect=1)["items"][0]["number"]  # the data itself is not changed
