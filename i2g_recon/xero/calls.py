"""One request, its whole answer, and what is counted of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

import urllib3

READS = ("GET", "HEAD", "OPTIONS")

Fields = Mapping[str, object] | Sequence[tuple[str, object]] | None


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls left for the organisation last called, as Xero counted them; None until it said."""

    minute_left: int | None = None
    day_left: int | None = None


@dataclass(frozen=True, slots=True)
class CallCount:
    """Requests sent, refused ones included."""

    total: int = 0
    read: int = 0
    write: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, in the shape xero-python expects of a response."""

    status: int
    reason: str
    headers: urllib3.HTTPHeaderDict
    data: bytes = field(repr=False)

    def getheaders(self) -> urllib3.HTTPHeaderDict:
        """All headers, for xero-python."""
        return self.headers

    def getheader(self, name: str, default: str | None = None) -> str | None:
        """One header, for xero-python."""
        return self.headers.get(name, default)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be sent."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes | str | None = field(repr=False)

    @property
    def reads(self) -> bool:
        """Whether the request can be repeated without doing anything twice."""
        return self.method in READS

    @property
    def tenant(self) -> str:
        """Which organisation's limits count it; '' for sign-in and the list of connections."""
        return next((value for name, value in self.headers.items() if name.lower() == "xero-tenant-id"), "")

    @property
    def path(self) -> str:
        """What may be logged: the query can hold references."""
        return urlsplit(self.url).path


def ready(method: str, url: str, body: bytes | str | None, fields: Fields, headers: Mapping[str, str]) -> Call:
    """The request as it will be sent: fields in the query of a read, as a form in a write."""
    known = {name.lower() for name in headers}
    defaults = {"Accept": "application/json", "Accept-Encoding": "gzip"}
    sent = {**{name: value for name, value in defaults.items() if name.lower() not in known}, **headers}
    if fields:
        text = urlencode(fields, quote_via=quote)
        if method in READS:
            url = f"{url}{'&' if '?' in url else '?'}{text}"
        else:
            body = text
            sent["Content-Type"] = "application/x-www-form-urlencoded"
    return Call(method, url, sent, body)


def number(text: str | None) -> int | None:
    """A header's whole number, or None."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() else None
