from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fixtures_store import NOW, TENANT, command, store_at, together
from hypothesis import given, settings
from hypothesis import strategies as st

from i2g_recon.errors import ReconError
from i2g_recon.store.outbox import Outbox
from i2g_recon.store.records import SETTLED_STATES

CLAIM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from i2g_recon.settings import load
from i2g_recon.store.outbox import Outbox
from i2g_recon.store.workspace import open_store
with open_store(load({}, home=Path(sys.argv[1]))) as store:
    outbox, now = Outbox(store), datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    print("ready", flush=True)
    owner = sys.stdin.readline().strip() + str(id(store)) + str(__import__("os").getpid())
    print("".join("x" if outbox.claim(f"push-1/{n}", owner, now, 60) else "." for n in range(40)))
"""


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with store_at(tmp_path) as store:
        yield Outbox(store)


def test_threads_that_approve_at_once_make_one_command_each(outbox: Outbox) -> None:
    def approve(number: int) -> list[str]:
        push = f"push-{number}"
        wanted = [command(f"i2g-{n}", push_id=push) for n in range(20)]
        return [each.id for each in outbox.approve(push, TENANT, wanted[:: 1 if number % 2 else -1], NOW)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(approve, range(8)))
    assert len({tuple(sorted(answer)) for answer in answers}) == 1
    assert len(outbox.open_commands(TENANT)) == 20


def test_two_processes_never_hold_the_same_command(tmp_path: Path) -> None:
    with store_at(tmp_path) as store:
        Outbox(store).approve("push-1", TENANT, [command(str(n)) for n in range(40)], NOW)
    one, two = together(CLAIM, str(tmp_path))
    assert all({a, b} == {"x", "."} for a, b in zip(one, two, strict=True)), (one, two)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["approve", "sent", *SETTLED_STATES, "uncertain"]),
        st.integers(0, 2),  # which invoice
        st.integers(0, 3),  # which push
    ),
    max_size=25,
)


def step(outbox: Outbox, what: str, source: str, push: str) -> None:
    name = f"{push}/{source}"
    if what == "approve":
        outbox.approve(push, TENANT, [command(source, push_id=push)], NOW)
    elif what == "sent":
        outbox.mark_sent([name], NOW, "key")
    else:
        outbox.settle(name, what, NOW)  # type: ignore[arg-type] # drawn from the states themselves


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_whatever_happens_an_invoice_has_one_standing_command(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    with store_at(tmp_path_factory.getbasetemp() / "law") as store:
        outbox = Outbox(store)
        clear(outbox)
        confirmed: set[str] = set()
        for what, source, push in steps:
            try:
                step(outbox, what, f"i2g-{source}", f"push-{push}")
            except ReconError:
                continue
            standing = outbox.standing_commands(TENANT)
            assert len({each.source_id for each in standing}) == len(standing)
            now_confirmed = {each.id for each in standing if each.state == "confirmed"}
            assert confirmed <= now_confirmed
            confirmed = now_confirmed
        every = [each for push in range(4) for each in outbox.commands(f"push-{push}")]
        with_receipt = {receipt.command_id for receipt in outbox.receipts(TENANT)}
        assert {each.id for each in every if each.state in SETTLED_STATES} <= with_receipt


def clear(outbox: Outbox) -> None:
    with outbox.database.writing() as session:
        for name in ("receipt", "attempt", "command", "push"):
            session.connection().exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608 - names written above
