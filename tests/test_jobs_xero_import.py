"""The missing invoices as a file for Xero's import screen: what is in it, and that importing it is enough."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fixtures_books import ORGANISATION as BOOKS
from fixtures_books import SETUP, invoice, line
from fixtures_workspace import KNOWN_CLIENT, Desk, Xero, desk, pretend_xero, sale
from test_cli import FREE, desk_on
from test_cli import SETUP as SAID
from test_cli import Desk as Terminal

from i2g_recon.core.frame import from_records
from i2g_recon.core.invoice import Invoice, LineAmountTypes
from i2g_recon.core.plan import PushCommand, make_plan
from i2g_recon.jobs.xero_import import import_of_plan
from i2g_recon.report.xero_import import COLUMNS, ImportFiles, import_files
from i2g_recon.sandbox.i2g_export import csv_bytes
from i2g_recon.sandbox.samples import EXPORT_NAME, XERO_NAME, write_samples

NAMES = {rate.tax_type: rate.name for rate in BOOKS.tax_rates}
TWO = (line("2", "50.00", "Hinge"), line("1", "20.1234", "Labour"))


def planned(*invoices: Invoice) -> tuple[PushCommand, ...]:
    target = from_records([])
    reasons = [(one, "sent_not_in_target") for one in invoices]
    return make_plan(reasons, target=target, organisation=BOOKS, setup=SETUP, contacts=())


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def files_of(*invoices: Invoice, day_first: bool = True) -> ImportFiles:
    return import_files(planned(*invoices), NAMES, day_first=day_first)


def test_one_row_per_line_in_the_columns_of_the_template() -> None:
    found = files_of(invoice(*TWO))
    rows = rows_of(found.exclusive)
    assert list(rows[0]) == COLUMNS
    assert found.inclusive == b""
    assert rows[0] == {
        "*ContactName": "Marlin Cafe",
        "EmailAddress": "office@marlin.example",
        "*InvoiceNumber": "HT-0007",
        "Reference": "HT-0007",
        "*InvoiceDate": "02/03/2026",
        "*DueDate": "16/03/2026",
        "*Description": "Hinge",
        "*Quantity": "2",
        "*UnitAmount": "50",
        "Discount": "",
        "*AccountCode": "200",
        "*TaxType": "GST on Income",
        "Currency": "AUD",
    }
    assert [(row["*Description"], row["*UnitAmount"]) for row in rows[1:]] == [("Labour", "20.1234")]
    assert found.written == ("HT-0007",)


def test_prices_with_the_tax_inside_are_a_file_of_their_own() -> None:
    inside = invoice(*TWO, line_amount_types=LineAmountTypes.INCLUSIVE, id="i2", number="HT-8", reference="HT-8")
    found = files_of(invoice(*TWO), inside)
    assert {row["Reference"] for row in rows_of(found.exclusive)} == {"HT-0007"}
    assert {row["Reference"] for row in rows_of(found.inclusive)} == {"HT-8"}


def test_dates_follow_the_country() -> None:
    assert rows_of(files_of(invoice(*TWO), day_first=False).exclusive)[0]["*InvoiceDate"] == "03/02/2026"


def test_discounts_are_percentages_or_the_invoice_is_left_out() -> None:
    tenth = invoice(line("1", "100.00", "Hinge", discount_rate=Decimal("12.5")))
    assert rows_of(files_of(tenth).exclusive)[0]["Discount"] == "12.5"
    amount = invoice(line("1", "100.00", "Hinge", discount_amount=Decimal("5.00")))
    assert rows_of(files_of(amount).exclusive)[0]["Discount"] == "5"
    odd = files_of(invoice(line("3", "33.33", "Hinge", discount_amount=Decimal("5.00"))))
    assert (odd.exclusive, odd.written) == (b"", ())
    assert odd.left_out == (
        ("HT-0007", "A line's discount is no percentage with two decimals, as Xero's import takes it."),
    )


def test_what_a_push_would_hold_or_the_screen_cannot_take_is_named() -> None:
    no_lines = invoice(id="i1", number="HT-1", reference="HT-1", total=Decimal(5), subtotal=Decimal(5), tax=Decimal(0))
    undated = invoice(*TWO, due_date=None, id="i2", number="HT-2", reference="HT-2")
    found = files_of(no_lines, undated)
    assert dict(found.left_out).keys() == {"HT-1", "HT-2"}
    assert "no lines" in dict(found.left_out)["HT-1"]
    assert "no due date" in dict(found.left_out)["HT-2"]
    nameless = import_files(planned(invoice(*TWO)), {}, day_first=True)
    assert "no tax rate" in dict(nameless.left_out)["HT-0007"]


def test_no_cell_is_a_formula() -> None:
    row = rows_of(files_of(invoice(line("1", "5", "=1+1"))).exclusive)[0]
    assert row["*Description"] == "'=1+1"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, KNOWN_CLIENT) as found:
        yield found


def on_the_screen(xero: Xero, content: bytes, types: str) -> set[str]:
    """What Xero's import screen makes of a file, typed in through the API; the numbers it takes."""
    rates = {one["Name"]: one["TaxType"] for one in xero.api("GET", "TaxRates")["TaxRates"]}
    made: dict[str, dict[str, Any]] = {}
    for row in rows_of(content):
        invoice_of = made.setdefault(row["*InvoiceNumber"], {"LineItems": []})
        day, month, year = row["*InvoiceDate"].split("/")
        due_day, due_month, due_year = row["*DueDate"].split("/")
        invoice_of |= {
            "InvoiceNumber": row["*InvoiceNumber"],
            "Reference": row["Reference"],
            "Contact": {"Name": row["*ContactName"]},
            "Date": f"{year}-{month}-{day}",
            "DueDate": f"{due_year}-{due_month}-{due_day}",
            "CurrencyCode": row["Currency"],
            "LineAmountTypes": types,
        }
        invoice_of["LineItems"].append(
            {
                "Description": row["*Description"],
                "Quantity": float(row["*Quantity"]),
                "UnitAmount": float(row["*UnitAmount"]),
                "AccountCode": row["*AccountCode"],
                "TaxType": rates[row["*TaxType"]],
                **({"DiscountRate": float(row["Discount"])} if row["Discount"] else {}),
            }
        )
    taken = set()
    for number, one in made.items():
        try:
            xero.api("PUT", "Invoices?unitdp=4", **{"Type": "ACCREC", **one})
            taken.add(number)
        except AssertionError as refused:  # an archived contact, for one: the file cannot know
            assert "ValidationException" in str(refused)  # noqa: PT017 - what was refused and why is the point
    return taken


