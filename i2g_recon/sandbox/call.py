"""One call of the Accounting API as the endpoints see it: who calls, for which organisation, with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from i2g_recon.sandbox import messages, wire
from i2g_recon.sandbox.answer import Answer, Refused, bad_request
from i2g_recon.sandbox.books import Books
from i2g_recon.sandbox.state import State

LARGEST_PAGE = 1000
USUAL_PAGE = 100


@dataclass(frozen=True, slots=True)
class Call:
    """A permitted call. query: parameter names in lower case."""

    state: State
    books: Books
    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    client_id: str
    now_ms: int

    @property
    def tenant_id(self) -> str:
        """The organisation that is called."""
        return self.books.tenant_id

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean parameter in any case: True, true, FALSE ..."""
        return {"true": True, "false": False}.get(self.query.get(name, "").lower(), default)

    def listed(self, name: str) -> list[str]:
        """A comma-separated parameter."""
        return [part.strip() for part in self.query.get(name, "").split(",") if part.strip()]

    def page(self) -> tuple[int, int] | None:
        """Page and page size, None when the call does not page. Raises Refused outside 1 to 1000."""
        if "page" not in self.query and not self.flag("summaryonly"):
            return None
        try:
            number, size = int(self.query.get("page") or 1), int(self.query.get("pagesize") or USUAL_PAGE)
        except ValueError:
            number = size = 0
        if number < 1 or not 1 <= size <= LARGEST_PAGE:
            raise Refused(bad_request(10, "ValidationException", messages.PAGE_OUT_OF_RANGE))
        return number, size

    def modified_since_ms(self) -> int | None:
        """If-Modified-Since in either form. Raises Refused (412) for what is no date."""
        text = self.headers.get("if-modified-since")
        if not text:
            return None
        try:
            return wire.read_moment(text)
        except ValueError as error:
            raise Refused(Answer(412, media="")) from error

    def elements(self, resource: str) -> list[wire.Json]:
        """The elements of the body: `{"Invoices": [...]}`, a list, or one bare element. Raises Refused."""
        try:
            found: Any = wire.load(self.body)
        except ValueError as error:
            raise Refused(bad_request(17, "PostDataInvalidException", "JSON for post data was invalid")) from error
        if isinstance(found, dict):
            found = found.get(resource, [found] if found else [])
        elements = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        if not elements:
            text = f"No data has been processed for this endpoint. This endpoint is expecting {resource} data."
            raise Refused(bad_request(14, "NoDataProcessedException", text))
        return elements

    def ok(self, resource: str, rows: list[str], pagination: wire.Json | None = None) -> Answer:
        """200 with rows that are JSON text already."""
        return Answer(200, wire.envelope(resource, rows, now_ms=self.now_ms, pagination=pagination))
