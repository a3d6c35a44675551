import pytest

from i2g_recon.core.invoice import LineItem
from i2g_recon.core.money import D
from i2g_recon.invoice2go.arithmetic import Figures, adds_up, document_discount

PLAIN = (
    LineItem(description="Hinge", quantity=D("3"), unit_price=D("14.5")),
    LineItem(description="Fit", quantity=D("1.5"), unit_price=D("48")),
)
PERCENT = (LineItem(description="Hinge", quantity=D("2"), unit_price=D("50"), discount_rate=D("10")),)
AMOUNT = (LineItem(description="Hinge", quantity=D("2"), unit_price=D("50"), discount_amount=D("10")),)


def figures(lines: tuple[LineItem, ...], subtotal: str | None, tax: str, total: str, **others: str) -> Figures:
    """Figures from texts; what is not named is zero."""
    rest = {name: D(others.get(name, "0")) for name in ("tax_inside", "discount", "shipping", "withheld")}
    stated = None if subtotal is None else D(subtotal)
    return Figures(
        lines=lines, subtotal=stated, tax=D(tax), total=D(total), places=int(others.get("places", 2)), **rest
    )


@pytest.mark.parametrize(
    "closing",
    [
        figures(PLAIN, "115.5", "23.1", "138.6"),
        figures(PLAIN, None, "23.1", "138.6"),
        figures(PLAIN, "115.51", "23.1", "138.6"),  # a cent of rounding
        figures(PLAIN, "115.5", "10.5", "115.5", tax_inside="10.5"),  # inclusive, the subtotal holds tax
        figures(PLAIN, "105", "10.5", "115.5", tax_inside="10.5"),  # inclusive, the subtotal is net
        figures(PLAIN, "115.5", "15.5", "125.5", tax_inside="5.5"),  # mixed
        figures(PLAIN, "115.5", "21.1", "126.6", discount="10"),  # discount after the subtotal
        figures(PLAIN, "105.5", "21.1", "126.6", discount="10"),  # discount inside the subtotal
        figures(PLAIN, "115.5", "23.1", "148.6", shipping="10"),
        figures(PLAIN, "115.5", "23.1", "138.6", shipping="10"),
        figures(PLAIN, "115.5", "23.1", "128.6", withheld="10"),
        figures(PERCENT, "90", "9", "99"),
        figures(PERCENT, "90", "9", "99", discount="10"),
        figures(PERCENT, "100", "9", "99", discount="10"),
        figures(AMOUNT, "90", "9", "99"),
        figures(AMOUNT, "80", "8", "88"),  # the amount is per unit
        figures((), None, "0", "0"),
    ],
)
def test_each_known_form_closes(closing: Figures) -> None:
    assert adds_up(closing)


@pytest.mark.parametrize(
    "open_sum",
    [
        figures(PLAIN, "115.5", "23.1", "138.62"),
        figures(PLAIN, "115.52", "23.1", "138.62"),
        figures(PLAIN, "115.5", "23.1", "115.5"),  # tax is exclusive and left out
        figures(PLAIN, "115.5", "23.1", "138.6", discount="10"),  # the discount is not taken off anywhere
        figures(PLAIN, "116", "23.1", "139.1"),
        figures((), "100", "10", "110"),  # no lines behind the subtotal
        figures(PLAIN, "115.5", "23.1", "1386"),
    ],
)
def test_nothing_else_does(open_sum: Figures) -> None:
    assert not adds_up(open_sum)


def test_a_cent_is_the_smallest_amount_of_the_currency() -> None:
    yen = (LineItem(description="Hinge", quantity=D("1.5"), unit_price=D("333")),)  # 499.5
    assert adds_up(figures(yen, "500", "50", "550", places="0"))
    assert not adds_up(figures(yen, "500", "50", "552", places="0"))


def test_many_lines_rounded_one_by_one_close() -> None:
    lines = tuple(
        LineItem(description="Hinge", quantity=D("0.5"), unit_price=D("0.33")) for _ in range(40)
    )  # 0.165 each
    assert adds_up(figures(lines, "6.80", "0", "6.80"))
    assert adds_up(figures(lines, "6.60", "0", "6.60"))


@pytest.mark.parametrize(
    ("stated", "discount"),
    [
        (figures(PLAIN, "115.5", "21.1", "126.6", discount="10"), "10"),
        (figures(PERCENT, "100", "9", "99", discount="10"), "0"),  # all of it is the line's own
        (figures(PERCENT, "100", "8", "88", discount="20"), "10"),  # half of it is
        (figures(PERCENT, "90", "8", "88", discount="10"), "10"),  # beside the line's own
        (figures(PERCENT, "100", "9", "5", discount="10"), "10"),  # nothing closes
        (figures(PERCENT, "90", "9", "99"), "0"),
    ],
)
def test_the_documents_discount_is_told_apart_from_its_lines(stated: Figures, discount: str) -> None:
    assert document_discount(stated) == D(discount)