def test_importing_the_file_of_the_plan_leaves_nothing_missing(at: Desk) -> None:
    view = at.prepare(sale("T-1"), sale("T-2", "33.3333"))
    found = import_of_plan(at.ws, at.connection, view)
    assert found.written == ("T-1", "T-2")
    on_the_screen(at.xero, found.exclusive, "Exclusive")
    assert at.missing() == []
    assert at.reconcile().document["verdict"] == "all_clear"


def test_the_command_writes_the_file_of_the_plan(tmp_path: Path) -> None:
    with pretend_xero(KNOWN_CLIENT) as xero:
        at: Terminal = desk_on(xero, tmp_path)
        at.connected().run("import", at.file("a_invoice.csv", csv_bytes([sale("T-1")])), expect=0)
        at.run(*SAID, expect=0)
        said = at.run("plan", "--output", str(tmp_path / "missing.csv"), expect=1).stderr
        assert "say that its prices do not include the tax" in said
        assert "Invoices written: 1. Reconcile again after the import." in said
        assert rows_of((tmp_path / "missing.csv").read_bytes())[0]["Reference"] == "T-1"
        assert "choose a name that ends in .csv" in at.refused("plan", "--output", str(tmp_path / "missing.txt"))
        assert "its folder does not exist" in at.refused("plan", "--output", str(tmp_path / "no" / "missing.csv"))


def test_two_files_are_enough_for_it(tmp_path: Path) -> None:
    """The demo's missing invoices, from its two sample files alone, make the demo's Xero complete."""
    write_samples(tmp_path)
    with pretend_xero("demo") as xero:
        at: Terminal = desk_on(xero, tmp_path)
        files = (str(tmp_path / EXPORT_NAME), str(tmp_path / XERO_NAME))
        words: tuple[str, ...] = ("compare", *files, "--missing", str(tmp_path / "missing.csv"))
        assert "--revenue-account CODE" in at.refused(*words)
        words += ("--revenue-account", "200")
        assert "--dates day-first or --dates month-first" in at.refused(*words)
        words += ("--dates", "day-first")
        assert "--tax 'GST 10%=NAME IN XERO'" in at.refused(*words)
        taxes = ("--tax", "GST 10%=GST on Income", "--tax", "GST Free 0%=GST Free Income")
        document = at.json(*words, *taxes, expect=1)
        gone = {item["number"] for item in document["items"] if item["bucket"] == "missing"}
        content = (tmp_path / "missing.csv").read_bytes()
        taken = on_the_screen(xero, content, "Exclusive")
        if (tmp_path / "missing-tax-inclusive.csv").exists():
            taken |= on_the_screen(xero, (tmp_path / "missing-tax-inclusive.csv").read_bytes(), "Inclusive")
        at.connected().run("import", files[0], expect=0)
        at.run(*SAID, *FREE, expect=0)
        after = at.json("reconcile", expect=1)
        left = {item["number"] for item in after["items"] if item["bucket"] == "missing"}
        assert len(taken) > len(gone) / 2
        assert left == gone - taken
        differing = {item["number"] for item in after["items"] if item["bucket"] == "differs"}
        assert not taken & differing
