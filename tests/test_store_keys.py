"""Where keys lie and how they change: environment, keyring, file; any step of a change may be the last."""

from __future__ import annotations

import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from fixtures_keyring import DrawerKeyring, chained, keyring_in_use, no_keyring
from fixtures_store import NOW, seconds, settings_at, start, store_at, tokens

from i2g_recon.errors import NotConfigured
from i2g_recon.settings import Settings
from i2g_recon.store.keys import KEY_FILE, POINTER, add_new_key, forget_old_keys, read_keys, real_keyring, split_keys

KILLED_AFTER = """
import os, signal, sys
from pathlib import Path
from i2g_recon.settings import load
from i2g_recon.store import connections
from i2g_recon.store.workspace import open_store

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

store = open_store(load({}, home=Path(sys.argv[1])))
store.add_ticket("the database is open", store.clock())
if sys.argv[2] == "before the seals":
    store.reseal_tokens = die
else:
    connections.forget_old_keys = die
store.rotate_key()
"""
REFRESHING = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from i2g_recon.settings import load
from i2g_recon.store.records import TokenSet
from i2g_recon.store.workspace import open_store
with open_store(load({}, home=Path(sys.argv[1]))) as store:
    store.tokens("consent-0")
    print("ready", flush=True)
    sys.stdin.readline()
    for turn in range(25):
        name = f"consent-{turn % 5}"
        store.save_tokens(name, TokenSet(access_token=f"a{turn}", expires_at=datetime.now(UTC)))
        assert store.tokens(name) is not None
