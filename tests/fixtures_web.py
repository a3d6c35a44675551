"""What the tests of the pages share: the environment of the app, a visitor's page, and a browser that keeps cookies."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import streamlit as st
import urllib3
from fixtures_sandbox import Person
from fixtures_workspace import environment
from streamlit.testing.v1 import AppTest

from i2g_recon.jobs import connect, import_export, setup_steps
from i2g_recon.jobs.connect import finish_consent
from i2g_recon.jobs.workspace import Connection, Workspace, open_workspace
from i2g_recon.sandbox.demo import sample_export
from i2g_recon.sandbox.server import Sandbox
from i2g_recon.settings import load
from i2g_recon.web.parts import workspace
from i2g_recon.web.places import ROOT, place

PATIENCE_S = 60


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def app_environment(sandbox: Sandbox, home: Path, *, port: int = 8501) -> dict[str, str]:
    """The settings of an app on this port whose Xero is the sandbox."""
    client = sandbox.clients["authorization_code"]
    return {
        "XERO_LOGIN_URL": sandbox.url,
        "XERO_IDENTITY_URL": sandbox.url,
        "XERO_API_URL": sandbox.url,
        "XERO_CLIENT_ID": client["client_id"],
        "XERO_CLIENT_SECRET": client["client_secret"],
        "XERO_REDIRECT_URI": f"http://localhost:{port}/xero/callback",
        "I2G_RECON_HOME": str(home),
    }


@contextmanager
def app_home(variables: Mapping[str, str]) -> Iterator[None]:
    """The environment of one app; its workspace is closed at the end."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        try:
            yield
        finally:
            st.cache_resource.clear()


@dataclass(frozen=True)
class Visit:
    """A home that is connected to the sandbox, and pages opened on it."""

    robin: Person
    ws: Workspace
    connection: Connection

    def open(self, name: str) -> AppTest:
        return open_page(name)


@contextmanager
def connected_home(robin: Person, home: Path, **more: str) -> Iterator[Visit]:
    """A fresh home after Robin's consent."""
    with app_home({**app_environment(robin.sandbox, home), **more}):
        ws = workspace()
        finish_consent(ws, robin.sign_in(), who="Robin Example")
        yield Visit(robin, ws, ws.organisation())


def open_page(name: str) -> AppTest:
    """A page as a fresh visitor opens it."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    return app.switch_page(str(place(name).path)).run()


def words(app: AppTest) -> str:
    """Everything the page says, without the marks that protect text from Markdown."""
    kinds = (app.title, app.markdown, app.text, app.caption, app.success, app.warning, app.error, app.info)
    return "\n".join(str(one.value) for kind in kinds for one in kind).replace("\\", "")


def fine(app: AppTest) -> AppTest:
    """The page, after making sure that nothing went wrong on it."""
    assert not app.exception, [one.message for one in app.exception]
    assert [one.value for one in app.error] == []
    return app


def button(app: AppTest, label: str) -> Any:
    return next(one for one in app.button if one.label == label)


@dataclass
class CookieBrowser:
    """Follows nothing by itself and keeps cookies per host, so that each step of a sign-in can be looked at."""

    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def request(self, method: str, address: str, **more: Any) -> urllib3.BaseHTTPResponse:
        jar = self.cookies.setdefault(str(urlsplit(address).hostname), {})
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())} if jar else {}
        answer = self.pool.request(method, address, redirect=False, timeout=20, headers=headers, **more)
        for line in answer.headers.getlist("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            jar[name] = value
        return answer

    def goes_to(self, address: str) -> str:
        """Where a redirect leads."""
        answer = self.request("GET", address)
        assert answer.status in (302, 303, 307), (answer.status, answer.data[:300])
        return urljoin(address, answer.headers["Location"])

    def decide(self, address: str, decision: str) -> str:
        """Presses a button of the consent page; gives the address the app is called back at."""
        text = self.request("GET", address).data.decode()
        form = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text)
        form += [("tenant_id", one) for one in re.findall(r'name="tenant_id" value="([^"]+)"', text)[:1]]
        fields = [*form, ("decision", decision)]
        place_of_form = address.split("?", maxsplit=1)[0]
        answer = self.request("POST", place_of_form, fields=fields, encode_multipart=False)
        assert answer.status == 303, answer.data[:300]
        return answer.headers["Location"]


@contextmanager
def served_app(variables: dict[str, str], port: int, log: Path) -> Iterator[None]:
    """`streamlit run streamlit_app.py` as a process of its own."""
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | variables, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait_for(server, port, log)
            yield
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until the server says that it is well."""
    until = time.monotonic() + PATIENCE_S
    with urllib3.PoolManager(retries=False) as pool:
        while time.monotonic() < until:
            assert server.poll() is None, log.read_text()
            try:
                if pool.request("GET", f"http://localhost:{port}/_stcore/health", timeout=2).status == 200:
                    return
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)
    pytest.fail(f"the app did not start: {log.read_text()}")


@contextmanager
def books_served(robin: Person, folder: Path) -> Iterator[str]:
    """The address of the app on the demo's books, imported and set up."""
    home = folder / "home"
    ws = open_workspace(load(environment(robin.sandbox), home=home))
    connect.connect_custom(ws)
    connection = ws.organisation()
    import_export.import_uploads(ws, connection, [("invoice2go_export.zip", sample_export())])
    choices = setup_steps.Choices(
        revenue_account="200", taxes=("GST Free 0%=EXEMPTOUTPUT",), confirm_taxes=True, confirm_currency=True
    )
    assert setup_steps.apply_choices(ws, connection, choices).setup.completed
    ws.close()
    port = free_port()
    variables = {**environment(robin.sandbox), "I2G_RECON_HOME": str(home)}
    with served_app(variables, port, home / "server.log"):
        yield f"http://localhost:{port}"
