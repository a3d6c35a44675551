"""The push under everything that can go wrong, in virtual time, from one number: the seed.

python tests/faults/simulate.py [--seeds 10000] [--first 0] [--without PROTECTION]

A run is a real workspace on a real SQLite file, the product's own push code in up to seven processes, and the sandbox's
own application, without a socket between them. The seed draws the invoices, who pushes which of them and when, what
happens to each call (`sim_wire.FATES`), when the database is locked or its disk full, whose clock is wrong, which
process is killed at which of its boundaries and when it starts again, and what somebody changes in Xero meanwhile.
After that the faults stop, the processes that a person would start again are started again, and what was on its way
arrives. `sim_judge` says what must hold all along and at the end. A failing seed prints the line that replays it.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)]

import sim_books  # noqa: E402 - the paths come first
from sim_adviser import adviser, archive_account  # noqa: E402
from sim_books import Books, Template  # noqa: E402
from sim_judge import LATER, Broken, Judge  # noqa: E402
from sim_protections import PROTECTIONS, switched_off  # noqa: E402
from sim_stage import Killed, Process, Stage  # noqa: E402
from sim_wire import Wire  # noqa: E402

from i2g_recon.core.body import canonical  # noqa: E402
from i2g_recon.core.plan import PushCommand  # noqa: E402
from i2g_recon.errors import NeedsAPerson, OtherSideFailed, ReconError, ReconnectNeeded  # noqa: E402
from i2g_recon.jobs import push, sending  # noqa: E402
from i2g_recon.jobs.undo import undo, undo_plan  # noqa: E402
from i2g_recon.jobs.workspace import Workspace  # noqa: E402
from i2g_recon.sandbox import connections  # noqa: E402
from i2g_recon.store import lease  # noqa: E402
from i2g_recon.store.records import Command  # noqa: E402

TROUBLE = 0.25  # of all calls
DISK_TROUBLE = 0.02  # of all transactions that write
PAUSES_S = (1, 5, 30, 90, 200, 420, 3_600, 86_400, 30 * 86_400)  # until a dead process is started again
DAY_S = 86_400.0
WRONG_CLOCK = 0.15  # of all processes
OFF_S = (-90_000.0, -3_600.0, -120.0, 120.0, 3_600.0, 90_000.0)  # not a day: `recover` lets just a day pass


class LeaseTime:
    """The time of the lease module, in turns: whoever waits for a lease lets the others work."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def monotonic(self) -> float:
        return self.stage.now

    def sleep(self, seconds: float) -> None:
        name = threading.current_thread().name
        next(one for one in self.stage.processes if one.name == name).sleep(seconds)


@dataclass(eq=False)
class Run:
    """One run. commands: the plan that was approved by whoever pressed the button."""

    seed: int
    books: Books
    judge: Judge
    wire: Wire
    commands: tuple[PushCommand, ...] = ()
    trouble: float = TROUBLE
    started: int = 0

    @property
    def stage(self) -> Stage:
        return self.books.stage

    def process(self, role: str, work: Callable[[Workspace], Any], *, after: float = 0.0) -> None:
        """Start a process that opens the workspace, works, and is started again when it fails or dies."""
        self.started += 1
        name = f"{role} {self.started}"

        def life(process: Process) -> None:
            ws = self.workspace(process)
            try:
                work(ws)
            except ReconnectNeeded:
                self.reconnect()
            except (OtherSideFailed, NeedsAPerson, ReconError):
                pass  # it told the person and ended
            finally:
                ws.close()

        self.stage.begin(name, life, after=after)

    def workspace(self, process: Process) -> Workspace:
        """The product's workspace, whose transactions are boundaries too."""
        process.off_s = self.off_s(process)
        ws = sim_books.workspace(self.books, process, self.wire, self.judge, trouble=self.trouble)
        with_boundaries(ws, process, self)
        return ws

    def off_s(self, process: Process) -> float:
        """How wrong the clock of this process's machine is; drawn apart from everything else."""
        rng = random.Random(f"{self.seed} {process.name}")
        return rng.choice(OFF_S) if self.trouble and rng.random() < WRONG_CLOCK else 0.0

    def reconnect(self) -> None:
        """A person connects the organisation again."""
        now_ms = int(self.stage.now * 1000)
        joined = {"tenant_id": self.books.tenant_id, "client_id": sim_books.CLIENT, "event_id": "again"}
        connections.join(self.books.world.state, **joined, now_ms=now_ms)


