"""What the sandbox's contract tests share: a small seed, a person with a browser, and the real xero-python client."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import urllib3
from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token

from i2g_recon.sandbox.server import Sandbox

SCOPES = "openid profile email offline_access accounting.invoices accounting.contacts accounting.settings.read"
APP_SCOPES = "accounting.invoices accounting.contacts accounting.settings.read accounting.payments"
CALLBACK = "http://localhost:8501/xero/callback"
PATIENCE = (5, 10)


def seed_invoice(number: str, price: str, **more: Any) -> dict[str, Any]:
    """One approved invoice of one line at 10 %."""
    line = {"Description": "Work", "Quantity": 1, "UnitAmount": Decimal(price), "AccountCode": "200"}
    usual = {"Contact": {"Name": "Harbour Example"}, "Date": "2026-10-05", "DueDate": "2026-10-19"}
    return {"InvoiceNumber": number, "LineItems": [line], **usual, **more}


SEED: dict[str, Any] = {
    "Organisations": [
        {"Name": "Small Books", "PeriodLockDate": "2026-06-30", "EndOfYearLockDate": "2025-06-30", "Class": "DEMO"}
    ],
    "Contacts": [
        {"Name": "Harbour Example", "EmailAddress": "accounts@harbour.example", "ContactNumber": "C-1"},
        {"Name": "Closed Cafe", "ContactStatus": "ARCHIVED"},
    ],
    "Invoices": [
        seed_invoice("INV-0001", "100", Reference="I2G-1", UpdatedDateUTC="2010-03-04T05:06:07Z"),
        seed_invoice("INV-0002", "200", Reference="I2G-2", Status="PAID", Date="2026-10-06"),
        seed_invoice("INV-0003", "300", Reference="i2g-2", Status="VOIDED", Date="2026-10-07"),
        seed_invoice("INV-0004", "18.43", Status="DRAFT", Contact={"Name": "New In Seed"}, Date="2026-10-08"),
    ],
}


def asked_invoice(**more: Any) -> dict[str, Any]:
    """The body of a good new invoice, 110.00 with tax."""
    line = {"Description": "Deck repair", "Quantity": 4, "UnitAmount": 25, "AccountCode": "200", "TaxType": "OUTPUT"}
    usual = {"Type": "ACCREC", "Contact": {"Name": "Harbour Example"}, "Date": "2026-11-02", "DueDate": "2026-11-16"}
    return {**usual, "LineItems": [line], **more}


@dataclass
class Person:
    """Somebody who signs in, an app that asks, and the calls both make."""

    sandbox: Sandbox
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))

    @property
    def tenant_id(self) -> str:
        return self.sandbox.organisations[0]["tenant_id"]

    def call(self, method: str, path: str, **more: Any) -> urllib3.BaseHTTPResponse:
        """A plain request; `fields` go as a form."""
        if "fields" in more and method == "POST":
            more["encode_multipart"] = False
        return self.pool.request(method, self.sandbox.url + path, redirect=False, timeout=10, **more)

    def control(self, route: str, verb: str = "POST", /, **body: Any) -> Any:
        answer = self.call(verb, f"/_sandbox/{route}", body=json.dumps(body))
        assert answer.status == 200, answer.data
        return answer.json()

    def arm(self, kind: str, **more: Any) -> None:
        self.control("faults", kind=kind, **more)

    def turn(self, switch: str, value: object = "", organisation: str = "") -> dict[str, Any]:
        """What somebody does in Xero's own pages; gives how the first organisation stands."""
        found = self.control("switch", switch=switch, value=value, organisation=organisation)
        first: dict[str, Any] = found["organisations"][0]
        return first

    def wait(self, seconds: float) -> None:
        """Lets time pass on the sandbox's clock."""
        self.control("clock", advance_s=seconds)

    def logged(self, method: str) -> list[dict[str, Any]]:
        return [row for row in self.control("log", "GET")["requests"] if row["method"] == method]

    def consent_address(self, **changes: str) -> str:
        client = self.sandbox.clients["authorization_code"]
        asked = {"response_type": "code", "client_id": client["client_id"], "redirect_uri": CALLBACK, "scope": SCOPES}
        asked |= {"state": "st/ate +1", **changes}
        return "/identity/connect/authorize?" + urlencode({name: value for name, value in asked.items() if value})

    def decide(self, decision: str = "allow", tenant_ids: list[str] | None = None, /, **changes: str) -> dict[str, str]:
        """Reads the consent page, presses a button, gives what the app is sent back."""
        page = self.call("GET", self.consent_address(**changes))
        assert page.status == 200, page.data
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.data.decode())
        chosen = [self.tenant_id] if tenant_ids is None else tenant_ids
        form = [*hidden, *(("tenant_id", one) for one in chosen), ("decision", decision)]
        answer = self.call("POST", "/identity/connect/authorize", fields=form)
        assert answer.status == 303, answer.data
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def token_call(self, grant: str = "authorization_code", **form: str) -> urllib3.BaseHTTPResponse:
        """The token endpoint with the app's own id and secret in the form."""
        return self.call("POST", "/connect/token", fields={**self.sandbox.clients[grant], **form})

    def exchange(self, code: str, **more: str) -> urllib3.BaseHTTPResponse:
        return self.token_call(grant_type="authorization_code", code=code, redirect_uri=CALLBACK, **more)

    def sign_in(self, **changes: str) -> dict[str, Any]:
        """The tokens of a whole consent."""
        answer = self.exchange(self.decide(**changes)["code"])
        assert answer.status == 200, answer.data
        tokens: dict[str, Any] = answer.json()
        return tokens

    def app_token(self, scope: str = APP_SCOPES) -> str:
        answer = self.token_call("client_credentials", grant_type="client_credentials", scope=scope)
        assert answer.status == 200, answer.data
        return str(answer.json()["access_token"])

    def api(self, method: str, path: str, *, token: str = "", tenant_id: str = "", **more: Any) -> Any:
        """A plain call of the Accounting API, answered by the raw response."""
        headers = {"Authorization": f"Bearer {token or self.app_token()}", "Accept": "application/json"}
        headers |= {"xero-tenant-id": tenant_id or self.tenant_id, **more.pop("headers", {})}
        return self.call(method, f"/api.xro/2.0/{path}", headers=headers, **more)

    def books(self, token: dict[str, Any] | None = None) -> Books:
        """The same organisation through xero-python."""
        return Books(
            self, token or {"access_token": self.app_token(), "expires_in": 1800, "token_type": "Bearer", "scope": "x"}
        )


