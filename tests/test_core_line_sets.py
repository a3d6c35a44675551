"""Two invoices have the same lines whatever their order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_books import invoice, line

from i2g_recon.core.compare import lines
from i2g_recon.core.frame import from_records
from i2g_recon.core.invoice import LineItem
from i2g_recon.core.money import D
from i2g_recon.core.pairs import Pairs
from i2g_recon.core.policy import Policy

HINGE, LABOUR = line("2", "50.00"), line("1", "20.00", "Labour")


@pytest.mark.parametrize(
    ("source", "target", "differs"),
    [
        ([HINGE, LABOUR], [LABOUR, HINGE], False),
        ([HINGE, HINGE, LABOUR], [HINGE, LABOUR, LABOUR], True),
        ([HINGE, LABOUR], [HINGE], True),
        ([HINGE], [line("1", "100.00")], True),
        ([replace(HINGE, discount_rate=D("10"))], [replace(HINGE, discount_amount=D("10.00"))], False),
        ([replace(HINGE, discount_rate=D("10"))], [HINGE], True),
        ([HINGE], [LABOUR, HINGE, line("1", "0.02", "Rounding", "")], True),
        ([HINGE], [HINGE, line("1", "-0.05", "ROUNDING", "")], False),
        ([HINGE], [HINGE, line("1", "0.06", "Rounding", "")], True),
        ([line("9000000", "9000000.0001")], [line("9000000", "9000000.0001", discount_amount=D("0.01"))], True),
    ],
)
def test_the_same_lines(source: list[LineItem], target: list[LineItem], differs: bool) -> None:  # noqa: FBT001 - a column
    one, other = from_records([invoice(*source)]), from_records([replace(invoice(*target), id="x")])
    found = lines(Pairs.of(one, other), Policy())
    assert found.compared.tolist() == [True]
    assert found.differs.tolist() == [differs]
