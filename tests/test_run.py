"""The start, tried on copies of run.py in empty folders: real venvs, real pip, never the network."""

from __future__ import annotations

import ast
import base64
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "import json, os, sys\nprint(json.dumps([sys.argv[1:], os.getcwd()]))\nsys.exit(len(sys.argv) - 1)\n"
FAKE_PYTEST = "import json, os, sys\nprint(json.dumps([sys.argv[1:], dict(os.environ)]))\nsys.exit(5)\n"
UV_LOCK = "uv==0.13.9 --hash=sha256:" + "0" * 64 + "\n"
WATCHED = """
import runpy, sys
script, log = sys.argv[1], sys.argv[2]
sys.argv = [script, *sys.argv[3:]]
def heard(event, arguments):
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "socket.connect"):
        with open(log, "a") as file:
            file.write(event + " " + repr(arguments[:2]) + chr(10))
sys.addaudithook(heard)
runpy.run_path(script, run_name="__main__")
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with run.py, locks without packages and a package that shows how it was started."""
    folder = tmp_path / "a checkout"
    (folder / "i2g_recon").mkdir(parents=True)
    (folder / "i2g_recon" / "__init__.py").touch()
    (folder / "i2g_recon" / "__main__.py").write_text(PACKAGE)
    (folder / "pytest.py").write_text(FAKE_PYTEST)
    shutil.copy(ROOT / "run.py", folder)
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock"):
        (folder / name).write_text("# no packages\n")
    return folder


def load(home: Path) -> ModuleType:
    """The copy of run.py as a module, its paths those of the copy."""
    spec = importlib.util.spec_from_file_location("run_copy", home / "run.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def set_up(home: Path, lock: str = "requirements.lock") -> ModuleType:
    """The folder as after a first start, without the wait."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home / ".venv")], check=True)
    run = load(home)
    run.stamp(home / lock)
    return run


def environment(**more: str) -> dict[str, str]:
    """The environment of a plain machine: pip not configured, no CI, nothing of this test run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "I2G_"))}
    for name in ("CI", "PYTHONPATH", "NO_PROXY", "no_proxy"):
        kept.pop(name, None)
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", **more}


