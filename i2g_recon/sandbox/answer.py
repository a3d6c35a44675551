"""An answer before it is a response: a value that can be remembered, given again and decorated with headers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from starlette.responses import Response

from i2g_recon.sandbox import wire

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body text, media type (empty for no Content-Type at all) and further headers."""

    status: int
    body: str = ""
    media: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, extra: dict[str, str] | None = None) -> Response:
        """The same as an HTTP response, with extra headers."""
        response = Response(self.body or None, self.status, {**(extra or {}), **self.headers})
        if self.media:
            response.headers["Content-Type"] = self.media
        return response

    def to_text(self) -> str:
        """The answer as text for the idempotency store."""
        return json.dumps([self.status, self.body, self.media, self.headers])


def answer_from(text: str) -> Answer:
    """The answer that `to_text` wrote."""
    return Answer(*json.loads(text))


class Refused(Exception):
    """The call ends here with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def not_found() -> Answer:
    """Xero's 404: HTML without a body."""
    return Answer(404, media=HTML)


def unauthorised(detail: str, headers: dict[str, str] | None = None) -> Answer:
    """Xero's 401: TokenExpired, AuthenticationUnsuccessful or AuthorizationUnsuccessful."""
    return Answer(401, wire.problem(401, "Unauthorized", detail), headers=headers or {})


def forbidden() -> Answer:
    """Xero's 403: another organisation, or one that is no longer connected."""
    return Answer(403, wire.problem(403, "Forbidden", "AuthenticationUnsuccessful"))


def bad_request(number: int, kind: str, message: str, elements: list[wire.Json] | None = None) -> Answer:
    """Xero's 400 with ErrorNumber, Type and Message."""
    return Answer(400, wire.failure(number, kind, message, elements))
