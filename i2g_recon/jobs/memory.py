"""What a process has read of the store and will read again: runs and snapshots, which never change once they are kept.

A page is computed anew at every click; without this each click would read and decode the same megabytes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

Thing = TypeVar("Thing")
OF_EACH_KIND = 2  # an organisation's newest, and the one before or that of another organisation


class Memory:
    """The last few things of each kind, by key. Whoever takes one must not change it."""

    def __init__(self, of_each_kind: int = OF_EACH_KIND) -> None:
        self._of_each_kind = of_each_kind
        self._kept: dict[str, OrderedDict[Hashable, object]] = {}
        self._lock = threading.Lock()

    def recall(self, kind: str, key: Hashable, make: Callable[[], Thing]) -> Thing:
        """The thing of this key; made, and the oldest of its kind forgotten, when it is not there.

        Two threads may make the same thing at once; both get a good one.
        """
        with self._lock:
            found = self._kept.setdefault(kind, OrderedDict())
            if key in found:
                found.move_to_end(key)
                return found[key]  # type: ignore[return-value] # what `make` gave for this kind and key
        made = make()
        if made is None:  # it may come to be
            return made
        with self._lock:
            found[key] = made
            while len(found) > self._of_each_kind:
                found.popitem(last=False)
        return made
