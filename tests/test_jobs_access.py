"""An audit's connection: everything is read, and nothing can be written from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_sandbox import Person, person
from fixtures_web import Visit, app_environment, app_home, fine, words
from fixtures_workspace import SANDBOX_LIMITS, sale

from i2g_recon.errors import ReadOnly, ReconnectNeeded
from i2g_recon.jobs import setup_steps
from i2g_recon.jobs.access import may_write, require_write
from i2g_recon.jobs.auto_export import push_after_import
from i2g_recon.jobs.connect import access_token, connect_custom, finish_consent
from i2g_recon.jobs.import_export import import_uploads
from i2g_recon.jobs.plan import plan
from i2g_recon.jobs.push import push, resume
from i2g_recon.sandbox.i2g_export import csv_bytes
from i2g_recon.settings import DEFAULT_SCOPES
from i2g_recon.web.parts import workspace
from i2g_recon.xero.oauth import BROAD_SCOPES, read_only
from i2g_recon.xero.oauth import may_write as scopes_may_write


@pytest.fixture(scope="module")
def robin() -> Iterator[Person]:
    with person() as found:
        found.control("settings", **SANDBOX_LIMITS)
        yield found


@pytest.fixture
def audit(robin: Person, tmp_path: Path) -> Iterator[Visit]:
    """A finished set-up with automatic export, an invoice that is missing, and permission to read only."""
    with app_home(app_environment(robin.sandbox, tmp_path)):
        ws = workspace()
        answer = robin.sign_in(scope=read_only(DEFAULT_SCOPES))
        finish_consent(ws, answer, who="Ada Auditor")
        connection = ws.organisation()
        import_uploads(ws, connection, [("sample_invoice.csv", csv_bytes([sale("T-1")]))])
        usual = {"revenue_account": "200", "confirm_taxes": True, "confirm_currency": True}
        view = setup_steps.apply_choices(ws, connection, setup_steps.Choices(**usual, auto_export="on"))  # type: ignore[arg-type]
        assert view.setup.completed
        yield Visit(robin, ws, connection)


@pytest.mark.parametrize(
    ("scopes", "writes"),
    [
        (DEFAULT_SCOPES, True),
        (BROAD_SCOPES, True),
        ("accounting.transactions", True),
        (read_only(DEFAULT_SCOPES), False),
        (read_only(BROAD_SCOPES), False),
        ("accounting.invoices.read accounting.contacts", False),
        ("accounting.settings", False),
        ("", False),
    ],
)
def test_which_scopes_let_invoices_be_written(scopes: str, writes: bool) -> None:  # noqa: FBT001 - a column of the table
    assert scopes_may_write(scopes) is writes


def test_an_audit_reads_and_compares(audit: Visit) -> None:
    view = plan(audit.ws, audit.connection)
    assert [one.number for one in view.pushable] == ["T-1"]
    assert not may_write(audit.ws, audit.connection)


def test_no_job_writes_for_an_audit(audit: Visit) -> None:
    commands = plan(audit.ws, audit.connection).commands
    with pytest.raises(ReadOnly, match="reading only"):
        push(audit.ws, audit.connection, commands)
    with pytest.raises(ReadOnly, match="reading only"):
        resume(audit.ws, audit.connection)
    assert push_after_import(audit.ws, audit.connection) is None
    assert audit.ws.outbox.pushes(audit.connection.tenant_id) == []
    assert audit.robin.logged("PUT") == []


def test_the_page_of_an_audit_shows_its_badge_and_no_control_that_writes(audit: Visit) -> None:
    for name in ("overview", "import", "reconcile", "connect", "revenue-account", "taxes", "review", "settings"):
        app = fine(audit.open(name))
        assert "Audit: read only" in words(app), name
        assert "Push" not in [one.label for one in app.button], name
        assert [one.label for one in app.toggle if "export" in one.label] == [], name


def test_a_direct_address_to_push_leads_an_audit_nowhere(audit: Visit) -> None:
    app = audit.open("overview")
    with pytest.raises(Exception, match=r"push\.py"):
        app.switch_page("pages/desk/push.py").run()
    assert audit.robin.logged("PUT") == []


def test_an_ordinary_connection_may_write_and_one_without_a_token_may_not(robin: Person, tmp_path: Path) -> None:
    with app_home(app_environment(robin.sandbox, tmp_path)):
        ws = workspace()
        (connection,) = finish_consent(ws, robin.sign_in())
        require_write(ws, connection)
        lost = replace(connection, consent_id="nobody's")
        assert not may_write(ws, lost)
        with pytest.raises(ReconnectNeeded):
            require_write(ws, lost)


def test_an_audit_through_a_custom_connection_stays_one_when_its_token_is_renewed(
    robin: Person, tmp_path: Path
) -> None:
    client = robin.sandbox.clients["client_credentials"]
    ids = {"XERO_CLIENT_ID": client["client_id"], "XERO_CLIENT_SECRET": client["client_secret"]}
    with app_home({**app_environment(robin.sandbox, tmp_path), **ids, "XERO_GRANT": "client_credentials"}):
        ws = workspace()
        (connection,) = connect_custom(ws, read_only=True)
        access_token(ws, connection, force_refresh=True)
        assert not may_write(ws, connection)
        (again,) = connect_custom(ws)
        assert may_write(ws, again)
