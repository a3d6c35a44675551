"""The one HTTP transport: our raw reads and xero-python's writes go through it, under the same rules.

A read may be repeated, a write never is: whoever sends a write must learn whether it arrived before sending again.

    outcome of one request      read                            write
    no connection               again, then Unreachable         Unreachable (nothing was sent)
    no or broken answer         again, then Unreachable         AnswerLost (it may have been carried out)
    5xx but 501, 408            again, then Offline             AnswerLost (it may have been carried out)
    429, up to a minute         waits, again, then LimitReached LimitReached (it was not carried out)
    429 day or longer           LimitReached                    LimitReached
    anything else               the answer                      the answer

Nothing that is logged holds a query, a header or a body.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Self

import certifi
import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from i2g_recon.errors import AnswerLost, LimitReached, Offline, Unreachable
from i2g_recon.xero.calls import Answer, Call, CallCount, Fields, Quota, number, ready
from i2g_recon.xero.pace import LONGEST_WAIT_S, Pace, limit_reached
from i2g_recon.xero.quiet import quieten

__all__ = ["Answer", "CallCount", "Quota", "Transport"]

log = logging.getLogger("i2g_recon.xero")

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5.0, 60.0
WHOLE_ANSWER_S = 300.0  # a page of 1,000 invoices at 10 KB/s; an answer that drips for longer is a lost one
BACKOFF_S = (1.0, 2.0, 4.0)  # between the attempts of a read
MINUTE_S = 30  # when Xero names the minute limit without saying how long
CHUNK_BYTES = 65536


class Transport:
    """Connections, pacing and counting for all organisations of a process; safe to share between threads.

    `request` raises Unreachable, AnswerLost, Offline or LimitReached as the table of the module says. `sleep` and
    `monotonic` are the clock; timeouts_s are for connecting and for silence; pool carries the bytes. Close it, or use
    it as a context manager.
    """

    def __init__(
        self,
        *,
        sleep: Callable[[float], object] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        timeouts_s: tuple[float, float] = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
        pool: urllib3.PoolManager | None = None,
    ) -> None:
        quieten()
        self._sleep, self._monotonic = sleep, monotonic
        self._connect_s, self._read_s = timeouts_s
        self._pool = pool or urllib3.PoolManager(
            retries=False, maxsize=8, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where()
        )
        self._lock = threading.Lock()
        self._paces: dict[str, Pace] = {}
        self.quota = Quota()
        self._quotas: dict[str, Quota] = {}
        self.calls = CallCount()
        self._own = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends all connections."""
        self._pool.clear()

    def quota_of(self, tenant_id: str) -> Quota:
        """What Xero last said is left for this organisation; nothing before its first call."""
        with self._lock:
            return self._quotas.get(tenant_id.lower(), Quota())

    def held_s(self, tenant_id: str) -> float:
        """Seconds for which Xero asked this organisation's calls to pause; 0 when it did not."""
        with self._lock:
            paces = [pace for tenant, pace in self._paces.items() if tenant.lower() == tenant_id.lower()]
        return max((pace.held_s() for pace in paces), default=0.0)

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | str | None = None,
        fields: Fields = None,
        headers: Mapping[str, str] | None = None,
        timeout: object = None,  # noqa: ARG002 - xero-python passes it; every call has our limits instead
        preload_content: bool = True,  # noqa: ARG002 - answers are always read whole, so that a broken one is noticed
        encode_multipart: bool = False,  # noqa: ARG002 - only forms and JSON travel here
    ) -> Answer:
        """One call under the rules of the module; the shape is that of urllib3's PoolManager.request."""
        call = ready(method.upper(), url, body, fields, headers or {})
        return self._read(call) if call.reads else self._write(call)

    def _write(self, call: Call) -> Answer:
        """Sent once, whatever happens."""
        answer = self._send(call)
        if cannot_serve(answer.status):
            raise AnswerLost("Xero answered that it cannot serve now; what arrived is looked up before sending again.")
        return answer

    def _read(self, call: Call) -> Answer:
        """Sent up to four times; the last attempt's failure is the caller's."""
        for pause_s in BACKOFF_S:
            try:
                answer = self._send(call)
            except LimitReached as limit:
                if not soon(limit):
                    raise
                if limit.retry_after_s is None:
                    self._sleep(pause_s)
            except Unreachable:
                self._sleep(pause_s)
            else:
                if not cannot_serve(answer.status):
                    return answer
                self._sleep(pause_s)
        answer = self._send(call)
        if cannot_serve(answer.status):
            raise Offline("Xero cannot serve now (maintenance or overload); run again later.")
        return answer

    def _send(self, call: Call) -> Answer:
        """One request on the wire and its whole answer."""
        pace = self._pace(call.tenant)
        with pace.place():
            self._count(call)
            answer = self._exchange(call)
        self._note(call, answer)
        log.debug("%s %s %s", call.method, call.path, answer.status)
        if answer.status == 429:  # noqa: PLR2004 - the HTTP status is its own name
            raise self._limit(answer, pace)
        return answer

    def _exchange(self, call: Call) -> Answer:
        try:
            response = self._pool.urlopen(
                call.method,
                call.url,
                body=call.body,
                headers=call.headers,
                redirect=False,
                preload_content=False,
                timeout=urllib3.Timeout(connect=self._connect_s, read=self._read_s),
            )
            data = self._whole(response)
        except (HTTPError, OSError, zlib.error) as problem:
            raise failure(call, problem) from None  # the vendor's text can hold the query
        return Answer(response.status, response.reason or "", response.headers, data)

    def _whole(self, response: urllib3.BaseHTTPResponse) -> bytes:
        """The body, unpacked. A body that stops early, or drips for ever, is no answer."""
        try:
            data = b"".join(self._chunks(response))
        except BaseException:
            response.close()
            raise
        response.release_conn()
        return unzipped(data) if response.headers.get("Content-Encoding", "").lower() == "gzip" else data

    def _chunks(self, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        ends = self._monotonic() + WHOLE_ANSWER_S
        while chunk := response.read1(CHUNK_BYTES, decode_content=False):
            yield chunk
            if self._monotonic() > ends:
                raise TimeoutError

    def _pace(self, tenant: str) -> Pace:
        with self._lock:
            return self._paces.setdefault(tenant, Pace(sleep=self._sleep, monotonic=self._monotonic))

    @property
    def own_calls(self) -> int:
        """Requests that the asking thread has sent; `calls` counts those of the whole process."""
        sent: int = getattr(self._own, "calls", 0)
        return sent

    def _count(self, call: Call) -> None:
        self._own.calls = self.own_calls + 1
        with self._lock:
            now = self.calls
            self.calls = CallCount(now.total + 1, now.read + call.reads, now.write + (not call.reads))

    def _note(self, call: Call, answer: Answer) -> None:
        minute, day = (number(answer.headers.get(name)) for name in ("X-MinLimit-Remaining", "X-DayLimit-Remaining"))
        if minute is not None or day is not None:
            with self._lock:
                self.quota = self._quotas[call.tenant.lower()] = Quota(minute, day)

    def _limit(self, answer: Answer, pace: Pace) -> LimitReached:
        """The failure behind a 429; later calls of the organisation wait as long as Xero asked."""
        problem = answer.headers.get("X-Rate-Limit-Problem", "").lower()
        retry_after_s = number(answer.headers.get("Retry-After"))
        if retry_after_s is None and problem in ("minute", "appminute"):
            retry_after_s = MINUTE_S
        if retry_after_s is not None:
            pace.hold(retry_after_s, problem)
        return limit_reached(problem, retry_after_s)


def cannot_serve(status: int) -> bool:
    """Whether a status means trouble on the way or at Xero rather than an answer; 501 is a plain refusal."""
    return status == 408 or (status >= 500 and status != 501)  # noqa: PLR2004 - HTTP statuses


def soon(limit: LimitReached) -> bool:
    """Whether a person would rather wait than start again."""
    return limit.problem != "day" and (limit.retry_after_s is None or limit.retry_after_s <= LONGEST_WAIT_S)


def failure(call: Call, problem: Exception) -> Unreachable | AnswerLost:
    """The exception for a request without a whole answer; the address and the query stay out of its words."""
    kind = type(problem).__name__
    if call.reads or never_sent(problem):
        return Unreachable(f"Xero cannot be reached ({kind}); check the internet connection and run again.")
    return AnswerLost(f"Xero's answer was lost ({kind}); what arrived is looked up before sending again.")


def never_sent(problem: Exception) -> bool:
    """Whether the failure proves that no byte of the request left: there was no connection to send it on."""
    if isinstance(problem, SSLError):
        return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in problem.args)
    return isinstance(problem, NewConnectionError | ConnectTimeoutError | ProxyError)


def unzipped(data: bytes) -> bytes:
    """Gzip unpacked; raises zlib.error when its end is missing."""
    unpacker = zlib.decompressobj(wbits=31)
    plain = unpacker.decompress(data) + unpacker.flush()
    if data and not unpacker.eof:
        raise zlib.error("the end is missing")
    return plain
