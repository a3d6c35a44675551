"""Power loss: what says "sent" is on the disk, not only in its cache, before the first byte of a write leaves.

The process is watched from outside by strace, so that what it tells of itself does not matter.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fixtures_workspace import KNOWN_CLIENT, ROOT, desk, environment, sale

WATCHED = "fsync,fdatasync,pwrite64,write,sendto,sendmsg"
JOURNAL = r"\b(?:pwrite64|write)\(\d+<[^>]*-wal>"
ON_DISK = r"\bf(?:data)?sync\(\d+<[^>]*-wal>"
A_WRITE = r'\bsend(?:to|msg)\(.*"PUT /api\.xro/'


def safe_writes(trace: str) -> list[bool]:
    """For each write that left: whether everything in the journal was on the disk by then."""
    unsafe, found = False, []
    for line in trace.splitlines():
        if re.search(JOURNAL, line):
            unsafe = True
        elif re.search(ON_DISK, line):
            unsafe = False
        elif re.search(A_WRITE, line):
            found.append(not unsafe)
    return found


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace, which is on Linux only")
def test_nothing_leaves_before_its_journal_is_on_the_disk(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at:
        at.prepare(sale("T-1"), sale("T-2", client="Quarry Row"))
        trace = tmp_path / "trace"
        watching = ["strace", "-f", "-y", "-s", "64", "-e", f"trace={WATCHED}", "-o", str(trace)]
        done = subprocess.run(
            [*watching, sys.executable, "-m", "i2g_recon", "push", "--all", "--yes", "--quiet"],
            cwd=ROOT,
            env={**environment(at.xero.sandbox), "I2G_RECON_HOME": str(at.ws.settings.home), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if "ptrace" in done.stderr and not at.xero.puts():
            pytest.skip("this machine does not let a process be watched")
        assert done.returncode == 0, done.stderr
        assert safe_writes(trace.read_text()) == [True, True]  # the new client, then the invoices
        assert set(at.states().values()) == {"confirmed"}


def test_a_write_before_the_disk_has_it_would_be_noticed() -> None:
    unsafe = '1 pwrite64(5</w/recon.db-wal>, "x", 24, 0) = 24\n1 sendto(7<s>, "PUT /api.xro/2.0/Invoices", 9) = 9\n'
    assert safe_writes(unsafe) == [False]
    assert safe_writes(unsafe.replace("\n1 sendto", "\n1 fdatasync(5</w/recon.db-wal>) = 0\n1 sendto")) == [True]
