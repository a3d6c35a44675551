"""A keyring for tests, with the interface that the platform's keyrings have; the machine's own one is never touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keyring
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail
from keyring.errors import KeyringLocked, PasswordDeleteError


class DrawerKeyring(KeyringBackend):
    """Keeps its entries in a drawer that can be locked."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # keyring is typed in parts
        self.drawer: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self.refuse_when_locked()
        return self.drawer.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.refuse_when_locked()
        self.drawer[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.refuse_when_locked()
        if self.drawer.pop((service, username), None) is None:
            raise PasswordDeleteError("no such entry")

    def refuse_when_locked(self) -> None:
        if self.locked:
            raise KeyringLocked("the drawer is locked")


def no_keyring() -> KeyringBackend:
    """What a machine without a keyring has."""
    found: KeyringBackend = fail.Keyring()  # type: ignore[no-untyped-call] # as above
    return found


def chained(*several: KeyringBackend) -> KeyringBackend:
    """Several keyrings behind one, as keyring arranges them."""
    kind: Any = type("Several", (chainer.ChainerBackend,), {"backends": list(several)})
    found: KeyringBackend = kind()
    return found


@contextmanager
def keyring_in_use(chosen: KeyringBackend) -> Iterator[None]:
    """This keyring is the platform's until the end of the block."""
    before = keyring.get_keyring()
    keyring.set_keyring(chosen)
    try:
        yield
    finally:
        keyring.set_keyring(before)
