"""Dates as a country writes them, whatever the country."""

from __future__ import annotations

import datetime as dt

import pytest

from i2g_recon.web.days import day_text, days_in, grid_format, input_format

DAY = dt.date(2026, 5, 3)


@pytest.mark.parametrize(
    ("code", "text", "grid", "field"),
    [
        ("AU", "3 May 2026", "D MMM YYYY", "DD/MM/YYYY"),
        ("GB", "3 May 2026", "D MMM YYYY", "DD/MM/YYYY"),
        ("NZ", "3 May 2026", "D MMM YYYY", "DD/MM/YYYY"),
        ("US", "May 3, 2026", "MMM D, YYYY", "MM/DD/YYYY"),
        ("CA", "May 3, 2026", "MMM D, YYYY", "YYYY-MM-DD"),
        ("FR", "3 May 2026", "D MMM YYYY", "DD/MM/YYYY"),
        ("ZA", "03 May 2026", "DD MMM YYYY", "YYYY-MM-DD"),
        ("", "3 May 2026", "D MMM YYYY", "DD/MM/YYYY"),
        ("XX", "3 May 2026", "D MMM YYYY", "DD/MM/YYYY"),
        ("not a country", "3 May 2026", "D MMM YYYY", "DD/MM/YYYY"),
    ],
)
def test_each_country_writes_its_dates(code: str, text: str, grid: str, field: str) -> None:
    assert (day_text(DAY, code), grid_format(code), input_format(code)) == (text, grid, field)


def test_no_day_is_nothing() -> None:
    assert day_text(None, "AU") == ""


def test_only_whole_days_in_a_sentence_are_written_anew() -> None:
    said = "Since 2026-05-03, not 2026-13-01 and not INV-12026-05-03."
    assert days_in(said, "GB") == "Since 3 May 2026, not 2026-13-01 and not INV-12026-05-03."
