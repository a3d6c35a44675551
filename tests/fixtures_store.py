"""What the tests of the store share: settings, times, invented records, other processes."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from i2g_recon.settings import Settings, load
from i2g_recon.store.records import Command, Connection, TokenSet
from i2g_recon.store.workspace import Store, open_store

NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
TENANT = "11111111-aaaa-4bbb-8ccc-000000000001"
ROOT = Path(__file__).parent.parent


def seconds(amount: float) -> dt.timedelta:
    return dt.timedelta(seconds=amount)


def settings_at(home: Path, **environment: str) -> Settings:
    return load(environment, home=home)


@contextmanager
def store_at(home: Path, **environment: str) -> Iterator[Store]:
    with open_store(settings_at(home, **environment)) as store:
        yield store


def connection(tenant_id: str = TENANT, **changes: Any) -> Connection:
    values: dict[str, Any] = {
        "tenant_id": tenant_id,
        "name": "Hollis Plumbing",
        "connection_id": f"connection of {tenant_id}",
        "consent_id": "consent-1",
        "connected_at": NOW,
    }
    return Connection(**{**values, **changes})


def tokens(word: str = "canary") -> TokenSet:
    return TokenSet(
        access_token=f"access-{word}",
        refresh_token=f"refresh-{word}",
        expires_at=NOW + seconds(1800),
        scope="openid accounting.invoices",
        previous_refresh_token=f"previous-{word}",
        previous_expires_at=NOW + seconds(600),
    )


def command(source_id: str = "i2g-1", *, push_id: str = "push-1", **changes: Any) -> Command:
    values: dict[str, Any] = {
        "id": f"{push_id}/{source_id}",
        "push_id": push_id,
        "tenant_id": TENANT,
        "source_id": source_id,
        "number": "INV0042",
        "reference": "INV0042",
        "invoice_number": "INV0042",
        "action": "create",
        "body": '{"Type":"ACCREC"}',
        "idempotency_key": f"key-{push_id}-{source_id}",
        "currency": "AUD",
        "total_minor": 123450,
        "fingerprint": "f00d",
        "contact_name": "Brook Café",
        "contact_email": "books@brook.example",
    }
    return Command(**{**values, **changes})


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Another process of ours, running a script against the same checkout."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def together(script: str, *arguments: str, processes: int = 2) -> list[str]:
    """What several processes print that wait for each other: each says `ready`, then all get the signal to go."""
    running = [start(script, *arguments) for _ in range(processes)]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0] * processes, answers
    return [out.strip() for out, _ in answers]
