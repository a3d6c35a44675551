"""The beginning of every simulated run, made once: two organisations in a pretend Xero and a workspace set up for one.

The run's own part comes from its seed: which invoices there are, for which clients, with how many lines.
"""

from __future__ import annotations

import datetime as dt
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from fixtures_workspace import GST, KNOWN_CLIENT, sale
from joserfc.jwk import RSAKey
from sim_stage import Process, Stage
from sim_wire import Pool, Wire

from i2g_recon.core import frame
from i2g_recon.core.invoice import Invoice
from i2g_recon.core.plan import PushCommand, make_plan
from i2g_recon.invoice2go.reader import read_export
from i2g_recon.jobs import connect, import_export, setup_steps
from i2g_recon.jobs.pull import known_organisation
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.sandbox import connections
from i2g_recon.sandbox.clock import Clock
from i2g_recon.sandbox.i2g_export import ExportInvoice, ExportLine, csv_bytes
from i2g_recon.sandbox.seeding import seed_all
from i2g_recon.sandbox.state import State
from i2g_recon.sandbox.tokens import Mint, signing_key
from i2g_recon.sandbox.world import World
from i2g_recon.settings import Settings, load
from i2g_recon.store.database import database_at
from i2g_recon.store.outbox import Outbox
from i2g_recon.store.schema import bring_up_to_date
from i2g_recon.store.workspace import Store
from i2g_recon.xero.transport import Transport

URL = "http://localhost:9"  # never opened: the calls are carried by `Wire`
CLIENT, SECRET = "SIMULATED", "not-a-secret"
OURS, OTHERS = "Marlin Books", "Other Books"
CLIENTS = ("Marlin Cafe", "Harbour Works", "Dune & Sons", "Quay Studio")
DATABASE = "workspace.sqlite"


class NoWatch:
    """For the calls that only prepare."""

    def leaving(self, *_: object) -> None:
        """Nothing to keep."""

    def returned(self, _call: object, _status: int) -> None:
        """Nothing to keep."""


@dataclass
class Template:
    """A prepared home and a prepared Xero, to be copied for each run."""

    home: Path
    state: State
    key: RSAKey
    tenant_id: str
    other_id: str


@dataclass(eq=False)
class Books:
    """One run's Xero and workspace. settings: of the workspace; wire: what every process speaks to."""

    stage: Stage
    settings: Settings
    world: World
    tenant_id: str
    other_id: str
    touched: set[str] = field(default_factory=set)  # numbers that somebody changed by hand in Xero
    typed: set[str] = field(default_factory=set)  # InvoiceIDs that somebody typed by hand in Xero


def settings_at(home: Path) -> Settings:
    addresses = dict.fromkeys(("XERO_LOGIN_URL", "XERO_IDENTITY_URL", "XERO_API_URL"), URL)
    app = {"XERO_CLIENT_ID": CLIENT, "XERO_CLIENT_SECRET": SECRET, "XERO_GRANT": "client_credentials"}
    database = {"DATABASE_URL": f"sqlite:///{home / DATABASE}"}
    return load({**addresses, **app, **database, "I2G_RECON_SECRET_KEY": "a" * 43 + "="}, home=home)


def world_of(state: State, stage: Stage, key: RSAKey) -> World:
    clock = Clock(wall_s=lambda: stage.now)
    return World(state, clock, Mint(state, clock, key, URL))


def make_template(home: Path) -> Template:
    """Connect, import one invoice so that its tax is known, finish the set-up."""
    stage = Stage(random.Random(0))
    state = State()
    own = {**KNOWN_CLIENT, "Organisations": [{"Name": OURS, "ShortCode": "!ours"}]}
    own["Contacts"] = [*own["Contacts"], {"Name": CLIENTS[1], "EmailAddress": "harbour@clients.example"}]
    seed_all(state, [own, {"Organisations": [{"Name": OTHERS, "ShortCode": "!other"}]}], ["AU"])
    ours, others = (row["tenant_id"] for row in state.rows("SELECT tenant_id FROM organisations ORDER BY position"))
    state.run("INSERT INTO clients VALUES (?, ?, ?, ?)", CLIENT, SECRET, "client_credentials", ours)
    for tenant_id in (ours, others):
        now_ms = int(stage.now * 1000)
        connections.join(state, tenant_id=tenant_id, client_id=CLIENT, event_id="simulated", now_ms=now_ms)
    for limit in ("minute", "day"):
        state.keep_setting(f"limit.{limit}", "100000")
    key = signing_key(state)
    books = Books(stage, settings_at(home), world_of(state, stage, key), ours, others)
    stage.begin("set-up", lambda process: prepare(books, process))
    stage.run()
    return Template(home, state, key, ours, others)


