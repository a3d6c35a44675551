"""The mark of a browser: made once, unreadable to scripts, and bound to whoever is signed in."""

from __future__ import annotations

import asyncio
from http.cookies import SimpleCookie

import pytest
from starlette.types import Message, Receive, Scope, Send

from i2g_recon.web.browser import MARK, BrowserMark, this_browser

MINE = "a" * 43


def answer(cookie: str = "", kind: str = "text/html; charset=utf-8", scope_type: str = "http") -> SimpleCookie:
    """The cookies that an answer of this kind sets."""
    sent: list[Message] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send(
            {"type": f"{scope_type}.response.start", "status": 200, "headers": [(b"content-type", kind.encode())]}
        )

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"cookie", cookie.encode())] if cookie else []
    asyncio.run(BrowserMark(app)({"type": scope_type, "headers": headers}, receive, send))
    return SimpleCookie("".join(value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"))


def test_a_page_marks_a_browser_that_has_no_mark() -> None:
    first, second = answer()[MARK], answer()[MARK]
    assert this_browser({MARK: first.value})
    assert first.value != second.value
    assert (first["httponly"], first["samesite"], first["path"], first["secure"]) == (True, "Lax", "/", "")


def test_over_https_the_mark_travels_encrypted_only() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XERO_REDIRECT_URI", "https://books.example/xero/callback")
        assert answer()[MARK]["secure"] is True
        patch.setenv("XERO_REDIRECT_URI", "http://127.0.0.1:8501/xero/callback")  # refused; the page says so
        assert answer()[MARK]["secure"] == ""


@pytest.mark.parametrize(
    ("cookie", "kind", "scope_type"),
    [
        (f"{MARK}={MINE}", "text/html", "http"),
        ("", "text/css", "http"),
        ("", "application/json", "http"),
        ("", "text/html", "websocket.http"),
    ],
)
def test_nothing_else_is_marked(cookie: str, kind: str, scope_type: str) -> None:
    assert MARK not in answer(cookie, kind, scope_type)


def test_a_mark_that_is_none_is_replaced() -> None:
    assert MARK in answer(f"{MARK}=short")


def test_browsers_and_people_are_told_apart_and_the_mark_itself_is_not_shown() -> None:
    found = [
        this_browser({MARK: MINE}),
        this_browser({MARK: "b" * 43}),
        this_browser({MARK: MINE, "_streamlit_user": "Ida"}),
        this_browser({MARK: MINE, "_streamlit_user": "Robin"}),
    ]
    assert len(set(found)) == 4
    assert this_browser({MARK: MINE, "theme": "dark"}) == found[0]
    assert MINE not in found[0]
    assert [this_browser(each) for each in ({}, {MARK: ""}, {MARK: MINE + "; x"}, {MARK: object()})] == [""] * 4
