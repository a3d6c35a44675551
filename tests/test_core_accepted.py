from __future__ import annotations

import pytest
from fixtures_books import invoice

from i2g_recon.core.accepted import CHANGED, ELSEWHERE, NOT_THERE, AcceptedPair, facts_of
from i2g_recon.core.frame import Invoices, from_records
from i2g_recon.core.invoice import State
from i2g_recon.core.reconcile import reconcile


def side(prefix: str, *references: str, state: State = State.LIVE) -> Invoices:
    return from_records([invoice(id=f"{prefix}{one}", number=one, reference=one, state=state) for one in references])


def accepted(source: Invoices, target: Invoices, source_id: str, target_id: str) -> AcceptedPair:
    one, other = (
        each.invoices.set_index("id", drop=False).loc[name] for each, name in ((source, source_id), (target, target_id))
    )
    return AcceptedPair(source_id, target_id, facts_of(one, other))


SOURCE, TARGET = side("s", "HT-1", "HT-2"), side("t", "PO-8", "PO-9")
PAIR = accepted(SOURCE, TARGET, "sHT-1", "tPO-9")


def test_an_accepted_pair_stands() -> None:
    result = reconcile(SOURCE, TARGET, accepted=[PAIR])
    assert result.counts["agrees"] == 1
    assert result.compared.pairing.reopened == ()
    assert [item["matched_by"] for item in result.item_rows if item["bucket"] == "agrees"] == ["accepted"]


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        (side("s", "HT-2"), TARGET, NOT_THERE),  # the rows beside it are alive
        (SOURCE, side("t", "PO-8"), NOT_THERE),
        (side("s", "HT-2"), side("t", "PO-8"), NOT_THERE),
        (SOURCE, side("t", "PO-8", "PO-9", state=State.VOID), NOT_THERE),
        (SOURCE, side("t", "PO-9", "HT-1"), ELSEWHERE),
        (from_records([invoice(id="sHT-1", number="HT-1", reference="HT-1", status="paid")]), TARGET, ""),
        (from_records([invoice(id="sHT-1", number="HT-1", reference="HT-1", currency="NZD")]), TARGET, CHANGED),
    ],
    ids=["source gone", "target gone", "both gone", "voided", "found its own", "only its status", "other money"],
)
def test_it_is_opened_again_with_the_reason(source: Invoices, target: Invoices, why: str) -> None:
    reopened = reconcile(source, target, accepted=[PAIR]).compared.pairing.reopened
    assert [(one.source_id, one.target_id, one.why) for one in reopened] == ([("sHT-1", "tPO-9", why)] if why else [])
