"""Leases: one holder at a time across threads, processes and machines, and none that a crash keeps for ever.

A lease is a row with an owner and an end. Whoever finds it ended takes it over. Times come from a clock that may be
set: an end further away than any lease can be was written before the clock was put back, and counts as past.
"""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, update
from sqlmodel import col

from i2g_recon.errors import OtherSideFailed
from i2g_recon.store.database import Clash, Database
from i2g_recon.store.part import Clock
from i2g_recon.store.tables import LeaseRow

LEASE_S = 60.0  # longer than the token call with its time-outs
LOOK_AGAIN_S = 0.05


def ended(until: Any, now: dt.datetime, lease_s: float) -> ColumnElement[bool]:
    """The condition that a lease is free to take."""
    return or_(until.is_(None), until <= now, until > now + dt.timedelta(seconds=2 * lease_s))


def never() -> bool:
    """Nothing ends the wait but the lease."""
    return False


@contextmanager
def alone(
    database: Database,
    name: str,
    clock: Clock,
    lease_s: float = LEASE_S,
    patience_s: float = LEASE_S + 5,
    unless: Callable[[], bool] = never,
) -> Iterator[None]:
    """Hold the named lease, or go on without it as soon as `unless` says that the work is done.

    Raises OtherSideFailed when its turn does not come; patience outlives a lease, and a database that others lock.
    """
    owner = secrets.token_hex(8)
    give_up = time.monotonic() + patience_s
    while not taken_or_busy(database, name, owner, clock(), lease_s):
        if unless():
            yield
            return
        if time.monotonic() > give_up:
            raise OtherSideFailed("Another window or command has been renewing the connection for too long; run again")
        time.sleep(LOOK_AGAIN_S)
    try:
        yield
    finally:
        mine = delete(LeaseRow).where(col(LeaseRow.name) == name, col(LeaseRow.owner) == owner)
        with suppress(OtherSideFailed), database.writing() as session:  # one that cannot be given back ends by itself
            session.execute(mine)


def taken_or_busy(database: Database, name: str, owner: str, now: dt.datetime, lease_s: float) -> bool:
    """As `taken`; a database that another program holds is one more reason to wait."""
    try:
        return taken(database, name, owner, now, lease_s)
    except OtherSideFailed:
        return False


def taken(database: Database, name: str, owner: str, now: dt.datetime, lease_s: float) -> bool:
    """Try once. Looks before it writes, so that waiting does not hold the write lock."""
    until = now + dt.timedelta(seconds=lease_s)
    free = ended(col(LeaseRow.until), now, lease_s)
    with database.reading() as session:
        row = session.get(LeaseRow, name)
        if row is not None and now < row.until <= now + dt.timedelta(seconds=2 * lease_s):
            return False
    try:
        with database.writing() as session:
            if row is None:
                session.add(LeaseRow(name=name, owner=owner, until=until))
                return True
            claim = update(LeaseRow).where(col(LeaseRow.name) == name, free).values(owner=owner, until=until)
            return session.connection().execute(claim).rowcount == 1
    except Clash:  # somebody else took it between the look and the write
        return False
