"""Seals what must not be readable on the disk: the tokens.

Authenticated encryption (Fernet: AES-CBC with HMAC-SHA256) under a key whose place `keys` knows. A key is a Fernet key
(32 bytes in url-safe base64) or any text of your own, which is stretched with scrypt and a fixed salt, so that the same
text opens the same workspace on every machine. The first key seals, all of them open.

A vault lives as long as its process, and keys are changed under it by `rotate-key` in another one: so it looks at the
keys again before it seals, and before it gives up opening.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from i2g_recon.errors import NotConfigured
from i2g_recon.settings import Settings
from i2g_recon.store.keys import Keys, is_fernet_key, read_keys

SALT = b"i2g-recon vault, version 1"  # fixed on purpose: the text alone must lead to the key
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**15, 8, 1  # about 0.1 s and 32 MiB per guess
SCRYPT_MEMORY = 64 * 1024 * 1024


class Vault:
    """Seals small JSON objects. Nothing of a key ever shows in repr or in a message."""

    def __init__(self, read: Callable[[], Keys]) -> None:
        """read: looks where the keys lie, now. Raises what it raises."""
        self.read = read
        self.look_again()

    def look_again(self) -> None:
        """Take the keys as they are now."""
        keys = self.read()
        self.origin = keys.origin
        self.fernet = MultiFernet([Fernet(fernet_key(text)) for text in keys.texts])

    def seal(self, value: Mapping[str, Any]) -> str:
        """The object as text sealed with the first key of this moment. Raises NotConfigured when it cannot be read."""
        self.look_again()
        return self.fernet.encrypt(json.dumps(value, sort_keys=True).encode()).decode("ascii")

    def unseal(self, sealed: str) -> dict[str, Any]:
        """The object again. Raises NotConfigured when another key sealed it."""
        value: dict[str, Any] = json.loads(self.opening(lambda fernet: fernet.decrypt(sealed.encode("ascii"))))
        return value

    def reseal(self, sealed: str) -> str:
        """The same content sealed with the first key. Raises NotConfigured when no key opens it."""
        return self.opening(lambda fernet: fernet.rotate(sealed.encode("ascii"))).decode("ascii")

    def opening(self, work: Callable[[MultiFernet], bytes]) -> bytes:
        """What the work gives with the known keys, else with the keys as they are now."""
        try:
            return work(self.fernet)
        except InvalidToken:
            self.look_again()
        try:
            return work(self.fernet)
        except InvalidToken:
            raise self.wrong_key() from None

    def wrong_key(self) -> NotConfigured:
        """The sentence for a key that does not fit."""
        return NotConfigured(
            f"The key in {self.origin} does not open the saved Xero connection; "
            "put back the key that saved it, or connect the organisation again"
        )


def open_vault(settings: Settings) -> Vault:
    """The vault of this workspace; makes its key at the first use. Raises NotConfigured."""
    return Vault(lambda: read_keys(settings))


@functools.lru_cache(maxsize=16)
def fernet_key(text: str) -> bytes:
    """A Fernet key as it is; any other text stretched to one, always the same."""
    if is_fernet_key(text):
        return text.encode("ascii")
    stretched = hashlib.scrypt(
        text.encode(), salt=SALT, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, maxmem=SCRYPT_MEMORY, dklen=32
    )
    return base64.urlsafe_b64encode(stretched)
