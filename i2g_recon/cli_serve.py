"""The commands that serve: demo, serve, sandbox, samples."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from i2g_recon import settings
from i2g_recon.cli_frame import DONE, AsJson, Home, Quiet, Voice, command
from i2g_recon.errors import NotConfigured

if TYPE_CHECKING:  # these bring pandas, which --help does not need
    from i2g_recon.sandbox.server import Sandbox
    from i2g_recon.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "localhost", "::1")
STARTS_WITHIN_S = 90

Port = Annotated[int, typer.Option("--port", help="Port of the page.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for work in (demo, serve, sandbox, samples):
        app.command()(command(work))


def demo(
    port: Port = 8501,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was done in the demo before.")] = False,
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Sandbox, sample data and the page on this machine; Ctrl-C ends all."""
    from i2g_recon.sandbox.server import Sandbox

    voice = Voice(as_json, quiet)
    place = settings.load(home=home).home / "demo"
    if fresh and place.exists():
        shutil.rmtree(place)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_taken(port)
    voice.tell("Preparing the sample organisation ...")
    with Sandbox(seeds=("demo", "empty"), state_file=place / "sandbox.sqlite") as pretend:
        environment = demo_environment(pretend, place, port)
        prepare_demo(settings.load(environment), pretend)
        with page_server({**os.environ, **environment}, port=port) as process:
            return serve_on(process, voice, port)


def demo_environment(pretend: Sandbox, place: Path, port: int) -> dict[str, str]:
    """The variables that make the product speak to the sandbox and keep the demo apart from real work."""
    client = pretend.clients["authorization_code"]
    return {
        "I2G_RECON_HOME": str(place),
        "I2G_RECON_DEMO": "1",
        "DATABASE_URL": "",
        "XERO_CLIENT_ID": client["client_id"],
        "XERO_CLIENT_SECRET": client["client_secret"],
        "XERO_GRANT": "authorization_code",
        "XERO_SCOPES": "",
        "XERO_REDIRECT_URI": f"http://localhost:{port}/xero/callback",
        "XERO_LOGIN_URL": pretend.url,
        "XERO_IDENTITY_URL": pretend.url,
        "XERO_API_URL": pretend.url,
    }


def prepare_demo(demo_settings: Settings, pretend: Sandbox) -> None:
    """The first time: connect the sample organisation, set it up, import its export, compare."""
    from i2g_recon.jobs import connect, import_export, reconcile, setup_steps
    from i2g_recon.jobs.workspace import open_workspace
    from i2g_recon.sandbox.allow import allow_access
    from i2g_recon.sandbox.demo import sample_export

    ws = open_workspace(demo_settings)
    try:
        if ws.store.connections():
            return
        answer = allow_access(
            pretend,
            redirect_uri=demo_settings.redirect_uri,
            scopes=demo_settings.scopes,
            tenant_ids=[pretend.organisations[0]["tenant_id"]],
        )
        connection = connect.finish_consent(ws, answer)[0]
        import_export.import_uploads(ws, connection, [("invoice2go_export.zip", sample_export())])
        view = setup_steps.setup_view(ws, connection)
        choices = setup_steps.Choices(
            revenue_account=view.preselected,
            taxes=("GST Free 0%=EXEMPTOUTPUT",),  # several rates have 0 %, so this one needs a choice
            confirm_taxes=True,
            confirm_currency=True,
        )
        setup_steps.apply_choices(ws, connection, choices)
        reconcile.reconcile(ws, connection, refresh="always")
    finally:
        ws.close()


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Port = 8501,
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """The page; refuses an address other than this machine while no sign-in is configured."""
    if host not in LOOPBACK:
        raise NotConfigured(
            f"--host {host} would open the books to the network, and no sign-in is configured; use 127.0.0.1."
        )
    refuse_taken(port)
    environment = dict(os.environ)
    if home:
        environment["I2G_RECON_HOME"] = str(home.absolute())
    environment.setdefault("XERO_REDIRECT_URI", f"http://localhost:{port}/xero/callback")
    settings.load(environment)
    with page_server(environment, port=port, host=host) as process:
        return serve_on(process, Voice(as_json, quiet), port)