def with_boundaries(ws: Workspace, process: Process, run: Run) -> None:
    """Before and after each transaction others may work, the process may die; and now and then the disk fails."""
    database, rng = ws.store.database, run.stage.rng
    reading, writing = database.reading, database.writing

    @contextmanager
    def read() -> Iterator[Any]:
        process.boundary()
        with reading() as session:
            yield session

    @contextmanager
    def write() -> Iterator[Any]:
        process.boundary()
        if process.at_once:
            with writing() as session:
                yield session
            return
        if run.trouble and rng.random() < DISK_TROUBLE:
            raise rng.choice((OtherSideFailed("busy"), NeedsAPerson("full")))
        with writing() as session:
            yield session
            if run.stage.kills and rng.random() < run.stage.kill_chance:
                run.stage.kills -= 1
                process.dead = True
                raise Killed
        process.boundary()

    database.reading, database.writing = read, write  # type: ignore[method-assign] # this is what makes them boundaries


def run_seed(template: Template, seed: int, folder: Path) -> Run:
    """One whole run. Raises Broken."""
    rng = random.Random(seed)
    stage = Stage(rng, kills=rng.randrange(0, 5), kill_chance=0.02)
    books = sim_books.begin_run(template, stage, folder / str(seed))
    judge = Judge(books)
    run = Run(seed, books, judge, Wire(books.world, judge.after_write))
    stage.on_death = lambda process: started_again(run, process)
    # The lease is the one module that waits by itself; a batch of 50 would need hundreds of invoices for a second one.
    with (
        mock.patch.object(lease, "time", LeaseTime(stage)),
        mock.patch.multiple(sending, **sizes(rng)),
    ):
        plan_it(run, sim_books.sales(rng))
        judge.remember_others()
        people(run)
        stage.run()
        recover(run)
        stage.deliver_all()
        judge.at_the_end()
        nothing_more(run)
    return run


def sizes(rng: random.Random) -> dict[str, Any]:
    """How many invoices are looked up together, and how many of them go into one call."""
    return rng.choice(({"GROUP": 1, "BATCH": 1}, {"GROUP": 4, "BATCH": 2}, {"GROUP": 6, "BATCH": 3}, {"GROUP": 200}))


def plan_it(run: Run, exported: list[Any]) -> None:
    """The plan, made in peace before anybody pushes."""
    trouble, kills, run.trouble, run.stage.kills = run.trouble, run.stage.kills, 0.0, 0
    invoices = sim_books.invoices_of(exported)

    def work(ws: Workspace) -> None:
        run.commands = sim_books.planned(run.books, ws, invoices)

    run.process("plan", work)
    run.stage.run()
    assert run.commands
    run.trouble, run.stage.kills = trouble, kills


def people(run: Run) -> None:
    """One or two people who push some or all, a sweeper who takes up what is open, somebody who works in Xero."""
    rng = run.stage.rng
    for _ in range(rng.randrange(1, 4)):
        chosen = rng.sample(run.commands, rng.randrange(1, len(run.commands) + 1))
        run.process("person", pusher(run, chosen), after=rng.choice((0.0, rng.uniform(0, 20))))
    if rng.random() < 0.5:
        run.process("sweeper", resumer(run), after=rng.uniform(0, 300))
    if rng.random() < 0.4:
        run.process("undoer", undoer(run), after=rng.uniform(0, 400))
    if rng.random() < 0.4:
        run.process("changer", changer(run), after=rng.uniform(0, 400))
    if rng.random() < 0.3:  # the account of the parts is closed between plan and push: some of a batch are refused
        archive_account(run.books, rng)
    if rng.random() < 0.5:
        run.process("adviser", lambda _ws: adviser(run.books, rng), after=rng.uniform(0, 40))


