"""The one transport: what is repeated, what never is, and what it says when it gives up."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest
from fixtures_xero import Books, StoppedClock, books, broken_wire

from i2g_recon.errors import AnswerLost, LimitReached, Offline, Unreachable
from i2g_recon.xero.transport import Answer, CallCount, Quota, Transport

OK_BODY = b'{"Status": "OK"}'
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\nConnection: close\r\n\r\n" + OK_BODY
CUT_OFF = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\nConnection: close\r\n\r\n" + OK_BODY
ZIPPED = gzip.compress(OK_BODY)


def zipped(data: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    return head % len(data) + data


@pytest.fixture(scope="module")
def shared() -> Iterator[Books]:
    with books() as found:
        found.control("POST", "settings", minute=10_000)  # these tests share a minute
        yield found


@pytest.fixture
def xero(shared: Books) -> Iterator[Books]:
    """The module's sandbox with a transport and a clock of its own."""
    clock = StoppedClock()
    shared.control("DELETE", "faults")
    with Transport(sleep=clock.sleep, monotonic=clock.monotonic) as transport:
        yield Books(shared.sandbox, shared.settings, clock, transport, shared.tenant_id)


def ask(xero: Books, method: str = "GET", path: str = "Organisation", body: str | None = None) -> Answer:
    headers = {"Authorization": f"Bearer {xero.access_token(False)}", "xero-tenant-id": xero.tenant_id}
    address = f"{xero.settings.api_url}/api.xro/2.0/{path}"
    return xero.transport.request(method, address, body=body, headers=headers)


def test_calls_and_quota_are_counted(xero: Books) -> None:
    assert ask(xero).status == 200
    assert xero.transport.calls == CallCount(total=2, read=1, write=1)  # the write fetched the token
    assert xero.transport.quota.minute_left is not None
    assert xero.transport.quota.day_left is not None
    assert Quota() == Quota(None, None)


def test_a_minute_limit_is_waited_for_and_the_read_goes_on(xero: Books) -> None:
    xero.arm("limit", problem="minute", retry_after_s=17)
    assert ask(xero).status == 200
    assert xero.clock.slept == [17]


def test_a_minute_limit_that_stays_is_said_after_a_few_times(xero: Books) -> None:
    xero.arm("limit", problem="minute", retry_after_s=17, times=-1)
    with pytest.raises(LimitReached) as limit:
        ask(xero)
    assert (limit.value.problem, limit.value.retry_after_s) == ("minute", 17)
    assert xero.clock.slept == [17, 17, 17]


def test_a_day_limit_is_said_at_once_and_nothing_more_is_sent(xero: Books) -> None:
    xero.arm("limit", problem="day", retry_after_s=66_975)
    for _ in range(2):
        with pytest.raises(LimitReached) as limit:
            ask(xero)
        assert limit.value.problem == "day"
    assert xero.clock.slept == []
    assert xero.transport.calls.read == 1


def test_too_many_at_once_backs_off_briefly(xero: Books) -> None:
    xero.arm("limit", problem="concurrent", times=2)
    assert ask(xero).status == 200
    assert xero.clock.slept == [1, 2]


def test_a_write_at_the_limit_is_not_repeated_and_the_next_call_waits(xero: Books) -> None:
    xero.access_token(False)
    xero.arm("limit", problem="minute", retry_after_s=17)
    with pytest.raises(LimitReached):
        ask(xero, "PUT", "Contacts", '{"Contacts": []}')
    assert xero.clock.slept == []
    ask(xero)
    assert xero.clock.slept == [17]


def test_a_read_survives_short_maintenance(xero: Books) -> None:
    xero.arm("offline", times=2)
    assert ask(xero).status == 200
    assert xero.clock.slept == [1, 2]


def test_a_read_gives_up_on_long_maintenance(xero: Books) -> None:
    xero.arm("offline", times=-1)
    with pytest.raises(Offline, match="run again later"):
        ask(xero)
    assert xero.transport.calls.read == 4


@pytest.mark.parametrize("kind", ["offline", "error"])
def test_a_write_that_meets_trouble_is_sent_once_and_counts_as_lost(xero: Books, kind: str) -> None:
    xero.access_token(False)
    before = xero.transport.calls.write
    xero.arm(kind)
    with pytest.raises(AnswerLost):
        ask(xero, "PUT", "Contacts", '{"Contacts": []}')
    assert xero.transport.calls.write == before + 1