"""


def key() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture
def drawer() -> Iterator[DrawerKeyring]:
    found = DrawerKeyring()
    with keyring_in_use(found):
        yield found


def lines(home: Path) -> list[str]:
    return (home / KEY_FILE).read_text().splitlines()


def entries(drawer: DrawerKeyring) -> list[str]:
    return list(drawer.drawer.values())


def test_the_environment_comes_before_the_keyring_and_the_keyring_before_a_file(
    tmp_path: Path, drawer: DrawerKeyring
) -> None:
    phrase = "a phrase of my own"
    assert read_keys(settings_at(tmp_path / "a", I2G_RECON_SECRET_KEY=phrase)).texts == (phrase,)
    assert not (tmp_path / "a" / KEY_FILE).exists()
    assert read_keys(settings_at(tmp_path / "b")).texts == tuple(entries(drawer))
    assert lines(tmp_path / "b")[0].startswith(POINTER)
    assert entries(drawer)[0] not in (tmp_path / "b" / KEY_FILE).read_text()
    with keyring_in_use(no_keyring()):
        assert read_keys(settings_at(tmp_path / "c")).texts == tuple(lines(tmp_path / "c"))
    for home in ("b", "c"):
        assert stat.S_IMODE((tmp_path / home / KEY_FILE).stat().st_mode) == 0o600


def test_a_home_that_has_a_key_file_keeps_it_when_a_keyring_appears(tmp_path: Path, drawer: DrawerKeyring) -> None:
    (tmp_path / KEY_FILE).write_text(f"{(old := key())}\n")
    assert read_keys(settings_at(tmp_path)).texts == (old,)
    assert entries(drawer) == []


def test_a_keyring_that_is_locked_at_the_first_use_leaves_the_file(tmp_path: Path, drawer: DrawerKeyring) -> None:
    drawer.locked = True
    assert Fernet(read_keys(settings_at(tmp_path)).texts[0])
    assert not lines(tmp_path)[0].startswith(POINTER)


def test_a_keyring_that_is_locked_later_is_a_sentence_and_makes_no_new_key(
    tmp_path: Path, drawer: DrawerKeyring
) -> None:
    with store_at(tmp_path) as store:
        store.save_tokens("consent-1", tokens())
    before = lines(tmp_path)
    drawer.locked = True
    with store_at(tmp_path) as store, pytest.raises(NotConfigured, match="unlock the keyring"):
        store.tokens("consent-1")
    assert lines(tmp_path) == before
    drawer.locked = False
    with store_at(tmp_path) as store:
        assert store.tokens("consent-1") == tokens()


@pytest.mark.parametrize(("module", "priority"), [("keyrings.alt.file", 5), ("keyring.backends.null", 5), ("own", 0)])
def test_a_keyring_that_keeps_nothing_or_in_plain_text_is_none(module: str, priority: int) -> None:
    kind = type("Poor", (DrawerKeyring,), {"__module__": module, "priority": priority})
    with keyring_in_use(kind()):
        assert real_keyring() is None


def test_of_several_keyrings_the_first_real_one_is_taken(drawer: DrawerKeyring) -> None:
    with keyring_in_use(chained(no_keyring(), drawer)):
        assert real_keyring() is drawer


def test_the_demo_keeps_its_key_in_its_own_folder(tmp_path: Path, drawer: DrawerKeyring) -> None:
    assert read_keys(settings_at(tmp_path, I2G_RECON_DEMO="1")).texts
    assert entries(drawer) == []


def test_rotating_leaves_one_new_key_and_everything_readable(tmp_path: Path) -> None:
    with store_at(tmp_path) as store:
        store.save_tokens("consent-1", tokens("one"))
        store.save_tokens("consent-2", tokens("two"))
        (old,) = lines(tmp_path)
        assert store.rotate_key() == 2
        (new,) = lines(tmp_path)
        assert new != old
        assert [path.name for path in tmp_path.iterdir() if KEY_FILE in path.name] == [KEY_FILE]
    with store_at(tmp_path) as store:
        assert [store.tokens("consent-1"), store.tokens("consent-2")] == [tokens("one"), tokens("two")]
    (tmp_path / KEY_FILE).write_text(old)
    with store_at(tmp_path) as store, pytest.raises(NotConfigured):
        store.tokens("consent-1")


def test_rotating_moves_the_key_into_the_keyring_and_takes_old_entries_out_of_it(
    tmp_path: Path, drawer: DrawerKeyring
) -> None:
    (tmp_path / KEY_FILE).write_text(f"{(old := key())}\n")
    with store_at(tmp_path) as store:
        store.save_tokens("consent-1", tokens())
        for _ in range(2):
            store.rotate_key()
            assert len(entries(drawer)) == 1
            assert lines(tmp_path)[0].startswith(POINTER)
            assert old not in (tmp_path / KEY_FILE).read_text()
            assert store.tokens("consent-1") == tokens()


def test_a_workspace_moves_from_the_file_to_the_environment(tmp_path: Path) -> None:
    with store_at(tmp_path) as store:
        store.save_tokens("consent-1", tokens())
    mine = key()
    with store_at(tmp_path, I2G_RECON_SECRET_KEY=mine) as store:
        assert store.tokens("consent-1") == tokens()
        assert store.rotate_key() == 1
    assert not (tmp_path / KEY_FILE).exists()
    with store_at(tmp_path, I2G_RECON_SECRET_KEY=mine) as store:
        assert store.tokens("consent-1") == tokens()


def test_the_environments_only_key_is_not_rotated_and_two_are(tmp_path: Path) -> None:
    old, new = key(), key()
    with store_at(tmp_path, I2G_RECON_SECRET_KEY=old) as store:
        store.save_tokens("consent-1", tokens())
        with pytest.raises(NotConfigured, match="holds one key: write the new one on a line before it") as caught:
            store.rotate_key()
        assert old not in str(caught.value)
    with store_at(tmp_path, I2G_RECON_SECRET_KEY=f"{new}\n{old}") as store:
        assert store.rotate_key() == 1
    with store_at(tmp_path, I2G_RECON_SECRET_KEY=new) as store:
        assert store.tokens("consent-1") == tokens()


@pytest.mark.parametrize("moment", ["before the seals", "before the old key goes"])
def test_a_rotation_killed_at_any_step_loses_nothing_and_can_be_run_again(tmp_path: Path, moment: str) -> None:
    with store_at(tmp_path) as store:
        store.save_tokens("consent-1", tokens())
    process = start(KILLED_AFTER, str(tmp_path), moment)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert len(lines(tmp_path)) == 2
    with store_at(tmp_path) as store:
        assert store.tokens("consent-1") == tokens()
        store.clock = lambda: NOW + seconds(10_000_000)  # the killed one's lease has ended
        store.rotate_key()
        assert len(lines(tmp_path)) == 1
        assert store.tokens("consent-1") == tokens()


def test_processes_that_refresh_during_rotations_lose_no_token(tmp_path: Path) -> None:
    with store_at(tmp_path) as store:
        for number in range(5):
            store.save_tokens(f"consent-{number}", tokens(str(number)))
    others = [start(REFRESHING, str(tmp_path)) for _ in range(4)]
    for each in others:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n", each.communicate()[1]
    for each in others:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    rotations = 0
    with store_at(tmp_path) as store:
        while any(each.poll() is None for each in others) or rotations < 3:
            store.rotate_key()
            rotations += 1
    said = [each.communicate()[1] for each in others]
    assert [each.returncode for each in others] == [0] * 4, said
    with store_at(tmp_path) as store:
        assert [store.tokens(f"consent-{number}") is not None for number in range(5)] == [True] * 5
    assert len(lines(tmp_path)) == 1


def test_keys_never_show_in_texts(tmp_path: Path) -> None:
    found = read_keys(settings_at(tmp_path))
    assert found.texts[0] not in repr(found)


def test_without_old_keys_nothing_is_forgotten(tmp_path: Path) -> None:
    settings: Settings = settings_at(tmp_path)
    before = read_keys(settings)
    forget_old_keys(settings)
    assert read_keys(settings) == before
    add_new_key(settings)
    assert read_keys(settings).texts[1:] == before.texts


def test_only_fernet_keys_are_parted_by_commas() -> None:
    one, two = key(), key()
    assert split_keys(f"{one}, {two}") == [one, two]
    assert split_keys("salt, pepper") == ["salt, pepper"]
    assert split_keys(f"salt, pepper\n\n{one}\n") == ["salt, pepper", one]
