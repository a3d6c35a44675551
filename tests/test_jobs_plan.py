"""The plan: one command per missing invoice, what stands of it already, and numbers a person may name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, Desk, desk, sale

from i2g_recon.errors import NeedsAPerson, SetupIncomplete
from i2g_recon.jobs.plan import chosen, plan
from i2g_recon.jobs.push import approve


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def test_an_unfinished_set_up_has_no_plan(at: Desk) -> None:
    at.bring_in(sale("T-1"))
    with pytest.raises(SetupIncomplete):
        plan(at.ws, at.connection)


def test_each_missing_invoice_has_a_command_and_a_light(at: Desk) -> None:
    view = at.prepare(sale("T-1"), sale("T-2", currency="NZD"), sale("T-3", client="Quarry Row"))
    lights = {one.number: one.colour for one in view.verdicts}
    assert lights["T-1"] == "green"
    assert lights["T-2"] == "red"
    assert lights["T-3"] in ("green", "amber")
    assert (view.summary.create, view.summary.hold, view.summary.new_contacts) == (2, 1, 1)
    assert sorted(one.number for one in view.pushable) == ["T-1", "T-3"]


def test_the_document_bears_the_exact_invoice(at: Desk) -> None:
    document = at.prepare(sale("T-1")).to_dict()
    (command,) = document["commands"]
    assert (command["total"], command["currency"], command["light"]) == ("110.00", "AUD", "green")
    body = json.loads(command["body"])
    assert (body["Reference"], body["InvoiceNumber"], body["Status"]) == ("T-1", "T-1", "DRAFT")
    assert "Contact" not in body
    assert document["counts"]["create"] == 1


def test_what_an_earlier_push_stands_for_is_not_pushable_again(at: Desk) -> None:
    view = at.prepare(sale("T-1"), sale("T-2"))
    approve(at.ws, at.connection, view.commands[:1])
    after = plan(at.ws, at.connection, run=view.run)
    assert [one.number for one in after.pushable] == [view.commands[1].number]
    assert [one.state for one in after.standing.values()] == ["approved"]


def test_numbers_are_named_and_unknown_ones_are_told(at: Desk) -> None:
    view = at.prepare(sale("T-1"), sale("T-2"))
    assert [one.number for one in chosen(view, ["T-2"])] == ["T-2"]
    with pytest.raises(NeedsAPerson, match="T-8, T-9"):
        chosen(view, ["T-1", "T-8", "T-9"])


def test_an_unsent_invoice_is_not_pushed(at: Desk) -> None:
    view = at.prepare(sale("T-1", output_status="unsent", status="unsent"), sale("T-2"))
    assert [one.number for one in view.pushable] == ["T-2"]
