from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from fixtures_store import settings_at, together

from i2g_recon.errors import NotConfigured
from i2g_recon.store.keys import KEY_FILE, Keys
from i2g_recon.store.vault import Vault, open_vault

OTHER_PROCESS = """
import sys
from pathlib import Path
from i2g_recon.settings import load
from i2g_recon.store.vault import open_vault
print("ready", flush=True)
sys.stdin.readline()
open_vault(load({}, home=Path(sys.argv[1])))
print((Path(sys.argv[1]) / "secret.key").read_text())
"""


def key() -> str:
    return Fernet.generate_key().decode()


def vault(*keys: str) -> Vault:
    return Vault(lambda: Keys(keys, "I2G_RECON_SECRET_KEY"))


def test_the_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    sealed = open_vault(settings_at(tmp_path)).seal({"a": 1})
    file = tmp_path / KEY_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    before = file.read_bytes()
    assert open_vault(settings_at(tmp_path)).unseal(sealed) == {"a": 1}
    assert file.read_bytes() == before


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    assert len(set(together(OTHER_PROCESS, str(tmp_path), processes=4))) == 1


def test_any_text_of_ones_own_is_a_key_and_always_the_same(tmp_path: Path) -> None:
    phrase = "correct, horse battery"
    sealed = open_vault(settings_at(tmp_path, I2G_RECON_SECRET_KEY=phrase)).seal({"a": 1})
    assert open_vault(settings_at(tmp_path, I2G_RECON_SECRET_KEY=phrase)).unseal(sealed) == {"a": 1}
    assert not (tmp_path / KEY_FILE).exists()


def test_a_wrong_key_is_a_sentence_without_the_key(tmp_path: Path) -> None:
    right, wrong = key(), key()
    sealed = vault(right).seal({"a": 1})
    with pytest.raises(NotConfigured, match="I2G_RECON_SECRET_KEY does not open the saved Xero connection") as caught:
        open_vault(settings_at(tmp_path, I2G_RECON_SECRET_KEY=wrong)).unseal(sealed)
    assert wrong not in str(caught.value)
    assert caught.value.__cause__ is None


def test_keys_rotate() -> None:
    old, new = key(), key()
    sealed = vault(old).seal({"a": 1})
    both = vault(new, old)
    assert both.unseal(sealed) == {"a": 1}
    resealed = both.reseal(sealed)
    assert vault(new).unseal(resealed) == {"a": 1}
    with pytest.raises(NotConfigured):
        vault(new).reseal(sealed)


def test_a_vault_that_is_open_follows_a_change_of_keys() -> None:
    """Another process rotated: this one seals with the new key and opens what the new key sealed."""
    old, new = key(), key()
    now = [old]
    long_open = Vault(lambda: Keys(tuple(now), "test"))
    now[:] = [new]
    assert long_open.unseal(vault(new).seal({"a": 1})) == {"a": 1}
    now[:] = [old]
    long_open.look_again()
    now[:] = [new]
    assert vault(new).unseal(long_open.seal({"a": 2})) == {"a": 2}


@pytest.mark.parametrize(("content", "sentence"), [(b"", "is empty"), (b"\xff\xfe\x00", "is damaged")])
def test_a_bad_key_file_is_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(NotConfigured, match=sentence):
        open_vault(settings_at(tmp_path))


def test_a_key_file_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(NotConfigured, match="cannot be used"):
        open_vault(settings_at(tmp_path / "home"))
