"""Where the vault's keys lie: the environment, the platform's keyring, or a file of mode 0600.

I2G_RECON_SECRET_KEY comes first. Without it the file `secret.key` under the home says what opens the vault, one line
each: a key itself, or `keyring:` and the name of an entry in the keyring of the signed-in user (Keychain on macOS,
Credential Manager on Windows, Secret Service or KWallet on Linux). The first line seals, all of them open. Every
change replaces the file as a whole, so that a crash leaves either the old lines or the new ones.

A key file beside the database protects a copied database, not a copied home; a keyring or the environment does both.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from i2g_recon.errors import NotConfigured
from i2g_recon.settings import Settings

KEY_FILE = "secret.key"
VARIABLE = "I2G_RECON_SECRET_KEY"
SERVICE = "i2g-recon"  # how the keyring's own window lists our entries
POINTER = "keyring:"
NOT_REAL = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")  # none, none, and files in plain text


@dataclass(frozen=True, slots=True)
class Keys:
    """texts: the first seals, all of them open. origin: how a message names their place; repr shows no key."""

    texts: tuple[str, ...]
    origin: str

    def __repr__(self) -> str:
        return f"Keys({self.origin})"


def read_keys(settings: Settings) -> Keys:
    """The keys of this workspace; one is made at the first use. Raises NotConfigured.

    With a key in the environment the kept ones still open, so that a workspace can move from one to the other.
    """
    file, given = settings.home / KEY_FILE, split_keys(settings.secret_key)
    try:
        if given:
            return Keys((*given, *opened(kept_lines(file), strict=False)), VARIABLE)
        if not file.exists():
            make_key_file(file, [fresh_line(settings)])
        lines = kept_lines(file)
        texts = opened(lines, strict=True)
    except OSError as problem:
        raise NotConfigured(f"The key file {file} cannot be used: {problem.strerror}") from None
    if not texts:
        raise NotConfigured(f"{file} is empty; put the key back that saved the Xero connection, or remove it")
    return Keys(texts, "this computer's keyring" if lines[0].startswith(POINTER) else str(file))


def add_new_key(settings: Settings) -> None:
    """Put a new key in front of the kept ones, which go on opening. In the environment a person has done so.

    Raises NotConfigured when the environment's key is the only one.
    """
    file, given = settings.home / KEY_FILE, split_keys(settings.secret_key)
    if not given:
        read_keys(settings)  # makes the first one, and refuses to go on when a kept one does not open
        replace_key_file(file, [fresh_line(settings), *kept_lines(file)])
    elif len(given) == 1 and not kept_lines(file):
        raise NotConfigured(f"{VARIABLE} holds one key: write the new one on a line before it and run this again")


def forget_old_keys(settings: Settings) -> None:
    """Keep the first key only, once everything is sealed with it; the environment's makes the kept ones needless."""
    file = settings.home / KEY_FILE
    lines = kept_lines(file)
    staying = [] if split_keys(settings.secret_key) else lines[:1]
    if staying:
        replace_key_file(file, staying)
    else:
        file.unlink(missing_ok=True)
    for line in lines[len(staying) :]:
        forget_entry(line)


def kept_lines(file: Path) -> list[str]:
    """The lines of the key file, none when there is no file. Raises NotConfigured for a damaged one."""
    try:
        return split_keys(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except UnicodeDecodeError:
        raise NotConfigured(f"The key file {file} is damaged; put back the one that saved the connection") from None


def opened(lines: Iterable[str], *, strict: bool) -> tuple[str, ...]:
    """The keys behind the lines. strict: raise NotConfigured for an entry that the keyring does not give."""
    found = [entry(line.removeprefix(POINTER)) if line.startswith(POINTER) else line for line in lines]
    if strict and None in found:
        raise NotConfigured(
            "The key of the saved Xero connection lies in this computer's keyring, which does not give it: "
            f"sign in to the computer and unlock the keyring, or set {VARIABLE} and connect again"
        )
    return tuple(text for text in found if text)


def fresh_line(settings: Settings) -> str:
    """A new key as a line of the key file: in the keyring where there is a real one, else the key itself.

    The demo's home is thrown away and made again, so its key stays in it.
    """
    key, name = Fernet.generate_key().decode("ascii"), secrets.token_hex(16)
    return POINTER + name if not settings.demo and put_entry(name, key) else key


# --- The platform's keyring


def real_keyring() -> Any:
    """The keyring of the signed-in user, None where there is none that keeps a secret."""
    import keyring  # noqa: PLC0415 - looks for its back ends when it is imported

    chosen = keyring.get_keyring()
    several = getattr(chosen, "backends", None)
    for one in [chosen] if several is None else several:
        if not type(one).__module__.startswith(NOT_REAL) and one.priority > 0:
            return one
    return None


def put_entry(name: str, key: str) -> bool:
    """Whether the keyring keeps the key: it is read back before anybody relies on it."""
    try:
        backend = real_keyring()
        if backend is None:
            return False
        backend.set_password(SERVICE, name, key)
        return bool(backend.get_password(SERVICE, name) == key)
    except Exception:  # noqa: BLE001 - back ends fail in ways of their own; the file is the way that always works
        return False


def entry(name: str) -> str | None:
    """The key of this name, None when the keyring does not give it."""
    try:
        backend = real_keyring()
        found: str | None = None if backend is None else backend.get_password(SERVICE, name)
    except Exception:  # noqa: BLE001 - as above; the caller says what to do
        return None
    return found


def forget_entry(line: str) -> None:
    """Take a line's key out of the keyring; one that stays behind opens nothing any more."""
    if line.startswith(POINTER):
        try:
            real_keyring().delete_password(SERVICE, line.removeprefix(POINTER))
        except Exception:  # noqa: BLE001 - as above
            return


# --- The key file


def make_key_file(file: Path, lines: Iterable[str]) -> None:
    """The first lines; whoever comes second uses the first one's."""
    written, draft = list(lines), draft_of(file)
    write_draft(draft, written)
    try:
        os.link(draft, file)
    except FileExistsError:  # another process was first; its key is the key
        for line in written:
            forget_entry(line)
    finally:
        draft.unlink()


def replace_key_file(file: Path, lines: Iterable[str]) -> None:
    """Other lines in one step."""
    draft = draft_of(file)
    try:
        write_draft(draft, lines)
        draft.replace(file)
        sync_folder(file.parent)
    except OSError as problem:
        draft.unlink(missing_ok=True)
        raise NotConfigured(f"The key file {file} cannot be written: {problem.strerror}") from None


def draft_of(file: Path) -> Path:
    """Where the lines are complete before they carry the file's name."""
    return file.with_name(f".{file.name}.{secrets.token_hex(8)}")


def write_draft(draft: Path, lines: Iterable[str]) -> None:
    """The lines, on the disk and for their owner only."""
    draft.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as handle:
        handle.write("".join(f"{line}\n" for line in lines).encode())
        handle.flush()
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """The file's new name is on the disk too, where the system lets a folder be opened."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# --- The texts


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
