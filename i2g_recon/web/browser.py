"""The mark that tells one browser from all others, so that a sign-in ends in the browser it began in.

Every page sets it once, as a cookie no script can read. A ticket for the way to Xero is made for the mark of the page's
browser and for whoever is signed in there; copied into another browser, or used after somebody else signed in, it opens
nothing. The mark says nothing about a person and is worth nothing by itself.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, MutableMapping
from typing import Any

import streamlit as st
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from i2g_recon import settings as configuration
from i2g_recon.errors import NotConfigured

MARK = "i2g_recon_browser"
WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{43}")
SIGNED_IN = "_streamlit_user"  # where Streamlit keeps who is signed in, in one or several pieces


def this_browser(cookies: Mapping[str, Any]) -> str:
    """What the browser of these cookies is called here; empty when it bears no mark."""
    mark = cookies.get(MARK)
    if not isinstance(mark, str) or not WELL_FORMED.fullmatch(mark):
        return ""
    person = [f"{name}={cookies[name]}" for name in sorted(cookies) if name.startswith(SIGNED_IN)]
    return hashlib.sha256("\n".join([mark, *person]).encode()).hexdigest()


def visitors_browser() -> str:
    """The same for the visitor of the page that is being drawn."""
    return this_browser(st.context.cookies)


class BrowserMark:
    """Gives every browser that asks for a page its mark (ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or this_browser(HTTPConnection(scope).cookies):
            await self.app(scope, receive, send)
            return

        async def send_with_mark(message: Message) -> None:
            await send(marked(message))

        await self.app(scope, receive, send_with_mark)


def marked(message: Message) -> MutableMapping[str, Any]:
    """The message with a fresh mark when it begins a page."""
    is_page = message["type"] == "http.response.start" and "text/html" in Headers(raw=message["headers"]).get(
        "content-type", ""
    )
    if not is_page:
        return message
    cookie = f"{MARK}={secrets.token_urlsafe(32)}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if is_secure() else ''}"
    return {**message, "headers": [*message["headers"], (b"set-cookie", cookie.encode("ascii"))]}


def is_secure() -> bool:
    """Whether visitors come by https."""
    try:
        return configuration.load().redirect_uri.startswith("https://")
    except NotConfigured:  # the page says what is wrong with the setting
        return False
