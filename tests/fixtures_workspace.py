"""A bookkeeper's desk for tests: a pretend Xero, a workspace connected to it, and what Xero then really holds.

`desk(seed)` gives one. What Xero holds is asked over HTTP with a token of its own, never through the code under test.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import urllib3
from sqlalchemy.engine import make_url

from i2g_recon.clock import utc_now
from i2g_recon.jobs import connect, import_export, setup_steps
from i2g_recon.jobs.plan import PlanView, plan
from i2g_recon.jobs.reconcile import RunView, reconcile
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.sandbox.i2g_export import ExportInvoice, ExportLine, ExportTax, csv_bytes
from i2g_recon.sandbox.i2g_totals import totalled
from i2g_recon.sandbox.server import Sandbox
from i2g_recon.settings import Settings, load
from i2g_recon.store.outbox import Outbox
from i2g_recon.store.records import Command, Connection
from i2g_recon.store.workspace import make_home, open_store
from i2g_recon.xero.transport import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, Transport

ROOT = Path(__file__).parent.parent
NAMESPACE = uuid.UUID("6b1d5b0e-6d1f-4c0a-9d59-5f3f1f1f0a01")
GST = ExportTax(id="9c1f7a10-52c4-4d8e-8a77-0b6d3e21f4c5", name="GST", rates=(Decimal(10),))
MORNING = dt.datetime(2026, 10, 1, 9, 0, tzinfo=dt.UTC)
CLIENT, CLIENT_EMAIL = "Marlin Cafe", "office@marlin.example"
KNOWN_CLIENT: dict[str, Any] = {"Contacts": [{"Name": CLIENT, "EmailAddress": CLIENT_EMAIL}]}
GONE = ("VOIDED", "DELETED")
SCOPES = "accounting.invoices accounting.contacts accounting.settings.read accounting.payments"
SANDBOX_LIMITS = {"minute": 100_000, "day": 1_000_000}  # tests make more calls in a minute than Xero allows


def sale(number: str, price: str = "100", *, client: str = CLIENT, **changes: Any) -> ExportInvoice:
    """A sent invoice of one line with 10 % GST on top; its id comes from the number."""
    line = ExportLine(
        description="Repair", quantity=Decimal(1), unit_price=Decimal(price), taxes=((Decimal(10), GST.id),)
    )
    values: dict[str, Any] = {
        "id": str(uuid.uuid5(NAMESPACE, number)),
        "number": number,
        "client": client,
        "email": CLIENT_EMAIL if client == CLIENT else f"{client.split(maxsplit=1)[0].lower()}@clients.example",
        "date": dt.date(2026, 10, 1),
        "created": MORNING,
        "updated": MORNING,
        "lines": (line,),
        "taxes": (GST,),
    }
    return totalled(ExportInvoice(**{**values, **changes}))


class MovableClock:
    """The real time, which a test can put forward."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return utc_now() + self.ahead

    def forward(self, **amount: float) -> None:
        self.ahead += dt.timedelta(**amount)


