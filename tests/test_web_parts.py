from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from fixtures_web import app_home, fine, open_page, words
from hypothesis import given
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from i2g_recon.errors import NotConfigured
from i2g_recon.web.parts import MARKUP, UNEXPECTED, amount, local_time, plain, workspace


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with app_home({"I2G_RECON_HOME": str(tmp_path)}):
        yield tmp_path


@given(some.text(max_size=40))
def test_text_from_outside_keeps_its_letters_and_loses_its_powers(text: str) -> None:
    safe = plain(text)
    assert MARKUP.sub("", safe.replace("\\", "")) == MARKUP.sub("", text.replace("\\", ""))
    assert safe.count("\\") == len(MARKUP.findall(text)) + text.count("\\")


def test_amounts_are_read_as_money() -> None:
    assert amount(123450, "AUD") == "1,234.50 AUD"
    assert amount(500, "JPY") == "500 JPY"


def test_a_moment_is_told_without_a_visitor_in_utc() -> None:
    assert local_time(dt.datetime(2026, 11, 2, 9, 5, tzinfo=dt.UTC)) == "2 Nov 2026, 09:05"


def test_each_home_has_a_workspace_of_its_own_and_keeps_it(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = workspace()
    assert (workspace() is first, first.settings.home) == (True, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("I2G_RECON_HOME", str(tmp_path_factory.mktemp("other")))
        assert workspace() is not first


def test_a_setting_that_cannot_be_used_is_said_in_one_sentence(home: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XERO_GRANT", "magic")
        with pytest.raises(NotConfigured):
            workspace()
        app = open_page("connect")
    assert ["XERO_GRANT" in one.value.replace("\\", "") for one in app.error] == [True]
    assert not app.exception
    assert home.exists()


def test_a_page_without_an_organisation_says_what_to_do_next(home: Path) -> None:
    app = fine(open_page("taxes"))
    assert "No organisation is connected yet" in words(app)
    assert home.exists()


def failing_page() -> None:
    from i2g_recon.errors import ReconnectNeeded  # noqa: PLC0415 - the page's script stands alone
    from i2g_recon.web.parts import sentence_on_failure  # noqa: PLC0415 - as above

    with sentence_on_failure():
        raise ReconnectNeeded("The connection to *Harbour* has ended.")
    with sentence_on_failure():
        raise KeyError("office@marlin.example")


def test_a_failure_is_one_sentence_and_its_values_stay_out_of_page_and_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        app = AppTest.from_function(failing_page).run()
    assert [one.value for one in app.error] == ["The connection to \\*Harbour\\* has ended\\.", UNEXPECTED]
    assert not app.exception
    assert "marlin" not in caplog.text
    assert "unexpected KeyError at" in caplog.text


def test_the_cache_closes_what_it_lets_go(home: Path) -> None:
    first = workspace()
    st.cache_resource.clear()
    assert workspace() is not first
    assert home.exists()
