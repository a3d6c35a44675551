from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.testing.v1 import AppTest

from i2g_recon.settings import load
from i2g_recon.web.parts import UNEXPECTED
from i2g_recon.web.security import (
    INDEX,
    INLINE_SCRIPT,
    KEPT_AT,
    SecurityHeaders,
    WithoutTraceback,
    content_security_policy,
    hide_tracebacks,
    session_secret,
)


def test_the_policy_admits_the_scripts_of_the_page_and_no_other() -> None:
    policy = content_security_policy("<script>let a = 1</script><script src='x.js'></script>")
    digest = base64.b64encode(hashlib.sha256(b"let a = 1").digest()).decode()
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts == f"script-src 'self' 'sha256-{digest}'"
    assert "frame-ancestors 'none'" in policy


def test_streamlits_own_page_still_has_the_inline_script_the_policy_is_made_for() -> None:
    assert INLINE_SCRIPT.findall(INDEX.read_text("utf-8"))


async def hello(scope: Scope, _receive: Receive, send: Send) -> None:
    kind = "http.response.start" if scope["type"] == "http" else "websocket.accept"
    await send({"type": kind, "status": 200, "headers": [(b"x-own", b"1")]})


def answer(kind: str) -> Message:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(SecurityHeaders(hello)({"type": kind}, receive, send))
    return sent[0]


def test_every_http_answer_bears_the_headers_and_keeps_its_own() -> None:
    headers = dict(answer("http")["headers"])
    assert headers[b"x-own"] == b"1"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"content-security-policy"].startswith(b"default-src 'self'")


def test_a_websocket_passes_untouched() -> None:
    assert answer("websocket")["headers"] == [(b"x-own", b"1")]


def test_the_session_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = load({}, home=tmp_path / "home")
    first = session_secret(settings)
    file = settings.home / KEPT_AT
    assert (len(first), session_secret(settings)) == (64, first)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in settings.home.iterdir()] == [KEPT_AT]


def test_processes_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    settings = load({}, home=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        found = {each.result() for each in [pool.submit(session_secret, settings) for _ in range(32)]}
    assert len(found) == 1


def test_an_uncaught_error_leaves_no_values_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    hide_tracebacks()
    hide_tracebacks()
    logger = logging.getLogger("streamlit.error_util")
    logger.addHandler(caplog.handler)
    try:
        logger.error("Uncaught app execution", exc_info=ValueError("office@marlin.example"))
    finally:
        logger.removeHandler(caplog.handler)
    assert "marlin" not in caplog.text
    assert sum(isinstance(each, WithoutTraceback) for each in logger.filters) == 1


def page_after_a_failed_click() -> None:
    from i2g_recon.web.security import say_one_sentence  # noqa: PLC0415 - the page's script stands alone

    say_one_sentence(KeyError("office@marlin.example"))


def test_the_last_resort_is_one_sentence_too(caplog: pytest.LogCaptureFixture) -> None:
    app = AppTest.from_function(page_after_a_failed_click).run()
    assert [one.value for one in app.error] == [UNEXPECTED]
    assert "marlin" not in caplog.text