def start(
    home: Path, *words: str, cwd: Path | None = None, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(home / "run.py"), *words]
    return subprocess.run(
        command,
        cwd=cwd or home,
        env=environment(**(more or {})),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def add_wheel(home: Path, folder: Path) -> dict[str, str]:
    """A tiny package, locked by its hash; returns the environment in which pip finds it without a network."""
    folder.mkdir()
    wheel = folder / "tinydep-1.0-py3-none-any.whl"
    info = "tinydep-1.0.dist-info/"
    files = {
        "tinydep.py": "answer = 42\n",
        info + "METADATA": "Metadata-Version: 2.1\nName: tinydep\nVersion: 1.0\n",
        info + "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [f"{name},sha256={fingerprint(text)},{len(text)}" for name, text in files.items()]
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in {**files, info + "RECORD": "\n".join([*rows, info + "RECORD,,\n"])}.items():
            archive.writestr(name, text)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (home / "requirements.lock").write_text(f"tinydep==1.0 \\\n    --hash=sha256:{digest}\n")
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}


def fingerprint(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def test_an_old_python_can_read_it() -> None:
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_the_test_lock_holds_every_pin_of_the_runtime_lock(home: Path) -> None:
    run = load(home)
    assert run.pins(ROOT / "requirements.lock")
    assert run.pins(ROOT / "requirements.lock") <= run.pins(ROOT / "requirements-dev.lock")


def test_pins_are_read_without_markers_and_hashes(home: Path) -> None:
    lock = home / "requirements.lock"
    lock.write_text("# by uv\nnumpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:0\n    # via x\na==1\n")
    assert load(home).pins(lock) == {"numpy==2.4.6", "a==1"}


@pytest.mark.parametrize(
    ("runtime", "development", "installed", "runtime_holds", "development_holds"),
    [
        ("a==1", "a==1\nb==2", "requirements-dev.lock", True, True),
        ("a==1", "a==1\nb==2", "requirements.lock", True, False),
        ("a==2", "a==1\nb==2", "requirements-dev.lock", False, True),
    ],
)
def test_a_stamp_speaks_for_every_lock_it_covers(
    home: Path, runtime: str, development: str, installed: str, *, runtime_holds: bool, development_holds: bool
) -> None:
    (home / "requirements.lock").write_text(runtime)
    (home / "requirements-dev.lock").write_text(development)
    run = set_up(home, installed)
    assert run.installed(run.RUNTIME) is runtime_holds
    assert run.installed(run.DEVELOPMENT) is development_holds


def test_a_changed_lock_is_not_installed(home: Path) -> None:
    run = set_up(home)
    assert run.installed(run.RUNTIME)
    run.RUNTIME.write_text("a==1")
    assert not run.installed(run.RUNTIME)


def test_a_later_start_runs_the_command_and_nothing_else(home: Path, tmp_path: Path) -> None:
    set_up(home)
    log = tmp_path / "events.txt"
    command = [sys.executable, "-c", WATCHED, str(home / "run.py"), str(log), "doctor"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.stderr == ""
    (event,) = log.read_text().splitlines()
    assert "i2g_recon" in event
    assert "doctor" in event


def test_words_folder_and_exit_code_pass_through(home: Path, tmp_path: Path) -> None:
    set_up(home)
    done = start(home, "import", "export 1.zip", cwd=tmp_path)
    assert json.loads(done.stdout) == [["import", "export 1.zip"], str(tmp_path)]
    assert done.returncode == 2
    assert done.stderr == ""


def test_without_a_word_the_demo_starts(home: Path) -> None:
    set_up(home)
    done = start(home)
    assert json.loads(done.stdout)[0] == ["demo"]


def test_the_tests_get_their_arguments_and_a_browser(home: Path) -> None:
    set_up(home, "requirements-dev.lock")
    done = start(home, "test", "tests/test_x.py", "-k", "a b", more={"I2G_RECON_BROWSER": sys.executable, "CI": "true"})
    words, seen = json.loads(done.stdout)
    assert words == ["tests/test_x.py", "-k", "a b"]
    assert seen["I2G_RECON_BROWSER"] == sys.executable
    assert seen["I2G_RECON_REQUIRE_BROWSER"] == "1"
    assert done.returncode == 5


@pytest.mark.parametrize("words", [(), ("--slow",)])
def test_the_whole_suite_keeps_every_processor_busy(home: Path, words: tuple[str, ...]) -> None:
    set_up(home, "requirements-dev.lock")
    done = start(home, "test", *words, more={"I2G_RECON_BROWSER": sys.executable})
    option, workers, *rest = json.loads(done.stdout)[0]
    assert (option, int(workers)) == ("-n", min(8, max(2, os.cpu_count() or 2) * 3 // 2))
    assert rest == ["--dist", "worksteal", *words]


def test_outside_ci_no_browser_is_required(home: Path) -> None:
    set_up(home, "requirements-dev.lock")
    done = start(home, "test", more={"I2G_RECON_BROWSER": sys.executable})
    assert "I2G_RECON_REQUIRE_BROWSER" not in json.loads(done.stdout)[1]


def test_without_a_network_one_sentence(home: Path) -> None:
    proxy = f"http://127.0.0.1:{closed_port()}"
    (home / "requirements-uv.lock").write_text(UV_LOCK)
    names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
    done = start(home, "demo", more=dict.fromkeys(names, proxy))
    setting_up, sentence = done.stderr.splitlines()
    assert setting_up.startswith("Setting up")
    assert sentence.startswith("No connection to the package index: ")
    assert (done.returncode, done.stdout) == (2, "")


def test_the_first_start_installs_and_the_second_does_not(home: Path, tmp_path: Path) -> None:
    (home / "requirements-uv.lock").write_text(UV_LOCK)  # not to be had: pip does it all
    found = add_wheel(home, tmp_path / "wheels")
    (home / "i2g_recon" / "__main__.py").write_text("import tinydep; print(tinydep.answer)")
    first, second = start(home, more=found), start(home)
    assert (first.stdout, first.returncode) == ("42\n", 0)
    assert first.stderr.splitlines() == ["Setting up (once, about half a minute) ..."]
    assert (second.stdout, second.stderr, second.returncode) == ("42\n", "", 0)


def test_an_altered_package_is_refused(home: Path, tmp_path: Path) -> None:
    found = add_wheel(home, tmp_path / "wheels")
    (home / "requirements.lock").write_text("tinydep==1.0 --hash=sha256:" + "0" * 64)
    done = start(home, more=found)
    assert done.stderr.splitlines()[-1].startswith("Set-up failed: a downloaded package is not the one in the lock")
    assert done.returncode == 2
    assert not list((home / ".venv").glob("*.installed"))


def test_two_first_starts_at_once_set_up_once(home: Path, tmp_path: Path) -> None:
    (home / "requirements-uv.lock").write_text(UV_LOCK)
    found = add_wheel(home, tmp_path / "wheels")
    done: list[subprocess.CompletedProcess[str]] = []
    starts = [threading.Thread(target=lambda: done.append(start(home, "one", more=found))) for _ in range(2)]
    for each in starts:
        each.start()
    for each in starts:
        each.join()
    said = "".join(each.stderr for each in done)
    assert [each.returncode for each in done] == [1, 1]
    assert said.count("Setting up") == 1
    assert said.count("Another start is setting up") == 1
    assert (home / ".venv" / "setup.log").read_text().count("-m venv") == 1
    assert not (home / ".venv" / "setup.turn").exists()


def test_a_turn_left_behind_is_taken_over_and_a_live_one_is_not(home: Path, tmp_path: Path) -> None:
    run = load(home)
    path = tmp_path / "setup.turn"
    path.write_text("a start that died")
    with run.Turn(path, beat_s=0.05, stale_s=0.3) as held:
        assert path.read_text() == held.token
        waiting = run.Turn(path, beat_s=0.05, stale_s=0.5)
        entered = threading.Thread(target=waiting.__enter__)
        entered.start()
        time.sleep(1)
        assert path.read_text() == held.token
    entered.join()
    assert path.read_text() == waiting.token
    waiting.__exit__()
    assert not path.exists()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupted_set_up_ends_with_130_and_no_traceback(home: Path) -> None:
    (home / ".venv").mkdir()
    turn = load(home).Turn(home / ".venv" / "setup.turn")
    with turn:
        waiting = subprocess.Popen([sys.executable, str(home / "run.py")], stderr=subprocess.PIPE, env=environment())
        assert waiting.stderr
        first = waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        rest = waiting.communicate(timeout=20)[1]
    assert first.startswith(b"Another start is setting up")
    assert rest == b""
    assert waiting.returncode == 130
