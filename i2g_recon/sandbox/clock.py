"""The sandbox's own time: wall time until somebody sets it.

Tokens, codes, idempotency keys and call limits all read this clock and no other, so a test can let half an hour pass
in no time. A set clock runs on from there unless it is frozen.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Milliseconds since 1970 in UTC."""

    def __init__(self, wall_s: Callable[[], float] = time.time) -> None:
        self._wall_s = wall_s
        self._shift_ms = 0
        self._frozen_ms: int | None = None

    def now_ms(self) -> int:
        """The sandbox's present."""
        return self._running_ms() if self._frozen_ms is None else self._frozen_ms

    def now_s(self) -> int:
        """The sandbox's present in whole seconds, as tokens count it."""
        return self.now_ms() // 1000

    def set_to(self, at_ms: int) -> None:
        """Jumps to a moment, forwards or back."""
        self._shift_ms += at_ms - self._running_ms()
        if self._frozen_ms is not None:
            self._frozen_ms = at_ms

    def freeze(self, frozen: bool) -> None:  # noqa: FBT001 - one switch, named by the method
        """Stops the clock where it stands, or lets it run on from there."""
        at_ms = self.now_ms()
        self._frozen_ms = None
        self.set_to(at_ms)
        self._frozen_ms = at_ms if frozen else None

    def reset(self) -> None:
        """Back to wall time, running."""
        self._shift_ms, self._frozen_ms = 0, None

    def _running_ms(self) -> int:
        return int(self._wall_s() * 1000) + self._shift_ms
