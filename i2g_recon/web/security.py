"""What protects the pages: headers on every answer, a lasting session secret, no traceback anywhere.

The session secret signs the cookie that carries a sign-in to Xero and back. It is made once and kept under the home
for its owner only, so that a restart does not break a sign-in under way.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import re
import secrets
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from i2g_recon import settings as configuration
from i2g_recon.errors import NotConfigured
from i2g_recon.settings import Settings
from i2g_recon.web.parts import UNEXPECTED, note

KEPT_AT = "session.key"
INDEX = Path(st.__file__).parent / "static" / "index.html"
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


# --- Headers


def content_security_policy(index: str) -> str:
    """The policy for Streamlit's page: its own files, and of inline scripts only those that `index` holds."""
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in INLINE_SCRIPT.findall(index)
    ]
    inline = "".join(f" 'sha256-{each}'" for each in hashes)
    return (
        f"default-src 'self'; script-src 'self'{inline}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; "
        "object-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


class SecurityHeaders:
    """Adds the headers to every HTTP answer and leaves WebSockets alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = [
            (b"content-security-policy", content_security_policy(INDEX.read_text("utf-8")).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            await send(self.dressed(message))

        await self.app(scope, receive, send_with_headers)

    def dressed(self, message: Message) -> MutableMapping[str, Any]:
        """The message with our headers when it begins an answer."""
        if message["type"] == "http.response.start":
            return {**message, "headers": [*message.get("headers", []), *self.headers]}
        return message


# --- The session secret


def keep_session_secret() -> None:
    """Let Streamlit sign its cookies with the kept secret, unless the configuration names another one."""
    if config.is_manually_set("server.cookieSecret"):
        return
    try:
        config.set_option("server.cookieSecret", session_secret(configuration.load()))
    except (NotConfigured, OSError):  # the first page says what is wrong with the home; until then any secret will do
        return


def session_secret(settings: Settings) -> str:
    """The secret of this home, made at the first use with mode 0600. Raises OSError when the home cannot be used."""
    file = settings.home / KEPT_AT
    if not file.exists():
        make_secret_file(file)
    return file.read_text("ascii").strip()


def make_secret_file(file: Path) -> None:
    """A fresh secret, complete before it carries its name; whoever comes second uses the first one's."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as handle:
        handle.write(secrets.token_hex(32))
    try:
        os.link(draft, file)
    except FileExistsError:
        pass  # another process was first
    finally:
        draft.unlink()


# --- Tracebacks


def say_one_sentence(problem: Exception) -> bool:
    """Streamlit's last resort for errors no page caught: one sentence, and no traceback."""
    note(problem)
    st.error(UNEXPECTED, icon=":material/error:")
    return True


class WithoutTraceback(logging.Filter):
    """Takes the traceback, and with it an error's values, out of what Streamlit logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the line stays, shorter."""
        record.exc_info, record.exc_text, record.stack_info = None, None, None
        return True


def hide_tracebacks() -> None:
    """Keep the values of uncaught errors out of the log; `note` says kind and place."""
    logger = logging.getLogger("streamlit.error_util")
    if not any(isinstance(each, WithoutTraceback) for each in logger.filters):
        logger.addFilter(WithoutTraceback())
