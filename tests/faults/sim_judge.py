"""What must hold, looked at beside the code under test: at every call that leaves, after every write, at the end.

The numbers are those of the fault matrix: I1 never two live invoices for one number, I2 every approved row ends or is
visibly open, I3 Xero holds the approved amount, I4 nothing leaves that was not written down first, I5 other invoices
are untouched, I6 a second push writes nothing, I7 limits (kept by `Pool`), I10 the file is whole, I11 one organisation.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sim_books import CLIENT, Books, raw
from sim_stage import Process

from i2g_recon.core.money import from_minor
from i2g_recon.sandbox.ledger import full_text
from i2g_recon.sandbox.wire import load

GONE = ("VOIDED", "DELETED")
OPEN = ("approved", "sent", "uncertain")


LATER = "2026-12-24"  # the due date that an update gives


def kind(command: sqlite3.Row) -> str:
    """create, update or delete."""
    return str(command["action"]).partition(" ")[0]


class Broken(AssertionError):
    """An invariant does not hold."""


@dataclass(eq=False)
class Leaving:
    """One call on its way: by which process, with which invoices, and how to take its watch back."""

    process: Process
    numbers: tuple[str, ...] = ()
    key: str = ""


@dataclass(eq=False)
class Judge:
    """Watches one run. begun: the books' other invoices as they were before."""

    books: Books
    begun: dict[str, str] = field(default_factory=dict)
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)  # (InvoiceNumber, key): how often it left
    under_way: list[Leaving] = field(default_factory=list)

    def leaving(self, process: Process, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Leaving:
        """A call leaves: its organisation, its journal rows, and nobody else at work on the same invoice."""
        tenant = next((value for name, value in headers.items() if name.lower() == "xero-tenant-id"), "")
        if tenant and tenant != self.books.tenant_id:
            raise Broken("I11: another organisation was called")
        call = Leaving(process)
        if method == "PUT" and url.partition("?")[0].endswith("/Invoices"):
            numbers = [str(one.get("InvoiceNumber", one["Reference"])) for one in json.loads(body)["Invoices"]]
            key = next((value for name, value in headers.items() if name.lower() == "idempotency-key"), "")
            self._written_down(numbers, key)
            call = Leaving(process, tuple(numbers), key)
            for other in self.under_way:
                alive = other.process is not process and not other.process.dead
                same_time = other.process.off_s == process.off_s  # else no lease can be told from an ended one
                if alive and same_time and set(other.numbers) & set(numbers):
                    raise Broken(f"lease: {other.process.name} and {process.name} send the same invoice at once")
        self.under_way.append(call)
        return call

    def returned(self, call: Leaving, status: int) -> None:
        """It was answered, lost, or its process died. With 401 Xero never looked at it, and it may be sent again."""
        self.under_way.remove(call)
        if status == 401:
            self.sent.subtract((number, call.key) for number in call.numbers)

    def _written_down(self, numbers: list[str], key: str) -> None:
        """I4: an attempt row for each time it leaves, on the disk before its bytes go."""
        with closing(raw(self.books)) as database:
            for number in numbers:
                self.sent[number, key] += 1
                query = (
                    "SELECT count(*) FROM attempt JOIN command ON command.id = command_id "
                    "WHERE (invoice_number = ? OR reference = ?) AND attempt.idempotency_key = ?"
                )
                rows = database.execute(query, (number, number, key)).fetchone()[0]
                if rows < self.sent[number, key]:
                    raise Broken(f"I4: {number} left {self.sent[number, key]} times, written down {rows} times")

    def after_write(self) -> None:
        """I1, at every moment: what we made is there at most once."""
        query = (
            "SELECT reference_key, count(*) AS times FROM invoices WHERE tenant_id = ? AND created_by = ? "
            "AND status NOT IN ('VOIDED', 'DELETED') GROUP BY reference_key HAVING times > 1"
        )
        for row in self.books.world.state.rows(query, self.books.tenant_id, CLIENT):
            raise Broken(f"I1: {row['reference_key']} is {row['times']} times in Xero")

    def at_the_end(self) -> None:
        """After the recovery: outcomes against what Xero really holds."""
        self.after_write()
        with closing(raw(self.books)) as database:
            commands = database.execute("SELECT * FROM command ORDER BY seq").fetchall()
            self._whole(database)
            for command in commands:
                self._outcome(command)
            open_ = [row["number"] for row in commands if row["state"] in OPEN]
            if open_:
                raise Broken(f"I2: still open after the recovery: {open_}")
            standing = Counter(
                row["source_id"] for row in commands if row["state"] == "confirmed" and kind(row) == "create"
            )
            if any(times > 1 for times in standing.values()):
                raise Broken("I1: one invoice was confirmed twice")
        self._others()

    def _whole(self, database: sqlite3.Connection) -> None:
        if database.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise Broken("I10: the workspace file is damaged")
        if database.execute("PRAGMA foreign_key_check").fetchone():
            raise Broken("I10: a row refers to something that is not there")
        unsaid = (
            "SELECT number FROM command WHERE state NOT IN ('approved', 'sent') "
            "AND id NOT IN (SELECT command_id FROM receipt)"
        )
        for row in database.execute(unsaid):
            raise Broken(f"I2: {row['number']} has an outcome and no receipt")

    def _outcome(self, command: sqlite3.Row) -> None:
        """One command's state is the truth about Xero."""
        state, number = command["state"], command["invoice_number"]
        live = [one for one in self.held(number) if one["Status"] not in GONE]
        ours = [one for one in live if one["InvoiceID"] not in self.books.typed]
        if kind(command) != "create":
            self._change(command)
            return
        if state == "held" and ours:
            raise Broken(f"I1: {number} was taken back and is in Xero")
        if state == "confirmed" and number not in self.books.touched:
            if len(ours) != 1:
                raise Broken(f"I1: {number} is confirmed and {len(ours)} times in Xero")
            self._equal(command, ours[0])
        if state == "rejected" and ours:
            raise Broken(f"I1: {number} is rejected and in Xero")
        if state == "stale" and ours and number not in self.books.touched:
            raise Broken(f"I2: {number} is called stale, and nobody touched it")

    def _change(self, command: sqlite3.Row) -> None:
        """A confirmed change is what Xero holds, unless somebody changed it again."""
        if command["state"] != "confirmed" or command["invoice_number"] in self.books.touched:
            return
        (found,) = [one for one in self.held(command["invoice_number"]) if one["InvoiceID"] == command["target_id"]]
        if kind(command) == "update" and found["Status"] not in GONE and found["DueDateString"][:10] != LATER:
            raise Broken(f"I3: the change of {command['number']} is confirmed and not in Xero")
        if kind(command) == "delete" and found["Status"] not in GONE:
            raise Broken(f"I1: {command['number']} was taken out and is still there")

    def _equal(self, command: sqlite3.Row, found: Mapping[str, Any]) -> None:
        body = json.loads(command["body"], parse_float=Decimal, parse_int=Decimal)
        wanted = (from_minor(command["total_minor"], command["currency"]), command["currency"], body["Date"])
        held = (found["Total"], found["CurrencyCode"], found["DateString"][:10])
        if wanted != held or command["xero_invoice_id"] != found["InvoiceID"]:
            raise Broken(f"I3: {command['number']} was approved as {wanted}, Xero holds {held}")
        if found["Contact"]["Name"] != command["contact_name"]:
            raise Broken(f"I3: {command['number']} went to another client")
        if len(found["LineItems"]) != len(body["LineItems"]):
            raise Broken(f"I3: {command['number']} has another number of lines")

    def held(self, number: str) -> list[dict[str, Any]]:
        """What Xero holds under this number, whatever its status."""
        query = "SELECT * FROM invoices WHERE tenant_id = ? AND (number_key = ? OR reference_key = ?)"
        rows = self.books.world.state.rows(query, self.books.tenant_id, number.lower(), number.lower())
        return [load(full_text(row)) for row in rows]

    def remember_others(self) -> None:
        self.begun = self._others_now()

    def _others_now(self) -> dict[str, str]:
        query = "SELECT invoice_id, head, lines FROM invoices WHERE created_by <> ?"
        return {row["invoice_id"]: row["head"] + row["lines"] for row in self.books.world.state.rows(query, CLIENT)}

    def _others(self) -> None:
        now = self._others_now()
        for invoice_id, before in self.begun.items():
            if now.get(invoice_id) != before:
                raise Broken("I5: an invoice outside the plan was changed")
        names = Counter(
            row["name_key"]
            for row in self.books.world.state.rows(
                "SELECT name_key FROM contacts WHERE tenant_id = ?", self.books.tenant_id
            )
        )
        if any(times > 1 for times in names.values()):
            raise Broken("a client is in Xero twice")
