"""The walk-through and the settings as a visitor works them, against the demo's organisation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fixtures_sandbox import Person, person
from fixtures_web import Visit, button, connected_home, fine, words
from fixtures_workspace import SANDBOX_LIMITS, sale
from streamlit.testing.v1 import AppTest

from i2g_recon.core.setup import Setup
from i2g_recon.jobs.import_export import import_uploads
from i2g_recon.jobs.plan import plan
from i2g_recon.jobs.push import push
from i2g_recon.jobs.setup_steps import Choices, apply_choices, change_setup, complete_setup, setup_view
from i2g_recon.sandbox.demo import PLANTED, sample_export
from i2g_recon.sandbox.i2g_export import csv_bytes
from i2g_recon.web.parts import amount

SAMPLE_TAXES = {"GST 10%": "OUTPUT", "GST Free 0%": "EXEMPTOUTPUT"}


@pytest.fixture(scope="module")
def robin() -> Iterator[Person]:
    with person("demo") as found:
        found.control("settings", **SANDBOX_LIMITS)
        yield found


@pytest.fixture
def visit(robin: Person, tmp_path: Path) -> Iterator[Visit]:
    with connected_home(robin, tmp_path) as found:
        yield found


@pytest.fixture
def sample(visit: Visit) -> Visit:
    """The same after the sample export was imported."""
    import_uploads(visit.ws, visit.connection, [("sample.zip", sample_export())])
    return visit


def kept(visit: Visit) -> Setup:
    return visit.ws.store.setup(visit.connection.tenant_id)


def tick(app: AppTest) -> Any:
    return app.checkbox[0]


def options(box: Any) -> str:
    return "\n".join(box.options)


# --- Connect


def test_connect_says_what_xero_will_ask_and_leads_there_in_the_same_tab(visit: Visit) -> None:
    visit.ws.store.remove_connection(visit.connection.tenant_id)
    app = fine(visit.open("connect"))
    assert "Sales invoices: read and write" in words(app)
    links = [str(one.proto.body) for one in app.get("html")]
    assert [label for link in links for label in ("Connect Xero<", "Connect to read only<") if label in link] == [
        "Connect Xero<",
        "Connect to read only<",
    ]
    assert all('target="_self"' in link and '"/xero/login?ticket=' in link for link in links)


def test_connect_shows_the_organisation_since_when_and_by_whom(visit: Visit) -> None:
    said = words(fine(visit.open("connect")))
    assert visit.connection.name in said
    assert "by Robin Example" in said


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [("connected", "success", "connected"), ("declined", "error", "Connect again"), ("<b>x</b>", "error", "finish")],
)
def test_the_end_of_a_sign_in_is_said_once(visit: Visit, code: str, kind: str, said: str) -> None:
    app = visit.open("connect")
    app.query_params["xero"] = code
    app.run()
    (sentence,) = [one.value for one in (app.success if kind == "success" else app.error)]
    assert said in sentence
    assert "<b>" not in sentence
    assert "xero" not in app.query_params
    assert sentence not in words(app.run())


def test_disconnect_is_asked_twice_and_ends_the_connection_in_xero(visit: Visit) -> None:
    app = visit.open("connect")
    button(app, "Disconnect").click().run()
    button(app, "Keep it connected").click().run()
    assert visit.ws.store.connections() == [visit.connection]
    button(app, "Disconnect").click().run()
    button(app, "Yes, disconnect").click().run()
    assert visit.ws.store.connections() == []
    assert any(visit.connection.connection_id in row["path"] for row in visit.robin.logged("DELETE"))


def test_a_connection_that_ended_is_shown_on_every_page(visit: Visit) -> None:
    change_setup(visit.ws, visit.connection)
    visit.ws.store.save_connection(replaced(visit, state="reconnect"))
    for name in ("connect", "revenue-account", "settings"):
        assert "no longer accepts the connection" in words(visit.open(name))


def replaced(visit: Visit, **changes: Any) -> Any:
    return replace(visit.connection, **changes)


def test_of_several_organisations_one_is_chosen_by_the_person(visit: Visit) -> None:
    visit.ws.store.save_connection(replaced(visit, tenant_id="t-2", name="Second Books"))
    visit.ws.store.choose_organisation("t-2")
    app = visit.open("settings")
    assert "Second Books" in words(app)
    app.selectbox(key="organisation").select(visit.connection.tenant_id).run()
    assert visit.ws.organisation() == visit.connection


# --- Revenue account


def test_the_one_account_called_sales_is_preselected_and_kept_by_next(visit: Visit) -> None:
    app = fine(visit.open("revenue-account"))
    accounts = app.radio(key="revenue_account")
    assert (accounts.value, accounts.options[0]) == ("200", "200 Sales")
    assert "Sales - old shop" not in options(accounts)
    assert kept(visit).revenue_account == ""
    button(app, "Next").click().run()
    assert kept(visit).revenue_account == "200"
    assert [one.value for one in app.title] == ["Taxes"]


def test_a_choice_is_kept_at_once_and_found_again(visit: Visit) -> None:
    app = visit.open("revenue-account")
    app.radio(key="revenue_account").set_value("260").run()
    app.radio(key="status").set_value("AUTHORISED").run()
    app.toggle(key="auto_export").set_value(True).run()
    again = visit.open("revenue-account")
    assert (again.radio(key="revenue_account").value, again.radio(key="status").value) == ("260", "AUTHORISED")
    assert again.toggle(key="auto_export").value is True
    setup = kept(visit)
    assert (setup.revenue_account, setup.status, setup.auto_export) == ("260", "AUTHORISED", True)


# --- Taxes


def test_without_an_import_the_taxes_can_be_confirmed_and_the_page_says_what_that_means(visit: Visit) -> None:
    app = fine(visit.open("taxes"))
    assert "held until it is" in words(app)
    tick(app).check().run()
    assert kept(visit).taxes_confirmed


def test_equal_rates_pair_themselves_and_the_tick_opens_when_all_is_answered(sample: Visit) -> None:
    app = fine(sample.open("taxes"))
    assert app.selectbox(key="tax_GST 10%").value == "OUTPUT"
    free = app.selectbox(key="tax_GST Free 0%")
    assert free.value is None
    assert "GST Free Income (the same 0 %)" in options(free)
    assert "GST on Income (10 %, not the same" in options(free)
    assert tick(app).disabled
    view = setup_view(sample.ws, sample.connection)
    assert all(amount(minor, code) in words(app) for row in view.taxes for code, minor in row.tax.total_by_currency)
    free.select("EXEMPTOUTPUT").run()
    assert not tick(app).disabled
    tick(app).check().run()
    assert kept(sample).tax_map == SAMPLE_TAXES
    assert kept(sample).taxes_confirmed


def test_a_change_after_the_tick_takes_the_tick_away(sample: Visit) -> None:
    app = sample.open("taxes")
    app.selectbox(key="tax_GST Free 0%").select("EXEMPTOUTPUT").run()
    tick(app).check().run()
    app.selectbox(key="tax_GST Free 0%").select("hold").run()
    assert tick(app).value is False
    assert (kept(sample).held_taxes, kept(sample).taxes_confirmed) == (("GST Free 0%",), False)
    app.run()
    assert kept(sample).taxes_confirmed is False
    tick(app).check().run()
    assert kept(sample).taxes_confirmed


def test_a_new_tax_after_completion_opens_the_step_again(sample: Visit) -> None:
    change_setup(sample.ws, sample.connection, revenue_account="200", tax_map=SAMPLE_TAXES, taxes_confirmed=True)
    change_setup(sample.ws, sample.connection, currency_confirmed=True)
    complete_setup(sample.ws, sample.connection)
    strange = sale("HT-9001")
    renamed = tuple(replace(tax, name="Old GST") for tax in strange.taxes)
    odd = csv_bytes([replace(strange, taxes=renamed)])
    import_uploads(sample.ws, sample.connection, [("more.csv", odd)])
    app = fine(sample.open("taxes"))
    assert "Old GST 10%" in words(app)
    review = sample.open("review")
    assert "Old GST 10%" in words(review)
    assert "The set-up is complete." not in words(review)


# --- Currency, Review


def test_each_currency_is_shown_with_its_value_and_what_happens_to_it(sample: Visit) -> None:
    app = fine(sample.open("currency"))
    table = app.dataframe[0].value
    assert table["Currency"].tolist() == ["AUD", "NZD"]
    assert table["What happens"].tolist()[1] == "Held until the currency is added in Xero"
    found = setup_view(sample.ws, sample.connection).currencies
    assert table["Value"].tolist() == [amount(each.use.total_minor, each.use.currency) for each in found]
    tick(app).check().run()
    assert kept(sample).currency_confirmed


def test_books_of_another_currency_cannot_be_confirmed(visit: Visit) -> None:
    foreign = csv_bytes([sale("HT-1", currency="USD"), sale("HT-2", currency="USD")])
    import_uploads(visit.ws, visit.connection, [("usd.csv", foreign)])
    app = visit.open("currency")
    assert "Connect the organisation that keeps USD" in words(app)
    assert tick(app).disabled


def test_complete_is_closed_with_the_list_of_what_is_missing_and_then_completes(sample: Visit) -> None:
    app = fine(sample.open("review"))
    assert button(app, "Complete").disabled
    assert "Choose an active revenue account" in words(app)
    change_setup(sample.ws, sample.connection, revenue_account="200", tax_map=SAMPLE_TAXES, taxes_confirmed=True)
    change_setup(sample.ws, sample.connection, currency_confirmed=True)
    app = fine(sample.open("review"))
    figures = {one.label: int(one.value) for one in app.metric}
    button(app, "Complete").click().run()
    assert kept(sample).completed
    summary = plan(sample.ws, sample.connection).summary
    assert figures == {"Invoices to post": summary.create, "Invoices held": summary.hold}
    assert summary.create >= PLANTED["sent_not_in_target"]
    assert "The set-up is complete." in words(fine(app))


@pytest.mark.parametrize(
    ("here", "label", "there"),
    [
        ("connect", "Next", "Revenue account"),
        ("revenue-account", "Next", "Taxes"),
        ("taxes", "Next", "Currency"),
        ("currency", "Next", "Review"),
        ("review", "Back", "Currency"),
        ("currency", "Back", "Taxes"),
        ("taxes", "Back", "Revenue account"),
        ("revenue-account", "Back", "Connect"),
    ],
)
def test_back_and_next_walk_the_steps(visit: Visit, here: str, label: str, there: str) -> None:
    app = visit.open(here)
    button(app, label).click().run()
    assert [one.value for one in fine(app).title] == [there]


def test_the_walk_through_costs_one_reading_of_xero(visit: Visit) -> None:
    before = visit.ws.transport.calls.total
    for name in ("connect", "revenue-account", "taxes", "currency", "review"):
        fine(visit.open(name))
    assert visit.ws.transport.calls.total - before <= 6


# --- Settings


def test_a_later_change_is_kept_and_a_complete_set_up_stays_complete(visit: Visit) -> None:
    change_setup(visit.ws, visit.connection, revenue_account="200", taxes_confirmed=True, currency_confirmed=True)
    complete_setup(visit.ws, visit.connection)
    app = fine(visit.open("settings"))
    assert str(visit.ws.settings.home) in "\n".join(str(one.value) for one in app.code)
    assert button(app, "Save").disabled
    app.radio(key="settings_status").set_value("AUTHORISED").run()
    button(app, "Save").click().run()
    assert (kept(visit).status, kept(visit).completed) == ("AUTHORISED", True)
    assert "Invoices already in Xero stay as they are" in words(fine(app))


def test_what_a_change_means_for_pushed_invoices_is_said_before_it_is_saved(visit: Visit) -> None:
    import_uploads(visit.ws, visit.connection, [("one_invoice.csv", csv_bytes([sale("LATE-1"), sale("LATE-2")]))])
    choices = Choices(revenue_account="200", confirm_taxes=True, confirm_currency=True)
    assert apply_choices(visit.ws, visit.connection, choices).setup.completed
    push(visit.ws, visit.connection, plan(visit.ws, visit.connection).pushable)
    app = fine(visit.open("settings"))
    assert not app.warning
    app.radio(key="settings_status").set_value("AUTHORISED").run()
    assert "2 invoices (220.00 AUD) already pushed: as drafts" in app.warning[0].value.replace("\\", "")
    assert kept(visit).status == "DRAFT"
    change_setup(visit.ws, visit.connection, revenue_account="260")
    app = fine(visit.open("review"))
    said = "\n".join(one.value for one in app.warning).replace("\\", "")
    assert "on account 200, new ones go to 260." in said
    assert "LATE-1, LATE-2" in "\n".join(one.value for one in app.text)


def test_all_rates_are_compared_when_asked(sample: Visit) -> None:
    change_setup(sample.ws, sample.connection, revenue_account="200", tax_map=SAMPLE_TAXES)
    app = fine(sample.open("taxes"))
    assert not app.dataframe
    app.toggle(key="compare_rates").set_value(True).run()
    table = fine(app).dataframe[0].value
    own = table[table["Tax in Invoice2go"] == "GST 10%"]
    assert own.iloc[0]["Tax rate in Xero"] == "GST on Income"
    assert (own.iloc[0]["To the cent"] > 0, own.iloc[0]["By"]) == (True, "")
    assert (own["Different"] > 0).sum() >= 1
    assert all(own["By"][own["Different"] > 0].str.contains("AUD"))


def test_the_plan_is_asked_and_a_small_one_gets_its_note(visit: Visit) -> None:
    app = fine(visit.open("revenue-account"))
    app.radio(key="invoice2go_plan").set_value("starter").run()
    assert "i2g-recon does not need it" in "\n".join(one.value for one in fine(app).caption).replace("\\", "")
    assert kept(visit).invoice2go_plan == "starter"
    assert fine(visit.open("revenue-account")).radio(key="invoice2go_plan").value == "starter"


def test_choices_from_a_file_are_taken_or_refused_on_the_page(visit: Visit) -> None:
    app = fine(visit.open("settings"))
    good = b'revenue_account = "260"\nstatus = "AUTHORISED"\nauto_export = false\n[taxes]\n'
    app.file_uploader(key="settings_in").set_value([("a.toml", good, "application/toml")]).run()
    button(app, "Take these choices").click().run()
    assert "Taken" in "\n".join(one.value for one in fine(app).success)
    assert (kept(visit).revenue_account, kept(visit).status) == ("260", "AUTHORISED")
    app.file_uploader(key="settings_in").set_value([("b.toml", b"x = 1", "application/toml")]).run()
    button(app, "Take these choices").click().run()
    assert "unknown settings: x" in "\n".join(one.value for one in app.error).replace("\\", "")
    assert kept(visit).revenue_account == "260"


def test_taxes_say_what_the_choice_makes_of_the_newest_invoices(sample: Visit) -> None:
    change_setup(sample.ws, sample.connection, revenue_account="200", tax_map=SAMPLE_TAXES)
    app = fine(sample.open("taxes"))
    said = "\n".join(one.value for one in app.caption).replace("\\", "")
    assert "in the last 90 days" in said
    assert "come out to the cent in Xero" in said
    app.selectbox(key="tax_GST 10%").select("EXEMPTOUTPUT").run()
    said = "\n".join(one.value for one in fine(app).caption).replace("\\", "")
    assert "would come out different in Xero, by -" in said


def test_readiness_is_looked_at_when_asked(visit: Visit) -> None:
    app = fine(visit.open("settings"))
    button(app, "Check now").click().run()
    assert not app.exception
    assert any("You may make drafts" in one.value for one in app.success)
    assert any("revenue account" in one.value for one in app.error)  # the set-up is not finished


def test_another_account_for_a_client_is_chosen_shown_and_removed(sample: Visit) -> None:
    app = fine(sample.open("revenue-account"))
    app.radio(key="other_what").set_value("client").run()
    name = app.selectbox(key="other_name_client").options[0]
    app.selectbox(key="other_name_client").select(name).run()
    app.selectbox(key="other_code").select("260").run()
    app.button(key="other_add").click().run()
    (key,) = kept(sample).client_accounts
    assert kept(sample).client_accounts[key] == "260"
    assert f"Account for client {key}" in str(fine(sample.open("review")).table[0].value)
    app = fine(sample.open("revenue-account"))
    app.button(key=f"other_away_client_{key}").click().run()
    assert dict(kept(sample).client_accounts) == {}
