"""How many calls, how much time and how much of the client's processor a push takes, against the sandbox.

python tests/bench/bench_push.py [invoices] [new clients] [--limits]

The sandbox runs in a process of its own. Without --limits its call limits are off; with it they are Xero's, and what
counts is how close the push comes to what 60 calls a minute allow. The yardstick beside the rate is the time that plain
PUTs of the same bodies take, sent one after the other by urllib3 and never looked at.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import urllib3  # noqa: E402 - the paths come first
from fixtures_workspace import CLIENT, KNOWN_CLIENT, sale  # noqa: E402

from i2g_recon.jobs import connect, import_export, setup_steps  # noqa: E402
from i2g_recon.jobs.plan import plan  # noqa: E402
from i2g_recon.jobs.push import push  # noqa: E402
from i2g_recon.jobs.workspace import open_workspace  # noqa: E402
from i2g_recon.sandbox.i2g_export import csv_bytes  # noqa: E402
from i2g_recon.settings import load  # noqa: E402

BATCH = 50


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("invoices", type=int, nargs="?", default=3000)
    words.add_argument("clients", type=int, nargs="?", default=300)
    words.add_argument("--limits", action="store_true")
    asked = words.parse_args()
    with TemporaryDirectory() as folder:
        measure(Path(folder), asked.invoices, asked.clients, limits=asked.limits)


def measure(folder: Path, invoices: int, clients: int, *, limits: bool) -> None:
    seed = folder / "seed.json"
    seed.write_text(json.dumps(KNOWN_CLIENT))
    command = [sys.executable, "-m", "i2g_recon", "sandbox", "--port", "0", "--seed", str(seed), "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        try:
            assert process.stdout
            found = json.loads(process.stdout.readline())
            run(folder, found, invoices, clients, limits=limits)
        finally:
            process.terminate()


def run(folder: Path, sandbox: dict[str, Any], invoices: int, clients: int, *, limits: bool) -> None:
    pool = urllib3.PoolManager(retries=False)
    url = sandbox["url"]
    off = {"minute": 10**7, "day": 10**8}
    pool.request("POST", f"{url}/_sandbox/settings", body=json.dumps(off))
    client = sandbox["clients"]["client_credentials"]
    addresses = dict.fromkeys(("XERO_LOGIN_URL", "XERO_IDENTITY_URL", "XERO_API_URL"), url)
    app = {"XERO_CLIENT_ID": client["client_id"], "XERO_CLIENT_SECRET": client["client_secret"]}
    ws = open_workspace(load({**addresses, **app, "XERO_GRANT": "client_credentials"}, home=folder / "home"))
    connect.connect_custom(ws)
    connection = ws.organisation()
    sales = [sale(f"P-{n}", client=f"Client {n % clients}" if clients else CLIENT) for n in range(invoices)]
    import_export.import_uploads(ws, connection, [("bench_invoice.csv", csv_bytes(sales))])
    choices = setup_steps.Choices(revenue_account="200", confirm_taxes=True, confirm_currency=True)
    assert setup_steps.apply_choices(ws, connection, choices).setup.completed
    commands = plan(ws, connection).pushable
    assert len(commands) == invoices
    if limits:
        pool.request("POST", f"{url}/_sandbox/settings", body=json.dumps({"minute": 60, "day": 5000}))
    else:
        ws.transport._pace = lambda _tenant: NoPace()  # type: ignore[method-assign,assignment,return-value] # noqa: SLF001
    began, busy = time.monotonic(), time.process_time()
    report = push(ws, connection, commands)
    took, busy = time.monotonic() - began, time.process_time() - busy
    assert report.counts["confirmed"] == invoices, report.counts
    say(report, invoices, clients, took, busy)
    if not limits:
        yardstick(pool, url, client, sandbox, [one.body for one in commands], took)


class NoPace:
    """The limits of the sandbox are off, and so is our own pace below them."""

    def place(self) -> Any:
        from contextlib import nullcontext  # noqa: PLC0415

        return nullcontext()

    def held_s(self) -> float:
        return 0.0


def say(report: Any, invoices: int, clients: int, took: float, busy: float) -> None:
    batches, contacts = -(-invoices // BATCH), -(-clients // BATCH)
    most = batches + contacts + -(-invoices // 40) + -(-invoices // 100)
    print(f"{invoices} invoices, {clients} new clients: {took:.1f} s, {invoices / took:.0f} invoices a second")  # noqa: T201
    print(f"client CPU {1000 * busy / invoices:.2f} ms an invoice")  # noqa: T201
    print(f"calls {report.calls} ({report.reads} reads, {report.writes} writes); at most {most} are allowed")  # noqa: T201
    possible = 60 * ((report.calls - 1) // 60)
    print(f"60 calls a minute make at least {possible} s of {report.calls} calls: {100 * possible / took:.0f} %")  # noqa: T201


def yardstick(
    pool: Any, url: str, client: dict[str, str], sandbox: dict[str, Any], bodies: list[str], took: float
) -> None:
    """The same bodies under other numbers, in plain PUTs of 50."""
    form = {"grant_type": "client_credentials", "scope": "accounting.invoices accounting.contacts", **client}
    answer = pool.request("POST", f"{url}/connect/token", fields=form, encode_multipart=False)
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}", "Accept": "application/json"}
    headers["xero-tenant-id"] = sandbox["organisations"][0]["tenant_id"]
    began = time.monotonic()
    for start in range(0, len(bodies), BATCH):
        batch = [json.loads(body) for body in bodies[start : start + BATCH]]
        for one in batch:
            one |= {"InvoiceNumber": f"Y-{one['InvoiceNumber']}", "Contact": {"Name": CLIENT}}
        sent = json.dumps({"Invoices": batch})
        answer = pool.request(
            "PUT", f"{url}/api.xro/2.0/Invoices?summarizeErrors=false&unitdp=4", body=sent, headers=headers
        )
        assert answer.status == 200
    plain = time.monotonic() - began
    print(f"plain PUTs of the same bodies: {plain:.1f} s; the push takes {took / plain:.2f} times that")  # noqa: T201


if __name__ == "__main__":
    main()
