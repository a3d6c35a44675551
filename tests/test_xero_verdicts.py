"""What an answer says about each invoice that was sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
import urllib3

from i2g_recon.errors import AnswerLost, Refused
from i2g_recon.xero.failures import NOT_SAVED
from i2g_recon.xero.transport import Answer
from i2g_recon.xero.verdicts import Verdict, judged, name_of, number_of, reference_of, require_identities, tidy

ONE = {"InvoiceNumber": "I-1", "Reference": "1"}
TWO = {"InvoiceNumber": "I-2", "Reference": "2"}
THREE = {"InvoiceNumber": "I-3", "Reference": "3"}
SAVED: dict[str, Any] = {"InvoiceID": "x", "StatusAttributeString": "OK", "HasErrors": False}
TAKEN = "Invoice # must be unique."
FAILED: dict[str, Any] = {
    "InvoiceID": "00000000-0000-0000-0000-000000000000",
    "StatusAttributeString": "ERROR",
    "HasErrors": True,
    "ValidationErrors": [{"Message": TAKEN}],
}


def verdicts(bodies: list[dict[str, str]], payload: object, status: int = 200) -> list[Verdict]:
    answer = Answer(status, "", urllib3.HTTPHeaderDict(), json.dumps(payload).encode())
    return judged(answer, "Invoices", bodies, (number_of, reference_of))


def test_elements_are_joined_by_number_never_by_order() -> None:
    found = verdicts([ONE, TWO], {"Invoices": [{**FAILED, **TWO}, {**SAVED, **ONE}]})
    assert [(one.ok, one.messages) for one in found] == [(True, ()), (False, (TAKEN,))]


def test_upper_and_lower_case_are_the_same() -> None:
    assert verdicts([ONE], {"Invoices": [{**SAVED, "InvoiceNumber": "i-1"}]})[0].ok


def test_a_reference_joins_what_lacks_a_number() -> None:
    found = verdicts([{"Reference": "1"}], {"Invoices": [{**SAVED, "InvoiceNumber": "INV-9", "Reference": "1"}]})
    assert found[0].element is not None
    assert found[0].element["InvoiceNumber"] == "INV-9"


def test_refused_elements_without_identity_belong_to_the_bodies_left_over() -> None:
    found = verdicts([ONE, TWO, THREE], {"Invoices": [FAILED, {**SAVED, **TWO}, FAILED]})
    assert [(one.ok, one.messages) for one in found] == [(False, (TAKEN,)), (True, ()), (False, (TAKEN,))]


def asked(what: str, price: str) -> dict[str, Any]:
    return {"Contact": {"ContactID": "c"}, "LineItems": [{"Description": what, "Quantity": 1, "UnitAmount": price}]}


def test_refused_elements_without_identity_are_told_apart_by_what_was_asked() -> None:
    deck, paint = asked("Deck", "62.50"), asked("Paint", "45.30")
    archived = {**FAILED, "ValidationErrors": [{"Message": "archived"}]}
    elements = [{**archived, **asked("paint", "45.3")}, {**FAILED, **deck}]
    found = verdicts([{**ONE, **deck}, {**TWO, **paint}], {"Invoices": elements})
    assert [(one.ok, one.messages) for one in found] == [(False, (TAKEN,)), (False, ("archived",))]


def test_content_never_proves_that_something_was_saved() -> None:
    deck = asked("Deck", "62.50")
    with pytest.raises(AnswerLost):
        verdicts([{**ONE, **deck}], {"Invoices": [{**SAVED, **deck}]})


@pytest.mark.parametrize(
    "elements",
    [
        [{**SAVED, **ONE}],
        [{**SAVED, **ONE}, SAVED],
        [{**SAVED, **ONE}, {**SAVED, **TWO}, {**SAVED, **THREE}],
        [{**SAVED, **ONE}, {**SAVED, **ONE}],
        [{**SAVED, **ONE}, {**TWO, "StatusAttributeString": "OK"}],
        [{**SAVED, **ONE}, {**SAVED, **TWO, "HasErrors": True}],
        [{**SAVED, **ONE}, "text"],
    ],
)
def test_whatever_leaves_open_what_was_saved_is_a_lost_answer(elements: list[Any]) -> None:
    with pytest.raises(AnswerLost):
        verdicts([ONE, TWO], {"Invoices": elements})


@pytest.mark.parametrize("payload", [None, [], {}, {"Invoices": {}}, {"Contacts": []}, "html"])
def test_an_unreadable_success_is_a_lost_answer(payload: object) -> None:
    with pytest.raises(AnswerLost):
        verdicts([ONE], payload)


def test_a_refused_call_gives_each_its_own_reasons() -> None:
    payload = {"Message": "A validation exception occurred", "Elements": [{**ONE, **FAILED}]}
    found = verdicts([ONE, TWO], payload, status=400)
    assert [(one.ok, one.messages) for one in found] == [(False, (TAKEN,)), (False, (NOT_SAVED,))]


def test_a_refused_call_without_elements_passes_xeros_words_on() -> None:
    words = "Idempotency Key: k is used with a different request."
    with pytest.raises(Refused, match="Idempotency Key: k is used") as refused:
        verdicts([ONE], {"Message": words}, status=400)
    assert refused.value.status == 400


def test_refusals_of_contact_and_lines_are_collected_once() -> None:
    inner = {"ValidationErrors": [{"Message": "Account must be valid."}]}
    payload = {"Invoices": [{**FAILED, **ONE, "Contact": inner, "LineItems": [inner, inner]}]}
    assert verdicts([ONE], payload)[0].messages == (TAKEN, "Account must be valid.")


def test_warnings_do_not_refuse() -> None:
    element = {**SAVED, **ONE, "StatusAttributeString": "WARNING", "Warnings": [{"Message": "Odd rate."}]}
    assert verdicts([ONE], {"Invoices": [element]}) == [Verdict(element, ok=True, messages=("Odd rate.",))]


def test_bodies_that_cannot_be_told_apart_are_never_sent() -> None:
    require_identities([ONE, {**TWO, "Reference": "1"}], (number_of, reference_of))
    with pytest.raises(ValueError, match="told apart"):
        require_identities([{"Reference": "1"}, {"Reference": "1"}], (number_of, reference_of))
    with pytest.raises(ValueError, match="told apart"):
        require_identities([{}], (number_of, reference_of))


def test_contact_names_are_tidied_as_xero_wants_them() -> None:
    assert tidy("  Harbour <Example>  Pty ") == "Harbour Example Pty"
    assert name_of({"Name": "HARBOUR  example"}) == "harbour example"