@dataclass
class Xero:
    """What the pretend Xero really holds and saw, asked beside the code under test."""

    sandbox: Sandbox
    pool: urllib3.PoolManager
    token: str = ""

    def call(self, method: str, path: str, **more: Any) -> urllib3.BaseHTTPResponse:
        return self.pool.request(method, self.sandbox.url + path, redirect=False, timeout=30, **more)

    def control(self, method: str, route: str, /, **body: Any) -> dict[str, Any]:
        answer = self.call(method, f"/_sandbox/{route}", body=json.dumps(body))
        assert answer.status == 200, answer.data
        found: dict[str, Any] = answer.json()
        return found

    def arm(self, kind: str, **more: Any) -> None:
        self.control("POST", "faults", kind=kind, **more)

    def turn(self, switch: str, value: object = "", organisation: str = "") -> dict[str, Any]:
        """What somebody does in Xero's own pages; gives how the first organisation stands."""
        found = self.control("POST", "switch", switch=switch, value=value, organisation=organisation)
        first: dict[str, Any] = found["organisations"][0]
        return first

    def calm(self) -> None:
        self.control("DELETE", "faults")

    def requests(self, method: str = "", path: str = "") -> list[dict[str, Any]]:
        """The calls as they arrived, oldest first; a part of the path suffices."""
        rows: list[dict[str, Any]] = self.control("GET", "log")["requests"]
        return [row for row in rows if method in ("", row["method"]) and path in row["path"]]

    def puts(self, what: str = "Invoices") -> int:
        return len(self.requests("PUT", f"/{what}"))

    def api(self, method: str, path: str, **body: Any) -> Any:
        """A call of the Accounting API as another program or a person would make it."""
        if not self.token:
            client = self.sandbox.clients["client_credentials"]
            form = {"grant_type": "client_credentials", "scope": SCOPES, **client}
            answer = self.call("POST", "/connect/token", fields=form, encode_multipart=False)
            self.token = answer.json()["access_token"]
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        headers["xero-tenant-id"] = self.sandbox.organisations[0]["tenant_id"]
        sent = json.dumps(body) if body else None
        answer = self.call(method, f"/api.xro/2.0/{path}", headers=headers, body=sent)
        assert answer.status == 200, answer.data
        return json.loads(answer.data, parse_float=Decimal, parse_int=Decimal)

    def invoices(self, reference: str = "") -> list[dict[str, Any]]:
        """Every sales invoice, or those with the reference, whatever their status."""
        found: list[dict[str, Any]] = []
        for page in itertools.count(1):
            rows = self.api("GET", f"Invoices?page={page}&pageSize=1000")["Invoices"]
            found += rows
            if len(rows) < 1000:
                break
        return [one for one in found if reference in ("", one.get("Reference"))]

    def live(self, reference: str) -> list[dict[str, Any]]:
        return [one for one in self.invoices(reference) if one["Status"] not in GONE]

    def contacts(self, name: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api("GET", "Contacts?page=1&pageSize=1000")["Contacts"]
        return [one for one in found if name in ("", one["Name"])]

    def type_in(self, **invoice: Any) -> dict[str, Any]:
        """Somebody makes an invoice in Xero by hand."""
        line = {"Description": "By hand", "Quantity": 1, "UnitAmount": 5, "AccountCode": "200", "TaxType": "OUTPUT"}
        usual = {"Type": "ACCREC", "Contact": {"Name": CLIENT}, "Date": "2026-10-02", "DueDate": "2026-10-16"}
        made: dict[str, Any] = self.api("PUT", "Invoices", **{**usual, "LineItems": [line], **invoice})["Invoices"][0]
        return made


@dataclass
class Desk:
    """A workspace that is connected to one organisation of the pretend Xero."""

    xero: Xero
    ws: Workspace
    clock: MovableClock
    slept: list[float] = field(default_factory=list)

    @property
    def connection(self) -> Connection:
        return self.ws.store.connections()[0]

    @property
    def tenant_id(self) -> str:
        return self.connection.tenant_id

    def bring_in(self, *sales: ExportInvoice, name: str = "marlin_invoice.csv") -> import_export.ImportReport:
        """Import these as one export."""
        return import_export.import_uploads(self.ws, self.connection, [(name, csv_bytes(sales))])

    def set_up(self, **choices: Any) -> None:
        """Finish the set-up with the usual choices; equal rates pair themselves."""
        usual: dict[str, Any] = {"revenue_account": "200", "confirm_taxes": True, "confirm_currency": True}
        view = setup_steps.apply_choices(self.ws, self.connection, setup_steps.Choices(**{**usual, **choices}))
        assert view.setup.completed, view.missing

    def prepare(self, *sales: ExportInvoice, **choices: Any) -> PlanView:
        """Import, set up, compare, plan."""
        self.bring_in(*sales)
        self.set_up(**choices)
        return plan(self.ws, self.connection)  # the set-up has just read Xero

    def reconcile(self) -> RunView:
        return reconcile(self.ws, self.connection, refresh="always")

    def plan(self) -> PlanView:
        return plan(self.ws, self.connection, run=self.reconcile())

    def commands(self) -> list[Command]:
        """Everything the outbox ever wrote down for the organisation."""
        pushes = self.ws.outbox.pushes(self.tenant_id)
        return [command for push in reversed(pushes) for command in self.ws.outbox.commands(push.id)]

    def states(self) -> dict[str, str]:
        """Number to state of its latest command."""
        return {command.number: command.state for command in self.commands()}

    def missing(self) -> list[str]:
        """The numbers that a fresh comparison says were sent and are not in Xero."""
        items = self.reconcile().document["items"]
        return sorted(item["number"] for item in items if item["reason"] == "sent_not_in_target")

    def again(self, *, patience_s: float = READ_TIMEOUT_S) -> Workspace:
        """A second workspace on the same database, as another process has; patience_s: how long an answer may take."""
        transport = Transport(sleep=self.slept.append, timeouts_s=(CONNECT_TIMEOUT_S, patience_s))
        store = open_store(self.ws.settings, clock=self.clock)
        return Workspace(self.ws.settings, store, Outbox(store), transport, self.clock, self.slept.append)


def command_line(*words: str, home: Path, sandbox: Sandbox | None = None) -> subprocess.Popen[str]:
    """The product as a process of its own, speaking to this sandbox."""
    variables = {**os.environ, "I2G_RECON_HOME": str(home), **(environment(sandbox) if sandbox else {})}
    return subprocess.Popen(
        [sys.executable, "-m", "i2g_recon", *words],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def environment(sandbox: Sandbox, grant: str = "client_credentials") -> dict[str, str]:
    """The variables that make the product speak to this sandbox."""
    client = sandbox.clients[grant]
    addresses = dict.fromkeys(("XERO_LOGIN_URL", "XERO_IDENTITY_URL", "XERO_API_URL"), sandbox.url)
    ids = {"XERO_CLIENT_ID": client["client_id"], "XERO_CLIENT_SECRET": client["client_secret"], "XERO_GRANT": grant}
    return addresses | ids


@contextmanager
def pretend_xero(
    seed: Mapping[str, Any] | str = "empty", *more: str, countries: Sequence[str] = ("AU",)
) -> Iterator[Xero]:
    """A running sandbox without minute limits."""
    with Sandbox(seeds=[seed, *more], countries=countries) as sandbox, urllib3.PoolManager(retries=False) as pool:
        xero = Xero(sandbox, pool)
        xero.control("POST", "settings", **SANDBOX_LIMITS)
        yield xero


@functools.cache
def new_database() -> bytes:
    """The database of a new workspace, as the migrations make it: they run once for all tests of a process."""
    with TemporaryDirectory() as folder:
        settings = load({}, home=Path(folder))
        open_store(settings).close()
        return Path(make_url(settings.database_url).database or "").read_bytes()


@contextmanager
def workspace_at(settings: Settings, clock: MovableClock, slept: list[float]) -> Iterator[Workspace]:
    """A workspace whose pauses take no time."""
    file = Path(make_url(settings.database_url).database or "")
    if settings.database_url.startswith("sqlite") and not file.exists():
        make_home(settings.home)
        file.write_bytes(new_database())
    store = open_store(settings, clock=clock)
    ws = Workspace(settings, store, Outbox(store), Transport(sleep=slept.append), clock, slept.append)
    try:
        yield ws
    finally:
        ws.close()


@contextmanager
def desk(home: Path, seed: Mapping[str, Any] | str = "empty") -> Iterator[Desk]:
    """A workspace in this home, connected by client credentials to a sandbox of its own."""
    with pretend_xero(seed) as xero, desk_at(xero, home) as found:
        yield found


@contextmanager
def desk_at(xero: Xero, home: Path, *, database: str = "") -> Iterator[Desk]:
    """A workspace in this home, connected to a pretend Xero that runs already."""
    clock, slept = MovableClock(), list[float]()
    settings = load({**environment(xero.sandbox), "DATABASE_URL": database}, home=home)
    with workspace_at(settings, clock, slept) as ws:
        connect.connect_custom(ws)
        yield Desk(xero, ws, clock, slept)
