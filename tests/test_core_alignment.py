from random import Random

import pytest
from fixtures_books import line
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.alignment import align
from i2g_recon.core.invoice import LineItem


def lines(text: str) -> list[LineItem]:
    """'Hinge 2 50; Labour 1 20' as lines."""
    rows = [part.split() for part in text.split(";") if part.strip()]
    return [line(quantity, price, name) for name, quantity, price in rows]


@pytest.mark.parametrize(
    ("source", "target", "partners", "extra"),
    [
        ("Hinge 2 50; Labour 1 20", "Labour 1 20; Hinge 2 50", {0: "Hinge 2 50", 1: "Labour 1 20"}, ""),
        ("Hinge 2 50; Labour 1 20", "Labour 1 20", {1: "Labour 1 20"}, ""),
        ("Hinge 2 50", "Hinge 2 50; Fee 1 3", {0: "Hinge 2 50"}, "Fee 1 3"),
        ("Hinge 2 50; Hinge 3 50", "hinge 3 50; HINGE 9 50", {0: "HINGE 9 50", 1: "hinge 3 50"}, ""),
        ("Hinge 2 50; Labour 1 20", "Scharnier 2 50; Labour 3 20", {0: "Scharnier 2 50", 1: "Labour 3 20"}, ""),
        ("Hinge 2 50", "Scharnier 3 60", {0: "Scharnier 3 60"}, ""),  # by position, the last resort
        ("Hinge 2 50; Labour 1 20", "Scharnier 3 60", {}, "Scharnier 3 60"),  # no guess when the counts differ
        ("Labour 1 20", "Surcharge 1 3", {}, "Surcharge 1 3"),  # what stands for itself replaces nothing
        ("Labour 1 20", "Rounding 1 -0.05", {}, "Rounding 1 -0.05"),
        ("Labour 1 20", "Rounding 2 0.03", {0: "Rounding 2 0.03"}, ""),  # more than a push would add
        ("", "", {}, ""),
    ],
)
def test_which_line_is_which(source: str, target: str, partners: dict[int, str], extra: str) -> None:
    others = lines(target)
    found = align(lines(source), others)
    assert {at: shown(others[other]) for at, other in found.partner.items()} == partners
    assert "; ".join(shown(others[at]) for at in found.extra) == extra


def shown(each: LineItem) -> str:
    return f"{each.description} {each.quantity} {each.unit_price}"


some = st.lists(st.sampled_from(lines("Hinge 2 50; Hinge 3 50; Labour 1 20; Labour 1 25; Fee 1 3")), max_size=6)


@given(some, some)
def test_every_line_is_used_once(source: list[LineItem], target: list[LineItem]) -> None:
    found = align(source, target)
    used = [*found.partner.values(), *found.extra]
    assert sorted(used) == list(range(len(target)))
    assert len(found.partner) <= len(source)


@given(some, st.randoms())
def test_the_same_lines_in_another_order_are_all_paired(source: list[LineItem], drawn: Random) -> None:
    target = sorted(source, key=lambda _: drawn.random())
    found = align(source, target)
    assert {at: target[other] for at, other in found.partner.items()} == dict(enumerate(source))
    assert not found.extra
