"""What a browser gets to see: no page, no session and no address holds a token, a secret or a key.

The pages are opened on a home that is connected to the sandbox, has imports, a run, a push and its receipts.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fixtures_sandbox import person
from fixtures_web import Visit, connected_home
from fixtures_workspace import SANDBOX_LIMITS, sale
from streamlit.testing.v1 import AppTest

from i2g_recon.jobs.import_export import import_uploads
from i2g_recon.jobs.plan import plan
from i2g_recon.jobs.push import push
from i2g_recon.jobs.setup_steps import Choices, apply_choices
from i2g_recon.sandbox.i2g_export import csv_bytes
from i2g_recon.web.places import PLACES


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    with person("demo") as robin:
        robin.control("settings", **SANDBOX_LIMITS)
        with connected_home(robin, tmp_path_factory.mktemp("secrets")) as found:
            import_uploads(found.ws, found.connection, [("x_invoice.csv", csv_bytes([sale("LATE-1")]))])
            choices = Choices(revenue_account="200", confirm_taxes=True, confirm_currency=True)
            assert apply_choices(found.ws, found.connection, choices).setup.completed
            assert push(found.ws, found.connection, plan(found.ws, found.connection).pushable).counts["confirmed"] == 1
            yield found


def secrets_of(visit: Visit) -> list[str]:
    tokens = visit.ws.store.tokens(visit.connection.consent_id)
    assert tokens is not None
    key = next(Path(visit.ws.settings.home).glob("*key*"), None)
    found = [tokens.access_token, tokens.refresh_token, visit.ws.settings.client_secret]
    return [*found, *([key.read_text().strip()] if key else [])]


def sent_to_the_browser(block: Any) -> Iterator[str]:
    """Every element of the page as it goes over the wire."""
    for child in getattr(block, "children", {}).values():
        yield str(getattr(child, "proto", ""))
        yield from sent_to_the_browser(child)


def kept_in_the_session(app: AppTest) -> str:
    text = ""
    for name, value in app.session_state._state.filtered_state.items():  # noqa: SLF001 - all of it
        text += f"{name} {value!r} "
        with suppress(Exception):
            text += pickle.dumps(value).decode("latin-1")
    return text


@pytest.mark.parametrize("name", [place.name for place in PLACES])
def test_no_page_and_no_session_holds_a_secret(visit: Visit, name: str) -> None:
    app = visit.open(name)
    assert not app.exception
    shown = "\n".join(sent_to_the_browser(app._tree)) + kept_in_the_session(app)  # noqa: SLF001 - all of it
    assert len(shown) > 1000
    secrets = secrets_of(visit)
    assert all(len(secret) > 15 for secret in secrets)
    assert [secret[:6] for secret in secrets if secret in shown] == []
    assert [secret[:6] for secret in secrets if secret in str(app.query_params)] == []
