"""The desk's pages as a visitor opens them: nothing connected, nothing imported, the sample books, hostile text."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from fixtures_workspace import Desk, Xero, desk, environment, pretend_xero, sale
from streamlit.testing.v1 import AppTest

from i2g_recon.jobs import connect, import_export, setup_steps
from i2g_recon.jobs.push import push
from i2g_recon.jobs.workspace import open_workspace
from i2g_recon.sandbox.demo import PLANTED, sample_export
from i2g_recon.settings import load
from i2g_recon.web.desk_change import ACTIONS
from i2g_recon.web.desk_plan import Confirmed
from i2g_recon.web.parts import UNEXPECTED, plain

ROOT = Path(__file__).parent.parent
PAGES = ("overview", "import_files", "reconcile", "push")
SAMPLE_TAXES = {"GST 10%": "OUTPUT", "GST Free 0%": "EXEMPTOUTPUT"}
HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example")',
    "**bold** [link](http://evil.example) $x^2$ :red[red]",
    "\u202eشركة עברית",
    "🧾 café",
    "x" * 4000,
)


@contextmanager
def home_in_environment(home: Path, variables: Mapping[str, str]) -> Iterator[None]:
    """The product's settings come from the environment, so that is where a test puts them."""
    before = dict(os.environ)
    os.environ.update({**variables, "I2G_RECON_HOME": str(home)})
    try:
        yield
    finally:
        st.cache_resource.clear()
        os.environ.clear()
        os.environ.update(before)