def test_a_dropped_read_is_repeated(xero: Books) -> None:
    xero.arm("drop_before", times=3)
    assert ask(xero).status == 200
    assert xero.clock.slept == [1, 2, 4]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_dropped_write_is_never_repeated(xero: Books, kind: str) -> None:
    xero.access_token(False)
    before = len(xero.requests("PUT"))
    xero.arm(kind)
    with pytest.raises(AnswerLost, match="looked up before sending again"):
        ask(xero, "PUT", "Contacts", '{"Contacts": []}')
    assert len(xero.requests("PUT")) == before + 1


@pytest.mark.parametrize(("method", "kind"), [("GET", Unreachable), ("PUT", AnswerLost)])
def test_a_silence_ends_after_the_time_limit(method: str, kind: type[Exception]) -> None:
    with books() as xero:
        headers = {"Authorization": f"Bearer {xero.access_token(False)}", "xero-tenant-id": xero.tenant_id}
        xero.arm("slow", seconds=0.6, times=4)
        transport = Transport(sleep=xero.clock.sleep, timeouts_s=(5, 0.05))
        with transport, pytest.raises(kind):
            transport.request(method, f"{xero.settings.api_url}/api.xro/2.0/Contacts", body="{}", headers=headers)
        assert len(xero.requests(method, "/Contacts")) == (4 if method == "GET" else 1)


@pytest.mark.parametrize(("status", "kind"), [(408, AnswerLost), (500, AnswerLost), (520, AnswerLost), (501, None)])
def test_which_statuses_leave_a_write_open(status: int, kind: type[Exception] | None) -> None:
    answer = b"HTTP/1.1 %d X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status
    with broken_wire([answer]) as (url, received), Transport() as transport:
        with pytest.raises(kind) if kind else nullcontext():
            transport.request("PUT", url, body="{}")
        assert len(received) == 1


def test_many_threads_never_exceed_what_xero_allows_at_once(xero: Books) -> None:
    xero.access_token(False)
    with ThreadPoolExecutor(max_workers=12) as threads:
        assert {answer.status for answer in threads.map(lambda _: ask(xero), range(36))} == {200}
    assert xero.clock.slept == []
    assert xero.transport.calls.read == 36


def refused_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_without_a_connection_nothing_was_sent(method: str) -> None:
    clock = StoppedClock()
    transport = Transport(sleep=clock.sleep, monotonic=clock.monotonic)
    with transport, pytest.raises(Unreachable, match="check the internet connection"):
        transport.request(method, refused_address())
    assert len(clock.slept) == (3 if method == "GET" else 0)


@pytest.mark.parametrize("answer", [b"", CUT_OFF, b"garbage\r\n\r\n", zipped(ZIPPED[:-3]), zipped(b"no gzip")])
def test_a_broken_answer_to_a_write_is_lost_and_the_write_went_out_once(answer: bytes) -> None:
    with broken_wire([answer, WHOLE]) as (url, received), Transport() as transport:
        with pytest.raises(AnswerLost):
            transport.request("PUT", url, body="{}")
        assert len(received) == 1


def test_a_broken_answer_to_a_read_is_asked_for_again() -> None:
    clock = StoppedClock()
    transport = Transport(sleep=clock.sleep, monotonic=clock.monotonic)
    with broken_wire([CUT_OFF, b"", zipped(ZIPPED)]) as (url, received), transport:
        assert transport.request("GET", url).data == OK_BODY
    assert len(received) == 3
    assert b"accept-encoding: gzip" in received[0].lower()


def test_an_answer_that_drips_for_ever_is_no_answer() -> None:
    clock = StoppedClock()

    def ticking() -> float:
        clock.now_s += 301
        return clock.now_s

    transport = Transport(sleep=clock.sleep, monotonic=ticking)
    with broken_wire([WHOLE]) as (url, _), transport, pytest.raises(AnswerLost):
        transport.request("PUT", url, body="{}")


def test_redirects_are_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"
    with broken_wire([answer]) as (url, _), Transport() as transport:
        assert transport.request("GET", url).status == 302