def sandbox(
    port: Annotated[int, typer.Option("--port", help="Port of the sandbox.")] = 9400,
    country: Annotated[str, typer.Option("--country", help="AU, NZ, UK, US, ZA; several with commas.")] = "AU",
    seed: Annotated[str, typer.Option("--seed", help="empty, demo or FILE.json; several with commas.")] = "demo",
    state: Annotated[Path | None, typer.Option("--state", help="FILE.sqlite that keeps the state.")] = None,
    home: Home = None,  # noqa: ARG001 - every command takes it; the sandbox keeps its state where --state says
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """The pretend Xero alone."""
    from i2g_recon.sandbox.server import Sandbox

    seeds = [Path(one) if one.endswith(".json") else one for one in seed.split(",")]
    sandbox_here = Sandbox(port=port, seeds=seeds, countries=country.split(","), state_file=state)
    with sandbox_here as pretend, until_stopped():
        voice = Voice(as_json, quiet)
        voice.give({"url": pretend.url, "clients": pretend.clients, "organisations": pretend.organisations})
        voice.say(f"Sandbox ready {pretend.url}")
        for grant, client in pretend.clients.items():
            voice.say(f"{grant}: client id {client['client_id']}, secret {client['client_secret']}")
        sys.stdout.flush()
        while True:
            time.sleep(3600)
    return DONE


def samples(
    folder: Annotated[Path, typer.Argument(help="Folder to write to.")],
    home: Home = None,  # noqa: ARG001 - every command takes it; samples need no workspace
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Write the sample exports that belong to the sandbox's demo seed."""
    from i2g_recon.sandbox.samples import write_samples

    voice = Voice(as_json, quiet)
    try:
        written = write_samples(folder)
    except OSError as problem:
        raise NotConfigured(f"'{folder}' cannot be written to: {problem.strerror}. Choose another folder.") from None
    voice.say("\n".join(str(path) for path in written))
    voice.give({"schema": 1, "files": [str(path) for path in written]})
    return DONE


def refuse_taken(port: int) -> None:
    """Raise NotConfigured when something listens on the port already."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise NotConfigured(f"Port {port} is in use, perhaps by another i2g-recon; choose another with --port.")


@contextmanager
def page_server(
    environment: Mapping[str, str], *, port: int, host: str = "127.0.0.1"
) -> Iterator[subprocess.Popen[bytes]]:
    """The Streamlit server as a child process, ready to answer; ended with the block."""
    words = ["run", str(ROOT / "streamlit_app.py"), "--server.port", str(port), "--server.address", host]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-m", "streamlit", *words],
        env=dict(environment),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=None,
    )
    try:
        wait_until_ready(process, port)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the page answers. Raises NotConfigured when the server ends or takes too long."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        with closing(HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
            try:
                connection.request("GET", "/_stcore/health")
                if connection.getresponse().status == HTTPStatus.OK:
                    return
            except OSError:
                time.sleep(0.2)
    raise NotConfigured("The page did not start; what it said stands above.")


def announce(voice: Voice, port: int) -> None:
    """The line that scripts and people wait for."""
    voice.say(f"Open http://localhost:{port}")
    voice.give({"url": f"http://localhost:{port}"})
    sys.stdout.flush()


def serve_on(process: subprocess.Popen[bytes], voice: Voice, port: int) -> int:
    """Say where the page is, then wait for a polite end or for the server to end by itself."""
    with until_stopped():
        announce(voice, port)
        return process.wait()
    return DONE


@contextmanager
def until_stopped() -> Iterator[None]:
    """Ctrl-C or a polite kill ends the block cleanly, from its first line on: whoever reads it may stop us at once."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        yield
