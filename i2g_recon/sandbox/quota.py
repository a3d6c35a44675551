"""Xero's call limits per organisation: 60 a minute and 5,000 a day in fixed windows, 5 at a time.

The windows of an organisation begin at a moment of their own. A refused call is not counted. Every answer for an
organisation tells what is left; a 429 has an empty body and no Content-Type.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from i2g_recon.sandbox.answer import Answer, Refused
from i2g_recon.sandbox.clock import Clock
from i2g_recon.sandbox.state import State

SPANS_S = {"minute": 60, "day": 86_400}
LIMITS = {"minute": 60, "day": 5_000, "concurrent": 5}
HEADERS = {"minute": "X-MinLimit-Remaining", "day": "X-DayLimit-Remaining"}


@dataclass(frozen=True, slots=True)
class Quota:
    """The limits of one organisation, counted by the sandbox's clock."""

    state: State
    clock: Clock
    tenant_id: str

    def count(self, *, in_flight: int) -> None:
        """Counts one call. Raises Refused with the 429 when a limit is reached."""
        if in_flight > limit(self.state, "concurrent"):
            raise Refused(self.refusal("concurrent"))
        for span in ("day", "minute"):
            if self._left(span) <= 0:
                raise Refused(self.refusal(span))
        for span in SPANS_S:
            window, _ = self._window(span)
            self.state.run(
                "INSERT INTO quotas VALUES (?, ?, ?, 1) ON CONFLICT (tenant_id, span) DO UPDATE SET "
                "used = CASE WHEN window = excluded.window THEN used + 1 ELSE 1 END, window = excluded.window",
                self.tenant_id,
                span,
                window,
            )

    def headers(self) -> dict[str, str]:
        """What is left, as the counter headers."""
        return {header: str(max(0, self._left(span))) for span, header in HEADERS.items()}

    def refusal(self, problem: str, retry_after_s: int | None = None) -> Answer:
        """The 429 for `problem`. Retry-After goes with minute and day only, by default to the window's end."""
        headers = {**self.headers(), "X-Rate-Limit-Problem": problem}
        if problem in SPANS_S:
            wait_s = self._window(problem)[1] if retry_after_s is None else retry_after_s
            headers |= {"Retry-After": str(wait_s), HEADERS[problem]: "0"}
        return Answer(429, media="", headers=headers)

    def _left(self, span: str) -> int:
        used = self.state.value(
            "SELECT used FROM quotas WHERE tenant_id = ? AND span = ? AND window = ?",
            self.tenant_id,
            span,
            self._window(span)[0],
        )
        return limit(self.state, span) - int(used or 0)

    def _window(self, span: str) -> tuple[int, int]:
        """The current window's number and the seconds until it ends."""
        length_s = SPANS_S[span]
        shifted_s = self.clock.now_s() + zlib.crc32(self.tenant_id.encode()) % length_s
        return shifted_s // length_s, length_s - shifted_s % length_s


def limit(state: State, name: str) -> int:
    """The configured limit, or Xero's."""
    return int(state.setting(f"limit.{name}") or LIMITS[name])


def set_limit(state: State, name: str, value: int) -> None:
    """Sets a limit: minute, day or concurrent."""
    state.keep_setting(f"limit.{name}", str(value))
