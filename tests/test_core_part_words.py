"""Each part of a difference is a sentence that a bookkeeper understands."""

from __future__ import annotations

import pytest

from i2g_recon.core.causes import CAUSES
from i2g_recon.core.part_words import words

HINGE, NOWHERE = (1, "Hinge"), (0, "")


@pytest.mark.parametrize(
    ("cause", "values", "own", "other", "sentence"),
    [
        ("quantity", (20000, 25000), HINGE, HINGE, "Line 1 (Hinge): quantity 2, in Xero 2.5."),
        ("price", (500000, 12345600), HINGE, HINGE, "Line 1 (Hinge): price 50.00, in Xero 1,234.56."),
        ("price_rounding", (333333, 333300), HINGE, HINGE, "Line 1 (Hinge): price 33.3333, in Xero 33.33."),
        ("tax_rate", (100000, 0), HINGE, HINGE, "Line 1 (Hinge): tax 10 %, in Xero 0 %."),
        ("discount", (0, 0), HINGE, HINGE, "Line 1 (Hinge): another discount."),
        ("surcharge", (30000, 40000), HINGE, HINGE, "Line 1 (Hinge): amount 3.00, in Xero 4.00."),
        ("line_missing", (0, 0), HINGE, NOWHERE, "Line 1 (Hinge) is not in Xero."),
        ("line_extra", (0, 0), NOWHERE, (3, ""), "Line 3 is only in Xero."),
        ("line_extra", (0, 0), NOWHERE, (3, "x" * 60), f"Line 3 ({'x' * 39}…) is only in Xero."),
        ("discount", (-120000, -100000), NOWHERE, (3, "Discount"),
         "The discount on the whole invoice is 12.00, in Xero 10.00: Line 3 (Discount)."),
    ],
)  # fmt: skip
def test_sentences(
    cause: str, values: tuple[int, int], own: tuple[int, str], other: tuple[int, str], sentence: str
) -> None:
    assert words({"cause": cause, "was_e4": values[0], "now_e4": values[1]}, own, other) == sentence


@pytest.mark.parametrize(
    "cause", ["inclusive_exclusive", "tax_rate", "tax_rounding", "line_rounding", "discount", "unknown"]
)
def test_what_concerns_the_whole_invoice_has_its_sentence(cause: str) -> None:
    assert cause in CAUSES
    assert words({"cause": cause, "was_e4": 0, "now_e4": 0}, NOWHERE, NOWHERE).endswith(".")
