"""Who may import whom: one table, read from the syntax tree of every file, imports inside functions included."""

from __future__ import annotations

import sys

import pytest
from house import ROOT, Source, imports, product

BASE = {"errors"}
EDGE = BASE | {"clock", "core", "core.money", "settings"}
WORK = EDGE | {"jobs", "report"}
OURS: dict[str, set[str]] = {  # layer -> layers it may import besides itself; `errors` is open to all but core.money
    "errors": set(),
    "clock": set(),
    "core.money": set(),
    "settings": BASE,
    "core": BASE | {"core.money"},
    "invoice2go": EDGE,
    "xero": EDGE,
    "store": EDGE,
    "sandbox": EDGE,
    "report": BASE | {"core", "core.money"},
    "jobs": EDGE | {"invoice2go", "xero", "store", "report"},
    "facade": {"jobs"},
    "web": WORK,
    "pages": WORK | {"web"},
    "notebooks": WORK | {"facade"},
    "cli": WORK | {"sandbox"},
}
FRAMES = {"core", "invoice2go", "xero", "store", "report", "jobs", "web", "pages", "notebooks", "cli"}
VENDORS: dict[str, set[str]] = {  # vendor -> layers that may import it; whoever is not here is not a dependency
    "pandas": FRAMES,
    "numpy": FRAMES,
    "pyarrow": FRAMES,
    "rapidfuzz": {"core"},
    "xero_python": {"xero"},
    "authlib": {"xero"},
    "urllib3": {"xero"},
    "certifi": {"xero"},
    "httpx2": {"xero"},
    "sqlmodel": {"store"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "cryptography": {"store", "sandbox"},
    "keyring": {"store"},
    "joserfc": {"sandbox", "xero"},
    "uvicorn": {"sandbox"},
    "starlette": {"sandbox", "web", "xero"},
    "python_multipart": {"sandbox"},
    "streamlit": {"web", "pages"},
    "altair": {"report", "web", "pages"},
    "xlsxwriter": {"report"},
    "openpyxl": {"invoice2go"},
    "python_calamine": {"invoice2go"},
    "typer": {"cli"},
    "click": {"cli"},
    "platformdirs": {"settings"},
    "tomli_w": {"jobs"},
    "nbformat": {"jobs"},
    "babel": {"web"},
    "nbclient": {"jobs"},
    "nbconvert": {"jobs"},
    "dbos": {"jobs"},
}
OUTSIDE_WORLD = set(  # modules of the standard library through which files, networks, clocks and chance come in
    "os pathlib shutil tempfile glob socket ssl http urllib sqlite3 subprocess threading asyncio multiprocessing "
    "random secrets time logging signal".split()
)


def layer(name: str) -> str:
    """The layer of a dotted name of ours; the package itself and what only it offers is the facade."""
    if name in {"streamlit_app", "pages"} or name.startswith("pages."):
        return "pages" if name.startswith("pages") else "web"
    if name == "notebooks" or name.startswith("notebooks."):
        return "notebooks"
    if name == "i2g_recon.core.money" or name.startswith("i2g_recon.core.money."):
        return "core.money"
    second = ([*name.split("."), ""])[1]
    alias = {"api": "jobs", "__main__": "cli", "__version__": "errors"}
    second = "cli" if second.startswith("cli_") else alias.get(second, second)
    return second if second in OURS else "facade"


def ours(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] in {"i2g_recon", "pages", "notebooks", "streamlit_app"}


def complaint(source: Source, name: str) -> str:
    """What is wrong with one import, empty when nothing is."""
    here, top = layer(source.module), name.split(".", maxsplit=1)[0]
    if ours(name):
        there = layer(name)
        return "" if there == here or there in OURS[here] else f"{source.path}: {here} imports {there} ({name})"
    if top in sys.stdlib_module_names:
        impure = here in {"core", "core.money"} and top in OUTSIDE_WORLD
        return f"{source.path}: the core is pure and imports {name}" if impure else ""
    if top not in VENDORS:
        return f"{source.path}: {top} is no known dependency"
    return "" if here in VENDORS[top] else f"{source.path}: {top} belongs to {', '.join(sorted(VENDORS[top]))}"


def complaints(source: Source) -> list[str]:
    return [said for name in imports(source) if (said := complaint(source, name))]


def test_every_import_keeps_to_the_table() -> None:
    sources = [source for source in product() if source.path != "run.py"]
    found = [said for source in sources for said in complaints(source)]
    assert not found, "\n".join(found)


def test_the_start_needs_nothing_but_the_standard_library() -> None:
    (start,) = (source for source in product() if source.path == "run.py")
    assert [name for name in imports(start) if name.split(".")[0] not in sys.stdlib_module_names] == []


def test_no_page_lies_where_streamlit_serves_it_past_the_sign_in() -> None:
    assert list((ROOT / "pages").glob("*.py")) == []


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("i2g_recon/core/x.py", "def f() -> None:\n    import xero_python.api_client", "xero_python belongs to xero"),
        ("i2g_recon/core/x.py", "from i2g_recon.store.tables import Run", "core imports store"),
        ("i2g_recon/core/x.py", "import os", "the core is pure"),
        ("i2g_recon/core/x.py", "from i2g_recon.clock import utc_now", "core imports clock"),
        ("i2g_recon/core/money.py", "from i2g_recon import errors", "core.money imports errors"),
        ("i2g_recon/core/money.py", "import pandas as pd\nfrom ..core import frame", "core.money imports core"),
        ("i2g_recon/xero/x.py", "from i2g_recon import store", "xero imports store"),
        ("i2g_recon/xero/x.py", "from ..sandbox.state import State", "xero imports sandbox"),
        ("i2g_recon/sandbox/x.py", "import importlib\nimportlib.import_module('i2g_recon.xero.oauth')", "imports xero"),
        ("i2g_recon/report/x.py", "from i2g_recon.jobs import push", "report imports jobs"),
        ("i2g_recon/jobs/x.py", "import streamlit as st", "streamlit belongs to pages, web"),
        ("i2g_recon/jobs/x.py", "from sqlmodel import Session", "sqlmodel belongs to store"),
        ("i2g_recon/jobs/x.py", "from i2g_recon.sandbox import server", "jobs imports sandbox"),
        ("pages/desk/x.py", "from i2g_recon.xero import reader", "pages imports xero"),
        ("pages/desk/x.py", "import requests", "requests is no known dependency"),
        ("streamlit_app.py", "from i2g_recon.store import database", "web imports store"),
        ("notebooks/x.py", "from i2g_recon.invoice2go import container", "notebooks imports invoice2go"),
        ("i2g_recon/cli.py", "import sqlalchemy", "sqlalchemy belongs to store"),
    ],
)
def test_the_table_sees_a_breach(path: str, text: str, said: str) -> None:
    found = complaints(Source(path, text))
    assert found
    assert said in found[-1]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("i2g_recon/jobs/x.py", "from i2g_recon.xero import reader\nfrom i2g_recon.core.money import D"),
        ("i2g_recon/cli.py", "import typer\nfrom i2g_recon.sandbox import server\nfrom i2g_recon import __version__"),
        ("i2g_recon/__init__.py", "from i2g_recon.api import read_xero"),
        ("notebooks/x.py", "import i2g_recon as i2g\nfrom i2g_recon import frame"),
        ("pages/desk/x.py", "import streamlit as st\nfrom i2g_recon.web import parts\nfrom i2g_recon.jobs import push"),
        ("streamlit_app.py", "import streamlit as st\nfrom i2g_recon.web.router import show"),
    ],
)
def test_the_table_lets_pass_what_may_be(path: str, text: str) -> None:
    assert complaints(Source(path, text)) == []
