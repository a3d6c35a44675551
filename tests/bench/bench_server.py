"""The server time of each page, warm, with many invoices and many exceptions behind it. Run by hand.

python tests/bench/bench_server.py [invoices] [exceptions]

A page is run as Streamlit's test runner runs it, without a browser: what is measured is what the server does for one
click. The yardstick beside it is a page of the same app that only writes one line.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import streamlit as st  # noqa: E402 - the paths come first
from fixtures_workspace import CLIENT, KNOWN_CLIENT, desk, environment, sale  # noqa: E402
from streamlit.testing.v1 import AppTest  # noqa: E402
from test_pages_desk import home_in_environment  # noqa: E402

from i2g_recon.web.places import PLACES, place  # noqa: E402

ROUNDS = 5
MUST_MS = {"overview": 400, "reconcile": 400, **dict.fromkeys(("connect", "revenue-account", "taxes", "currency"), 300)}
MUST_MS |= {"review": 300}
DETAIL_MUST_MS = 200


def xero_invoice(number: int, exceptions: int) -> dict[str, Any]:
    """The copy in Xero; the first ones are a dollar off."""
    amount = 99 if number < exceptions // 2 else 100
    line = {"Description": "Repair", "Quantity": 1, "UnitAmount": amount, "AccountCode": "200", "TaxType": "OUTPUT"}
    return {
        "InvoiceNumber": f"INV-{number}",
        "Reference": f"B-{number}",
        "Contact": {"Name": CLIENT},
        "Date": "2026-10-01",
        "DueDate": "2026-10-15",
        "LineItems": [line],
    }


def milliseconds(work: Callable[[], object]) -> float:
    """One run."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def warm(work: Callable[[], object]) -> float:
    """The median of some runs after a first one."""
    work()
    return statistics.median(milliseconds(work) for _ in range(ROUNDS))


def page_of(name: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300).run()
    app.switch_page(str(place(name).path)).run()
    assert not app.exception, app.exception
    return app


def measure(invoices: int, exceptions: int) -> list[str]:
    """One line a page."""
    nothing = AppTest.from_string("import streamlit as st\nst.write('One line')").run()
    yardstick = warm(nothing.run)
    lines = [f"one line: {yardstick:.0f} ms"]
    for one in PLACES:
        app = page_of(one.name)
        took = warm(app.run)
        must = f" (must {MUST_MS[one.name]})" if one.name in MUST_MS else ""
        lines.append(f"{one.name}: {took:.0f} ms{must}, {took / yardstick:.0f} times the one line")
    app = page_of("reconcile")
    table = next(one for one in app.dataframe if "Why" in one.value.columns)
    rows = iter(range(len(table.value)))

    def next_detail() -> None:
        app.session_state[str(table.key)] = {"selection": {"rows": [next(rows)], "columns": [], "cells": []}}
        app.run()

    whole = warm(next_detail)
    lines.append(f"reconcile with an invoice side by side: {whole:.0f} ms (detail must {DETAIL_MUST_MS})")
    before = memory_mb()
    sessions = [page_of("overview") for _ in range(10)]
    lines.append(f"memory for each further session: {(memory_mb() - before) / len(sessions):.1f} MB (must 5)")
    lines.append(f"{invoices:,} invoices, {exceptions:,} exceptions")
    return lines


def memory_mb() -> float:
    """The most that this process has taken so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if platform.system() == "Linux" else 1024**2)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("invoices", type=int, nargs="?", default=10_000)
    words.add_argument("exceptions", type=int, nargs="?", default=1_000)
    asked = words.parse_args()
    missing = asked.exceptions // 2
    seed = {
        **KNOWN_CLIENT,
        "Invoices": [xero_invoice(number, asked.exceptions) for number in range(asked.invoices - missing)],
    }
    with tempfile.TemporaryDirectory() as folder, desk(Path(folder), seed) as at:
        at.bring_in(*(sale(f"B-{number}", client=CLIENT) for number in range(asked.invoices)))
        at.set_up()
        at.reconcile()
        with home_in_environment(at.ws.settings.home, {**os.environ, **environment(at.xero.sandbox)}):
            figures = measure(asked.invoices, asked.exceptions)
        st.cache_resource.clear()
    head = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, streamlit {st.__version__}"
    sys.stdout.write("\n".join([head, *figures]) + "\n")


if __name__ == "__main__":
    main()
