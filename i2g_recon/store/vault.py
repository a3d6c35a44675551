"""Seals what must not be readable on the disk: the tokens.

The key comes from I2G_RECON_SECRET_KEY, else from the file `secret.key` under the home, made once with mode 0600. A
key file beside the database protects a copied database, not a copied home; for that, keep the key in the environment.

The setting is a Fernet key (32 bytes in url-safe base64) or any text of your own, which is stretched with scrypt and
a fixed salt, so that the same text opens the same workspace on every machine. Several keys, one per line (Fernet keys
also with commas), rotate: the first seals, all of them open; `Store.reseal_tokens` then moves everything to the first.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from i2g_recon.errors import NotConfigured
from i2g_recon.settings import Settings

KEY_FILE = "secret.key"
SALT = b"i2g-recon vault, version 1"  # fixed on purpose: the text alone must lead to the key
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**15, 8, 1  # about 0.1 s and 32 MiB per guess
SCRYPT_MEMORY = 64 * 1024 * 1024


class Vault:
    """Seals small JSON objects. Nothing of a key ever shows in repr or in a message."""

    def __init__(self, keys: str, *, origin: str) -> None:
        """keys: the setting's text. origin: how a message names it. Raises NotConfigured when it holds no key."""
        parts = split_keys(keys)
        if not parts:
            raise NotConfigured(f"{origin} is empty; put the key back that saved the Xero connection, or remove it")
        self.origin = origin
        self.fernet = MultiFernet([Fernet(fernet_key(part)) for part in parts])

    def seal(self, value: Mapping[str, Any]) -> str:
        """The object as sealed text."""
        return self.fernet.encrypt(json.dumps(value, sort_keys=True).encode()).decode("ascii")

    def unseal(self, sealed: str) -> dict[str, Any]:
        """The object again. Raises NotConfigured when another key sealed it."""
        try:
            value: dict[str, Any] = json.loads(self.fernet.decrypt(sealed.encode("ascii")))
        except InvalidToken:
            raise self.wrong_key() from None
        return value

    def reseal(self, sealed: str) -> str:
        """The same content sealed with the first key. Raises NotConfigured when no key opens it."""
        try:
            return self.fernet.rotate(sealed.encode("ascii")).decode("ascii")
        except InvalidToken:
            raise self.wrong_key() from None

    def wrong_key(self) -> NotConfigured:
        """The sentence for a key that does not fit."""
        return NotConfigured(
            f"The key in {self.origin} does not open the saved Xero connection; "
            "put back the key that saved it, or connect the organisation again"
        )


def open_vault(settings: Settings) -> Vault:
    """The vault of this workspace; makes the key file at the first use. Raises NotConfigured."""
    if settings.secret_key.strip():
        return Vault(settings.secret_key, origin="I2G_RECON_SECRET_KEY")
    file = settings.home / KEY_FILE
    try:
        if not file.exists():
            make_key_file(file)
        return Vault(file.read_text(encoding="utf-8"), origin=str(file))
    except OSError as problem:
        raise NotConfigured(f"The key file {file} cannot be used: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise NotConfigured(f"The key file {file} is damaged; put back the one that saved the connection") from None


def make_key_file(file: Path) -> None:
    """A new key, complete before it carries its name, so that no other process can read half of it or replace it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(Fernet.generate_key() + b"\n")
            handle.flush()
            os.fsync(handle.fileno())
        os.link(draft, file)
    except FileExistsError:
        pass  # another process was first; its key is the key
    finally:
        draft.unlink()


def split_keys(text: str) -> list[str]:
    """The keys in a setting: one per line; commas part Fernet keys only, since a phrase may hold one itself."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    keys: list[str] = []
    for line in lines:
        parts = [part.strip() for part in line.split(",") if part.strip()]
        keys.extend(parts if all(is_fernet_key(part) for part in parts) else [line])
    return keys


def is_fernet_key(text: str) -> bool:
    """Whether the text is 32 bytes in url-safe base64."""
    try:
        return len(base64.b64decode(text.encode(), altchars=b"-_", validate=True)) == 32  # noqa: PLR2004 - as said
    except ValueError:
        return False


def fernet_key(text: str) -> bytes:
    """A Fernet key as it is; any other text stretched to one, always the same."""
    if is_fernet_key(text):
        return text.encode("ascii")
    stretched = hashlib.scrypt(
        text.encode(), salt=SALT, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, maxmem=SCRYPT_MEMORY, dklen=32
    )
    return base64.urlsafe_b64encode(stretched)
