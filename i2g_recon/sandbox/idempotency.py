"""Idempotency-Key: six minutes, per app, errors remembered too.

The same request under the same key is answered from memory; another method, address or body under that key is refused.
The key is looked at after the call limits, so a repeat counts as a call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from i2g_recon.sandbox import messages
from i2g_recon.sandbox.answer import Answer, Refused, answer_from, bad_request
from i2g_recon.sandbox.state import State

LIFE_MS = 6 * 60 * 1000
LONGEST_KEY = 128


def fingerprint(method: str, address: str, body: bytes) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(b"\n".join([method.encode(), address.encode(), body])).hexdigest()


def once(
    state: State, *, client_id: str, key: str, request: str, now_ms: int, work: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """The answer and whether it came from memory. Call it within a transaction, so that work and memory stay one.

    request: the fingerprint. Raises Refused for a key that is too long or belongs to another request.
    """
    if not key:
        return work(), False
    if len(key) > LONGEST_KEY:
        raise Refused(bad_request(10, "ValidationException", messages.KEY_TOO_LONG))
    state.run("DELETE FROM replays WHERE at_ms <= ?", now_ms - LIFE_MS)
    known = state.row("SELECT * FROM replays WHERE client_id = ? AND key = ?", client_id, key)
    if known is None:
        answer = work()
        state.run("INSERT INTO replays VALUES (?, ?, ?, ?, ?)", client_id, key, request, now_ms, answer.to_text())
        return answer, False
    if known["fingerprint"] != request:
        raise Refused(bad_request(10, "ValidationException", messages.key_reused(key)))
    return answer_from(known["answer"]), True