def opened(page: str, **query: str | list[str]) -> AppTest:
    """A page of a fresh visitor."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.run()
    (file,) = (ROOT / "pages").glob(f"*/{page}.py")
    app.switch_page(str(file))
    for name, value in query.items():
        app.query_params[name] = value
    return checked(app.run())


def checked(app: AppTest) -> AppTest:
    """The same, having made sure that nothing went wrong behind it."""
    assert not app.exception, [one.message for one in app.exception]
    said = text_of(app)
    assert "Traceback" not in said
    assert plain(UNEXPECTED) not in said
    assert UNEXPECTED not in said
    return app


def text_of(app: AppTest) -> str:
    """Everything the page says in words."""
    kinds = (app.title, app.markdown, app.text, app.success, app.warning, app.error, app.info, app.caption)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


def plainly(text: str) -> str:
    """Without the marks that keep text from being read as Markdown."""
    return text.replace("\\", "")


def links_of(app: AppTest) -> dict[str, Any]:
    """Label to page link."""
    return {plainly(one.proto.label).strip("*"): one.proto for one in app.get("page_link")}


@pytest.fixture(scope="module")
def sample_xero() -> Iterator[Xero]:
    with pretend_xero("demo") as xero:
        yield xero


@pytest.fixture(scope="module")
def prepared(sample_xero: Xero, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the sample export is imported and compared; tests work on copies of it."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    prepare(sample_xero, home)
    return home


def prepare(xero: Xero, home: Path) -> None:
    """Connect, import the sample export and finish the set-up."""
    ws = open_workspace(load(environment(xero.sandbox), home=home))
    try:
        (connection,) = connect.connect_custom(ws)
        import_export.import_uploads(ws, connection, [("sample.zip", sample_export())])
        setup_steps.change_setup(ws, connection, revenue_account="200", tax_map=SAMPLE_TAXES)
        setup_steps.change_setup(ws, connection, taxes_confirmed=True, currency_confirmed=True)
        setup_steps.complete_setup(ws, connection)
    finally:
        ws.close()


@pytest.fixture
def sample_home(sample_xero: Xero, prepared: Path, tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "home"
    shutil.copytree(prepared, home)
    with home_in_environment(home, environment(sample_xero.sandbox)):
        yield home


@pytest.mark.parametrize("page", PAGES)
def test_without_a_connection_a_page_says_what_to_do(page: str, tmp_path: Path) -> None:
    with home_in_environment(tmp_path, {"XERO_CLIENT_ID": "", "I2G_RECON_DEMO": ""}):
        app = opened(page)
        assert "No organisation is connected yet" in text_of(app)


@pytest.mark.parametrize("page", PAGES)
def test_with_a_connection_and_nothing_else_a_page_says_what_to_do(page: str, tmp_path: Path) -> None:
    with desk(tmp_path) as here, home_in_environment(tmp_path, environment(here.xero.sandbox)):
        app = opened(page)
        assert not app.success
        said = plainly(text_of(app))
        expected = {"push": "not finished", "import_files": "Import"}.get(page, "Nothing has been imported yet")
        assert expected in said


def test_the_books_before_the_first_comparison_do_not_look_fine(sample_home: Path) -> None:
    assert sample_home.exists()
    app = opened("overview")
    assert [one.value for one in app.warning] == ["Nothing has been compared yet\\."]
    assert not app.success
    app.button(key="reconcile_now").click().run()
    said = plainly(text_of(checked(app)))
    assert "invoices need you" in said
    assert "of 400 Invoice2go invoices agree" in said
    assert "Nothing has been compared" not in said
    assert {one.label: one.value for one in app.metric}["Unexplained"] == "0.00 NZD"
    assert [*app.get("vega_lite_chart"), *app.get("arrow_vega_lite_chart")][1:]  # one a currency
    links = links_of(app)
    assert any(label.startswith("Next: Sent in Invoice2go and not in Xero (") for label in links), list(links)
    assert any(label.startswith("Paid in Invoice2go, open in Xero: 5") for label in links), list(links)


def test_the_work_list_filters_and_shows_both_sides(sample_home: Path) -> None:
    assert sample_home.exists()
    app = opened("reconcile")
    app.button(key="reconcile_now").click().run()
    checked(app)
    (table,) = [one.value for one in app.dataframe]
    assert set(table["Status"].map(lambda value: value[0])) == {
        "Missing in Xero",
        "Differs",
        "Not clear",
        "Only in Xero",
    }
    app.selectbox(key="reason").set_value("Another price").run()
    (table,) = [one.value for one in checked(app).dataframe]
    assert len(table) == PLANTED["price"]
    tick(app, 0)
    fields, lines = (one.value for one in checked(app).dataframe[1:3])
    assert "Differs" in set(fields["Result"])
    assert any("price" in one for one in lines["Result"])


def tick(app: AppTest, row: int) -> None:
    """Tick a row of the work list, whose key follows its content."""
    (key,) = [one.key for one in app.dataframe if str(one.key).startswith("work_list")]
    app.session_state[str(key)] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    app.run()


@pytest.mark.parametrize("status", ["Missing in Xero", "Differs", "Not clear", "Only in Xero", "Set aside", "Agrees"])
def test_every_kind_of_line_opens(status: str, sample_home: Path) -> None:
    assert sample_home.exists()
    app = opened("reconcile")
    app.button(key="reconcile_now").click().run()
    app.selectbox(key="bucket").set_value(status).run()
    tick(app, 0)
    _, fields, *_ = (one.value for one in checked(app).dataframe)
    assert ("Result" in fields) == (status in {"Differs", "Agrees"}), "only a pair was compared"


def test_a_period_that_ends_before_it_begins_cannot_be_compared(sample_home: Path) -> None:
    assert sample_home.exists()
    app = opened("reconcile", period_from="2026-03-01", period_to="2026-02-01")
    assert "The period ends before it begins" in text_of(app)
    assert app.button(key="reconcile_now").disabled


def test_a_period_without_invoices_never_looks_fine(sample_home: Path) -> None:
    assert sample_home.exists()
    app = opened("reconcile", period_from="2001-01-01", period_to="2001-01-31")
    app.button(key="reconcile_now").click().run()
    assert "Nothing was compared" in plainly(checked(app).error[0].value)
    assert not app.success


def test_pushing_what_was_confirmed_once_and_only_once(tmp_path: Path) -> None:
    with pretend_xero("demo") as xero:
        prepare(xero, tmp_path)
        with home_in_environment(tmp_path, environment(xero.sandbox)):
            app = opened("push")
            plan, differing = [one.value for one in app.dataframe]
            assert {found for (found,) in differing["What can be done"]} <= set(ACTIONS.values())
            assert (plan["Light"].map(lambda light: light[0]) == "Held").sum() == 16
            assert app.button(key="push_some").disabled
            app.button(key="push_all").click().run()
            checked(app)
            said_yes = confirmed_by(app)
            assert len(said_yes.fingerprints) == 13

            app.session_state["push_confirmed"] = said_yes
            sent(app.run())
            assert "13 of 13 invoices are in Xero" in plainly(text_of(checked(app)))
            assert "agrees with Invoice2go to the cent" in plainly(text_of(app))
            assert set(app.dataframe[0].value["Outcome"].map(lambda state: state[0])) == {"In Xero"}

            before = xero.puts()
            app.session_state["push_confirmed"] = said_yes  # the same yes a second time, as from an old tab
            app.run()
            assert "nothing was sent" in plainly(text_of(checked(app)))
            assert xero.puts() == before


def sent(app: AppTest) -> AppTest:
    """The page once the sender behind it has ended."""
    ends = time.monotonic() + 60
    for thread in threading.enumerate():
        if thread.name == "sender":
            thread.join(max(0.0, ends - time.monotonic()))
    return app.run()


def confirmed_by(app: AppTest) -> Confirmed:
    """What the dialog's button would remember, taken from the plan it was opened for."""
    from i2g_recon.jobs.plan import plan  # noqa: PLC0415 - only this test looks behind the page
    from i2g_recon.web.parts import workspace  # noqa: PLC0415 - as above

    assert [one.label for one in app.button if one.key == "push_yes"] == ["Push now"]
    ws = workspace()
    view = plan(ws, ws.organisation())
    return Confirmed(view.run.tenant_id, {one.source_id: one.fingerprint for one in view.pushable})