def prepare(books: Books, process: Process) -> None:
    """What the bookkeeper did before: connected, imported, set up."""
    home = books.settings.home
    home.mkdir(parents=True, exist_ok=True)
    database = database_at(books.settings.database_url)
    bring_up_to_date(database)
    database.close()
    ws = workspace(books, process, Wire(books.world, lambda: None), NoWatch(), trouble=0)
    connect.connect_custom(ws)
    connection = ws.store.connection(books.tenant_id)
    assert connection
    ws.store.choose_organisation(books.tenant_id)
    first = sale("OLD-1", price="11", lines=(line(random.Random(0), "200"),))
    import_export.import_uploads(ws, connection, [("first_invoice.csv", csv_bytes([first]))])
    choices = setup_steps.Choices(
        revenue_account="200", confirm_taxes=True, confirm_currency=True, accounts=("item:PARTS=260",)
    )
    view = setup_steps.apply_choices(ws, connection, choices)
    assert view.setup.completed, view.missing
    ws.close()


def begin_run(template: Template, stage: Stage, home: Path) -> Books:
    """A copy of the template for one run."""
    shutil.copytree(template.home, home)
    state = State()
    template.state.copy_to(state)
    return Books(stage, settings_at(home), world_of(state, stage, template.key), template.tenant_id, template.other_id)


def workspace(books: Books, process: Process, carrier: Wire, watch: object, *, trouble: float) -> Workspace:
    """The product's own workspace, with this process's time, wire and boundaries."""

    def clock() -> dt.datetime:
        return books.stage.clock() + dt.timedelta(seconds=process.off_s)

    database = database_at(books.settings.database_url)
    store = Store(books.settings, database, clock)
    pool = Pool(books.stage, process, carrier, watch, trouble)
    transport = Transport(sleep=process.sleep, monotonic=process.monotonic, pool=pool)  # type: ignore[arg-type] # of its shape
    return Workspace(
        books.settings,
        store,
        Outbox(store),
        transport,
        clock,
        process.sleep,
        pulse_of(books.stage, process),
    )


def pulse_of(stage: Stage, process: Process) -> Callable[[Callable[[], object], float], AbstractContextManager[None]]:
    """The heartbeat of a process in virtual time: it beats while the process lives, whatever that waits for."""

    @contextmanager
    def pulse(renew: Callable[[], object], every_s: float) -> Iterator[None]:
        over: list[bool] = []

        def beat() -> None:
            if not over and not process.dead:
                process.beating(renew)
                stage.post(every_s, beat)

        stage.post(every_s, beat)
        try:
            yield
        finally:
            over.append(True)

    return pulse


def line(rng: random.Random, code: str = "") -> ExportLine:
    return ExportLine(
        description=rng.choice(("Repair", "Paint, two coats", 'Pipe 3/4"', "Call-out")),
        code=code or rng.choice(("", "", "PARTS")),
        quantity=Decimal(rng.randrange(1, 40)) / 4,
        unit_price=Decimal(rng.randrange(100, 90_000)) / 100,
        taxes=((Decimal(10), GST.id),),
    )


def number(rng: random.Random, place: int) -> str:
    return rng.choice((f"I-{place:04d}", f"I-{place:04d}", f"{place}", f"I,{place}", f'I "{place}"'))


def sales(rng: random.Random) -> list[ExportInvoice]:
    """Between one and nine invoices of few clients, some of them new to Xero."""
    return [
        sale(number(rng, place), client=rng.choice(CLIENTS), lines=tuple(line(rng) for _ in range(rng.randrange(1, 4))))
        for place in range(1, rng.randrange(2, 11))
    ]


def planned(books: Books, ws: Workspace, invoices: list[Invoice]) -> tuple[PushCommand, ...]:
    """The product's plan for these invoices, against an organisation that has none of them."""
    connection = ws.store.connection(books.tenant_id)
    assert connection
    organisation, contacts = known_organisation(ws, connection)
    return make_plan(
        [(invoice, "sent_not_in_target") for invoice in invoices],
        target=frame.from_records([]),
        organisation=organisation,
        setup=ws.store.setup(books.tenant_id),
        contacts=contacts,
    )


def invoices_of(exported: list[ExportInvoice]) -> list[Invoice]:
    return list(frame.records(read_export(csv_bytes(exported), "run_invoice.csv")))


def raw(books: Books) -> sqlite3.Connection:
    """The workspace's file, read beside the code under test."""
    found = sqlite3.connect(f"file:{books.settings.home / DATABASE}?mode=ro", uri=True, isolation_level=None)
    found.row_factory = sqlite3.Row
    return found
