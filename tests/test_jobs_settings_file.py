"""An organisation's choices as a file: out and in again the same, refused whole where they do not fit."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, sale
from hypothesis import given
from hypothesis import strategies as st
from test_cli import desk_on

from i2g_recon.core.policy import Policy
from i2g_recon.core.setup import Setup, setup_warnings
from i2g_recon.core.setup_choices import NO_LINK_OF_ITS_OWN
from i2g_recon.errors import NeedsAPerson
from i2g_recon.jobs.settings_file import apply_settings, parsed, settings_text
from i2g_recon.jobs.setup_steps import Choices, apply_choices, change_setup, complete_setup
from i2g_recon.sandbox.i2g_export import csv_bytes

GOOD = """
revenue_account = "200"
status = "DRAFT"
auto_export = false
[taxes]
"GST 10%" = "OUTPUT"
"""


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        found.bring_in(sale("T-1"))
        yield found


def test_choices_go_out_and_come_in_and_are_confirmed_anew(at: Desk) -> None:
    at.set_up(auto_export="on")
    before = at.ws.store.setup(at.tenant_id)
    text = settings_text(before, Policy())
    assert "confirmed" not in tomllib.loads(text)
    same = apply_settings(at.ws, at.connection, text, "x.toml")
    assert same.setup == before  # nothing changed, so nothing has to be confirmed again
    at.ws.store.save_setup(at.tenant_id, Setup())
    view = apply_settings(at.ws, at.connection, text, "x.toml")
    assert (view.setup.revenue_account, view.setup.auto_export) == ("200", True)
    assert dict(view.setup.tax_map) == dict(before.tax_map)
    assert (view.setup.taxes_confirmed, view.setup.completed) == (False, False)
    assert view.missing


def test_the_cents_of_a_rounding_line_travel_within_their_limit(at: Desk) -> None:
    assert apply_settings(at.ws, at.connection, GOOD, "x.toml").setup.rounding_minor == 5
    view = apply_settings(at.ws, at.connection, "rounding_minor = 0\n" + GOOD, "x.toml")
    assert view.setup.rounding_minor == 0
    assert tomllib.loads(settings_text(view.setup, Policy()))["rounding_minor"] == 0
    with pytest.raises(NeedsAPerson, match="rounding_minor is 6; use 0 to 5"):
        apply_settings(at.ws, at.connection, "rounding_minor = 6\n" + GOOD, "x.toml")
    assert apply_choices(at.ws, at.connection, Choices(rounding=3)).setup.rounding_minor == 3
    with pytest.raises(NeedsAPerson, match="--rounding is 9; use 0 to 5"):
        apply_choices(at.ws, at.connection, Choices(rounding=9))


def test_other_accounts_travel_too(at: Desk) -> None:
    text = GOOD + '[client_accounts]\n"Marlin  Cafe" = "260"\n'
    view = apply_settings(at.ws, at.connection, text, "x.toml")
    assert dict(view.setup.client_accounts) == {"marlin cafe": "260"}
    assert tomllib.loads(settings_text(view.setup, Policy()))["client_accounts"] == {"marlin cafe": "260"}
    with pytest.raises(NeedsAPerson, match="999"):
        apply_settings(at.ws, at.connection, text.replace("260", "999"), "x.toml")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"200"', '"999"', "revenue account"),
        ('"DRAFT"', '"PAID"', "status is 'PAID'"),
        ("false", '"no"', "has an odd value for auto_export"),
        ('"OUTPUT"', '"INVENTED"', "no active tax rate 'INVENTED' for sales"),
        ('"OUTPUT"', '"INPUT"', "no active tax rate 'INPUT' for sales"),
        ('status = "DRAFT"', "", "lacks status"),
        ("[taxes]", "colour = 'red'\n[taxes]", "holds unknown settings: colour"),
        ("[taxes]", "schema = 2\n[taxes]", "another version (schema 2)"),
        ("[taxes]", "invoice2go_plan = 'gold'\n[taxes]", "invoice2go_plan is 'gold'"),
        ("[taxes]", "[taxes", "is no TOML file"),
    ],
)
def test_what_does_not_fit_is_refused_whole(at: Desk, old: str, new: str, words: str) -> None:
    before = at.ws.store.setup(at.tenant_id)
    with pytest.raises(NeedsAPerson) as refused:
        apply_settings(at.ws, at.connection, GOOD.replace(old, new), "client.toml")
    assert words in str(refused.value)
    assert "client.toml" in str(refused.value)
    assert at.ws.store.setup(at.tenant_id) == before


def test_several_misfits_are_one_sentence_each(at: Desk) -> None:
    text = GOOD.replace('"200"', '"999"').replace('"OUTPUT"', '"INVENTED"')
    with pytest.raises(NeedsAPerson, match=r"revenue account.*no active tax rate 'INVENTED'"):
        apply_settings(at.ws, at.connection, text, "client.toml")


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.dictionaries(names, names, max_size=4), st.lists(names, max_size=3, unique=True), st.booleans())
def test_whatever_is_written_can_be_read(taxes: dict[str, str], held: list[str], auto_export: bool) -> None:  # noqa: FBT001
    setup = Setup(revenue_account="200", tax_map=taxes, held_taxes=tuple(held), auto_export=auto_export)
    said = parsed(settings_text(setup, Policy()), "x.toml")
    assert (said["taxes"], said["held_taxes"], said["auto_export"]) == (taxes, sorted(held), auto_export)


def test_the_plan_is_a_note_and_undoes_nothing(at: Desk) -> None:
    at.set_up()
    view = change_setup(at.ws, at.connection, invoice2go_plan="starter")
    assert view.setup.completed
    assert NO_LINK_OF_ITS_OWN in view.warnings
    assert complete_setup(at.ws, at.connection).setup.completed
    assert setup_warnings(Setup(invoice2go_plan="other"), view.organisation, None) == ()


def test_the_command(at: Desk, tmp_path: Path) -> None:
    terminal = desk_on(at.xero, tmp_path / "terminal")
    terminal.folder.mkdir()
    terminal.connected().run("import", terminal.file("a_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
    given_file = terminal.file("client.toml", GOOD.encode())
    assert terminal.json("setup", "--import", given_file, expect=1)["revenue_account"] == "200"
    done = terminal.json("setup", "--confirm-taxes", "--confirm-currency", expect=0)
    assert done["completed"]
    out = terminal.folder / "out.toml"
    terminal.run("setup", "--export", str(out), expect=0)
    assert tomllib.loads(out.read_text())["taxes"] == {"GST 10%": "OUTPUT"}
    assert "cannot be read" in terminal.refused("setup", "--import", str(terminal.folder / "none.toml"))
    assert "cannot be written" in terminal.refused("setup", "--export", str(terminal.folder / "no" / "x.toml"))
