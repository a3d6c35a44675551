"""How a file's dates are decided: evidence, choice, or a question."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from i2g_recon.core.dates import decide
from i2g_recon.errors import UnreadableFile

JUNE_11, NOVEMBER_6 = dt.date(2026, 6, 11), dt.date(2026, 11, 6)


def test_a_day_beyond_twelve_settles_the_whole_file() -> None:
    style = decide([(2, "11/06/2026"), (9, "25/06/2026")], day_first=None)
    assert style.parse("11/06/2026") == JUNE_11
    assert style.note == "Dates were read day first, because row 9 has '25/06/2026'."


def test_a_month_first_file_is_read_month_first() -> None:
    style = decide([(2, "11/06/2026"), (9, "06/25/2026")], day_first=None)
    assert style.parse("11/06/2026") == NOVEMBER_6


def test_nothing_is_guessed_when_every_day_could_be_a_month() -> None:
    with pytest.raises(UnreadableFile, match="--dates day-first or --dates month-first"):
        decide([(2, "11/06/2026"), (3, "05/05/2026")], day_first=None)


@pytest.mark.parametrize(("day_first", "expected"), [(True, JUNE_11), (False, NOVEMBER_6)])
def test_a_choice_decides(day_first: bool, expected: dt.date) -> None:  # noqa: FBT001 - a table of two
    assert decide([(2, "11/06/2026")], day_first=day_first).parse("11/06/2026") == expected


def test_a_choice_that_the_file_contradicts_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="'06/25/2026' in row 4 is month first, not day first"):
        decide([(4, "06/25/2026")], day_first=True)


def test_two_styles_in_one_file_are_refused_with_both_rows() -> None:
    with pytest.raises(UnreadableFile, match=r"row 2 .* row 7"):
        decide([(2, "13/04/2026"), (7, "04/13/2026")], day_first=None)


def test_dates_that_mean_the_same_either_way_need_no_answer() -> None:
    assert decide([(2, "05/05/2026")], day_first=None).parse("05/05/2026") == dt.date(2026, 5, 5)


@pytest.mark.parametrize("text", ["2026-06-11", "2026-06-11T00:00:00", "11 Jun 2026", "11 June 2026", "Jun 11, 2026"])
def test_dates_that_nothing_can_mistake(text: str) -> None:
    assert decide([(2, text)], day_first=None).parse(text) == JUNE_11


@pytest.mark.parametrize("text", ["31/02/2026", "soon", "99/99/2026"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert decide([], day_first=True).parse(text) is None


@given(st.dates(), st.booleans())
def test_a_written_date_comes_back(date: dt.date, day_first: bool) -> None:  # noqa: FBT001 - hypothesis passes it
    day, month = f"{date.day:02}", f"{date.month:02}"
    text = f"{day if day_first else month}/{month if day_first else day}/{date.year:04}"
    assert decide([(2, text)], day_first=day_first).parse(text) == date
