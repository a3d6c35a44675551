"""python3 run.py [COMMAND ...]: the first start sets everything up, later ones are instant.

    python3 run.py               all set-up, then the demo
    python3 run.py CMD ...       all set-up, then `i2g-recon CMD ...`
    python3 run.py test ...      all set-up with the test dependencies and a browser, then pytest with the arguments

The locked and hashed dependencies go into `.venv`; beside them lies a stamp, the hash of the lock they came from, written
last. While the stamp equals the lock nothing is set up again. Two first starts at once: one works, the other waits.
Standard library and Python 3.6 syntax only, so that an old Python still reaches the sentence that says what to install.
Longer than other files because it must stand alone: it runs before anything of ours can be imported.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Dict, List, Optional, Set, Tuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
PYTHON = str(VENV / "Scripts" / "python.exe") if WINDOWS else str(VENV / "bin" / "python")
RUNTIME, DEVELOPMENT, UV = ROOT / "requirements.lock", ROOT / "requirements-dev.lock", ROOT / "requirements-uv.lock"
NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 11))"
BROWSERS = "chromium chromium-browser google-chrome google-chrome-stable chrome msedge microsoft-edge".split()
BROWSER_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "{ProgramFiles}/Google/Chrome/Application/chrome.exe",
    "{ProgramFiles(x86)}/Google/Chrome/Application/chrome.exe",
    "{LocalAppData}/Google/Chrome/Application/chrome.exe",
    "{ProgramFiles(x86)}/Microsoft/Edge/Application/msedge.exe",
    "{ProgramFiles}/Microsoft/Edge/Application/msedge.exe",
)
NO_CONNECTION = re.compile(  # the words of pip and uv, of their HTTP libraries and of the operating systems
    r"connection error|connection broken|NewConnectionError|ConnectTimeout|ConnectionReset|ProxyError|MaxRetryError"
    r"|error sending request|tcp connect|dns error|name resolution|name or service not known|getaddrinfo failed"
    r"|nodename nor servname|network is unreachable|timed out|SSLError|confirming the ssl certificate",
    re.IGNORECASE,
)
ALTERED = re.compile(r"do not match the hashes|hash mismatch", re.IGNORECASE)


class SetupFailed(Exception):
    """The set-up cannot go on; the message is the one sentence a person sees."""


def say(sentence: str) -> None:
    """One sentence for the person; stdout belongs to the command that is started."""
    print(sentence, file=sys.stderr, flush=True)


# Finding a Python


def works(command: List[str]) -> bool:
    """Whether the command exists and ends well, whatever it says."""
    if not shutil.which(command[0]):
        return False
    quiet = subprocess.DEVNULL
    try:
        return subprocess.call(command, stdin=quiet, stdout=quiet, stderr=quiet) == 0
    except OSError:
        return False


def base_python() -> List[str]:
    """The command of a Python that is new enough: this one, else the newest that can be found."""
    commands = [[sys.executable]] if sys.executable else []
    for minor in range(15, 10, -1):
        name = "python3.{}".format(minor)
        commands += [["py", "-3.{}".format(minor)], [name], ["/opt/homebrew/bin/" + name], ["/usr/local/bin/" + name]]
        commands += [["/Library/Frameworks/Python.framework/Versions/3.{}/bin/python3".format(minor)]]
    for command in commands + [["python3"], ["python"]]:
        if works(command + ["-c", NEW_ENOUGH]):
            return command
    raise SetupFailed(
        "i2g-recon needs Python 3.11 or newer and this is {}.{}: install it from https://www.python.org/downloads/ "
        "(or with your system's packages) and run this command again.".format(*sys.version_info[:2])
    )


# The stamp


def digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def pins(lock: Path) -> Set[str]:
    """The `name==version` lines of a lock, without markers and hashes."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    return {line.split(";")[0].strip(" \\") for line in lines if line.strip() and line[0] not in " #"}


def stamp_of(lock: Path) -> Path:
    return VENV / (lock.name + ".installed")


def installed(lock: Path) -> bool:
    """Whether `.venv` holds exactly what the lock asks for."""
    try:
        return os.path.exists(PYTHON) and stamp_of(lock).read_text() == digest(lock)
    except FileNotFoundError:
        return False


def stamp(lock: Path) -> None:
    """Note that the lock is installed, and with it every lock whose pins are all among its own."""
    for each in (RUNTIME, DEVELOPMENT):
        if each == lock or (each.exists() and pins(each) <= pins(lock)):
            stamp_of(each).write_text(digest(each))