def test_what_an_earlier_push_left_open_can_be_resumed(tmp_path: Path) -> None:
    from i2g_recon.jobs.push import approve  # noqa: PLC0415 - an approval whose process ended before it sent

    with desk(tmp_path) as here:
        view = here.prepare(sale("M-1"), sale("M-2", client="New Client"))
        approve(here.ws, here.connection, view.pushable)
        with home_in_environment(tmp_path, environment(here.xero.sandbox)):
            assert "no outcome yet" in plainly(text_of(opened("overview")))
            app = opened("push")
            assert app.button(key="push_all").disabled
            sent(app.button(key="push_resume").click().run())
            assert "2 of 2 invoices are in Xero" in plainly(text_of(checked(app)))
            assert len(here.xero.live("M-1")) == 1
            assert "All clear" in plainly(text_of(opened("overview")))


def test_an_import_after_the_comparison_ends_the_all_clear(tmp_path: Path) -> None:
    with desk(tmp_path) as here:
        all_clear(here)
        with home_in_environment(tmp_path, environment(here.xero.sandbox)):
            assert "All clear" in opened("overview").success[0].value
            here.bring_in(sale("M-9"), name="later.csv")
            app = opened("overview")
            assert not app.success
            assert "imported since" in plainly(app.warning[0].value)


def all_clear(here: Desk) -> None:
    """One invoice on both sides, equal to the cent."""
    from i2g_recon.jobs.push import push  # noqa: PLC0415 - the shortest way to two sides that agree

    push(here.ws, here.connection, here.prepare(sale("M-1")).pushable)
    assert here.reconcile().document["verdict"] == "all_clear"


def test_importing_shows_what_was_read_and_what_was_not(tmp_path: Path) -> None:
    with desk(tmp_path) as here, home_in_environment(tmp_path, environment(here.xero.sandbox)):
        app = opened("import_files")
        assert app.button(key="import_now").disabled
        upload(app, "sample.zip", sample_export())
        said = plainly(text_of(app))
        assert "400 rows, 400 accepted, 0 refused" in said
        assert "363,831.61 AUD and 4,545.30 NZD" in said
        upload(app, "again.zip", sample_export())
        assert "Imported before" in text_of(app)


def test_what_changed_since_the_run_before_is_told_when_asked(tmp_path: Path) -> None:
    with desk(tmp_path) as here:
        view = here.prepare(sale("D-1"), sale("D-2"))
        with home_in_environment(tmp_path, environment(here.xero.sandbox)):
            app = opened("overview")
            app.button(key="show_drift").click().run()
            assert any("There are not two runs" in one.value for one in app.error)
            here.reconcile()
            app.button(key="show_drift").click().run()
            assert any("Nothing changed" in one.value for one in checked(app).success)
            push(here.ws, here.connection, view.pushable[:1])
            here.reconcile()
            app.button(key="show_drift").click().run()
            said = text_of(checked(app))
            assert "1 change." in said
            assert "Xero: 0.00 AUD before, new 110.00 AUD, 110.00 AUD now." in said
            assert "2 invoices stand elsewhere now." in said
            changes = next(one.value for one in app.dataframe if "Field" in one.value.columns)
            assert changes[["Side", "What", "Number"]].to_numpy().tolist() == [["Xero", "New", "D-1"]]


def test_a_file_that_is_no_export_is_one_sentence_and_nothing_is_kept(tmp_path: Path) -> None:
    with desk(tmp_path) as here, home_in_environment(tmp_path, environment(here.xero.sandbox)):
        app = opened("import_files")
        upload(app, "invoice.csv", b"%PDF-1.7\n%\xe2\xe3")
        assert len(app.error) == 1
        assert here.ws.store.snapshots(here.tenant_id, "source") == []


def upload(app: AppTest, name: str, content: bytes) -> None:
    app.file_uploader(key="import_files").set_value([(name, content, "application/octet-stream")]).run()
    app.button(key="import_now").click().run()
    checked(app)


def test_hostile_text_is_shown_as_text(tmp_path: Path) -> None:
    sales = [sale(f"H-{place}", client=name or "-") for place, name in enumerate(HOSTILE)]
    sales.append(sale("=1+1"))
    with desk(tmp_path) as here:
        here.prepare(*sales)
        with home_in_environment(tmp_path, environment(here.xero.sandbox)):
            for page in PAGES:
                app = opened(page)
                for callout in (*app.markdown, *app.warning, *app.error, *app.success, *app.info):
                    assert "<script>" not in callout.value
                    assert ":red[" not in callout.value
            app = opened("reconcile")
            for row in range(len(app.dataframe[0].value)):
                tick(app, row)
                checked(app)


def test_a_lost_connection_is_a_sentence(tmp_path: Path) -> None:
    with desk(tmp_path) as here:
        here.prepare(sale("M-1"))
        with home_in_environment(tmp_path, {**environment(here.xero.sandbox), "XERO_API_URL": "http://localhost:9"}):
            app = opened("reconcile")
            app.button(key="reconcile_now").click().run()
            assert "Traceback" not in text_of(checked(app))
            assert app.error
