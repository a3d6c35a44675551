"""Lists of Xero, page by page: pages of 1,000, to the end that Xero names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from i2g_recon.errors import IncompletePull
from i2g_recon.xero.answers import decimal
from i2g_recon.xero.session import payload_of

if TYPE_CHECKING:  # pages at once need Arrow, a look-up does not
    from i2g_recon.xero.quick_pages import QuickPage

PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. item_count is Xero's own count of the whole list, None when it did not say.

    quick: the page as frames, where that could be; then elements is empty.
    """

    elements: list[Any]
    item_count: int | None
    raw: bytes
    page_count: int | None = None
    quick: QuickPage | None = None


class Fetching(Protocol):
    """Whatever gives the bytes of a page: a session, or one that keeps what it has read."""

    def fetch_raw(
        self, path: str, params: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """As `XeroSession.fetch_raw`."""
        ...


def pages(
    session: Fetching,
    resource: str,
    params: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
    *,
    rates: Mapping[str, Decimal] | None = None,
) -> Iterator[Page]:
    """The pages of a list, to the end that Xero names; without a named end, to the first page with nothing new.

    rates: given for invoices that may be read a page at once.
    """
    number, before = 1, [None]
    while True:
        raw = session.fetch_raw(resource, {**params, "page": number, "pageSize": PAGE_SIZE}, headers)
        page = opened(raw, resource, rates)
        held = page.quick.invoices["id"].tolist() if page.quick else page.elements
        if page.page_count is None and (not held or held == before):
            return
        yield page
        if page.page_count is not None and (number >= page.page_count or not held):
            return
        number, before = number + 1, held


def opened(raw: bytes, resource: str, rates: Mapping[str, Decimal] | None) -> Page:
    """A page as frames where that can be, else as its elements. Raises as `payload_of` and `elements_of`."""
    if rates is not None:
        from i2g_recon.xero.quick_pages import quick_page  # noqa: PLC0415 - see above

        quick = quick_page(raw, rates)
        if quick:
            return Page([], quick.item_count, raw, quick.page_count, quick)
    payload = payload_of(raw)
    named = payload.get("pagination")
    named = named if isinstance(named, dict) else {}
    return Page(elements_of(payload, resource), count(named.get("itemCount")), raw, count(named.get("pageCount")))


def elements_of(payload: Mapping[str, Any], resource: str) -> list[Any]:
    """The list of an answer. An answer without one is not an empty list: raises IncompletePull."""
    elements = payload.get(resource)
    if not isinstance(elements, list):
        raise IncompletePull(f"Xero's answer holds no list of {resource}; pull again.")
    return elements


def count(value: object) -> int | None:
    """A count of the pagination block."""
    amount = decimal(value)
    return None if amount is None else int(amount)
