"""The set-up: refused while anything is missing, and confirmed again after a change of what was confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, sale

from i2g_recon.errors import NeedsAPerson, SetupIncomplete
from i2g_recon.jobs.plan import preview
from i2g_recon.jobs.setup_steps import (
    Choices,
    apply_choices,
    change_setup,
    complete_setup,
    items_and_clients,
    require_complete,
    setup_view,
    tax_preview,
)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        found.bring_in(sale("T-1"))
        yield found


def test_at_first_everything_is_missing_and_it_says_what(at: Desk) -> None:
    view = setup_view(at.ws, at.connection)
    assert (view.imported, view.preselected, view.setup.completed) == (1, "200", False)
    assert len(view.missing) >= 2
    (row,) = view.taxes
    assert (row.tax.key, row.tax_type, row.needed, row.held) == ("GST 10%", "OUTPUT", True, False)
    with pytest.raises(SetupIncomplete) as problem:
        complete_setup(at.ws, at.connection)
    assert all(sentence in str(problem.value) for sentence in view.missing)
    with pytest.raises(SetupIncomplete, match=r"setup --show"):
        require_complete(at.ws, at.connection)


def test_choices_can_come_one_by_one(at: Desk) -> None:
    for choice in (Choices(revenue_account="200"), Choices(confirm_taxes=True)):
        assert not apply_choices(at.ws, at.connection, choice).setup.completed
    view = apply_choices(at.ws, at.connection, Choices(confirm_currency=True))
    assert (view.setup.completed, view.missing, dict(view.setup.tax_map)) == (True, (), {"GST 10%": "OUTPUT"})
    assert require_complete(at.ws, at.connection).revenue_account == "200"


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (Choices(revenue_account="999"), "999"),
        (Choices(taxes=("no equals sign",)), "no equals sign"),
        (Choices(auto_export="maybe"), "maybe"),
        (Choices(status="PAID"), "PAID"),
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused(at: Desk, choice: Choices, words: str) -> None:
    before = at.ws.store.setup(at.tenant_id)
    with pytest.raises(NeedsAPerson, match=words):
        apply_choices(at.ws, at.connection, choice)
    assert at.ws.store.setup(at.tenant_id) == before


def test_a_tax_type_that_xero_lacks_keeps_the_set_up_open(at: Desk) -> None:
    choices = Choices(revenue_account="200", taxes=("GST 10%=NONSENSE",), confirm_taxes=True, confirm_currency=True)
    view = apply_choices(at.ws, at.connection, choices)
    assert not view.setup.completed
    assert "NONSENSE" in " ".join(view.missing)


def test_every_bad_choice_is_named_at_once(at: Desk) -> None:
    with pytest.raises(NeedsAPerson) as problem:
        apply_choices(at.ws, at.connection, Choices(revenue_account="999", auto_export="maybe", status="PAID"))
    assert all(word in str(problem.value) for word in ("999", "maybe", "PAID"))


@pytest.mark.parametrize("change", [{"revenue_account": "260"}, {"tax_map": {"GST 10%": "EXEMPTOUTPUT"}}])
def test_a_change_of_what_was_confirmed_must_be_confirmed_again(at: Desk, change: dict[str, object]) -> None:
    at.set_up()
    after = change_setup(at.ws, at.connection, **change).setup
    assert (after.taxes_confirmed, after.completed) == (False, False)
    with pytest.raises(SetupIncomplete):
        require_complete(at.ws, at.connection)


def test_no_change_keeps_it_complete(at: Desk) -> None:
    at.set_up()
    assert change_setup(at.ws, at.connection, revenue_account="200").setup.completed


def test_a_new_tax_in_a_later_import_reopens_the_question(at: Desk) -> None:
    at.set_up()
    odd = sale("T-2")
    at.bring_in(replace(odd, taxes=(replace(odd.taxes[0], name="Levy"),)), name="more_invoice.csv")
    view = setup_view(at.ws, at.connection)
    assert any("Levy" in sentence for sentence in (*view.missing, *view.warnings))
    held = [one for one in at.plan().commands if one.number == "T-2"]
    assert [one.action for one in held] == ["hold"]


def test_other_accounts_are_said_taken_back_and_refused(at: Desk) -> None:
    at.set_up()
    said = Choices(accounts=("item:Deck 1=260", "client:Marlin Cafe=260"))
    view = apply_choices(at.ws, at.connection, said)
    assert (dict(view.setup.item_accounts), dict(view.setup.client_accounts)) == (
        {"deck 1": "260"},
        {"marlin cafe": "260"},
    )
    assert view.setup.completed
    view = apply_choices(at.ws, at.connection, Choices(accounts=("client: MARLIN  CAFE =",)))
    assert dict(view.setup.client_accounts) == {}
    for text, words in (("deck=260", "use item:CODE=ACCOUNT"), ("item:deck=999", "no revenue account")):
        with pytest.raises(NeedsAPerson, match=words):
            apply_choices(at.ws, at.connection, Choices(accounts=(text,)))


def test_an_archived_other_account_sends_the_set_up_back(at: Desk) -> None:
    at.set_up()
    apply_choices(at.ws, at.connection, Choices(accounts=("client:Marlin Cafe=260",)))
    at.xero.turn("archive_account", "260")
    at.reconcile()
    assert any("260" in sentence for sentence in setup_view(at.ws, at.connection).missing)
    assert items_and_clients(at.ws, at.connection)["client"] == ("Marlin Cafe",)


def test_the_whole_walk_through_costs_at_most_six_calls(at: Desk) -> None:
    setup_view(at.ws, at.connection)
    for choice in (Choices(revenue_account="200"), Choices(confirm_taxes=True), Choices(confirm_currency=True)):
        view = apply_choices(at.ws, at.connection, choice)
        tax_preview(at.ws, at.connection, view)
        preview(at.ws, at.connection)
    assert require_complete(at.ws, at.connection).completed
    assert len(at.xero.requests("", "/api.xro/2.0/")) <= 6
