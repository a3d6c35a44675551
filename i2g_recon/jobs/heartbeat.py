"""Renewing a claim while its work goes on, so that a claim may be short and a dead process soon be followed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from i2g_recon.errors import ReconError


@contextmanager
def beating(renew: Callable[[], object], every_s: float) -> Iterator[None]:
    """Call `renew` every so many seconds until the block ends. A beat that fails is tried again at the next."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(every_s):
            with suppress(ReconError):
                renew()

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
