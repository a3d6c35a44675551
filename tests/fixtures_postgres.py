"""A PostgreSQL server of the tests' own, where the machine has one installed; it listens on loopback only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from fixtures_web import free_port

NOBODY = 65534
PLACES = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt")


def program(name: str) -> str | None:
    """A program of PostgreSQL, newest first; None when there is none."""
    others = sorted((path for place in PLACES for path in Path(place).glob(f"*/bin/{name}")), reverse=True)
    return shutil.which(name) or (str(others[0]) if others else None)


def there_is_one() -> bool:
    return sys.platform != "win32" and program("initdb") is not None and program("pg_ctl") is not None


@contextmanager
def postgres() -> Iterator[str]:
    """The DATABASE_URL of an empty database. The server does not run as root, so root lends it to nobody."""
    folder = Path(mkdtemp(prefix="pg-", dir="/tmp"))
    as_root = os.getuid() == 0
    if as_root:
        os.chown(folder, NOBODY, NOBODY)
    data, port = folder / "data", free_port()

    def call(*words: str) -> None:
        who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if as_root else {}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
        subprocess.run(words, check=True, **who, **quiet)  # type: ignore[call-overload] # of literals

    control = str(program("pg_ctl"))
    call(str(program("initdb")), "-D", str(data), "-U", "tests", "-A", "trust")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    call(control, "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql://tests@127.0.0.1:{port}/postgres"
    finally:
        call(control, "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
