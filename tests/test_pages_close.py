"""The page Close: sign off, review, and the alarm that the overview repeats."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from fixtures_workspace import KNOWN_CLIENT, desk, environment, sale
from test_pages_desk import checked, home_in_environment, opened, plainly, text_of

from i2g_recon.jobs.close_period import sign_offs
from i2g_recon.jobs.push import push
from i2g_recon.web.desk_close import usual_periods


def test_two_people_sign_off_and_a_later_change_is_shouted(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at, home_in_environment(tmp_path, environment(at.xero.sandbox)):
        assert "nothing to sign off" in text_of(opened("close"))
        push(at.ws, at.connection, at.prepare(sale("T-1")).pushable)
        app = opened("close")
        app.selectbox(key="close_period").set_value("Other dates").run()
        assert app.button(key="close_now").disabled
        app.date_input(key="close_from").set_value(dt.date(2026, 10, 1))
        app.date_input(key="close_to").set_value(dt.date(2026, 10, 31)).run()
        app.button(key="close_now").click().run()
        assert "Say who signs it off" in plainly(checked(app).error[0].value)
        app.text_input(key="close_who").set_value("Robin")
        app.button(key="close_now").click().run()
        assert "Somebody else reviews it now" in plainly(text_of(checked(app)))
        (signed,) = sign_offs(at.ws, at.connection)
        app.text_input(key=f"who_{signed.id}").set_value("Kim")
        app.button(key=f"review_{signed.id}").click().run()
        assert "Reviewed by Kim" in plainly(text_of(checked(app)))
        assert not app.error
        (made,) = at.xero.invoices()
        at.xero.api("POST", f"Invoices/{made['InvoiceID']}", Status="DELETED")
        at.reconcile()
        assert "invoices in it changed: 1 in Xero" in plainly(opened("overview").error[0].value)
        app = opened("close")
        app.button(key=f"since_{signed.id}").click().run()
        assert "Xero: 110.00 AUD before" in plainly(text_of(checked(app)))
        app.text_input(key=f"who_{signed.id}").set_value("Robin")
        app.text_input(key=f"reason_{signed.id}").set_value("Deleted by mistake")
        app.button(key=f"withdraw_{signed.id}").click().run()
        assert "The period is open again" in plainly(text_of(checked(app)))
        assert not opened("overview").error


def test_quarters_and_months_that_are_over_are_offered() -> None:
    offered = usual_periods(dt.date(2026, 11, 28))
    names = list(offered)
    assert names[:2] == ["Jul to Sep 2026", "Apr to Jun 2026"]
    assert offered["Jul to Sep 2026"] == (dt.date(2026, 7, 1), dt.date(2026, 9, 30))
    assert offered["October 2026"] == (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    assert usual_periods(dt.date(2026, 1, 1))["Oct to Dec 2025"] == (dt.date(2025, 10, 1), dt.date(2025, 12, 31))
