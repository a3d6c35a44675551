from decimal import Decimal

import pytest

from i2g_recon.invoice2go.findings import RowReading
from i2g_recon.invoice2go.payments import read_paid

HEAD = "transaction_id,amount,fpt_fee_amount,tip_amount,datetime,type,method,status"
CARD = "p1,142.76,416,0,2026-03-09,payment,credit_card,succeeded"


@pytest.mark.parametrize(
    ("cell", "paid", "doubts"),
    [
        ("", "0", 0),
        (HEAD, "0", 0),
        (f"{HEAD};{CARD}", "138.60", 0),
        (f"{HEAD};{CARD};p2,50,0,0,2026-03-09,payment,manual_payment,failed", "138.60", 0),
        (f"{HEAD};{CARD};p2,50,0,200,2026-03-09,payment,manual_payment,succeeded", "188.60", 0),
        (f"{HEAD};{CARD};p2,50,0,0,2026-03-09,refund,manual_payment,succeeded", "138.60", 1),
        (f"{HEAD};{CARD};{CARD}", "138.60", 1),
        (f"{HEAD};p1,abc,0,0,2026-03-09,payment,manual_payment,succeeded", None, 1),
        (f"{HEAD};p1,5,0.5,0,2026-03-09,payment,manual_payment,succeeded", None, 1),
        ("amount,status;10,succeeded;5,succeeded", "15", 0),
    ],
)
def test_only_what_succeeded_counts_and_without_its_surcharge(cell: str, paid: str | None, doubts: int) -> None:
    reading = RowReading("a.csv", 2, {"Payments": cell}, "GBP")
    assert read_paid(reading) == (None if paid is None else Decimal(paid))
    assert len(reading.doubts) == doubts
    assert not reading.problems


def test_without_the_column_nothing_is_known() -> None:
    assert read_paid(RowReading("a.csv", 2, {}, "GBP")) is None
