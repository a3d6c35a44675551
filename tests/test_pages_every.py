"""Every page with nothing, little, much and hostile data behind it: no traceback, no markup that came from a file."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pytest
from fixtures_workspace import CLIENT, KNOWN_CLIENT, Desk, desk, environment, sale
from streamlit.testing.v1 import AppTest
from test_pages_desk import HOSTILE, ROOT, checked, home_in_environment

from i2g_recon.sandbox.i2g_export import ExportInvoice, ExportLine, ExportTax
from i2g_recon.web.places import PLACES

MANY = 3_000
STATES = ("nothing", "connected", "small", "large", "hostile")


def in_xero(number: int) -> dict[str, Any]:
    """A copy in Xero; every tenth is a dollar off."""
    amount = 100 if number % 10 else 99
    line = {"Description": "Repair", "Quantity": 1, "UnitAmount": amount, "AccountCode": "200", "TaxType": "OUTPUT"}
    client = {"Contact": {"Name": CLIENT}, "Date": "2026-10-01", "DueDate": "2026-10-15"}
    return {"InvoiceNumber": f"X-{number}", "Reference": f"L-{number}", "LineItems": [line], **client}


def hostile_sales() -> list[ExportInvoice]:
    """Whatever may stand in a file, in every place of an invoice that a page shows."""
    made = []
    for place, text in enumerate(HOSTILE):
        tax = ExportTax(id=f"tax-{place}", name=text or "-", rates=(Decimal(10),))
        line = ExportLine(
            description=text,
            quantity=Decimal(1),
            unit_price=Decimal(100),
            code=text[:30],
            taxes=((Decimal(10), tax.id),),
        )
        one = sale(f"{text[:60]} {place}", client=text or "-", lines=(line,), taxes=(tax,))
        made.append(dataclasses.replace(one, email=f"{text[:20]}@x"))
    return made


def filled(at: Desk, state: str) -> None:
    """The workspace of a state."""
    if state == "small":
        at.prepare(sale("S-1"))
    elif state == "large":
        at.prepare(*(sale(f"L-{number}") for number in range(MANY)))
    elif state == "hostile":
        at.bring_in(*hostile_sales())
        at.reconcile()


@pytest.fixture(scope="module", params=STATES)
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppTest]:
    """A visitor of the app in that state."""
    home, state = tmp_path_factory.mktemp("home"), request.param
    copies = {**KNOWN_CLIENT, "Invoices": [in_xero(number) for number in range(MANY // 2)]}
    seed: dict[str, Any] | str = copies if state == "large" else "empty"
    with ExitStack() as stack:
        variables = {"XERO_CLIENT_ID": "", "I2G_RECON_DEMO": ""}
        if state != "nothing":
            at = stack.enter_context(desk(home, seed))
            filled(at, state)
            variables = environment(at.xero.sandbox)
        stack.enter_context(home_in_environment(home, variables))
        yield AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120).run()


@pytest.mark.parametrize("name", [one.name for one in PLACES])
def test_the_page_opens(app: AppTest, name: str) -> None:
    (found,) = (one for one in PLACES if one.name == name)
    app.switch_page(str(found.path))
    checked(app.run())
    for shown in (*app.markdown, *app.warning, *app.error, *app.success, *app.info, *app.caption, *app.header):
        assert "<script>" not in shown.value
        assert ":red[" not in shown.value
