"""The command line as real processes: the interrupt, the sandbox's first line, the module itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import urllib3
from fixtures_workspace import KNOWN_CLIENT, ROOT, command_line, desk, environment, sale

from i2g_recon.jobs.push import approve, resume


def test_the_sandbox_says_in_one_line_where_it_is_and_serves_on(tmp_path: Path) -> None:
    words = ("sandbox", "--port", "0", "--seed", "empty", "--country", "AU,NZ", "--json")
    with command_line(*words, home=tmp_path) as process, urllib3.PoolManager(retries=False) as pool:
        assert process.stdout is not None
        document = json.loads(process.stdout.readline())
        assert set(document) == {"url", "clients", "organisations"}
        assert set(document["clients"]) == {"authorization_code", "client_credentials"}
        assert all(set(client) == {"client_id", "client_secret"} for client in document["clients"].values())
        assert [set(one) for one in document["organisations"]] == [{"name", "tenant_id"}] * 2
        assert pool.request("GET", document["url"] + "/.well-known/openid-configuration").status == 200
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_half_way_is_exit_130_and_nothing_is_lost(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at:
        at.prepare(sale("T-1"))
        at.xero.arm("slow", seconds=3.0, method="PUT")
        words = ("push", "--all", "--yes", "--json")
        with command_line(*words, home=tmp_path, sandbox=at.xero.sandbox) as process:
            ends = time.monotonic() + 60
            while not at.xero.invoices() and time.monotonic() < ends:  # saved, and its answer held back
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
        assert (process.returncode, out) == (130, "")
        assert err == "Interrupted; what was done is kept.\n"
        assert resume(at.ws, at.connection).counts["confirmed"] == 1  # the claim was given back: no waiting
        assert (at.xero.puts(), len(at.xero.invoices())) == (1, 1)


def test_help_answers_without_loading_the_engine(tmp_path: Path) -> None:
    script = "import sys; from i2g_recon.cli import app; sys.exit('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    with command_line("--help", home=tmp_path / "unused") as process:
        out, _ = process.communicate(timeout=60)
    commands = (
        "demo serve sandbox samples connect setup import pull reconcile compare plan push undo report selftest worker "
    )
    commands += "doctor disconnect rotate-key"
    assert [name for name in commands.split() if name not in out] == []
    assert not (tmp_path / "unused").exists()


def test_a_process_that_only_sends_needs_neither_the_engine_nor_the_page(tmp_path: Path) -> None:
    with desk(tmp_path, KNOWN_CLIENT) as at:
        approve(at.ws, at.connection, at.prepare(sale("T-1"), sale("T-2", client="New Client")).pushable)
        script = (
            "import sys; from i2g_recon.cli import app; app(['worker', '--once', '--json'], standalone_mode=False);"
            "print([one for one in ('pandas', 'numpy', 'pyarrow', 'streamlit', 'alembic') if one in sys.modules])"
        )
        variables = {**os.environ, "I2G_RECON_HOME": str(tmp_path), **environment(at.xero.sandbox)}
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env=variables, check=True, capture_output=True, text=True
        )
        document, loaded = done.stdout.splitlines()
        assert json.loads(document)["settled"] == 2
        assert loaded == "[]"
