"""Real processes, killed at random moments over real HTTP: whatever is cut off, each invoice is in Xero once.

python tests/faults/kills.py [--kills 200] [--seed 0] [--workers 1] [--database URL]

The sandbox runs here, with a storm of faults on every call; `i2g-recon worker` runs as real processes, one or several
at once, each killed by SIGKILL after a random time. Then the minute in which a dead process keeps its claims is let
pass, and the next ones start. When a round of invoices is finished the next one is approved. At the end the storm
stops, one worker finishes, and what Xero holds is counted beside the code under test.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fixtures_workspace import GONE, KNOWN_CLIENT, ROOT as PRODUCT, Desk, desk_at, environment, pretend_xero, sale  # noqa: E402, I001

from i2g_recon.jobs.push import approve  # noqa: E402
from i2g_recon.store.records import OPEN_STATES  # noqa: E402

A_ROUND = 60  # invoices
CLIENTS = ("Marlin Cafe", "Harbour Works", "Dune & Sons")
WINDOW_S = 0.25  # sending a round takes about this long when nothing disturbs it
PATIENCE_S = 20
CHANCE = 0.15


@dataclass
class Killing:
    """One run. numbers: every invoice that was approved."""

    at: Desk
    rng: random.Random
    variables: Mapping[str, str]
    numbers: list[str] = field(default_factory=list)
    kills: int = 0
    mid_air: int = 0  # kills that left commands marked sent without an outcome

    def next_round(self) -> None:
        """Approve another round of invoices, in peace."""
        fresh = [f"K-{len(self.numbers) + place}" for place in range(A_ROUND)]
        sales = [sale(number, client=self.rng.choice(CLIENTS)) for number in fresh]
        self.at.bring_in(*sales, name=f"round_{len(self.numbers)}_invoice.csv")
        if not self.numbers:
            self.at.set_up()
        approve(self.at.ws, self.at.connection, self.at.plan().pushable)
        self.numbers += fresh

    def storm(self, chance: float) -> None:
        """Begin a storm of faults, or end it."""
        self.at.xero.control("POST", "storm", seed=self.rng.randrange(10**6), chance=chance)

    def waiting(self) -> bool:
        return any(state in OPEN_STATES for state in self.at.states().values())

    def kill_some(self, workers: int) -> None:
        """Start workers; once they speak to Xero, kill each at a moment of its own."""
        self.storm(CHANCE)
        seen = self.calls()
        processes = [self.start() for _ in range(workers)]
        patience = time.monotonic() + PATIENCE_S
        while self.calls() == seen and time.monotonic() < patience:
            time.sleep(0.005)
        for process in processes:
            time.sleep(self.rng.uniform(0, WINDOW_S))
            self.kills += process.poll() is None
            process.kill()
            process.wait()
        self.mid_air += "sent" in self.at.states().values()
        self.storm(0)
        self.let_a_minute_pass()
        self.once_each()

    def let_a_minute_pass(self) -> None:
        """Claims of the dead have ended."""
        with self.at.ws.store.database.writing() as session:
            session.connection().exec_driver_sql("UPDATE command SET lease_until = NULL")
            session.connection().exec_driver_sql("DELETE FROM lease")

    def calls(self) -> int:
        """How many calls have reached Xero."""
        return int(self.at.xero.sandbox.calls())

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "i2g_recon", "worker", "--quiet"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, cwd=PRODUCT, env={**os.environ, **self.variables}, **quiet)  # type: ignore[call-overload] # of literals

    def once_each(self) -> None:
        """Never two live invoices for a number."""
        live = Counter(one["Reference"] for one in self.at.xero.invoices() if one["Status"] not in GONE)
        twice = [reference for reference, times in live.items() if times > 1]
        assert not twice, f"twice in Xero: {twice}"

    def finish(self) -> None:
        """The storm is over, a minute later one worker finishes; everything approved is there, once and right."""
        self.at.clock.forward(minutes=2)
        from i2g_recon.jobs.worker import work_once  # noqa: PLC0415 - it is what is tested

        done = work_once(self.at.ws)
        assert (done.open, done.problems) == (0, ()), done
        states = self.at.states()
        assert {number: states[number] for number in self.numbers} == dict.fromkeys(self.numbers, "confirmed")
        held = {one["Reference"]: one for one in self.at.xero.invoices() if one["Status"] not in GONE}
        assert sorted(held) == sorted(self.numbers)
        assert len(self.at.xero.invoices()) == len(self.numbers)
        assert {one["Total"] for one in held.values()} == {Decimal("110.00")}
        self.every_call_was_written_down()

    def every_call_was_written_down(self) -> None:
        """Each key that reached Xero stands in the journal, at least as often as it came; the storm repeats without."""
        arrived = Counter(
            row["idempotency_key"] for row in self.at.xero.requests("PUT", "/Invoices") if row["idempotency_key"]
        )
        written: Counter[str] = Counter()
        for command in self.at.commands():
            own = Counter(one.idempotency_key for one in self.at.ws.outbox.attempts(command.id))
            written |= own
        expired = sum(row["status"] == 401 for row in self.at.xero.requests("PUT", "/Invoices"))
        more = {key: times - written[key] for key, times in arrived.items() if times > written[key]}
        assert sum(more.values()) <= expired, f"calls that nobody wrote down: {more}"


def run(folder: Path, *, kills: int, seed: int, workers: int = 1, database: str = "") -> Killing:
    """Kill that many times. Raises AssertionError when an invariant does not hold."""
    with pretend_xero(KNOWN_CLIENT) as xero, desk_at(xero, folder, database=database) as at:
        variables = {**environment(xero.sandbox), "I2G_RECON_HOME": str(folder), "DATABASE_URL": database}
        killing = Killing(at, random.Random(seed), variables)
        killing.next_round()
        while killing.kills < kills:
            if not killing.waiting():
                killing.next_round()
            killing.kill_some(workers)
        killing.finish()
    return killing


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--kills", type=int, default=200)
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--workers", type=int, default=1)
    words.add_argument("--database", default="")
    asked = words.parse_args()
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        done = run(
            Path(folder) / "home", kills=asked.kills, seed=asked.seed, workers=asked.workers, database=asked.database
        )
    took = time.monotonic() - began
    sys.stdout.write(
        f"{done.kills} kills, {done.mid_air} times in mid-air; {len(done.numbers)} invoices, each once; {took:.0f} s\n"
    )


if __name__ == "__main__":
    main()