class Books:
    """xero-python as a product uses it: own token object, no hidden retries, raw answers read with Decimal."""

    def __init__(self, person: Person, token: Mapping[str, Any]) -> None:
        self.person, self.token = person, token
        client = ApiClient(Configuration(), pool_threads=1)
        app = person.sandbox.clients["authorization_code"]
        client.configuration.oauth2_token = OAuth2Token(client_id=app["client_id"], client_secret=app["client_secret"])
        client.oauth2_token_getter(lambda: dict(self.token))
        client.oauth2_token_saver(lambda _token: None)
        client.rest_client.pool_manager = person.pool
        self.client = client
        self.accounting = AccountingApi(client, base_url=f"{person.sandbox.url}/api.xro/2.0")

    def raw(self, method: str, *arguments: Any, **more: Any) -> Any:
        """The JSON of one SDK call, numbers as Decimal."""
        call = getattr(self.accounting, method)
        answer = call(self.person.tenant_id, *arguments, **more, _preload_content=False, _request_timeout=PATIENCE)
        return json.loads(answer.data, parse_float=Decimal)

    def create(self, *invoices: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        """PUT with a verdict per element, as the product pushes."""
        more = {"summarize_errors": False, "unitdp": 4, **more}
        found: list[dict[str, Any]] = self.raw("create_invoices", {"Invoices": list(invoices)}, **more)["Invoices"]
        return found

    def update(self, *invoices: dict[str, Any]) -> list[dict[str, Any]]:
        """POST with a verdict per element."""
        body = {"Invoices": list(invoices)}
        found: list[dict[str, Any]] = self.raw("update_or_create_invoices", body, summarize_errors=False)["Invoices"]
        return found

    def listed(self, **parameters: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.raw("get_invoices", **parameters)["Invoices"]
        return found

    def numbers(self, **parameters: Any) -> list[str]:
        return [invoice["InvoiceNumber"] for invoice in self.listed(**parameters)]


def messages(element: Mapping[str, Any]) -> list[str]:
    """What Xero objects to in one element."""
    return [error["Message"] for error in element.get("ValidationErrors", [])]


def query_of(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


@contextmanager
def person(seed: Any = None, **more: Any) -> Iterator[Person]:
    """A running sandbox with the small seed, and a person in front of it."""
    with Sandbox(seeds=[SEED if seed is None else seed], **more) as sandbox:
        found = Person(sandbox)
        try:
            yield found
        finally:
            found.pool.clear()
