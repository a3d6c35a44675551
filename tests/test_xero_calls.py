"""Requests as they will be sent."""

from __future__ import annotations

from i2g_recon.xero.calls import Call, number, ready


def test_a_reads_fields_go_into_the_query_percent_encoded() -> None:
    call = ready("GET", "http://x/Invoices", None, {"where": 'Type=="ACCREC"', "page": 1}, {})
    assert call.url == "http://x/Invoices?where=Type%3D%3D%22ACCREC%22&page=1"
    assert call.path == "/Invoices"
    assert call.reads


def test_a_writes_fields_are_a_form() -> None:
    call = ready("POST", "http://x/token", None, {"a": "b c"}, {})
    assert (call.url, call.body) == ("http://x/token", "a=b%20c")
    assert call.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert not call.reads


def test_gzip_and_json_are_asked_for_unless_said_otherwise() -> None:
    assert ready("GET", "http://x", None, None, {}).headers == {"Accept": "application/json", "Accept-Encoding": "gzip"}
    assert ready("GET", "http://x", None, None, {"accept": "a/b"}).headers["accept"] == "a/b"


def test_the_tenant_is_found_in_any_spelling() -> None:
    assert ready("GET", "http://x", None, None, {"Xero-Tenant-Id": "t"}).tenant == "t"
    assert ready("GET", "http://x", None, None, {}).tenant == ""


def test_a_call_shows_neither_headers_nor_body() -> None:
    call = Call("PUT", "http://x/Invoices", {"Authorization": "Bearer secret"}, "body-secret")
    assert "secret" not in repr(call)


def test_numbers_in_headers() -> None:
    assert [number(text) for text in ("17", " 3 ", None, "", "soon", "-1", "²")] == [
        17,
        3,
        None,
        None,
        None,
        None,
        None,
    ]
