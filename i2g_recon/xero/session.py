"""One organisation's calls under one permission: adds the token, refreshes it once, turns refusals into errors.

The token itself is kept elsewhere: `access_token(force_refresh)` hands over a valid one and sees to it that only one
caller refreshes at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from i2g_recon.errors import Disconnected, ReconError, ReconnectNeeded, Refused, Unreachable
from i2g_recon.settings import Settings
from i2g_recon.xero.transport import Answer, Transport

ACCOUNTING = "/api.xro/2.0/"
PERMISSIONS = {  # first word of the path -> what the consent page calls it
    "Invoices": "invoices (accounting.invoices)",
    "Contacts": "contacts (accounting.contacts)",
    "Organisation": "settings (accounting.settings.read)",
    "Currencies": "settings (accounting.settings.read)",
    "Accounts": "settings (accounting.settings.read)",
    "TaxRates": "settings (accounting.settings.read)",
}


@dataclass(frozen=True, slots=True)
class XeroSession:
    """What every read and write of one organisation needs. access_token(True) refreshes first."""

    settings: Settings
    transport: Transport
    tenant_id: str
    access_token: Callable[[bool], str]

    def __repr__(self) -> str:
        return f"XeroSession(tenant_id={self.tenant_id})"

    def get(
        self, path: str, params: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The payload of `Invoices`, `Invoices/{id}` ...; numbers are Decimal or int, never float.

        Raises ReconnectNeeded, Refused (400, 404 and other refusals; .status, .payload) and what Transport raises.
        """
        return self.fetch(path, params, headers)[0]

    def fetch(
        self, path: str, params: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[dict[str, Any], bytes]:
        """As `get`, with the bytes as they came."""
        raw = self.fetch_raw(path, params, headers)
        return payload_of(raw), raw

    def fetch_raw(
        self, path: str, params: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The bytes of a successful answer, whatever they hold (`payload_of`). Raises as `get`."""
        return self.answer(path, params, headers).data

    def answer(
        self, path: str, params: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The whole of a successful answer. Raises as `get`."""
        answer = self._ask(path, params, headers, force_refresh=False)
        if token_expired(answer):
            answer = self._ask(path, params, headers, force_refresh=True)
        if answer.status != 200:  # noqa: PLR2004 - the HTTP status is its own name
            raise refusal(answer, path)
        return answer

    def _ask(
        self,
        path: str,
        params: Mapping[str, object] | None,
        headers: Mapping[str, str] | None,
        *,
        force_refresh: bool,
    ) -> Answer:
        ours = {"Authorization": f"Bearer {self.access_token(force_refresh)}", "xero-tenant-id": self.tenant_id}
        address = self.settings.api_url + ACCOUNTING + path
        return self.transport.request("GET", address, fields=params, headers={**(headers or {}), **ours})


def payload_of(raw: bytes) -> dict[str, Any]:
    """The JSON object of an answer. Raises Unreachable when it is none."""
    payload = parse(raw)
    if not isinstance(payload, dict):
        raise Unreachable("Something on the way answered in Xero's place; check the network and run again.")
    return payload


def parse(data: bytes) -> Any:
    """JSON with exact numbers; None when it is no JSON."""
    try:
        return json.loads(data, parse_float=Decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


def token_expired(answer: Answer) -> bool:
    """Whether a fresh token would do: Xero names the expired token apart from a missing permission."""
    return answer.status == 401 and "AuthorizationUnsuccessful" not in detail(answer)  # noqa: PLR2004 - HTTP


def refusal(answer: Answer, path: str) -> ReconError:
    """The failure behind an answer that is neither success nor a limit."""
    words = detail(answer)
    if answer.status == 401:  # noqa: PLR2004 - HTTP
        if "AuthorizationUnsuccessful" in words:
            resource = path.partition("/")[0]
            wanted = PERMISSIONS.get(resource, resource)
            return ReconnectNeeded(f"Xero's permission for {wanted} is missing; connect again and allow all of it.")
        return ReconnectNeeded("Xero no longer accepts the permission; connect again.")
    if answer.status == 403:  # noqa: PLR2004 - HTTP
        return Disconnected("The organisation was disconnected in Xero, or is not the one allowed; connect again.")
    if answer.status == 404:  # noqa: PLR2004 - HTTP
        return Refused("Xero has no such document in this organisation; pull again.", status=404)
    return Refused(f"Xero refused the call: {words or answer.status}", status=answer.status, payload=parse(answer.data))


def detail(answer: Answer) -> str:
    """Xero's own words: `Detail` of 401 and 403, `Message` of 400."""
    payload = parse(answer.data)
    if not isinstance(payload, dict):
        return ""
    return str(payload.get("Detail") or payload.get("Message") or "")
