"""Reading the pretend Xero through xero-python: settings, contacts, pages, filters, and the exact shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from fixtures_sandbox import Books, Person, person
from xero_python.exceptions import AccountingBadRequestException

ALL = ["INV-0001", "INV-0002", "INV-0003", "INV-0004"]


@pytest.fixture(scope="module")
def robin() -> Iterator[Person]:
    with person() as found:
        found.control("settings", minute=10_000)
        yield found


@pytest.fixture
def books(robin: Person) -> Books:
    return robin.books()


def test_settings_come_as_models_of_the_sdk(books: Books) -> None:
    tenant_id, sdk = books.person.tenant_id, books.accounting
    organisation = sdk.get_organisations(tenant_id, _request_timeout=(5, 10)).organisations[0]
    assert (organisation.name, organisation.base_currency.value) == ("Small Books", "AUD")
    assert organisation.period_lock_date.isoformat() == "2026-06-30"
    sales = [one for one in sdk.get_accounts(tenant_id, where='Class=="revenue"').accounts if one.name == "Sales"]
    assert (sales[0].code, sales[0].tax_type) == ("200", "OUTPUT")
    rates = {rate.tax_type: rate.effective_rate for rate in sdk.get_tax_rates(tenant_id).tax_rates}
    assert (rates["OUTPUT"], rates["EXEMPTOUTPUT"]) == (10, 0)
    assert [one.code.value for one in sdk.get_currencies(tenant_id).currencies] == ["AUD"]
    actions = {one.name: one.status for one in sdk.get_organisation_actions(tenant_id).actions}
    assert actions["CreateApprovedInvoice"] == "ALLOWED"


def test_contacts_hide_archived_ones_and_search_ignores_case(books: Books) -> None:
    def names(**parameters: Any) -> list[str]:
        return [one["Name"] for one in books.raw("get_contacts", **parameters)["Contacts"]]

    assert names() == ["Harbour Example", "New In Seed"]
    assert names(include_archived=True) == ["Harbour Example", "Closed Cafe", "New In Seed"]
    assert names(where='Name=="HARBOUR example"') == names(search_term="ACCOUNTS@") == ["Harbour Example"]
    assert names(where='EmailAddress!=null AND EmailAddress.EndsWith(".example")') == ["Harbour Example"]


def test_pages_have_lines_and_pagination_and_end_empty(books: Books) -> None:
    page = books.raw("get_invoices", page=2, page_size=3)
    assert page["pagination"] == {"page": 2, "pageSize": 3, "pageCount": 2, "itemCount": 4}
    assert [one["LineItems"][0]["LineAmount"] for one in page["Invoices"]] == [Decimal("18.43")]
    assert books.listed(page=3, page_size=3) == []
    assert [one.invoice_number for one in _model_page(books)] == ALL


def _model_page(books: Books) -> list[Any]:
    found: list[Any] = books.accounting.get_invoices(books.person.tenant_id, page=1, page_size=1000).invoices
    return found


def test_a_list_without_page_has_no_lines_and_a_summary_less(books: Books) -> None:
    answer = books.raw("get_invoices")
    assert "pagination" not in answer
    assert all("LineItems" not in one and "Payments" in one for one in answer["Invoices"])
    summary = books.raw("get_invoices", summary_only=True)
    assert summary["pagination"]["pageSize"] == 100
    assert all(not {"LineItems", "Payments", "CreditNotes"} & set(one) for one in summary["Invoices"])


@pytest.mark.parametrize("query", ["page=0", "page=1&pageSize=1001", "page=1&pageSize=0", "page=x"])
def test_pages_out_of_range_are_refused(robin: Person, query: str) -> None:
    assert robin.api("GET", f"Invoices?{query}").status == 400


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        ('Type=="ACCREC"', ALL),
        ('Status=="paid" OR Status=="VOIDED"', ["INV-0002", "INV-0003"]),
        ('Reference=="I2G-2"', ["INV-0002", "INV-0003"]),
        ('Reference=="I2G-2" AND Status!="VOIDED"', ["INV-0002"]),
        ("Reference==null", ["INV-0004"]),
        ('Reference!="I2G-1"', ["INV-0002", "INV-0003", "INV-0004"]),
        ('Reference.StartsWith("i2g") && InvoiceNumber.EndsWith("1")', ["INV-0001"]),
        ('InvoiceNumber.Contains("000")==false', []),
        ("Date>=DateTime(2026, 10, 07)", ["INV-0003", "INV-0004"]),
        ("Date>=DateTime(2026,10,6) AND Date<DateTime(2026,10,7)", ["INV-0002"]),
        ("AmountDue>0 AND AmountDue<=110.00", ["INV-0001", "INV-0004"]),
        ("AmountPaid==220", ["INV-0002"]),
        ('Contact.Name=="new in seed"', ["INV-0004"]),
        ('!(Status=="DRAFT" || Status=="PAID") AND (Total>=110)', ["INV-0001", "INV-0003"]),
        ("UpdatedDateUTC<DateTime(2011,1,1)", ["INV-0001"]),
    ],
)
def test_where(books: Books, where: str, numbers: list[str]) -> None:
    assert books.numbers(where=where) == numbers


@pytest.mark.parametrize("where", ["Nonsense==1", 'Type=="ACCREC" AND', "Type", 'Type~"x"', "Date>DateTime(2026,13,1)"])
def test_a_filter_that_cannot_be_read_is_a_query_parse_exception(books: Books, where: str) -> None:
    with pytest.raises(AccountingBadRequestException) as caught:
        books.listed(where=where)
    assert caught.value.error_data["Type"] == "QueryParseException"


def test_list_parameters_and_order(books: Books) -> None:
    first = books.listed()[0]
    assert books.numbers(i_ds=[first["InvoiceID"]]) == books.numbers(search_term="i2g-1") == ["INV-0001"]
    assert books.numbers(invoice_numbers=["inv-0002", "INV-0004"]) == ["INV-0002", "INV-0004"]
    assert books.numbers(statuses=["DRAFT", "VOIDED"]) == ["INV-0003", "INV-0004"]
    assert books.numbers(contact_i_ds=[first["Contact"]["ContactID"]]) == ALL[:3]
    assert books.numbers(created_by_my_app=True) == []
    assert books.numbers(order="Date DESC, InvoiceNumber ASC") == ALL[::-1]


@pytest.mark.parametrize("since", ["2011-01-01T00:00:00", "Sat, 01 Jan 2011 00:00:00 GMT"])
def test_if_modified_since_in_both_forms(robin: Person, since: str) -> None:
    answer = robin.api("GET", "Invoices", headers={"If-Modified-Since": since})
    assert [one["InvoiceNumber"] for one in answer.json()["Invoices"]] == ALL[1:]
    assert robin.api("GET", "Invoices", headers={"If-Modified-Since": "yesterday"}).status == 412


def test_the_shape_of_a_listed_invoice(robin: Person) -> None:
    text = robin.api("GET", "Invoices?page=1&pageSize=1").data.decode()
    answer = json.loads(text)
    assert re.fullmatch(r"/Date\(\d{13}\)/", answer["DateTimeUTC"])
    invoice = answer["Invoices"][0]
    assert "null" not in text
    assert '"Total":110.0,' in text
    assert '"UnitAmount":100.0,' in text
    assert (invoice["DateString"], invoice["Date"]) == ("2026-10-05T00:00:00", "/Date(1791158400000+0000)/")
    assert invoice["UpdatedDateUTCString"] == "2010-03-04T05:06:07Z"
    assert set(invoice["Contact"]) == {
        *("ContactID", "Name", "Addresses", "Phones", "ContactGroups", "ContactPersons", "HasValidationErrors")
    }
    assert (invoice["Payments"], invoice["CreditNotes"], invoice["HasAttachments"]) == ([], [], False)


def test_by_id_gives_an_array_of_one_with_the_full_contact(books: Books) -> None:
    listed = books.listed(where='Status=="AUTHORISED"')[0]
    found = books.raw("get_invoice", listed["InvoiceID"])["Invoices"]
    assert (len(found), found[0]["Contact"]["ContactStatus"], "Payments" in found[0]) == (1, "ACTIVE", False)


def test_what_is_not_there_is_html_without_a_body(robin: Person) -> None:
    for path in ("Invoices/00000000-0000-0000-0000-00000000dead", "Nonsense", "Invoices/a/b/c"):
        answer = robin.api("GET", path)
        assert (answer.status, answer.data, answer.headers["Content-Type"]) == (404, b"", "text/html; charset=utf-8")


def test_a_call_that_does_not_accept_json_is_noticed(robin: Person) -> None:
    answer = robin.api("GET", "Organisation", headers={"Accept": "*/*"})
    assert (answer.status, b"application/json" in answer.data) == (406, True)


def test_answers_are_compressed_when_asked_for(robin: Person) -> None:
    plain = robin.api("GET", "Accounts")
    small = robin.api("GET", "Accounts", headers={"Accept-Encoding": "gzip"}, decode_content=False)
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert len(small.data) < len(plain.data) / 3


def test_every_country_starts_with_its_own_chart_and_rates() -> None:
    with person("empty", countries=["AU", "NZ", "UK", "US", "ZA"]) as found:
        names = [organisation["name"] for organisation in found.sandbox.organisations]
        token = found.exchange(found.decide("allow", [o["tenant_id"] for o in found.sandbox.organisations])["code"])
        america = found.sandbox.organisations[3]["tenant_id"]
        access = token.json()["access_token"]
        accounts = found.api("GET", "Accounts", token=access, tenant_id=america).json()["Accounts"]
    assert len(names) == len(set(names)) == 5
    assert {one["Code"]: one["Name"] for one in accounts}["200"] == "Accounts Payable"
