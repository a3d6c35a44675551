"""A person's sign-in, played over HTTP: press "Allow access" on the consent page and redeem the code.

The demo uses it so that the sample organisation is connected when the page opens.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import urllib3

from i2g_recon.errors import NotConnected
from i2g_recon.sandbox.server import Sandbox


def allow_access(sandbox: Sandbox, *, redirect_uri: str, scopes: str, tenant_ids: list[str]) -> dict[str, Any]:
    """The token answer of a consent for these organisations. Raises NotConnected when the sandbox refuses."""
    client = sandbox.clients["authorization_code"]
    asked = {
        "response_type": "code",
        "client_id": client["client_id"],
        "redirect_uri": redirect_uri,
        "scope": scopes,
        "state": "demo",
        "decision": "allow",
    }
    with urllib3.PoolManager(retries=False, timeout=10) as http:
        form = [*asked.items(), *(("tenant_id", one) for one in tenant_ids)]
        decided = post(http, f"{sandbox.url}/identity/connect/authorize", form)
        code = parse_qs(urlsplit(decided.headers.get("Location", "")).query).get("code", [""])[0]
        token = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, **client}
        answer = post(http, f"{sandbox.url}/connect/token", list(token.items()))
    if answer.status != 200:  # noqa: PLR2004 - HTTP
        raise NotConnected("The sandbox did not give its permission; start with --fresh.")
    found: dict[str, Any] = json.loads(answer.data)
    return found


def post(http: urllib3.PoolManager, address: str, form: list[tuple[str, str]]) -> urllib3.BaseHTTPResponse:
    """One form, without following where it leads."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return http.urlopen("POST", address, body=urlencode(form), headers=headers, redirect=False)
