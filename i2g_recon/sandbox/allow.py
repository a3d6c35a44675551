"""A person's sign-in, played over HTTP: press "Allow access" on the consent page and redeem the code.

The demo uses it so that the sample organisation is connected when the page opens.
"""

from __future__ import annotations

import json
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

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
    form = [*asked.items(), *(("tenant_id", one) for one in tenant_ids)]
    _, address, _ = post(sandbox.port, "/identity/connect/authorize", form)
    code = parse_qs(urlsplit(address).query).get("code", [""])[0]
    token = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, **client}
    status, _, answer = post(sandbox.port, "/connect/token", list(token.items()))
    if status != HTTPStatus.OK:
        raise NotConnected("The sandbox did not give its permission; start with --fresh.")
    found: dict[str, Any] = json.loads(answer)
    return found


def post(port: int, path: str, form: list[tuple[str, str]]) -> tuple[int, str, bytes]:
    """One form: status, where it leads, and the answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        connection.request("POST", path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
        response = connection.getresponse()
        return response.status, response.headers.get("Location", ""), response.read()