def unstamp() -> None:
    """Forget what is installed before touching it: an interrupted install is done again."""
    for each in VENV.glob("*.installed"):
        each.unlink()


# One set-up at a time


class Turn:
    """A lock file whose holder touches it every second; a file nobody touches was left behind by a start that died."""

    def __init__(self, path: Path, beat_s: float = 1.0, stale_s: float = 15.0) -> None:
        self.path, self.beat_s, self.stale_s = path, beat_s, stale_s
        self.token = uuid.uuid4().hex
        self.done = threading.Event()
        self.denied = 0

    def __enter__(self) -> "Turn":
        said = False
        seen, since = self.state(), time.monotonic()
        while not self.take():
            if not said:
                say("Another start is setting up; waiting for it ...")
                said = True
            time.sleep(min(0.2, self.stale_s / 4))
            state = self.state()
            if state != seen:
                seen, since = state, time.monotonic()
            elif time.monotonic() - since > self.stale_s and self.state() == seen:
                self.remove()
        threading.Thread(target=self.beat, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        if self.state()[0] == self.token:
            self.remove()

    def state(self) -> Tuple[str, float]:
        """Whose turn it is and when that start last showed that it lives."""
        try:
            return self.path.read_text(), self.path.stat().st_mtime
        except OSError:
            return "", 0.0

    def take(self) -> bool:
        try:
            handle = os.open(str(self.path), os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return False
        except PermissionError:
            self.denied += 1
            if not WINDOWS or self.denied > 20:
                raise
            return False  # Windows is just deleting the file
        os.write(handle, self.token.encode())
        os.close(handle)
        time.sleep(0.05)  # two waiters may have found the same stale file; the one whose token stands has the turn
        return self.state()[0] == self.token

    def remove(self) -> None:
        try:
            self.path.unlink()
        except OSError:
            pass  # another start was quicker, or Windows still has it open; the next look decides

    def beat(self) -> None:
        while not self.done.wait(self.beat_s):
            try:
                os.utime(str(self.path), None)
            except OSError:
                return


# Installing


def quietly(command: List[str]) -> Tuple[bool, str]:
    """Run a command without a word; whether it ended well, and what it said, which also goes into `.venv/setup.log`."""
    environment = dict(os.environ, PIP_USER="0", DEBIAN_FRONTEND="noninteractive")
    environment.setdefault("PIP_DEFAULT_TIMEOUT", "15")  # no network: a sentence within seconds
    running = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        said = running.communicate()[0].decode("utf-8", "replace")
    except BaseException:
        running.kill()
        running.wait()
        raise
    with (VENV / "setup.log").open("a", encoding="utf-8") as log:
        log.write("$ {}\n{}\n".format(" ".join(command), said))
    return running.returncode == 0, said


def failure(said: str) -> SetupFailed:
    """The sentence for what pip or apt said when it failed."""
    if ALTERED.search(said):
        return SetupFailed("Set-up failed: a downloaded package is not the one in the lock, so nothing of it was used.")
    if NO_CONNECTION.search(said):
        return SetupFailed(
            "No connection to the package index: check the internet connection or the proxy and run this command again."
        )
    errors = [line.strip() for line in said.splitlines() if line.lower().startswith("error")]
    reason = errors[-1] if errors else "the packages could not be installed"
    return SetupFailed("Set-up failed: {} (everything that was said is in {}).".format(reason, VENV / "setup.log"))


def make_venv() -> None:
    """A `.venv` with a Python that is new enough and has pip; a half-made or outdated one is made anew."""
    if works([PYTHON, "-c", NEW_ENOUGH]):
        if works([PYTHON, "-c", "import pip"]) or works([PYTHON, "-m", "ensurepip"]):
            return
    python = base_python()
    for each in VENV.iterdir():
        if each.name not in ("setup.turn", "setup.log"):
            shutil.rmtree(str(each)) if each.is_dir() and not each.is_symlink() else each.unlink()
    made, said = quietly(python + ["-m", "venv", str(VENV)])
    if not made and "ensurepip" in said:
        raise SetupFailed(
            "Could not create .venv: this Python lacks its venv module; on Debian or Ubuntu: apt install python3-venv"
        )
    if not made:
        raise failure(said)


def install(lock: Path) -> None:
    """The lock's packages into `.venv`, every one checked against its hash."""
    pip = [PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--retries", "2"]
    pip += ["--require-hashes", "-r"]
    fast, said = quietly(pip + [str(UV)])
    if not fast and NO_CONNECTION.search(said):
        raise failure(said)
    if fast:
        uv = [PYTHON, "-m", "uv", "pip", "install", "--python", PYTHON]
        uv += ["--compile-bytecode"] * sys.dont_write_bytecode  # else Python keeps what it compiles at the first import
        fast, said = quietly(uv + ["--require-hashes", "-r", str(lock)])
    if not fast:  # no uv for this machine, or a mirror that only pip knows of: slower, same result
        done, said = quietly(pip + [str(lock)])
        if not done:
            raise failure(said)


def ensure(lock: Path) -> None:
    """Return when `.venv` holds what the lock asks for. Raises SetupFailed."""
    if installed(lock):
        return
    VENV.mkdir(exist_ok=True)
    with Turn(VENV / "setup.turn"):
        if installed(lock):  # by the start that was waited for
            return
        say("Setting up (once, about half a minute) ...")
        unstamp()
        make_venv()
        install(lock)
        stamp(lock)


# The browser of the tests


def find_browser() -> Optional[str]:
    """A browser of the Chromium family on this machine, None when there is none."""
    named = os.environ.get("I2G_RECON_BROWSER", "")
    for name in [named] * bool(named) + BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    for place in BROWSER_PLACES:
        path = re.sub(r"{(.*?)}", lambda word: os.environ.get(word.group(1), "-"), place)
        if os.path.exists(path):
            return path
    return None


def on_debian_as_root() -> bool:
    release = Path("/etc/os-release")
    debian = release.exists() and re.search(r"^ID=\"?debian\"?$", release.read_text(), re.MULTILINE)
    return bool(debian) and os.geteuid() == 0 and shutil.which("apt-get") is not None


def get_browser() -> Optional[str]:
    """A browser, installed from Debian's packages when it is missing and may be; says so when there is none."""
    if not find_browser() and on_debian_as_root():
        say("Installing Chromium for the browser tests ...")
        apt = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120"]
        quietly(apt + ["update"])
        quietly(apt + ["install", "--no-install-recommends", "chromium"])
    found = find_browser()
    if not found:
        say(
            "No Chromium, Chrome or Edge on this machine: install one to run the browser tests, without it they do not run."
        )
    return found


# Handing over


def pytest_words(words: List[str]) -> List[str]:
    """What pytest is given: the person's words, and for the whole suite three workers for two processors.

    A third of the time a test waits: for a server to start, for a page to be drawn.
    """
    if all(word == "--slow" for word in words):
        return ["-n", str(min(8, max(2, os.cpu_count() or 2) * 3 // 2)), "--dist", "worksteal"] + words
    return words  # a file or an option was named: the person decides, and one process keeps a debugger usable


def environment_for_tests() -> Dict[str, str]:
    """The environment of the tests: which browser to drive, and under CI that there must be one."""
    environment, browser = dict(os.environ), get_browser()
    if browser:
        environment["I2G_RECON_BROWSER"] = browser
    if environment.get("CI", "").lower() in ("1", "true", "yes"):
        environment["I2G_RECON_REQUIRE_BROWSER"] = "1"
    return environment


def hand_over(command: List[str], environment: Dict[str, str]) -> int:
    """Become the command, so that its signals and exit code are ours; on Windows wait for it."""
    if not WINDOWS:
        os.execve(command[0], command, environment)
    running = subprocess.Popen(command, env=environment)
    while True:
        try:
            code = running.wait()
        except KeyboardInterrupt:
            continue  # the command got it too and ends in its own way
        return 130 if code == 0xC000013A else code  # Windows' own code for Ctrl-C


def main(words: List[str]) -> int:
    """Set up, then run the words. Returns the exit code."""
    if words[:1] == ["test"]:
        ensure(DEVELOPMENT)
        os.chdir(str(ROOT))
        return hand_over([PYTHON, "-m", "pytest"] + pytest_words(words[1:]), environment_for_tests())
    ensure(RUNTIME)
    paths = [str(ROOT)] + [path for path in [os.environ.get("PYTHONPATH")] if path]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(paths))  # files are named from where the person stands
    return hand_over([PYTHON, "-P", "-m", "i2g_recon"] + (words or ["demo"]), environment)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except SetupFailed as problem:
        say(str(problem))
        sys.exit(2)
    except OSError as problem:
        say("Set-up failed: {}.".format(problem))
        sys.exit(2)
