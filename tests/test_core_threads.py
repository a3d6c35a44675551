from __future__ import annotations

import threading

import pytest
from golden_cases import CASES, load, run, summary

from i2g_recon.core import threads
from i2g_recon.core.threads import WORTH_IT, side_by_side


def test_long_columns_are_worked_on_at_once_and_come_back_in_order() -> None:
    meeting = threading.Barrier(2, timeout=30)

    def work(thing: str) -> str:
        meeting.wait()  # nobody gets past alone
        return thing.upper()

    assert side_by_side(work, ["a", "b"], rows=WORTH_IT) == ["A", "B"]


def test_short_columns_are_worked_on_here() -> None:
    assert side_by_side(lambda _: threading.get_ident(), "ab", rows=WORTH_IT - 1) == [threading.get_ident()] * 2


def test_what_goes_wrong_in_a_thread_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda n: 1 // n, [1, 0], rows=WORTH_IT)


@pytest.mark.parametrize("name", CASES)
def test_threads_change_no_result(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = summary(run(load(name)))
    monkeypatch.setattr(threads, "WORTH_IT", 0)
    assert summary(run(load(name))) == alone
