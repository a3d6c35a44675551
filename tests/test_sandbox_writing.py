"""Writing to the pretend Xero through xero-python: what is accepted, how it is computed, Xero's words for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from fixtures_sandbox import Books, Person, asked_invoice, messages, person
from xero_python.accounting import Contact, Invoice, Invoices, LineItem
from xero_python.exceptions import AccountingBadRequestException

MISSING_ID = "00000000-0000-0000-0000-00000000dead"


@pytest.fixture(scope="module")
def robin() -> Iterator[Person]:
    with person() as found:
        found.control("settings", minute=10_000)
        yield found


@pytest.fixture
def books(robin: Person) -> Books:
    return robin.books()


def line(**more: Any) -> dict[str, Any]:
    return {"Description": "Work", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200", **more}


def test_a_created_invoice_is_a_draft_with_a_number_lines_and_a_full_contact(books: Books) -> None:
    made = books.create(asked_invoice(Reference="I2G-77"))[0]
    assert (made["Status"], made["StatusAttributeString"], made["HasErrors"]) == ("DRAFT", "OK", False)
    assert (made["SubTotal"], made["TotalTax"], made["Total"], made["AmountDue"]) == (100, 10, 110, 110)
    assert not {"Payments", "CreditNotes", "HasAttachments", "InvoiceAddresses", "AmountCredited"} & set(made)
    assert made["Contact"]["ContactStatus"] == "ACTIVE"
    written = made["LineItems"][0]
    assert {"LineItemID", "AccountID", "TaxType", "TaxAmount"} < set(written)
    assert written["ValidationErrors"] == []
    assert books.raw("get_invoice", made["InvoiceID"])["Invoices"][0]["Reference"] == "I2G-77"


def test_missing_numbers_take_the_next_of_the_sequence_and_skip_taken_ones(books: Books) -> None:
    first = books.create(asked_invoice())[0]["InvoiceNumber"]
    following = [f"INV-{int(first[4:]) + step:04d}" for step in (1, 2)]
    books.create(asked_invoice(InvoiceNumber=following[0].lower()))
    assert books.create(asked_invoice())[0]["InvoiceNumber"] == following[1]


def test_the_sdks_own_models_can_be_sent(books: Books) -> None:
    item = LineItem(description="Paint", quantity=3.0, unit_amount=45.3, account_code="200")
    invoice = Invoice(type="ACCREC", contact=Contact(name="Harbour Example"), line_items=[item])
    made = books.accounting.create_invoices(books.person.tenant_id, Invoices(invoices=[invoice])).invoices[0]
    assert (made.total, made.line_items[0].tax_type) == (Decimal("149.49"), "OUTPUT")


@pytest.mark.parametrize(
    ("types", "prices", "sub_total", "total_tax", "total"),
    [
        ("Exclusive", "18.43 7.77 40.03 40.03", "106.26", "10.62", "116.88"),
        ("Exclusive", "1.25", "1.25", "0.13", "1.38"),
        ("Inclusive", "110.00 1.00", "100.91", "10.09", "111.00"),
        ("NoTax", "18.43", "18.43", "0.00", "18.43"),
    ],
)
def test_tax_is_rounded_per_line_half_up(
    books: Books, types: str, prices: str, sub_total: str, total_tax: str, total: str
) -> None:
    lines = [line(UnitAmount=Decimal(price)) for price in prices.split()]
    made = books.create(asked_invoice(LineAmountTypes=types, LineItems=lines))[0]
    assert [made[name] for name in ("SubTotal", "TotalTax", "Total")] == [
        Decimal(v) for v in (sub_total, total_tax, total)
    ]


def test_prices_have_two_decimals_unless_unitdp_says_four(books: Books) -> None:
    asked = asked_invoice(LineItems=[line(Quantity=3, UnitAmount=33.3333)])
    assert books.create(asked)[0]["SubTotal"] == Decimal("100.00")
    assert books.raw("create_invoices", {"Invoices": [asked]})["Invoices"][0]["SubTotal"] == Decimal("99.99")


REFUSALS: list[tuple[dict[str, Any], list[str]]] = [
    ({"InvoiceNumber": "inv-0001"}, ["Invoice # must be unique."]),
    ({"InvoiceNumber": "INV-0003"}, ["Invoice # must be unique."]),
    ({"Contact": None}, ["A Contact must be specified for this type of transaction"]),
    (
        {"Contact": {}},
        [
            (
                "The Contact must contain at least 1 of the following elements to identify the contact: "
                "Name, ContactID, ContactNumber"
            )
        ],
    ),
    ({"Contact": {"Name": " "}}, ["Contact cannot be empty."]),
    (
        {"Contact": {"Name": "CLOSED cafe"}},
        [
            (
                "The specified contact details matched an archived contact. "
                "Archived contacts cannot currently be edited via the API."
            )
        ],
    ),
    ({"Contact": {"Name": "Fresh", "EmailAddress": "nobody@nowhere"}}, ["Email address must be valid."]),
    ({"CurrencyCode": "SGD"}, ["Organisation is not subscribed to currency SGD"]),
    ({"Status": "PAID"}, ["Invoice not of valid status for creation"]),
    ({"LineItems": [line(AccountCode="999")]}, ["Account code '999' is not a valid code for this document."]),
    ({"LineItems": [line(AccountCode="610")]}, ["Account code '610' is not a valid code for this document."]),
    (
        {"LineItems": [line(TaxType="INPUT")]},
        ["The TaxType code 'INPUT' cannot be used with account code '200'."],
    ),
    (
        {"LineItems": [line(TaxType="OUTPUT2")]},
        ["The TaxType code OUTPUT2 does not exist or cannot be used for this type of transaction"],
    ),
    (
        {"LineItems": [line(Quantity=10, LineAmount=1)]},
        ["The line total 1.00 does not match the expected line total 100.00"],
    ),
    (
        {"Status": "AUTHORISED", "DueDate": None, "LineItems": [{"Description": "Work", "UnitAmount": 10}]},
        ["Account must be valid.", "Tax rate must be valid.", "The document DueDate field must be specified."],
    ),
    ({"Status": "AUTHORISED", "LineItems": []}, ["One or more line items must be specified"]),
    (
        {"Status": "AUTHORISED", "Date": "2026-06-30"},
        ["The document date cannot be before the period lock date, currently set at 30-Jun-2026"],
    ),
    (
        {"Status": "AUTHORISED", "Date": "2025-01-31"},
        [
            "The document date cannot be before the period lock date, currently set at 30-Jun-2026",
            "The document date cannot be before the end of year lock date, currently set at 30-Jun-2025",
        ],
    ),
]


@pytest.mark.parametrize(("changes", "said"), REFUSALS)
def test_objections_are_xeros_words_and_nothing_is_kept(books: Books, changes: dict[str, Any], said: list[str]) -> None:
    before = books.raw("get_invoices", page=1, page_size=1)["pagination"]["itemCount"]
    asked = {name: value for name, value in asked_invoice(Reference="I2G-9", **changes).items() if value is not None}
    element = books.create(asked)[0]
    assert messages(element) == said
    assert (element["HasErrors"], element["StatusAttributeString"]) == (True, "ERROR")
    assert not {"InvoiceNumber", "Reference", "UpdatedDateUTC"} & set(element)
    assert books.raw("get_invoices", page=1, page_size=1)["pagination"]["itemCount"] == before


def test_archived_accounts_are_refused() -> None:
    accounts = [{"Code": "205", "Name": "Old shop", "Type": "SALES", "TaxType": "OUTPUT", "Status": "ARCHIVED"}]
    with person({"Accounts": accounts, "Contacts": [{"Name": "Harbour Example"}]}) as found:
        element = found.books().create(asked_invoice(LineItems=[line(AccountCode="205")]))[0]
    assert messages(element) == [
        "Account code '205' has been archived, or has been deleted. Each line item must reference a valid account."
    ]


@pytest.mark.parametrize(
    ("status", "day"), [("DRAFT", "2025-01-31"), ("SUBMITTED", "2026-06-30"), ("AUTHORISED", "2026-07-01")]
)
def test_drafts_may_lie_in_a_locked_period_and_approval_after_it(books: Books, status: str, day: str) -> None:
    assert books.create(asked_invoice(Status=status, Date=day))[0]["Status"] == status


def test_elements_are_judged_one_by_one_without_summarized_errors(books: Books) -> None:
    made = books.create(asked_invoice(), asked_invoice(CurrencyCode="SGD"), asked_invoice(InvoiceNumber="INV-0001"))
    assert [one["StatusAttributeString"] for one in made] == ["OK", "ERROR", "ERROR"]
    assert books.raw("get_invoice", made[0]["InvoiceID"])["Invoices"]


def test_one_bad_element_fails_the_whole_call_by_default(books: Books) -> None:
    bad = asked_invoice(InvoiceNumber="INV-0001")
    with pytest.raises(AccountingBadRequestException) as caught:
        books.raw("create_invoices", {"Invoices": [asked_invoice(InvoiceNumber="ALL-1"), bad]})
    error = caught.value.error_data
    assert (error["ErrorNumber"], error["Type"]) == (10, "ValidationException")
    assert [messages(one) for one in error["Elements"]] == [["Invoice # must be unique."]]
    assert books.numbers(invoice_numbers=["ALL-1"]) == []


def test_equal_references_are_legal(books: Books) -> None:
    made = books.create(asked_invoice(Reference="TWICE"), asked_invoice(Reference="TWICE"))
    assert [one["StatusAttributeString"] for one in made] == ["OK", "OK"]


def test_post_with_a_taken_number_changes_that_invoice(books: Books) -> None:
    made = books.create(asked_invoice(InvoiceNumber="UP-1", Reference="before"))[0]
    changed = books.update(asked_invoice(InvoiceNumber="UP-1", Reference="after"))[0]
    assert (changed["InvoiceID"], changed["Reference"]) == (made["InvoiceID"], "after")


def test_post_by_id_keeps_what_is_not_sent_and_lines_by_their_id(books: Books) -> None:
    made = books.create(asked_invoice(LineItems=[line(), line(Quantity=2)], Reference="kept"))[0]
    first = made["LineItems"][0]["LineItemID"]
    body = {"Invoices": [{"LineItems": [{"LineItemID": first, "UnitAmount": 30}, line(UnitAmount=5)]}]}
    changed = books.raw("update_invoice", made["InvoiceID"], body)["Invoices"][0]
    assert (changed["Reference"], changed["SubTotal"]) == ("kept", Decimal(35))
    ids = [one["LineItemID"] for one in changed["LineItems"]]
    assert ids[0] == first
    assert ids[1] not in [one["LineItemID"] for one in made["LineItems"]]


def test_the_status_machine(books: Books) -> None:
    def move(invoice_id: str, *statuses: str) -> list[str]:
        found = [books.update({"InvoiceID": invoice_id, "Status": status})[0] for status in statuses]
        return [(messages(one) or [one["Status"]])[0] for one in found]

    refusal = "Invoice not of valid status for modification"
    draft, approved = (one["InvoiceID"] for one in books.create(asked_invoice(), asked_invoice()))
    assert move(draft, "SUBMITTED", "DRAFT", "VOIDED", "DELETED", "DRAFT") == [
        *("SUBMITTED", "DRAFT", refusal, "DELETED", refusal)
    ]
    assert move(approved, "AUTHORISED", "DRAFT", "DELETED", "VOIDED", "AUTHORISED") == [
        *("AUTHORISED", refusal, refusal, "VOIDED", refusal)
    ]
    assert books.raw("get_invoice", approved)["Invoices"][0]["AmountDue"] == 110


def test_a_refused_status_change_echoes_the_status_asked_for(books: Books) -> None:
    paid = books.listed(where='Status=="PAID"')[0]
    refused = books.update({"InvoiceID": paid["InvoiceID"], "Status": "DELETED"})[0]
    assert (refused["Status"], refused["InvoiceID"], refused["Total"]) == ("DELETED", paid["InvoiceID"], paid["Total"])


def test_an_unknown_id_is_refused(robin: Person, books: Books) -> None:
    said = "The document with the supplied id was not found for this endpoint."
    assert messages(books.update({"InvoiceID": MISSING_ID, "Status": "VOIDED"})[0]) == [said]
    assert robin.api("POST", f"Invoices/{MISSING_ID}", body="{}").status == 404


def test_payments_lead_to_paid_and_back_and_block_changes(books: Books) -> None:
    invoice_id = books.create(asked_invoice(Status="AUTHORISED"))[0]["InvoiceID"]

    def pay(amount: int) -> Any:
        body = {"Invoice": {"InvoiceID": invoice_id}, "Account": {"Code": "090"}, "Amount": amount}
        return books.raw("create_payments", {"Payments": [body]})["Payments"][0]

    def now() -> tuple[Any, ...]:
        found = books.raw("get_invoice", invoice_id)["Invoices"][0]
        return found["Status"], found["AmountDue"], found["AmountPaid"]

    pay(60)
    assert now() == ("AUTHORISED", 50, 60)
    said = messages(books.update({"InvoiceID": invoice_id, "Status": "VOIDED"})[0])[0]
    assert said.startswith("The status VOIDED cannot be applied")
    assert "payment or credit note" in messages(books.update({"InvoiceID": invoice_id, "Reference": "x"})[0])[0]
    with pytest.raises(AccountingBadRequestException, match="exceeds the amount outstanding"):
        pay(51)
    last = pay(50)
    assert now() == ("PAID", 0, 110)
    books.raw("delete_payment", last["PaymentID"], {"Payments": [{"Status": "DELETED"}]})
    assert now() == ("AUTHORISED", 50, 60)


def test_contacts_are_unique_by_name_and_made_by_invoices(books: Books) -> None:
    with pytest.raises(AccountingBadRequestException) as caught:
        books.raw("create_contacts", {"Contacts": [{"Name": "HARBOUR example"}]})
    element = caught.value.error_data["Elements"][0]
    assert element["HasValidationErrors"]
    assert messages(element)[0] == (
        "The contact name HARBOUR example is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    )
    made = books.create(asked_invoice(Contact={"Name": "Brand New"}), asked_invoice(Contact={"Name": "brand NEW"}))
    assert len({one["Contact"]["ContactID"] for one in made}) == 1
    assert made[0]["Contact"]["IsCustomer"]


def test_a_renamed_contact_shows_its_new_name_on_its_invoices(books: Books) -> None:
    made = books.create(asked_invoice(Contact={"Name": "Before"}))[0]
    contact_id = made["Contact"]["ContactID"]
    body = {"Contacts": [{"ContactID": contact_id, "Name": "After"}]}
    books.raw("update_or_create_contacts", body)
    assert [one["Contact"]["Name"] for one in books.listed(where=f'Contact.ContactID==Guid("{contact_id}")')] == [
        "After"
    ]


def test_notes_are_kept_with_the_invoice(books: Books) -> None:
    invoice_id = books.create(asked_invoice())[0]["InvoiceID"]
    books.raw("create_invoice_history", invoice_id, {"HistoryRecords": [{"Details": "Pushed from Invoice2go"}]})
    found = books.raw("get_invoice_history", invoice_id)["HistoryRecords"]
    assert [(one["Changes"], one["Details"]) for one in found] == [("Note", "Pushed from Invoice2go"), ("Created", "")]


@pytest.mark.parametrize(("body", "kind"), [("{", "PostDataInvalidException"), ("{}", "NoDataProcessedException")])
def test_a_body_without_invoices_is_refused(robin: Person, body: str, kind: str) -> None:
    answer = robin.api("PUT", "Invoices", body=body)
    assert (answer.status, answer.json()["Type"]) == (400, kind)