def pusher(run: Run, chosen: list[PushCommand]) -> Callable[[Workspace], None]:
    def work(ws: Workspace) -> None:
        if run.stage.rng.random() < 0.3:  # in another tab the other organisation is chosen
            ws.store.choose_organisation(run.books.other_id)
        push.push(ws, ours(ws, run), chosen, with_open=run.stage.rng.random() < 0.5)

    return work


def resumer(run: Run) -> Callable[[Workspace], Any]:
    return lambda ws: push.resume(ws, ours(ws, run))


def undoer(run: Run) -> Callable[[Workspace], None]:
    """Somebody takes a push back."""

    def work(ws: Workspace) -> None:
        for info in ws.outbox.pushes(run.books.tenant_id)[:2]:
            planned = undo_plan(ws, ours(ws, run), info.id)
            if planned.possible:
                undo(ws, ours(ws, run), planned)

    return work


def changer(run: Run) -> Callable[[Workspace], None]:
    """Somebody gives invoices that were copied another due date."""

    def work(ws: Workspace) -> None:
        standing = ws.outbox.standing_commands(run.books.tenant_id)
        push.push(ws, ours(ws, run), [due_later(one) for one in standing if one.state == "confirmed"][:4])

    return work


def due_later(command: Command) -> PushCommand:
    """An update of one invoice as the planner would make it."""
    return PushCommand(
        source_id=command.source_id,
        number=command.number,
        reference=command.reference,
        invoice_number=command.invoice_number,
        action="update",
        body=canonical({"InvoiceID": command.xero_invoice_id, "DueDate": LATER}),
        contact_id=command.contact_id,
        contact_name=command.contact_name,
        currency=command.currency,
        total_minor=command.total_minor,
        target_id=command.xero_invoice_id,
        seen=command.fingerprint,
    )


def ours(ws: Workspace, run: Run) -> Any:
    found = ws.store.connection(run.books.tenant_id)
    assert found
    return found


def started_again(run: Run, process: Process) -> None:
    """After a kill somebody starts the program again, sooner or later, and it takes up what is open."""
    if not process.name.startswith("adviser"):
        run.process("again", resumer(run), after=run.stage.rng.choice(PAUSES_S))


def recover(run: Run) -> None:
    """No more faults: reconnected, and a day later what is open is taken up once."""
    run.trouble, run.stage.kills = 0.0, 0
    run.books.world.faults.clear()
    run.reconnect()
    run.stage.now += DAY_S  # the wait for a daily limit is over, and so is every claim
    run.process("again", resumer(run))
    run.stage.run()


def nothing_more(run: Run) -> None:
    """I6: pushing what is confirmed once more sends nothing."""

    def work(ws: Workspace) -> None:
        connection = ours(ws, run)
        standing = {one.source_id for one in ws.outbox.standing_commands(run.books.tenant_id)}
        push.push(ws, connection, [one for one in run.commands if one.source_id in standing])

    before = sum(run.judge.sent.values())
    run.process("once more", work)
    run.stage.run()
    if sum(run.judge.sent.values()) != before:
        raise Broken("I6: a second push sent something")
    run.judge.at_the_end()


def failing(template: Template, seeds: range, folder: Path, without: str = "") -> tuple[int, str] | None:
    """The first seed that breaks an invariant and what it broke, or None."""
    with switched_off(without):
        for seed in seeds:
            try:
                run_seed(template, seed, folder)
            except Broken as broken:
                return seed, str(broken)
            except AssertionError as broken:
                return seed, str(broken) or repr(broken)
    return None


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seeds", type=int, default=10_000)
    words.add_argument("--first", type=int, default=0)
    words.add_argument("--without", choices=sorted(PROTECTIONS), default="")
    asked = words.parse_args()
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        template = sim_books.make_template(Path(folder) / "template")
        found = failing(template, range(asked.first, asked.first + asked.seeds), Path(folder), asked.without)
    took = time.monotonic() - began
    if found:
        print(f"seed {found[0]}: {found[1]}\nreplay: python tests/faults/simulate.py --first {found[0]} --seeds 1")  # noqa: T201
        return 1
    print(f"{asked.seeds} seeds from {asked.first}: every invariant held, {took:.0f} s")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
